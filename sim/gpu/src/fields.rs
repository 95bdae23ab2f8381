//! Buffers by the names that shaders use.

use std::collections::BTreeMap;

use wgpu::BufferUsages;

use crate::{Gpu, GpuError};

/// The buffers.
#[derive(Debug, Default)]
pub struct Fields {
    buffers: BTreeMap<&'static str, (wgpu::Buffer, u64)>,
    uniforms: &'static [&'static str],
}

impl Fields {
    /// None yet; those named so will be small, and the same for all threads.
    pub fn new(uniforms: &'static [&'static str]) -> Self {
        Self { buffers: BTreeMap::new(), uniforms }
    }

    /// Makes room for as many bytes under each name. What fits already stays as it is, and what
    /// grows keeps what it had.
    ///
    /// # Errors
    /// The card has not the memory; nothing is changed then.
    pub fn reserve(
        &mut self,
        gpu: &Gpu,
        sizes: impl IntoIterator<Item = (&'static str, u64)>,
    ) -> Result<(), GpuError> {
        let mut grown = Vec::new();
        for (name, bytes) in sizes {
            let had = self.buffers.get(name);
            if had.is_some_and(|(_, had)| *had >= bytes) {
                continue;
            }
            // Half as much again, so that water that comes in does not move house every step.
            let roomy = if had.is_some() { bytes + bytes / 2 } else { bytes };
            let mut usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
            if self.uniforms.contains(&name) {
                usage |= BufferUsages::UNIFORM;
            }
            grown.push((name, gpu.buffer(name, roomy, usage)?, roomy));
        }
        if grown.is_empty() {
            return Ok(());
        }
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        for (name, buffer, _) in &grown {
            if let Some((old, _)) = self.buffers.get(name) {
                encoder.copy_buffer_to_buffer(old, 0, buffer, 0, old.size());
            }
        }
        gpu.queue().submit([encoder.finish()]);
        for (name, buffer, bytes) in grown {
            self.buffers.insert(name, (buffer, bytes));
        }
        Ok(())
    }

    /// The buffer of a name that a shader uses.
    ///
    /// # Panics
    /// There is none, which a test of all kernels excludes.
    pub fn get(&self, name: &str) -> &wgpu::Buffer {
        match self.buffers.get(name) {
            Some((buffer, _)) => buffer,
            None => panic!("no field {name}"),
        }
    }

    /// Lets two fields change places.
    pub fn swap(&mut self, one: &'static str, other: &'static str) {
        if let (Some(a), Some(b)) = (self.buffers.remove(one), self.buffers.remove(other)) {
            self.buffers.insert(one, b);
            self.buffers.insert(other, a);
        }
    }

    /// Writes to a field from element `first` on.
    pub fn write<T: bytemuck::Pod>(&self, gpu: &Gpu, name: &str, first: usize, values: &[T]) {
        if !values.is_empty() {
            let at = (first * size_of::<T>()) as u64;
            gpu.queue().write_buffer(self.get(name), at, bytemuck::cast_slice(values));
        }
    }

    /// Reads the first `count` elements of a field, once the card has done what it was given.
    ///
    /// # Errors
    /// The card is lost, or has no room for the copy.
    pub fn read<T: bytemuck::Pod>(
        &self,
        gpu: &Gpu,
        name: &str,
        count: usize,
    ) -> Result<Vec<T>, GpuError> {
        self.read_from(gpu, name, 0, count)
    }

    /// The same, from element `first` on.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_from<T: bytemuck::Pod>(
        &self,
        gpu: &Gpu,
        name: &str,
        first: usize,
        count: usize,
    ) -> Result<Vec<T>, GpuError> {
        let at = (first * size_of::<T>()) as u64;
        let bytes = (count * size_of::<T>()) as u64;
        if bytes == 0 {
            return Ok(Vec::new());
        }
        let usage = BufferUsages::COPY_DST | BufferUsages::MAP_READ;
        let copy = gpu.buffer("what is read back", bytes, usage)?;
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(self.get(name), at, &copy, 0, bytes);
        gpu.queue().submit([encoder.finish()]);
        copy.map_async(wgpu::MapMode::Read, .., |_| ());
        gpu.wait()?;
        let view = copy.get_mapped_range(..bytes).map_err(|error| gpu.lost(&error))?;
        Ok(bytemuck::pod_collect_to_vec(&view))
    }
}
