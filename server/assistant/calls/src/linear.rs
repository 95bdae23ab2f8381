//! Logistic regression over the TF-IDF weights of terms (Manning, Raghavan and Schütze,
//! *Introduction to Information Retrieval*, 6.2). It learns from the examples of a playbook when
//! that is opened.

use std::collections::{HashMap, HashSet};

use crate::regression::{Features, Regression};

/// A classifier of lists of terms.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    columns: HashMap<String, usize>,
    /// By column: how rare the term is.
    rarity: Vec<f32>,
    /// Its last column counts always.
    model: Regression,
}

impl Linear {
    /// Learns from texts, each a list of terms, and the class of each.
    pub fn learn(texts: &[Vec<String>], labels: &[usize], classes: usize) -> Self {
        let (columns, rarity) = count(texts);
        let texts = texts.iter().map(|terms| weigh(terms, &columns, &rarity));
        let examples: Vec<(usize, Features)> = labels.iter().copied().zip(texts).collect();
        let model = Regression::learn(&examples, rarity.len() + 1, classes);
        Self { columns, rarity, model }
    }

    /// How likely it is that a text is of each class; together 1.
    pub fn likelihoods(&self, terms: &[String]) -> Vec<f32> {
        self.model.likelihoods(&weigh(terms, &self.columns, &self.rarity))
    }
}

/// The weights of those terms that some example has, as a vector of length 1.
fn weigh(terms: &[String], columns: &HashMap<String, usize>, rarity: &[f32]) -> Features {
    let mut counts: HashMap<usize, f32> = HashMap::new();
    for column in terms.iter().filter_map(|term| columns.get(term)) {
        *counts.entry(*column).or_default() += 1.0;
    }
    let mut features: Features = counts.into_iter().collect();
    features.sort_unstable_by_key(|(column, _)| *column);
    for (column, value) in &mut features {
        *value = (1.0 + value.ln()) * rarity[*column];
    }
    let length = features.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    for (_, value) in &mut features {
        *value /= length.max(f32::MIN_POSITIVE);
    }
    features.push((rarity.len(), 1.0));
    features
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
}
