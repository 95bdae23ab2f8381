//! Why a solver could not be made.

use weir_scene::SceneError;

/// A scene that the solver refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SolverError {
    /// The scene is not valid.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// A parameter is out of range.
    #[error("solver parameter {name}: got {got}, takes {takes}")]
    Config {
        /// Name of the parameter.
        name: &'static str,
        /// What was given.
        got: String,
        /// What may be given.
        takes: &'static str,
    },
    /// A body whose outline no solid shape can be made of.
    #[error("body[{0}].shape: its outline makes no solid shape")]
    BodyShape(usize),
    /// The graphics card cannot be used.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(#[from] crate::gpu::GpuError),
    /// More solids move in a scene than a graphics card can take account of.
    #[cfg(feature = "gpu")]
    #[error("{got} bodies and lines on their way in one scene: a graphics card takes {most}")]
    Movers {
        /// How many.
        got: usize,
        /// How many may.
        most: usize,
    },
    /// This build has no solver for graphics cards.
    #[error("this build has no solver for graphics cards; the feature `gpu` brings it")]
    NoGpu,
    /// A stroke id that the solver does not know.
    #[error("no stroke with id {0}")]
    UnknownStroke(u32),
}
