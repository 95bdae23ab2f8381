//! How the solver works, as opposed to what it works on.

use crate::SolverError;
use serde::{Deserialize, Serialize};

/// Where the solver runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// On the processor, in the rayon pool that calls it.
    #[default]
    Cpu,
    /// On a graphics card that is looked for at run time.
    Gpu,
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
    /// rest being replaced by the grid's: 1 is FLIP, 0 is APIC. Default 0.98.
    pub flip_per_ms: f64,
    /// Pressure residual at which iteration stops, relative to the right-hand side. Default 1e-4.
    pub pressure_tolerance: f64,
    /// Density-projection residual at which iteration stops, relative. Default 1e-2.
    pub density_tolerance: f64,
    /// Share of the density error that one step mends. Default 1.
    pub density_rate: f64,
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
            flip_per_ms: 0.98,
            pressure_tolerance: 1e-4,
            density_tolerance: 1e-2,
            density_rate: 1.0,
            max_iterations: 400,
            audit: true,
        }
    }
}

impl SolverConfig {
    /// Checks every parameter's range.
    ///
    /// # Errors
    /// The first parameter that is out of range.
    pub fn validate(&self) -> Result<(), SolverError> {
        let check = |name, value: f64, low: f64, high: f64, takes| {
            if value > low && value <= high {
                Ok(())
            } else {
                Err(SolverError::Config { name, got: value.to_string(), takes })
            }
        };
        check("fps", self.fps, 0.0, 1e6, "above 0, at most 1e6")?;
        check("cfl", self.cfl, 0.0, 1.0, "above 0, at most 1")?;
        check("dt_max_s", self.dt_max_s, 0.0, 1.0, "above 0, at most 1 s")?;
        check("flip_per_ms", self.flip_per_ms, -f64::MIN_POSITIVE, 1.0, "from 0 to 1")?;
        check("pressure_tolerance", self.pressure_tolerance, 0.0, 0.5, "above 0, at most 0.5")?;
        check("density_tolerance", self.density_tolerance, 0.0, 0.5, "above 0, at most 0.5")?;
        check("density_rate", self.density_rate, -f64::MIN_POSITIVE, 1.0, "from 0 to 1")?;
        check("max_iterations", self.max_iterations as f64, 0.0, 1e6, "from 1 to 1e6")
    }
}
