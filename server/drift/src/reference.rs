//! What was learned from, as shares of bins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use weir_scene::Scene;

use crate::features::{COUNT, FEATURES, measure};

/// Bins that a number is sorted into where it takes many values.
const BINS: usize = 10;
/// Version of the file.
const VERSION: u32 = 1;

/// How the numbers of many scenes lie.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    version: u32,
    /// Which scenes they are.
    pub source: String,
    /// How many.
    pub scenes: usize,
    /// By the name of a feature.
    features: BTreeMap<String, Bins>,
}

/// Bins of one number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bins {
    /// Between bins, in order: a number that lies on one belongs to the bin below.
    pub edges: Vec<f64>,
    /// Share of the scenes in each bin: one more than there are edges.
    pub shares: Vec<f64>,
}

/// Why a file is no reference.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// It is not TOML with these keys.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// Its values cannot be.
    #[error("{key}: {why}")]
    Wrong {
        /// Where.
        key: String,
        /// Why.
        why: String,
    },
}

impl Reference {
    /// Of these scenes.
    pub fn of(source: &str, scenes: impl IntoIterator<Item = Scene>) -> Self {
        let measured: Vec<[f64; COUNT]> = scenes.into_iter().map(|s| measure(&s)).collect();
        let bins = |k: usize| {
            let mut values: Vec<f64> = measured.iter().map(|numbers| numbers[k]).collect();
            values.sort_unstable_by(f64::total_cmp);
            Bins::of(&values)
        };
        let features = FEATURES.iter().enumerate().map(|(k, f)| (f.name.to_owned(), bins(k)));
        Self {
            version: VERSION,
            source: source.to_owned(),
            scenes: measured.len(),
            features: features.collect(),
        }
    }

    /// Of the recipe `drawn`, which the network that ships learned from.
    pub fn drawn() -> Self {
        let text = include_str!("../references/drawn.toml");
        // A test reads it.
        Self::from_toml(text).unwrap_or_else(|_| Self::of("nothing", []))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It is none.
    pub fn from_toml(text: &str) -> Result<Self, ReferenceError> {
        let read: Self = toml::from_str(text)?;
        let wrong = |key: &str, why: String| ReferenceError::Wrong { key: key.to_owned(), why };
        if read.version != VERSION {
            return Err(wrong("version", format!("got {}, takes {VERSION}", read.version)));
        }
        for feature in FEATURES {
            let key = format!("features.{}", feature.name);
            let bins = read.features.get(feature.name);
            let bins = bins.ok_or_else(|| wrong(&key, "got nothing, takes bins".to_owned()))?;
            bins.fault().map_or(Ok(()), |why| Err(wrong(&key, why)))?;
        }
        match read.features.keys().find(|name| !FEATURES.iter().any(|f| f.name == **name)) {
            None => Ok(read),
            Some(name) => {
                Err(wrong(&format!("features.{name}"), "there is no such one".to_owned()))
            }
        }
    }

    /// As a file.
    ///
    /// # Errors
    /// Never with numbers that are finite.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// The bins in the order of [`FEATURES`].
    pub(crate) fn bins(&self) -> [Bins; COUNT] {
        FEATURES.map(|feature| self.features.get(feature.name).cloned().unwrap_or_default())
    }
}

impl Default for Bins {
    /// One that takes everything, and so says nothing.
    fn default() -> Self {
        Self { edges: Vec::new(), shares: vec![1.0] }
    }
}

impl Bins {
    /// As many scenes in each bin as can be: values that many scenes share are not torn apart.
    fn of(sorted: &[f64]) -> Self {
        let at = |k: usize| sorted.get(k * sorted.len() / BINS).copied();
        let mut edges: Vec<f64> = (1..BINS).filter_map(at).collect();
        edges.dedup();
        // Nothing lies above the largest.
        edges.retain(|edge| sorted.last().is_some_and(|last| edge < last));
        let bins = Self { shares: vec![0.0; edges.len() + 1], edges };
        if sorted.is_empty() {
            return Self::default();
        }
        let mut shares = bins.shares.clone();
        sorted.iter().for_each(|&value| shares[bins.of_value(value)] += 1.0);
        shares.iter_mut().for_each(|share| *share /= sorted.len() as f64);
        Self { shares, ..bins }
    }

    /// Number of the bin that a value is in.
    pub(crate) fn of_value(&self, value: f64) -> usize {
        self.edges.partition_point(|edge| *edge < value)
    }

    fn fault(&self) -> Option<String> {
        let Self { edges, shares } = self;
        if shares.len() != edges.len() + 1 {
            return Some(format!("got {} shares for {} edges", shares.len(), edges.len()));
        }
        if !edges.is_sorted_by(|a, b| a < b) || !edges.iter().all(|edge| edge.is_finite()) {
            return Some("edges: takes numbers that go up".to_owned());
        }
        let sum: f64 = shares.iter().sum();
        let holds =
            shares.iter().all(|share| (0.0..=1.0).contains(share)) && (sum - 1.0).abs() < 1e-6;
        (!holds).then(|| format!("shares: takes shares of one, got {sum} in all"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_ships_is_read_and_written_alike() {
        let text = include_str!("../references/drawn.toml");
        let reference = Reference::from_toml(text).expect("a reference");
        assert!(reference.scenes >= 1000, "{}", reference.scenes);
        assert_eq!(Reference::drawn(), reference);
        let again = Reference::from_toml(&reference.to_toml().expect("text")).expect("a reference");
        assert_eq!(again, reference);
    }

    #[test]
    fn values_that_many_share_make_fewer_bins() {
        let bins = Bins::of(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 3.0]);
        assert_eq!(bins.shares.iter().sum::<f64>(), 1.0);
        assert_eq!(bins.of_value(0.0), 0);
        assert!(bins.edges.len() < BINS - 1 && bins.shares[0] == 0.5, "{bins:?}");
        // A number that nobody had belongs to the last or the first.
        assert_eq!((bins.of_value(-7.0), bins.of_value(99.0)), (0, bins.edges.len()));
        assert_eq!(Bins::of(&[2.0; 9]), Bins::default());
    }

    #[test]
    fn files_that_cannot_be_say_where() {
        let good = Reference::drawn().to_toml().expect("text");
        for (from, to, says) in [
            ("version = 1", "version = 2", "version: got 2"),
            ("[features.jets]", "[features.jet]", "features.jets: got nothing"),
        ] {
            let error = Reference::from_toml(&good.replace(from, to)).expect_err(to);
            assert!(error.to_string().contains(says), "{error}");
        }
        let mut spoilt = Reference::drawn();
        let bins = spoilt.features.get_mut("lines").expect("a feature");
        bins.shares.push(0.5);
        let error = Reference::from_toml(&spoilt.to_toml().expect("text")).expect_err("shares");
        assert!(error.to_string().starts_with("features.lines: got"), "{error}");
    }
}
