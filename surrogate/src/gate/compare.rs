//! Errors of two networks, scene by scene.

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::measured::{Measured, Metrics, SceneRun};
use crate::evaluate::bootstrap;

/// How large an error of the candidate is, of the champion's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// Which error, or which slice.
    pub what: String,
    /// Scenes in which both have it.
    pub scenes: usize,
    /// Geometric mean over scenes of the one divided by the other.
    pub ratio: f64,
    /// What it is at most, by the bootstrap over scenes, one-sided at 95 %; nothing of too few
    /// scenes.
    pub bound: Option<f64>,
}

/// A scene that both ran.
pub(super) type Pair<'a> = (&'a SceneRun, &'a SceneRun);

/// Scenes that both ran, in their order; `None` if they did not run the same.
pub(super) fn pairs<'a>(candidate: &'a Measured, champion: &'a Measured) -> Option<Vec<Pair<'a>>> {
    let pairs: Vec<Pair<'_>> = candidate.scenes.iter().zip(&champion.scenes).collect();
    let are_same = candidate.scenes.len() == champion.scenes.len()
        && pairs.iter().all(|(a, b)| a.label == b.label && a.slices == b.slices);
    are_same.then_some(pairs)
}

/// Compares by one error. `None` if no scene has it of both.
pub(super) fn compare(what: &str, metric: &str, pairs: &[Pair<'_>]) -> Option<Compared> {
    let floor = Metrics::floor(metric);
    let log = |(a, b): &Pair<'_>| {
        let [above, below] = [a.error(metric)?, b.error(metric)?].map(|error| error.max(floor));
        Some((above / below).ln())
    };
    let logs: Vec<f64> = pairs.iter().filter_map(log).collect();
    let bound = bootstrap::bound(&logs)?;
    Some(Compared {
        what: what.to_owned(),
        scenes: bound.n,
        ratio: bound.mean.exp(),
        bound: Some(bound.hi.exp()).filter(|hi| hi.is_finite()),
    })
}

/// Compares by one error in each slice that is not all scenes.
pub(super) fn slices(metric: &str, pairs: &[Pair<'_>]) -> Vec<Compared> {
    let mut names: Vec<&String> = pairs.iter().flat_map(|(run, _)| &run.slices).collect();
    names.sort_unstable();
    names.dedup();
    let of = |name: &String| {
        let is_in = |pair: &&Pair<'_>| pair.0.slices.contains(name);
        let some: Vec<Pair<'_>> = pairs.iter().filter(is_in).copied().collect();
        if some.len() == pairs.len() { None } else { compare(name, metric, &some) }
    };
    names.into_iter().filter_map(of).collect()
}

/// Who costs less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cheaper {
    /// The candidate.
    Candidate,
    /// The champion.
    Champion,
    /// Neither by much, or each in its own way.
    Neither,
}

/// Slower by this still counts as equally fast: clocks waver.
const WAVER: f64 = 1.05;

impl Cheaper {
    /// Who is faster and not larger, or smaller and not slower. Not both can be.
    pub(super) fn of(candidate: &Measured, champion: &Measured, limits: &Limits) -> Self {
        let (Some(time), Some(other_time)) = (candidate.call_ms, champion.call_ms) else {
            return Self::Neither;
        };
        let one = (time.p50, candidate.bytes as f64);
        let other = (other_time.p50, champion.bytes as f64);
        let is_cheaper = |one: (f64, f64), other: (f64, f64)| {
            let share = limits.cheaper_share;
            one.0 <= share * other.0 && one.1 <= other.1
                || one.1 <= share * other.1 && one.0 <= WAVER * other.0
        };
        if is_cheaper(one, other) {
            Self::Candidate
        } else if is_cheaper(other, one) {
            Self::Champion
        } else {
            Self::Neither
        }
    }
}
