//! Which class a sentence is of, by its words: multinomial logistic regression over the TF-IDF
//! weights of stems and pairs of stems (Manning, Raghavan and Schütze, *Introduction to
//! Information Retrieval*, 6.2; Bishop, *Pattern Recognition and Machine Learning*, 4.3.4).
//!
//! It learns from the examples of a playbook when that is opened, in a fraction of a second, and
//! always the same: examples come in a fixed order and nothing is drawn by chance.

use std::collections::{HashMap, HashSet};

use crate::terms::{param, terms};

/// Passes over all examples.
const PASSES: usize = 60;
/// Length of the first steps (AdaGrad shortens them).
const STEP: f32 = 0.5;
/// How strongly weights are drawn to zero, each time their word is seen.
const DECAY: f32 = 1e-4;

/// Words that are there, and how much each counts: column and weight.
type Features = Vec<(usize, f32)>;

/// A classifier of sentences.
#[derive(Clone, Debug)]
pub struct Lexical { views: Vec<View> }

impl Lexical {
    /// Learns.
    pub fn learn(classes: &[Vec<&str>]) -> Self {
        Self { views: (0..crate::terms::views()).map(|v| View::learn(classes, v)).collect() }
    }
    /// Likelihoods.
    pub fn likelihoods(&self, sentence: &str) -> Vec<f32> {
        let each: Vec<Vec<f32>> = self.views.iter().map(|v| v.likelihoods(sentence)).collect();
        let n = each.len() as f32;
        let geo = param("GEO", 0.0) > 0.0;
        let mut mean: Vec<f32> = (0..each[0].len()).map(|c| if geo { (each.iter().map(|e| e[c].max(1e-9).ln()).sum::<f32>() / n).exp() } else { each.iter().map(|e| e[c]).sum::<f32>() / n }).collect();
        let sharp = param("SHARP", 1.0);
        for m in &mut mean { *m = m.powf(sharp); }
        let whole: f32 = mean.iter().sum();
        mean.iter_mut().for_each(|m| *m /= whole);
        mean
    }
}

/// A view.
#[derive(Clone, Debug)]
pub struct View {
    view: usize,
    columns: HashMap<String, usize>,
    /// By column: how rare the word is.
    rarity: Vec<f32>,
    /// By class: a weight for each column, and one that counts always.
    weights: Vec<Vec<f32>>,
}

impl View {
    /// Learns from the sentences of each class.
    pub fn learn(classes: &[Vec<&str>], view: usize) -> Self {
        let texts: Vec<Vec<String>> = classes.iter().flatten().map(|text| terms(text, view)).collect();
        let (columns, rarity) = count(&texts);
        let mut model = Self { view, columns, rarity, weights: Vec::new() };
        let width = model.rarity.len() + 1;
        model.weights = vec![vec![0.0; width]; classes.len()];
        let of = |class: usize| std::iter::repeat_n(class, classes[class].len());
        let labels = (0..classes.len()).flat_map(of);
        let examples: Vec<(usize, Features)> =
            labels.zip(texts.iter().map(|terms| model.weigh(terms))).collect();
        model.descend(&examples);
        model
    }

    /// How likely it is that a sentence is of each class; together 1.
    pub fn likelihoods(&self, sentence: &str) -> Vec<f32> {
        self.softmax(&self.weigh(&terms(sentence, self.view)))
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

    fn softmax(&self, features: &Features) -> Vec<f32> {
        let score = |weights: &Vec<f32>| {
            features.iter().map(|(column, value)| weights[*column] * value).sum::<f32>()
        };
        let scores: Vec<f32> = self.weights.iter().map(score).collect();
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let parts: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
        let whole: f32 = parts.iter().sum();
        parts.into_iter().map(|part| part / whole).collect()
    }

    /// Stochastic descent with AdaGrad (Duchi, Hazan and Singer, JMLR 12, 2011).
    fn descend(&mut self, examples: &[(usize, Features)]) {
        let mut squares: Vec<Vec<f32>> =
            self.weights.iter().map(|weights| vec![1e-6; weights.len()]).collect();
        let stride = stride(examples.len()); let decay = param("DECAY", DECAY); let passes = param("PASSES", PASSES as f32) as usize; let step = param("STEP", STEP);
        for _ in 0..passes {
            // Not class by class, or each pass would forget the first ones.
            for k in 0..examples.len() {
                let (label, features) = &examples[k * stride % examples.len()];
                let likely = self.softmax(features);
                for (class, likely) in likely.into_iter().enumerate() {
                    let error = likely - if class == *label { 1.0 } else { 0.0 };
                    for &(column, value) in features {
                        let weight = &mut self.weights[class][column];
                        let slope = error * value + decay * *weight;
                        let square = &mut squares[class][column];
                        *square += slope * slope;
                        *weight -= step * slope / square.sqrt();
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

    fn small() -> Lexical {
        let money = vec!["we can spend ten thousand", "our budget is 5,000", "the money is there"];
        let time = vec!["it has to run by May", "we need it before summer", "the deadline is June"];
        let talk = vec!["how was your trip", "it rains again", "can you hear me", "right"];
        Lexical::learn(&[money, time, talk])
    }

    #[test]
    fn examples_are_known_again() {
        let model = small();
        for (sentence, class) in [("our budget is 9", 0), ("before summer", 1), ("it rains", 2)] {
            let likely = model.likelihoods(sentence);
            assert!((likely.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{likely:?}");
            assert!(likely[class] > 0.6, "{sentence}: {likely:?}");
        }
    }

    #[test]
    fn it_learns_the_same_each_time() {
        let ask = |model: Lexical| model.likelihoods("the budget is there before June");
        assert_eq!(ask(small()), ask(small()));
    }

    #[test]
    fn order_of_examples_leaves_none_out() {
        for count in [1, 2, 3, 10, 64, 97, 360] {
            let seen: HashSet<usize> = (0..count).map(|k| k * stride(count) % count).collect();
            assert_eq!(seen.len(), count);
        }
    }
}
