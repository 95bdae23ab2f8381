//! What a wrong answer costs.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::ModelError;

/// What of an answer is compared with what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compared {
    /// The change of velocity in each sub-frame by itself. A blow that comes a
    /// sub-frame early costs as much as two that are made up, so a network that is
    /// not sure of the moment says less than it knows.
    Changes,
    /// The velocity after each sub-frame: the sum of the changes so far. The moment
    /// of a blow costs little, its size in the end all.
    Velocities,
}

/// The cost of an answer, in units of `scales.change_m_s`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Loss {
    /// What is compared.
    pub of: Compared,
    /// Error from which the cost grows linearly (Huber 1964).
    pub huber: f32,
    /// What an error of divergence costs, by cell: it piles water up or tears holes.
    pub divergence: f32,
}

impl Default for Loss {
    fn default() -> Self {
        Self { of: Compared::Velocities, huber: 2.0, divergence: 0.0 }
    }
}

impl Loss {
    /// Sum over all places and sub-frames of the cost of `error`, `batch × 2 K ×
    /// height × width`, weighted by the water of each place. `inside` weighs the
    /// corners between four cells, `batch × 1 × height × width`, each at the cell
    /// that lies to the left of it and below.
    pub fn sum(&self, error: Tensor<4>, water: Tensor<4>, inside: Tensor<4>) -> Tensor<1> {
        let [_, outputs, height, width] = error.dims();
        let mut at = Vec::with_capacity(outputs / 2);
        for k in 0..outputs / 2 {
            let change = error.clone().narrow(1, 2 * k, 2);
            at.push(match (self.of, at.last()) {
                (Compared::Velocities, Some(before)) => change + Tensor::clone(before),
                _ => change,
            });
        }
        let error = Tensor::cat(at, 1);
        let mut sum = (self.huber(error.clone()) * water).sum();
        if self.divergence > 0.0 && height > 1 && width > 1 {
            // At the corner between four cells: there a field that alternates from
            // cell to cell is seen, which differences across two cells miss.
            let along = |x: Tensor<4>, d: usize| {
                let n = x.dims()[d] - 1;
                x.clone().narrow(d, 1, n) - x.narrow(d, 0, n)
            };
            let mean = |x: Tensor<4>, d: usize| {
                let n = x.dims()[d] - 1;
                (x.clone().narrow(d, 1, n) + x.narrow(d, 0, n)).mul_scalar(0.5)
            };
            let inside = inside.narrow(2, 0, height - 1).narrow(3, 0, width - 1);
            for k in 0..outputs / 2 {
                let u = error.clone().narrow(1, 2 * k, 1);
                let v = error.clone().narrow(1, 2 * k + 1, 1);
                let divergence = mean(along(u, 3), 2) + mean(along(v, 2), 3);
                let cost = (self.huber(divergence) * inside.clone()).sum();
                sum = sum + cost.mul_scalar(2.0 * self.divergence);
            }
        }
        sum
    }

    /// ½ min(e, k)² + k (e − min(e, k)) for the size e of an error.
    fn huber(&self, error: Tensor<4>) -> Tensor<4> {
        let size = error.abs();
        let inner = size.clone().clamp_max(self.huber);
        inner.clone().powf_scalar(2.0).mul_scalar(0.5) + (size - inner).mul_scalar(self.huber)
    }
}

/// The one number in a tensor.
pub(super) fn number(value: Tensor<1>) -> Result<f32, ModelError> {
    let data = value.try_into_data().map_err(|e| ModelError::Run(e.to_string()))?;
    let values = data.try_to_vec::<f32>().map_err(|e| ModelError::Run(e.to_string()))?;
    Ok(values.first().copied().unwrap_or(f32::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    fn tensor(values: Vec<f32>, shape: [usize; 4]) -> Tensor<4> {
        let device = crate::device::open("flex").expect("a processor");
        Tensor::from_data(TensorData::new(values, shape), &device)
    }

    fn cost(loss: Loss, error: Vec<f32>, shape: [usize; 4]) -> f32 {
        let [batch, _, height, width] = shape;
        let one = || tensor(vec![1.0; batch * height * width], [batch, 1, height, width]);
        let sum = loss.sum(tensor(error, shape), one(), one());
        number(sum).expect("a number")
    }

    #[test]
    fn a_blow_at_the_wrong_moment_costs_less_than_none() {
        // Along x in two sub-frames: −1 then +1 is one blow a sub-frame late.
        let (late, none) = (vec![-1.0, 0.0, 1.0, 0.0], vec![-1.0, 0.0, 0.0, 0.0]);
        let velocities = Loss::default();
        let changes = Loss { of: Compared::Changes, ..velocities };
        let cost = |loss, error: &Vec<f32>| cost(loss, error.clone(), [1, 4, 1, 1]);
        assert_eq!(cost(velocities, &late), 0.5);
        assert_eq!(cost(velocities, &none), 1.0);
        assert_eq!(cost(changes, &late), 1.0);
        assert_eq!(cost(changes, &none), 0.5);
    }

    #[test]
    fn beyond_the_knee_cost_grows_linearly() {
        let loss = Loss::default();
        let at = |error: f32| cost(loss, vec![error, 0.0], [1, 2, 1, 1]);
        assert_eq!([at(1.0), at(2.0), at(3.0), at(-4.0)], [0.5, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn only_what_gathers_or_parts_costs_for_its_divergence() {
        let field = |of: fn(f32, f32) -> [f32; 2]| -> Vec<f32> {
            let cells = (0..16).map(|k| of((k % 4) as f32, (k / 4) as f32));
            let (u, v): (Vec<f32>, Vec<f32>) = cells.map(|[u, v]| (u, v)).unzip();
            [u, v].concat()
        };
        let extra = |of| {
            let with = Loss { divergence: 1.0, ..Loss::default() };
            let shape = [1, 2, 4, 4];
            cost(with, field(of), shape) - cost(Loss::default(), field(of), shape)
        };
        assert_eq!(extra(|x, y| [-y, x]), 0.0);
        assert_eq!(extra(|x, y| [x, -y]), 0.0);
        // Nine corners with divergence 2, at the knee.
        assert_eq!(extra(|x, y| [x, y]), 9.0 * 2.0 * 2.0);
    }
}
