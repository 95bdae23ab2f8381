//! What a batch keeps on the card, by the names that the shaders use.

use std::collections::BTreeMap;

use wgpu::BufferUsages;

use super::device::{Gpu, GpuError};

/// What a buffer is as long as.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lengths {
    /// Scenes.
    pub scenes: usize,
    /// Words of the tables of what stands where.
    pub words: usize,
    /// Words of the tables of what moves.
    pub mover_words: usize,
    /// Most particles.
    pub particles: usize,
    /// Cells of all scenes.
    pub cells: usize,
    /// Components of all scenes.
    pub components: usize,
    /// Velocity unknowns of all scenes and both axes.
    pub nodes: usize,
}

impl Lengths {
    /// How many bytes each field takes.
    fn sizes(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        let n = self;
        [
            ("batch", 16),
            ("scenes", size_of::<super::layout::Scene>() * n.scenes),
            ("reports", size_of::<super::layout::Report>() * n.scenes),
            ("ground", 4 * n.words),
            ("movers", 4 * n.mover_words),
            ("particles", 32 * n.particles),
            ("sorted", 32 * n.particles),
            ("tags", 16 * n.particles),
            ("sorted_tags", 16 * n.particles),
            ("cell_of", 4 * n.particles),
            ("stored", 4 * n.particles),
            ("order", 4 * n.particles),
            ("care", 8 * n.particles),
            ("waiting", 4 * n.cells),
            ("start", 4 * (n.cells + 1)),
            ("block_sums", 4 * n.cells.div_ceil(BLOCK)),
            ("before", 4 * n.nodes),
            ("known", 4 * n.nodes),
            ("velocity", 4 * n.nodes),
            ("change", 4 * n.nodes),
            ("wet", 4 * n.nodes),
            ("sides", 16 * n.nodes),
            ("density", 4 * n.components),
            ("distance_to_surface", 4 * n.components),
            ("fluid", 4 * n.components),
            ("rows", 4 * n.components),
            ("interior", 4 * n.components),
            ("deep", 4 * n.components),
            ("unknown", 4 * 2 * n.components),
            ("work", 4 * (WORKS * n.components + 2 * PROGRESS * n.scenes)),
            ("pools", 4 * 2 * n.components),
            ("relieved", 4 * n.components),
            ("extents", 32 * n.components),
            ("wanted", 16 * n.components),
            ("flier", 4 * n.cells),
            ("flights", 4 * n.scenes),
        ]
        .into_iter()
        .map(|(name, bytes)| (name, bytes as u64))
    }

    /// How many bytes a field takes.
    pub fn bytes(&self, name: &str) -> u64 {
        self.sizes().find(|(own, _)| *own == name).map_or(0, |(_, bytes)| bytes)
    }
}

/// Vectors of both solves, and the diagonal.
const WORKS: usize = 9;
/// Words of a solve's progress.
const PROGRESS: usize = 16;
/// Cells in a block of the sort.
const BLOCK: usize = 1024;

/// The buffers.
#[derive(Debug, Default)]
pub struct Fields {
    buffers: BTreeMap<&'static str, (wgpu::Buffer, u64)>,
}

impl Fields {
    /// Makes room for as much. What fits already stays as it is, and what grows keeps what it
    /// had.
    ///
    /// # Errors
    /// The card has not the memory; nothing is changed then.
    pub fn reserve(&mut self, gpu: &Gpu, n: Lengths) -> Result<(), GpuError> {
        let mut grown = Vec::new();
        for (name, bytes) in n.sizes() {
            let had = self.buffers.get(name);
            if had.is_some_and(|(_, had)| *had >= bytes) {
                continue;
            }
            // Half as much again, so that water that comes in does not move house every step.
            let roomy = if had.is_some() { bytes + bytes / 2 } else { bytes };
            let usage = match name {
                "batch" => BufferUsages::UNIFORM,
                _ => BufferUsages::STORAGE,
            };
            let usage = usage | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
            grown.push((name, gpu.buffer(name, roomy, usage)?, roomy));
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

    /// Reads the first `count` elements of some fields, once the card has done what it was
    /// given. All are of one type.
    ///
    /// # Errors
    /// The card is lost, or has no room for the copy.
    pub fn read<T: bytemuck::Pod>(
        &self,
        gpu: &Gpu,
        name: &str,
        count: usize,
    ) -> Result<Vec<T>, GpuError> {
        let bytes = (count * size_of::<T>()) as u64;
        if bytes == 0 {
            return Ok(Vec::new());
        }
        let usage = BufferUsages::COPY_DST | BufferUsages::MAP_READ;
        let copy = gpu.buffer("what is read back", bytes, usage)?;
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(self.get(name), 0, &copy, 0, bytes);
        gpu.queue().submit([encoder.finish()]);
        copy.map_async(wgpu::MapMode::Read, .., |_| ());
        gpu.wait()?;
        let view = copy.get_mapped_range(..bytes).map_err(|error| gpu.lost(&error))?;
        Ok(bytemuck::pod_collect_to_vec(&view))
    }
}
