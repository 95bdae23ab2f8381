//! Which class a sentence is of, by what it means: logistic regression over vectors that somebody
//! else makes of sentences.

use std::fmt;
use std::sync::Arc;

use crate::regression::{Features, Regression};

/// Why there are no vectors.
pub type MeaningError = Box<dyn std::error::Error + Send + Sync>;

type Vectors = dyn Fn(&[&str]) -> Result<Vec<Vec<f32>>, MeaningError> + Send + Sync;

/// Makes vectors of sentences: the nearer two are, the more alike is what they mean.
#[derive(Clone)]
pub struct Meaning {
    dimensions: usize,
    vectors: Arc<Vectors>,
}

impl Meaning {
    /// By a function that makes a vector of length 1 for each text, in their order. It is called
    /// where a turn is heard and may take a few hundredths of a second.
    pub fn new(
        dimensions: usize,
        vectors: impl Fn(&[&str]) -> Result<Vec<Vec<f32>>, MeaningError> + Send + Sync + 'static,
    ) -> Self {
        Self { dimensions, vectors: Arc::new(vectors) }
    }

    /// A vector for each text.
    pub(crate) fn of(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, MeaningError> {
        let vectors = (self.vectors)(texts)?;
        if vectors.len() != texts.len() {
            return Err(format!("{} vectors for {} texts", vectors.len(), texts.len()).into());
        }
        let is_vector =
            |of: &Vec<f32>| of.len() == self.dimensions && of.iter().all(|value| value.is_finite());
        match vectors.iter().position(|vector| !is_vector(vector)) {
            None => Ok(vectors),
            Some(wrong) => {
                let (got, takes) = (vectors[wrong].len(), self.dimensions);
                Err(format!("vector {wrong}: got {got} numbers, takes {takes} finite ones").into())
            }
        }
    }
}

impl fmt::Debug for Meaning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Meaning").field("dimensions", &self.dimensions).finish_non_exhaustive()
    }
}

/// A classifier of vectors.
#[derive(Clone, Debug)]
pub(crate) struct Semantic {
    model: Regression,
}

impl Semantic {
    /// Learns from vectors, and the class of each.
    pub fn learn(vectors: &[&[f32]], labels: &[usize], classes: usize) -> Self {
        let columns = vectors.first().map_or(0, |vector| vector.len()) + 1;
        let vectors = vectors.iter().map(|vector| features(vector));
        let examples: Vec<(usize, Features)> = labels.iter().copied().zip(vectors).collect();
        Self { model: Regression::learn(&examples, columns, classes) }
    }

    /// How likely each class is; together 1.
    pub fn likelihoods(&self, vector: &[f32]) -> Vec<f32> {
        self.model.likelihoods(&features(vector))
    }
}

/// All numbers of a vector, and one that counts always.
fn features(vector: &[f32]) -> Features {
    vector.iter().copied().chain([1.0]).enumerate().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_near_those_of_a_class_are_of_it() {
        let vectors = [[1.0, 0.0, 0.0], [0.96, 0.28, 0.0], [0.0, 1.0, 0.0], [0.0, 0.96, 0.28]];
        let vectors: Vec<&[f32]> = vectors.iter().map(<[f32; 3]>::as_slice).collect();
        let model = Semantic::learn(&vectors, &[0, 0, 1, 1], 2);
        for (vector, class) in [([0.98, 0.0, 0.2], 0), ([0.2, 0.98, 0.0], 1)] {
            let likely = model.likelihoods(&vector);
            assert!(likely[class] > 0.8, "{likely:?}");
            assert!((likely.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        let of = |vectors: Vec<Vec<f32>>| {
            Meaning::new(2, move |_| Ok(vectors.clone())).of(&["water", "flows"])
        };
        assert!(of(vec![vec![1.0, 0.0]; 2]).is_ok());
        for (vectors, says) in [
            (vec![vec![1.0, 0.0]], "1 vectors for 2 texts"),
            (vec![vec![1.0, 0.0], vec![1.0]], "vector 1: got 1 numbers, takes 2"),
            (vec![vec![f32::NAN, 0.0], vec![1.0, 0.0]], "vector 0: got 2 numbers, takes 2 finite"),
        ] {
            let error = of(vectors).expect_err(says).to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
