//! Where a tensor lies on the card.

use burn::backend::Cube;
use burn::cubecl::server::BufferBinding;
use burn::cubecl::wgpu::{AutoCompiler, WgpuServer};
use burn::tensor::Tensor;

use crate::ModelError;

/// A tensor's memory, which stays where it is for as long as this lives.
pub struct Slice {
    buffer: wgpu::Buffer,
    offset: u64,
    size: u64,
    /// Numbers between neighbours along each axis.
    strides: [u32; 4],
    _held: BufferBinding,
}

impl Slice {
    /// Finds it, and submits all work that the tensor comes from: what is submitted afterwards
    /// finds it done.
    ///
    /// # Errors
    /// The tensor is on another device, or that device failed.
    pub fn of(tensor: Tensor<4>) -> Result<Self, ModelError> {
        let run = |what: String| ModelError::Run(what);
        let cube =
            tensor.try_into_primitive::<Cube>().map_err(|error| run(format!("{error:?}")))?;
        let held = cube.handle.clone().binding();
        let mut strides = [0; 4];
        for (own, stride) in strides.iter_mut().zip(cube.meta.strides().iter()) {
            *own = *stride as u32;
        }
        let found = cube.client.get_resource::<WgpuServer<AutoCompiler>>(cube.handle.clone());
        let found = found.map_err(|error| run(error.to_string()))?;
        let at = found.resource();
        let (buffer, offset, size) = (at.buffer.clone(), at.offset, at.size);
        Ok(Self { buffer, offset, size, strides, _held: held })
    }

    /// Numbers between neighbours along each axis.
    pub fn strides(&self) -> [u32; 4] {
        self.strides
    }

    /// The memory, for a kernel.
    pub fn bound(&self) -> wgpu::BindingResource<'_> {
        wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: &self.buffer,
            offset: self.offset,
            size: wgpu::BufferSize::new(self.size.next_multiple_of(4)),
        })
    }
}
