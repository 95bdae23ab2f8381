//! How the networks are watched: where new ones come from, and who checks those that are here.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use weir_drift::{Reference, Window};

use crate::lot::Share;

/// Name of the reference that comes with weir.
const SHIPPED: &str = "drawn";

/// Where networks are promoted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegistryConfig {
    /// A folder, or the URL of an MLflow server; nothing for none.
    pub place: String,
    /// What the network is called there.
    pub name: String,
    /// Seconds between two looks.
    pub poll_s: NonZeroU64,
    /// Share of new runs that `challenger` moves, once there is one.
    pub canary_share: Share,
}

/// Runs that the solver runs again, to compare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditConfig {
    /// Share of all runs.
    pub share: Share,
    /// Whether `challenger` runs these as well.
    pub shadow: bool,
    /// Runs that wait; more are let go.
    pub queue: NonZeroUsize,
}

/// What visitors draw, beside what the network learned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DriftConfig {
    /// `drawn`, the scenes that the network that ships learned from, or a file that
    /// `weir inputs` has written.
    pub reference: PathBuf,
    /// Scenes of visitors that are compared with it: the latest.
    pub window: NonZeroUsize,
}

impl Default for RegistryConfig {
    fn default() -> Self {
        Self {
            place: String::new(),
            name: "weir".to_owned(),
            poll_s: NonZeroU64::MIN.saturating_add(29),
            canary_share: Share::default(),
        }
    }
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self {
            share: Share::ONE_IN_A_HUNDRED,
            shadow: false,
            queue: NonZeroUsize::MIN.saturating_add(15),
        }
    }
}

impl DriftConfig {
    /// The latest scenes, none so far.
    ///
    /// # Errors
    /// The reference cannot be read.
    pub fn window(&self) -> Result<Window, String> {
        let Self { reference: path, window } = self;
        if path.as_os_str() == SHIPPED {
            return Ok(Window::new(Reference::drawn(), window.get()));
        }
        let words = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| words(&error))?;
        let reference = Reference::from_toml(&text).map_err(|error| words(&error))?;
        Ok(Window::new(reference, window.get()))
    }
}

impl Default for DriftConfig {
    fn default() -> Self {
        Self { reference: PathBuf::from(SHIPPED), window: NonZeroUsize::MIN.saturating_add(199) }
    }
}
