//! What computes the solver's water, as commands take it.

use clap::ValueEnum;
use weir_sim::SolverError;

use crate::failure::Failure;

/// What computes the water.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    /// The solver, on the processor
    Cpu,
    /// The solver, on a graphics card that Vulkan, Metal or Direct3D 12 reaches
    Gpu,
}

impl Backend {
    /// What reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

impl From<Backend> for weir_sim::Backend {
    fn from(backend: Backend) -> Self {
        match backend {
            Backend::Cpu => Self::Cpu,
            Backend::Gpu => Self::Gpu,
        }
    }
}

/// Why a solver of `scene` was not made, for the exit code: what the solver refuses is the
/// scene's or the command line's fault, a card that is not there is the machine's.
pub fn refusal(scene: &str, error: &SolverError) -> Failure {
    match error {
        SolverError::Gpu(_) | SolverError::NoGpu => {
            Failure::Lacking(format!("--backend gpu: {error}; --backend cpu works without"))
        }
        _ => Failure::BadInput(format!("{scene}: {error}")),
    }
}
