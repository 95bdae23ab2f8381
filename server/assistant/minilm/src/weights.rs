//! Tensors of `model.safetensors`, taken one by one.

use std::collections::HashSet;

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::{Dtype, SafeTensors};

use crate::OpenError;
use crate::files::File;

/// Tensors that sentences do not need: a head for other tasks, and the numbers from 0 on.
const UNUSED: [&str; 3] = ["pooler.dense.weight", "pooler.dense.bias", "embeddings.position_ids"];

/// A file of tensors, each of which has one place.
pub(crate) struct Weights<'a> {
    file: &'a File,
    tensors: SafeTensors<'a>,
    taken: HashSet<String>,
    device: Device,
}

impl<'a> Weights<'a> {
    pub fn new(file: &'a File, device: &Device) -> Result<Self, OpenError> {
        let tensors =
            SafeTensors::deserialize(&file.bytes).map_err(|error| file.malformed(error))?;
        Ok(Self { file, tensors, taken: HashSet::new(), device: device.clone() })
    }

    /// The tensor of this name, which has to be of this shape.
    pub fn take<const D: usize>(
        &mut self,
        name: &str,
        shape: [usize; D],
    ) -> Result<Tensor<D>, OpenError> {
        let values = self.values(name, &shape)?;
        Ok(Tensor::from_data(TensorData::new(values, shape), &self.device))
    }

    /// A linear map of a row vector. PyTorch keeps the transpose of its matrix.
    pub fn take_linear(
        &mut self,
        name: &str,
        [inputs, outputs]: [usize; 2],
    ) -> Result<(Tensor<2>, Tensor<1>), OpenError> {
        let rows = self.values(&format!("{name}.weight"), &[outputs, inputs])?;
        let columns = (0..inputs).flat_map(|i| rows[i..].iter().step_by(inputs).copied());
        let matrix = TensorData::new(columns.collect::<Vec<f32>>(), [inputs, outputs]);
        let bias = self.take(&format!("{name}.bias"), [outputs])?;
        Ok((Tensor::from_data(matrix, &self.device), bias))
    }

    /// Refuses a file with tensors that nothing took: it is of another network.
    pub fn finish(self) -> Result<(), OpenError> {
        let is_left = |name: &&str| !self.taken.contains(*name) && !UNUSED.contains(name);
        let mut left: Vec<&str> = self.tensors.names().into_iter().filter(is_left).collect();
        left.sort_unstable();
        match left.first() {
            Some(name) => Err(self.wrong(name, "none", "a tensor")),
            None => Ok(()),
        }
    }

    fn values(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, OpenError> {
        let expected = format!("F32 {shape:?}");
        let Ok(tensor) = self.tensors.tensor(name) else {
            return Err(self.wrong(name, &expected, "none"));
        };
        if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
            let got = format!("{:?} {:?}", tensor.dtype(), tensor.shape());
            return Err(self.wrong(name, &expected, &got));
        }
        let (numbers, _) = tensor.data().as_chunks::<4>();
        let values: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(self.wrong(name, "finite numbers", &value.to_string()));
        }
        self.taken.insert(name.to_owned());
        Ok(values)
    }

    fn wrong(&self, tensor: &str, expected: &str, got: &str) -> OpenError {
        OpenError::Tensor {
            file: self.file.path.clone(),
            tensor: tensor.to_owned(),
            expected: expected.to_owned(),
            got: got.to_owned(),
        }
    }
}
