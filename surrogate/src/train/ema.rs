//! The running mean of weights (Polyak & Juditsky 1992), which flows better than
//! the weights of any one step.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::network::UNet;

/// `mean` moved towards `now` by 1 − `decay`.
pub fn toward(mean: UNet, now: &UNet, decay: f64) -> UNet {
    let mut weights = Weights(Vec::new());
    now.visit(&mut weights);
    mean.map(&mut Mix { now: weights.0.into_iter(), decay })
}

struct Weights(Vec<Tensor<1>>);

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val().without_autodiff();
        let count = value.shape().num_elements();
        self.0.push(value.reshape([count]));
    }
}

struct Mix {
    now: std::vec::IntoIter<Tensor<1>>,
    decay: f64,
}

impl ModuleMapper for Mix {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (now, decay) = (self.now.next(), self.decay);
        param.map(|mean| match now {
            Some(now) => {
                let now = now.reshape(mean.shape());
                mean.mul_scalar(decay) + now.mul_scalar(1.0 - decay)
            }
            None => mean,
        })
    }
}
