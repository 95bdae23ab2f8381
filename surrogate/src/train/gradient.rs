//! How steep the loss is.

use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::ModelError;
use crate::network::UNet;

/// Norms of the gradient of a step, before it is clipped: of all parameters, and of those of
/// each layer by its name. A layer that learns nothing any more has none, and one that is about
/// to blow up a large one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gradient {
    /// Of all parameters.
    pub norm: f32,
    /// Of each layer, in the order in which they work.
    pub layers: Vec<(String, f32)>,
}

impl Gradient {
    /// Measures. It is read from the device at once, so that no layer is waited for by itself.
    pub(super) fn of(net: &UNet, gradients: &GradientsParams) -> Result<Self, ModelError> {
        let convolutions = net.convolutions();
        let mut squares: Vec<Tensor<1>> = Vec::new();
        let mut names = Vec::new();
        for (name, convolution) in convolutions {
            let weight = sum_of_squares(gradients, &convolution.weight);
            let bias = convolution.bias.as_ref().and_then(|bias| sum_of_squares(gradients, bias));
            let both = match (weight, bias) {
                (Some(weight), Some(bias)) => weight + bias,
                (Some(only), None) | (None, Some(only)) => only,
                (None, None) => continue,
            };
            squares.push(both);
            names.push(name);
        }
        if squares.is_empty() {
            return Ok(Self::default());
        }
        let data = Tensor::cat(squares, 0).try_into_data();
        let data = data.map_err(|error| ModelError::Run(error.to_string()))?;
        let squares = data.try_to_vec::<f32>();
        let squares = squares.map_err(|error| ModelError::Run(error.to_string()))?;
        let norm = squares.iter().sum::<f32>().sqrt();
        let layers = names.into_iter().zip(squares.into_iter().map(f32::sqrt)).collect();
        Ok(Self { norm, layers })
    }
}

fn sum_of_squares<const D: usize>(
    gradients: &GradientsParams,
    param: &Param<Tensor<D>>,
) -> Option<Tensor<1>> {
    let gradient = gradients.get::<D>(param.id)?;
    Some((gradient.clone() * gradient).sum())
}
