//! What the network is shown of all rectangles of one size, and what it answers.

use burn::tensor::Tensor;
use weir_gpu::{Gpu, GpuError};

use super::layout;
use super::slice::Slice;
use crate::ModelError;
use crate::encode::{Canvas, INPUTS};
use crate::model::Model;

/// A canvas that kernels draw on where the network looks.
pub struct Easel {
    /// Kept beside its memory, so that burn puts nothing else there.
    input: Tensor<4>,
    slice: Slice,
    layout: layout::Canvas,
    uniform: wgpu::Buffer,
}

impl Easel {
    /// The `number`th size of canvas, which `batch` rectangles have.
    ///
    /// # Errors
    /// The model is not on this card, or that has no room.
    pub fn new(
        gpu: &Gpu,
        model: &Model,
        number: usize,
        canvas: &Canvas,
        batch: usize,
    ) -> Result<Self, ModelError> {
        // Convolutions read the maps of one place after the other.
        let shape = [batch, canvas.height, canvas.width, INPUTS];
        let lying = Tensor::<4>::empty(shape, model.device());
        let input = lying.permute([0, 3, 1, 2]);
        let slice = Slice::of(input.clone())?;
        let layout = layout::Canvas {
            number: number as u32,
            width: canvas.width as u32,
            height: canvas.height as u32,
            padding: 0,
            input: slice.strides(),
            answer: [0; 4],
        };
        let uniform = uniform(gpu, "canvas", layout)?;
        Ok(Self { input, slice, layout, uniform })
    }

    /// Places on the canvas.
    pub fn area(&self) -> usize {
        (self.layout.width * self.layout.height) as usize
    }

    /// What a kernel that draws calls `canvas` and `input`.
    pub fn drawn(&self, name: &str) -> Option<wgpu::BindingResource<'_>> {
        match name {
            "input" => Some(self.slice.bound()),
            "canvas" => Some(self.uniform.as_entire_binding()),
            _ => None,
        }
    }

    /// What is drawn on it, read back.
    #[cfg(test)]
    pub fn drawn_now(&self) -> Vec<f32> {
        self.input.clone().into_data().try_to_vec().expect("numbers")
    }

    /// What the network answers to it, read back.
    #[cfg(test)]
    pub fn answered_now(&self, model: &Model) -> Vec<f32> {
        let answer = model.net().forward(self.input.clone(), &mut ());
        answer.into_data().try_to_vec().expect("numbers")
    }

    /// Asks the network.
    ///
    /// # Errors
    /// The card failed.
    pub fn ask(&mut self, gpu: &Gpu, model: &Model) -> Result<Slice, ModelError> {
        let answer = Slice::of(model.net().forward(self.input.clone(), &mut ()))?;
        if self.layout.answer != answer.strides() {
            self.layout.answer = answer.strides();
            gpu.queue().write_buffer(&self.uniform, 0, bytemuck::bytes_of(&self.layout));
        }
        Ok(answer)
    }

    /// What a kernel that reads the answer calls `canvas` and `answer`.
    pub fn answered<'a>(
        &'a self,
        name: &str,
        answer: &'a Slice,
    ) -> Option<wgpu::BindingResource<'a>> {
        match name {
            "answer" => Some(answer.bound()),
            "canvas" => Some(self.uniform.as_entire_binding()),
            _ => None,
        }
    }
}

/// A small buffer that is the same for all threads.
///
/// # Errors
/// The card has no room.
pub fn uniform(gpu: &Gpu, what: &str, value: impl bytemuck::Pod) -> Result<wgpu::Buffer, GpuError> {
    let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
    let buffer = gpu.buffer(what, size_of_val(&value) as u64, usage)?;
    gpu.queue().write_buffer(&buffer, 0, bytemuck::bytes_of(&value));
    Ok(buffer)
}
