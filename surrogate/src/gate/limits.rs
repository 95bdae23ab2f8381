//! What a network must keep to.

use serde::{Deserialize, Serialize};

use crate::range;

/// Limits of the gate. A file may set some of them; the others stay as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Scenes that both were measured on, at least.
    pub least_scenes: usize,
    /// Error in a slice at most, of the champion's: a point estimate.
    pub most_slice_ratio: f64,
    /// Scenes that a slice must have to be judged.
    pub least_slice_scenes: usize,
    /// Other errors at most, of the champion's: point estimates.
    pub most_guard_ratio: f64,
    /// Error that a faster or smaller network may have, of the champion's: an upper bound.
    pub tie_ratio: f64,
    /// Time of a call or size that counts as faster or smaller, of the other's.
    pub cheaper_share: f64,
    /// Runs that blew up, ended early or were not a number, at most.
    pub most_blow_ups: usize,
    /// Moves through lines in all runs, at most.
    pub most_crossings: f64,
    /// Particles where no water can be in all runs, at most.
    pub most_penetrations: f64,
    /// Particles that came or went where they cannot in all runs, at most.
    pub most_mass_faults: f64,
    /// Energy in any run at most, of what had come in.
    pub most_energy: f64,
    /// Time that 95 of 100 calls must not exceed, milliseconds.
    pub most_call_ms: f64,
    /// Size of its files at most.
    pub most_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            least_scenes: 32,
            most_slice_ratio: 1.05,
            least_slice_scenes: 5,
            most_guard_ratio: 1.05,
            tie_ratio: 1.02,
            cheaper_share: 0.9,
            most_blow_ups: 0,
            most_crossings: 0.0,
            most_penetrations: 0.0,
            most_mass_faults: 0.0,
            most_energy: 1.05,
            // The time of the water that a call moves.
            most_call_ms: 1e3 / 30.0,
            // Visitors' browsers load it.
            most_bytes: 8 << 20,
        }
    }
}

impl Limits {
    /// Those of a TOML file.
    ///
    /// # Errors
    /// In words which key is wrong, what it got and what it takes.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let limits: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        limits.validate()?;
        Ok(limits)
    }

    /// Says which limit is out of range.
    ///
    /// # Errors
    /// One is.
    pub fn validate(&self) -> Result<(), String> {
        range::count("least_scenes", self.least_scenes, 2..=100_000)?;
        range::count("least_slice_scenes", self.least_slice_scenes, 1..=100_000)?;
        for (name, ratio) in [
            ("most_slice_ratio", self.most_slice_ratio),
            ("most_guard_ratio", self.most_guard_ratio),
            ("tie_ratio", self.tie_ratio),
            ("most_energy", self.most_energy),
        ] {
            let holds = ratio.is_finite() && ratio >= 1.0;
            range::check(name, holds, ratio, "a number from 1 on")?;
        }
        let share = self.cheaper_share;
        range::check("cheaper_share", share > 0.0 && share < 1.0, share, "between 0 and 1")?;
        for (name, count) in [
            ("most_crossings", self.most_crossings),
            ("most_penetrations", self.most_penetrations),
            ("most_mass_faults", self.most_mass_faults),
        ] {
            let holds = count.is_finite() && count >= 0.0;
            range::check(name, holds, count, "a number from 0 on")?;
        }
        range::positive("most_call_ms", self.most_call_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_sets_some_and_a_wrong_one_is_refused_by_its_key() {
        let limits = Limits::from_toml("least_scenes = 48\nmost_call_ms = 20.0").expect("limits");
        assert_eq!((limits.least_scenes, limits.most_call_ms), (48, 20.0));
        assert_eq!(Limits::from_toml(""), Ok(Limits::default()));
        for (text, key) in [
            ("least_scenes = 1", "least_scenes"),
            ("tie_ratio = 0.9", "tie_ratio"),
            ("tie_ratio = nan", "tie_ratio"),
            ("cheaper_share = 1.0", "cheaper_share"),
            ("most_crossings = -1.0", "most_crossings"),
            ("most_call_ms = 0.0", "most_call_ms"),
            ("most_cals_ms = 1.0", "most_cals_ms"),
        ] {
            let error = Limits::from_toml(text).expect_err(text);
            assert!(error.contains(key), "{text}: {error}");
        }
    }
}
