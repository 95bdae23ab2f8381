//! How the solver works, as opposed to what it works on.

use serde::{Deserialize, Serialize};

/// Where the solver runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// On the processor, in the rayon pool that calls it.
    #[default]
    Cpu,
}

/// Parameters of the solver. The defaults are the validated ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SolverConfig {
    /// Frames per second that [`weir_scene::Advance`] yields, 1/s. Default 60.
    pub fps: f64,
    /// Courant number: how many cells the fastest water crosses in a step, at most 1. Default 1.
    pub cfl: f64,
    /// Longest step, seconds. Default 1/120.
    pub dt_max_s: f64,
    /// Share of the particle's own velocity that survives a millisecond, the
    /// rest being replaced by the grid's: 1 is FLIP, 0 is APIC. Default 0.995.
    pub flip_per_ms: f64,
    /// Pressure residual at which iteration stops, relative to the right-hand side. Default 1e-4.
    pub pressure_tolerance: f64,
    /// Density-projection residual at which iteration stops, relative. Default 1e-2.
    pub density_tolerance: f64,
    /// Most iterations of either solve in one step. Default 400.
    pub max_iterations: usize,
    /// Whether every move of a particle is checked again, by other code, for
    /// having crossed a line. Costs some 5 %. Default true.
    pub audit: bool,
}

impl Default for SolverConfig {
    fn default() -> Self {
        Self {
            fps: 60.0,
            cfl: 1.0,
            dt_max_s: 1.0 / 120.0,
            flip_per_ms: 0.995,
            pressure_tolerance: 1e-4,
            density_tolerance: 1e-2,
            max_iterations: 400,
            audit: true,
        }
    }
}
