//! Why a case has no result.

use weir_scene::AdvanceError;

use crate::SolverError;

/// A case that could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// The solver refused the scene.
    #[error(transparent)]
    Solver(#[from] SolverError),
    /// The solver stopped on the way.
    #[error(transparent)]
    Advance(#[from] AdvanceError),
    /// No pool with this many threads.
    #[error("a pool of {threads} threads: {source}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the pool's builder said.
        source: rayon::ThreadPoolBuildError,
    },
    /// Whoever watches asked to stop.
    #[error("interrupted")]
    Interrupted,
}
