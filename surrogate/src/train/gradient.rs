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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device;
    use crate::network::Shape;

    /// Of 3 Σ w + 4 Σ b over one layer, and of nothing else.
    #[test]
    fn norms_are_those_of_a_gradient_that_is_known() {
        let device = device::open("flex").expect("a processor").autodiff();
        let net = UNet::seeded(&Shape::plain(vec![4, 6], 1, 2), 1, &device);
        let (name, layer) = net.convolutions().swap_remove(1);
        let (weight, bias) = (layer.weight.val(), layer.bias.as_ref().expect("a bias").val());
        let count = [weight.shape().num_elements(), bias.shape().num_elements()];
        let loss = weight.mul_scalar(3.0).sum() + bias.mul_scalar(4.0).sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        let gradient = Gradient::of(&net, &gradients).expect("norms");
        let norm = (9.0 * count[0] as f32 + 16.0 * count[1] as f32).sqrt();
        assert_eq!(gradient.layers.len(), 1, "{gradient:?}");
        assert_eq!((gradient.layers[0].0.as_str(), name.as_str()), ("down1.0", "down1.0"));
        let off = (gradient.layers[0].1 - norm).abs() + (gradient.norm - norm).abs();
        assert!(off < 1e-4 * norm, "{gradient:?}, not {norm}");
    }

    #[test]
    fn all_layers_make_up_the_whole() {
        let device = device::open("flex").expect("a processor").autodiff();
        let net = UNet::seeded(&Shape::plain(vec![4, 6], 1, 2), 1, &device);
        let input = Tensor::<4>::ones([1, crate::encode::INPUTS, 4, 4], &device);
        let loss = (net.forward(input, &mut ()) - 1.0).powi_scalar(2).sum();
        let gradients = GradientsParams::from_grads(loss.backward(), &net);
        let Gradient { norm, layers } = Gradient::of(&net, &gradients).expect("norms");
        let names: Vec<&str> = layers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["down0.0", "down1.0", "up0.0", "answer"]);
        let squares = layers.iter().map(|(_, norm)| norm * norm).sum::<f32>();
        assert!((squares.sqrt() - norm).abs() < 1e-4 * norm && norm > 0.0, "{layers:?}");
    }
}
