//! What the layers have learned.

use crate::ModelError;
use crate::model::Model;

/// The filters of a layer, without what is added to their answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// The layer, as [`layers`](super::layers) calls it.
    pub layer: String,
    /// Its numbers, filter by filter.
    pub values: Vec<f32>,
}

/// How numbers are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation.
    pub deviation: f64,
    /// The share of them that is exactly zero.
    pub zeros: f64,
}

impl Weights {
    /// How they are spread; all zero where there are none.
    pub fn spread(&self) -> Spread {
        let count = self.values.len().max(1) as f64;
        let mean = self.values.iter().map(|w| f64::from(*w)).sum::<f64>() / count;
        let off = self.values.iter().map(|w| (f64::from(*w) - mean).powi(2)).sum::<f64>();
        let zeros = self.values.iter().filter(|w| **w == 0.0).count() as f64;
        Spread { mean, deviation: (off / count).sqrt(), zeros: zeros / count }
    }
}

/// The weights of a model, layer by layer in the order in which they work.
///
/// # Errors
/// The device failed.
pub fn weights(model: &Model) -> Result<Vec<Weights>, ModelError> {
    let convolutions = model.net().convolutions().into_iter();
    convolutions
        .map(|(layer, convolution)| {
            let data = convolution.weight.val().without_autodiff().try_into_data();
            let data = data.map_err(|error| ModelError::Run(error.to_string()))?;
            let values = data.try_to_vec::<f32>();
            let values = values.map_err(|error| ModelError::Run(error.to_string()))?;
            Ok(Weights { layer, values })
        })
        .collect()
}

/// How far the weights of two networks are apart in each layer that both have in the same size:
/// ‖a − b‖ over the larger of ‖a‖ and ‖b‖. It is 0 for the same weights, 1 where one of them
/// is nothing yet, and at most 2.
pub fn apart(one: &[Weights], other: &[Weights]) -> Vec<(String, f64)> {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let mut apart = Vec::new();
    for a in one {
        let is_same = |b: &&Weights| b.layer == a.layer && b.values.len() == a.values.len();
        let Some(b) = other.iter().find(is_same) else { continue };
        let pairs = a.values.iter().zip(&b.values);
        let off = norm(&mut pairs.map(|(a, b)| f64::from(*a) - f64::from(*b)));
        let size = |w: &Weights| norm(&mut w.values.iter().map(|v| f64::from(*v)));
        let larger = size(a).max(size(b));
        apart.push((a.layer.clone(), if larger > 0.0 { off / larger } else { 0.0 }));
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{checkpoints, device};

    fn of(values: &[f32]) -> Weights {
        Weights { layer: "a".to_owned(), values: values.to_vec() }
    }

    #[test]
    fn spread_is_that_of_the_textbook() {
        let Spread { mean, deviation, zeros } = of(&[0.0, 2.0, 4.0, 6.0]).spread();
        assert_eq!((mean, zeros), (3.0, 0.25));
        assert!((deviation - 5.0_f64.sqrt()).abs() < 1e-12, "{deviation}");
        assert_eq!(of(&[]).spread(), Spread::default());
    }

    #[test]
    fn how_far_is_symmetric_and_known_where_it_is_plain() {
        let far = |a: &[f32], b: &[f32]| apart(&[of(a)], &[of(b)])[0].1;
        assert_eq!(far(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
        assert_eq!(far(&[3.0, 4.0], &[0.0, 0.0]), 1.0);
        assert_eq!(far(&[1.0, 0.0], &[-1.0, 0.0]), 2.0);
        assert_eq!(far(&[3.0, 4.0], &[3.0, 0.0]), far(&[3.0, 0.0], &[3.0, 4.0]));
        assert_eq!(far(&[0.0], &[0.0]), 0.0);
        assert!(apart(&[of(&[1.0])], &[of(&[1.0, 2.0])]).is_empty());
    }

    #[test]
    fn layers_have_their_names_and_move_while_they_learn() {
        let device = device::open("flex").expect("a processor");
        let model = Model::open("default", &device).expect("a model");
        let all = weights(&model).expect("weights");
        let names: Vec<String> = super::super::layers(&model)
            .expect("layers")
            .into_iter()
            .map(|layer| layer.name)
            .filter(|name| name != "input")
            .collect();
        assert_eq!(all.iter().map(|w| w.layer.clone()).collect::<Vec<_>>(), names);
        let kept = checkpoints::of(&model, "default").expect("checkpoints");
        let first = weights(&kept[0].model).expect("weights");
        // Untrained, the last layer answers nothing.
        let last = first.last().expect("a layer");
        assert_eq!((last.layer.as_str(), last.spread().zeros), ("answer", 1.0));
        let far = apart(&first, &weights(&kept[4].model).expect("weights"));
        let near = apart(&first, &weights(&kept[1].model).expect("weights"));
        let sum = |all: &[(String, f64)]| all.iter().map(|(_, far)| far).sum::<f64>();
        assert!(sum(&far) > sum(&near) && sum(&near) > 0.0, "{far:?} {near:?}");
    }
}
