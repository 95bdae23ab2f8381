//! Our convolutions, and burn's on the same processor.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};
use weir_convolution::Convolution;

use crate::network::CANVAS;

/// The layers of the smallest network: what goes in and out, and the side of the filter.
pub fn layers() -> Vec<Convolution> {
    let [width, height] = CANVAS;
    let at = |level: usize, inputs, outputs, side| Convolution {
        inputs,
        outputs,
        side,
        height: height >> level,
        width: width >> level,
    };
    vec![
        at(0, 10, 16, 3),
        at(1, 16, 32, 3),
        at(2, 32, 48, 3),
        at(3, 48, 64, 3),
        at(2, 112, 48, 3),
        at(1, 80, 32, 3),
        at(0, 48, 16, 3),
        at(0, 16, 8, 1),
    ]
}

/// `10 → 16, 3 × 3, 96 × 64`.
pub fn label(layer: &Convolution) -> String {
    let Convolution { inputs, outputs, side, height, width } = layer;
    format!("{inputs} → {outputs}, {side} × {side}, {width} × {height}")
}

/// Numbers without order that are the same each time.
fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|k| ((k as f32 * 0.618_034).fract() - 0.5) * 0.2).collect()
}

/// What a layer is given.
pub struct Load {
    layer: Convolution,
    x: Vec<f32>,
    weights: Vec<f32>,
    bias: Vec<f32>,
    dy: Vec<f32>,
}

impl Load {
    /// One sample.
    pub fn new(layer: Convolution) -> Self {
        let area = layer.height * layer.width;
        Self {
            x: numbers(layer.inputs * area),
            weights: numbers(layer.outputs * layer.inputs * layer.side * layer.side),
            bias: numbers(layer.outputs),
            dy: numbers(layer.outputs * area),
            layer,
        }
    }

    /// The answer, by our code.
    pub fn ours(&self) -> Vec<f32> {
        let mut y = vec![0.0; self.dy.len()];
        self.layer.forward(&self.x, &self.weights, &self.bias, &mut y);
        y
    }

    /// The answer and all gradients, by our code.
    pub fn ours_both_ways(&self) -> [Vec<f32>; 3] {
        let y = self.ours();
        let mut dx = vec![0.0; self.x.len()];
        let mut dw = vec![0.0; self.weights.len()];
        let mut db = vec![0.0; self.bias.len()];
        self.layer.input_gradient(&self.weights, &self.dy, &mut dx);
        self.layer.weight_gradient(&self.x, &self.dy, &mut dw);
        self.layer.bias_gradient(&self.dy, &mut db);
        [y, dx, dw]
    }

    /// The same for burn, whose tensors are made beforehand and not timed.
    pub fn burns(&self, learning: bool) -> Burns {
        let Convolution { inputs, outputs, side, height, width } = self.layer;
        let device = Device::flex();
        let device = if learning { device.autodiff() } else { device };
        let tensor = |values: &[f32], shape: [usize; 4]| {
            let data = TensorData::new(values.to_vec(), shape);
            Tensor::<4>::from_data(data, &device)
        };
        let bias = TensorData::new(self.bias.clone(), [outputs]);
        Burns {
            x: tensor(&self.x, [1, inputs, height, width]),
            weights: tensor(&self.weights, [outputs, inputs, side, side]),
            bias: Tensor::<1>::from_data(bias, &device),
            dy: tensor(&self.dy, [1, outputs, height, width]),
            padding: side / 2,
        }
    }
}

/// A layer as burn has it.
pub struct Burns {
    x: Tensor<4>,
    weights: Tensor<4>,
    bias: Tensor<1>,
    dy: Tensor<4>,
    padding: usize,
}

impl Burns {
    fn layer(&self, x: Tensor<4>, weights: Tensor<4>, bias: Tensor<1>) -> Tensor<4> {
        let options = ConvOptions::new([1, 1], [self.padding; 2], [1, 1], 1);
        conv2d(x, weights, Some(bias), options)
    }

    /// The answer.
    pub fn forward(&self) -> Tensor<4> {
        self.layer(self.x.clone(), self.weights.clone(), self.bias.clone())
    }

    /// The answer and all gradients: with respect to x and the weights.
    pub fn both_ways(&self) -> [Tensor<4>; 3] {
        let x = self.x.clone().require_grad();
        let weights = self.weights.clone().require_grad();
        let bias = self.bias.clone().require_grad();
        let y = self.layer(x.clone(), weights.clone(), bias.clone());
        // The gradient of this sum with respect to y is dy.
        let gradients = (y.clone() * self.dy.clone()).sum().backward();
        drop(bias.grad(&gradients));
        let grad = |of: &Tensor<4>| of.grad(&gradients).expect("a gradient");
        [y.inner(), grad(&x), grad(&weights)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(tensor: Tensor<4>) -> Vec<f32> {
        tensor.into_data().try_to_vec().expect("numbers")
    }

    #[test]
    fn both_compute_the_same() {
        for layer in layers() {
            let load = Load::new(layer);
            let theirs = load.burns(true).both_ways().map(values);
            assert_eq!(values(load.burns(false).forward()), theirs[0]);
            for (ours, theirs) in load.ours_both_ways().iter().zip(&theirs) {
                let size = theirs.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
                let off = ours.iter().zip(theirs).fold(0.0_f32, |m, (a, b)| m.max((a - b).abs()));
                assert!(ours.len() == theirs.len() && off < 1e-4 * size, "{layer:?}: {off}");
            }
        }
    }
}
