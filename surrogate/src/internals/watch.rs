//! What the layers answer.

use burn::tensor::{Device, Tensor};

use crate::ModelError;
use crate::encode::Canvas;
use crate::model::Model;
use crate::network::{Map, Tap};

/// A layer of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name, as [`Watch`] takes it.
    pub name: String,
    /// Maps that it answers.
    pub channels: usize,
    /// Cells along each side that one of its values stands for.
    pub cells: usize,
}

/// The layers of a model in the order in which they work, found by asking it once
/// about nearly nothing.
///
/// # Errors
/// The device failed.
pub fn layers(model: &Model) -> Result<Vec<Layer>, ModelError> {
    struct Names {
        side: usize,
        layers: Vec<Layer>,
    }
    impl Tap for Names {
        fn see(&mut self, name: &str, answer: &Tensor<4>) {
            let [_, channels, _, width] = answer.dims();
            let cells = self.side / width.max(1);
            self.layers.push(Layer { name: name.to_owned(), channels, cells });
        }
    }
    let side = model.config.shape.coarsest();
    let mut names = Names { side, layers: Vec::new() };
    nothing(model, &mut names)?;
    Ok(names.layers)
}

/// Asks about the smallest canvas there is, with nothing on it.
pub(super) fn nothing(model: &Model, tap: &mut dyn Tap) -> Result<(), ModelError> {
    let side = model.config.shape.coarsest();
    let canvas = Canvas::new(&weir_scene::Grid { nx: side, ny: side, cell_m: 1.0 }, side);
    let input = vec![0.0; crate::encode::INPUTS * canvas.area()];
    model.answer(input, 1, &canvas, tap).map(drop)
}

/// Keeps what chosen layers answer, in place of `()` in
/// [`Surrogate::call`](crate::Surrogate::call). It holds on to tensors and reads none:
/// that is done by [`Watch::maps`], when somebody wants to see them.
#[derive(Clone, Debug)]
pub struct Watch {
    layers: Vec<String>,
    every: usize,
    seen: Vec<(String, Tensor<4>)>,
}

impl Watch {
    /// Looks at the layers of these names; one that does not exist is never seen.
    pub fn new<S: Into<String>>(layers: impl IntoIterator<Item = S>) -> Self {
        Self { layers: layers.into_iter().map(Into::into).collect(), every: 1, seen: Vec::new() }
    }

    /// Makes maps smaller: one value is the mean of so many by so many.
    #[must_use]
    pub fn every(mut self, every: usize) -> Self {
        self.every = every.max(1);
        self
    }

    /// Forgets what was seen, so that it can be used again.
    pub fn clear(&mut self) {
        self.seen.clear();
    }

    /// What was seen since, channel by channel.
    ///
    /// # Errors
    /// The device failed.
    pub fn maps(&self) -> Result<Vec<Map>, ModelError> {
        let mut maps = Vec::new();
        for (layer, answer) in &self.seen {
            let values = read(answer.clone())?;
            self.unfold(layer, answer.dims(), &values, &mut maps);
        }
        Ok(maps)
    }

    /// The same for devices that must not be waited for, as in a browser.
    ///
    /// # Errors
    /// The device failed.
    pub async fn maps_async(&self) -> Result<Vec<Map>, ModelError> {
        let mut maps = Vec::new();
        for (layer, answer) in &self.seen {
            let data = answer.clone().into_data_async().await;
            let data = data.map_err(|e| ModelError::Run(e.to_string()))?;
            let values = data.try_to_vec::<f32>().map_err(|e| ModelError::Run(e.to_string()))?;
            self.unfold(layer, answer.dims(), &values, &mut maps);
        }
        Ok(maps)
    }

    fn unfold(&self, layer: &str, dims: [usize; 4], values: &[f32], maps: &mut Vec<Map>) {
        let [_, channels, height, width] = dims;
        for (channel, values) in values.chunks(height * width).take(channels).enumerate() {
            let map =
                Map { layer: layer.to_owned(), channel, width, height, values: values.to_vec() };
            maps.push(smaller(map, self.every));
        }
    }
}

impl Tap for Watch {
    fn see(&mut self, name: &str, answer: &Tensor<4>) {
        if self.layers.iter().any(|layer| layer == name) {
            self.seen.push((name.to_owned(), answer.clone()));
        }
    }
}

/// Each value the mean of `every × every`, or of what is left at the edges.
fn smaller(map: Map, every: usize) -> Map {
    if every == 1 {
        return map;
    }
    let (width, height) = (map.width.div_ceil(every), map.height.div_ceil(every));
    let mut sums = vec![(0.0_f32, 0_u32); width * height];
    for (row, values) in map.values.chunks(map.width).enumerate() {
        for (column, value) in values.iter().enumerate() {
            let (sum, count) = &mut sums[(row / every) * width + column / every];
            *sum += value;
            *count += 1;
        }
    }
    let values = sums.into_iter().map(|(sum, count)| sum / count as f32).collect();
    Map { width, height, values, ..map }
}

/// The values of a tensor.
pub(super) fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ModelError> {
    let data = tensor.try_into_data().map_err(|e| ModelError::Run(e.to_string()))?;
    data.try_to_vec::<f32>().map_err(|e| ModelError::Run(e.to_string()))
}

/// The device on which gradients are kept.
pub(super) fn learning(model: &Model) -> Device {
    model.device().clone().autodiff()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_map_has_the_means_of_its_blocks() {
        let map = Map {
            layer: "x".to_owned(),
            channel: 0,
            width: 3,
            height: 2,
            values: vec![1.0, 3.0, 10.0, 5.0, 7.0, 20.0],
        };
        let smaller = smaller(map, 2);
        assert_eq!((smaller.width, smaller.height), (2, 1));
        assert_eq!(smaller.values, [4.0, 15.0]);
    }
}
