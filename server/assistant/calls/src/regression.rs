//! Multinomial logistic regression (Bishop, *Pattern Recognition and Machine Learning*, 4.3.4).
//!
//! It always learns the same: examples come in a fixed order and nothing is drawn by chance.

/// Passes over all examples.
const PASSES: usize = 30;
/// Length of the first steps (AdaGrad shortens them).
const STEP: f32 = 0.5;
/// How strongly weights are drawn to zero, each time their feature is seen.
const DECAY: f32 = 1e-4;

/// What there is, and how much each counts: column and weight.
pub(crate) type Features = Vec<(usize, f32)>;

/// A classifier of features.
#[derive(Clone, Debug)]
pub(crate) struct Regression {
    classes: usize,
    /// A weight for each class, column by column.
    weights: Vec<f32>,
}

impl Regression {
    /// Learns from features, each with its class; there are `columns` of them.
    pub fn learn(examples: &[(usize, Features)], columns: usize, classes: usize) -> Self {
        let mut model = Self { classes, weights: vec![0.0; columns * classes] };
        model.descend(examples);
        model
    }

    /// How likely each class is; together 1.
    pub fn likelihoods(&self, features: &Features) -> Vec<f32> {
        let mut likely = vec![0.0; self.classes];
        self.softmax(features, &mut likely);
        likely
    }

    fn softmax(&self, features: &Features, likely: &mut [f32]) {
        likely.fill(0.0);
        for &(column, value) in features {
            let weights = &self.weights[column * self.classes..][..self.classes];
            for (score, weight) in likely.iter_mut().zip(weights) {
                *score += weight * value;
            }
        }
        let most = likely.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        likely.iter_mut().for_each(|score| *score = (*score - most).exp());
        let whole: f32 = likely.iter().sum();
        likely.iter_mut().for_each(|part| *part /= whole);
    }

    /// Stochastic descent with AdaGrad (Duchi, Hazan and Singer, JMLR 12, 2011).
    fn descend(&mut self, examples: &[(usize, Features)]) {
        let mut squares = vec![1e-6_f32; self.weights.len()];
        let mut errors = vec![0.0; self.classes];
        let stride = stride(examples.len());
        for _ in 0..PASSES {
            // Not class by class, or each pass would forget the first ones.
            for k in 0..examples.len() {
                let (label, features) = &examples[k * stride % examples.len()];
                self.softmax(features, &mut errors);
                errors[*label] -= 1.0;
                for &(column, value) in features {
                    let place = column * self.classes..(column + 1) * self.classes;
                    let weights = self.weights[place.clone()].iter_mut();
                    let squares = squares[place].iter_mut();
                    for ((weight, square), error) in weights.zip(squares).zip(&errors) {
                        let slope = error * value + DECAY * *weight;
                        *square += slope * slope;
                        *weight -= STEP * slope / square.sqrt();
                    }
                }
            }
        }
    }
}

/// A step that comes by each of so many places before it comes by one again, and far from the
/// last one: near the golden part of them, and sharing no divisor with them.
fn stride(count: usize) -> usize {
    let divisor = |mut a: usize, mut b: usize| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let golden = (count as f32 * 0.618) as usize;
    (golden.max(1)..).find(|&stride| divisor(stride, count) == 1).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn order_of_examples_leaves_none_out() {
        for count in [1, 2, 3, 10, 64, 97, 360] {
            let seen: HashSet<usize> = (0..count).map(|k| k * stride(count) % count).collect();
            assert_eq!(seen.len(), count);
        }
    }
}
