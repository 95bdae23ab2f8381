//! What was measured of one network.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evaluate::{MARKS, Measure};

/// Errors that networks are compared by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The one that decides.
    pub primary: String,
    /// Those that must not be much worse.
    pub guards: Vec<String>,
}

impl Metrics {
    /// Those of runs of so many frames; `None` if these are too few to judge by.
    ///
    /// What decides is the shape of the water, whoever is who: `sinkhorn_100`. Particle by
    /// particle two runs of the solver itself that differ in their steps are as far apart after
    /// a hundred frames as most of what a network is off, so there is nothing to win there.
    /// Before chaos sets in there is: `mse_20`, and the same from water in motion. What neither
    /// sees is water that is at the right place at the wrong speed: `kinetic_error_100`.
    pub fn at(frames: usize) -> Option<Self> {
        let [_, early, late, _] = MARKS;
        let mark = [late, early].into_iter().find(|mark| frames >= *mark)?;
        let guards =
            [format!("mse_{early}"), format!("warm_mse_{early}"), format!("kinetic_error_{mark}")];
        Some(Self { primary: format!("sinkhorn_{mark}"), guards: guards.to_vec() })
    }

    /// All, that which decides first.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.primary).chain(&self.guards).map(String::as_str)
    }

    /// The error below which two runs count as equally good: a millimetre, a thousandth.
    pub(super) fn floor(metric: &str) -> f64 {
        match Measure::of(metric).map(|measure| measure.unit) {
            Some("m²") => 1e-6,
            _ => 1e-3,
        }
    }
}

/// What a network costs in time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// Time of a call in the middle of all, milliseconds.
    pub p50: f64,
    /// Time that 95 of 100 calls do not exceed, milliseconds.
    pub p95: f64,
    /// Calls that were timed.
    pub calls: usize,
}

/// One network in one scene.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneRun {
    /// Name of the scene.
    pub label: String,
    /// Slices that it belongs to.
    pub slices: Vec<String>,
    /// Errors by name; one that is not a number counts as missing.
    pub errors: BTreeMap<String, f64>,
    /// Why it ended before its time, or counts as blown up.
    pub failed: Option<String>,
    /// Moves through lines.
    pub crossings: f64,
    /// Particles outside of the rectangle or inside a thick line.
    pub penetrations: f64,
    /// Particles that came or went where they cannot.
    pub mass_faults: f64,
    /// Most energy, as a share of what had come in; `None` if it was not a number.
    pub most_energy: Option<f64>,
}

impl SceneRun {
    /// An error, if it is there and is one.
    pub fn error(&self, metric: &str) -> Option<f64> {
        self.errors.get(metric).copied().filter(|error| error.is_finite())
    }
}

/// One network on all scenes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// What it is called.
    pub name: String,
    /// SHA-256 of its file of weights.
    pub sha256: String,
    /// SHA-256 of its description.
    pub config_sha256: String,
    /// What identifies scenes, frames and measures.
    pub digest: String,
    /// What it is compared by.
    pub metrics: Metrics,
    /// Its runs, in the same order for all who were judged with it.
    pub scenes: Vec<SceneRun>,
    /// What a call of it takes; `None` if that was not measured.
    pub call_ms: Option<Latency>,
    /// Size of its files.
    pub bytes: u64,
}
