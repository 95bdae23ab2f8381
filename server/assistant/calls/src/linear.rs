//! Multinomial logistic regression over the TF-IDF weights of terms (Manning, Raghavan and
//! Schütze, *Introduction to Information Retrieval*, 6.2; Bishop, *Pattern Recognition and
//! Machine Learning*, 4.3.4).
//!
//! It learns from the examples of a playbook when that is opened, and always the same: examples
//! come in a fixed order and nothing is drawn by chance.

use std::collections::{HashMap, HashSet};

/// Passes over all examples.
const PASSES: usize = 30;
/// Length of the first steps (AdaGrad shortens them).
const STEP: f32 = 0.5;
/// How strongly weights are drawn to zero, each time their term is seen.
const DECAY: f32 = 1e-4;

/// Terms that are there, and how much each counts: column and weight.
type Features = Vec<(usize, f32)>;

/// A classifier of lists of terms.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    columns: HashMap<String, usize>,
    /// By column: how rare the term is.
    rarity: Vec<f32>,
    classes: usize,
    /// A weight for each class, column by column; the last column counts always.
    weights: Vec<f32>,
}

impl Linear {
    /// Learns from texts, each a list of terms, and the class of each.
    pub fn learn(texts: &[Vec<String>], labels: &[usize], classes: usize) -> Self {
        let (columns, rarity) = count(texts);
        let weights = vec![0.0; (rarity.len() + 1) * classes];
        let mut model = Self { columns, rarity, classes, weights };
        let texts = texts.iter().map(|terms| model.weigh(terms));
        let examples: Vec<(usize, Features)> = labels.iter().copied().zip(texts).collect();
        model.descend(&examples);
        model
    }

    /// How likely it is that a text is of each class; together 1.
    pub fn likelihoods(&self, terms: &[String]) -> Vec<f32> {
        let mut likely = vec![0.0; self.classes];
        self.softmax(&self.weigh(terms), &mut likely);
        likely
    }

    /// The weights of those terms that some example has, as a vector of length 1.
    fn weigh(&self, terms: &[String]) -> Features {
        let mut counts: HashMap<usize, f32> = HashMap::new();
        for column in terms.iter().filter_map(|term| self.columns.get(term)) {
            *counts.entry(*column).or_default() += 1.0;
        }
        let mut features: Features = counts.into_iter().collect();
        features.sort_unstable_by_key(|(column, _)| *column);
        for (column, value) in &mut features {
            *value = (1.0 + value.ln()) * self.rarity[*column];
        }
        let length = features.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        for (_, value) in &mut features {
            *value /= length.max(f32::MIN_POSITIVE);
        }
        features.push((self.rarity.len(), 1.0));
        features
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

/// The columns of all terms, and how rare each is: the logarithm of all texts by those with it.
fn count(texts: &[Vec<String>]) -> (HashMap<String, usize>, Vec<f32>) {
    let mut columns: HashMap<String, usize> = HashMap::new();
    let mut having: Vec<f32> = Vec::new();
    for terms in texts {
        let mut seen = HashSet::new();
        for term in terms.iter().filter(|term| seen.insert(term.as_str())) {
            let column = *columns.entry(term.clone()).or_insert_with(|| {
                having.push(0.0);
                having.len() - 1
            });
            having[column] += 1.0;
        }
    }
    let rarity = |with: &f32| ((1.0 + texts.len() as f32) / (1.0 + with)).ln() + 1.0;
    (columns, having.iter().map(rarity).collect())
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

    #[test]
    fn classes_that_share_no_term_are_told_apart() {
        let texts = ["a b", "b c", "x y", "y z"]
            .map(|text| text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let model = Linear::learn(&texts, &[0, 0, 1, 1], 2);
        for (terms, class) in texts.iter().zip([0, 0, 1, 1]) {
            let likely = model.likelihoods(terms);
            assert!(likely[class] > 0.9, "{terms:?}: {likely:?}");
            assert!((likely.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn order_of_examples_leaves_none_out() {
        for count in [1, 2, 3, 10, 64, 97, 360] {
            let seen: HashSet<usize> = (0..count).map(|k| k * stride(count) % count).collect();
            assert_eq!(seen.len(), count);
        }
    }
}
