//! What can go wrong with a model.

use std::path::PathBuf;

/// Why a model could not be read, written or run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The description of a model is not one.
    #[error("{origin}: {what}")]
    Config {
        /// Where it stands.
        origin: String,
        /// What is wrong.
        what: String,
    },
    /// The weights do not fit the description.
    #[error("{origin}: weights: {what}")]
    Weights {
        /// Where they stand.
        origin: String,
        /// What is wrong.
        what: String,
    },
    /// No such model.
    #[error("no model {name:?}; takes a folder with {files}, or one of: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What a folder has to hold.
        files: &'static str,
        /// Models that ship with the program.
        known: String,
    },
    /// This build or machine has no such device.
    #[error("device {name:?}: {why}")]
    Device {
        /// What was asked for.
        name: String,
        /// Why not.
        why: String,
    },
    /// The scene is more than the network has learned.
    #[error("{what}: got {got}, takes {takes}")]
    Scene {
        /// The part of the scene.
        what: &'static str,
        /// What it is.
        got: String,
        /// What it may be.
        takes: String,
    },
    /// The graphics card cannot be used.
    #[cfg(feature = "wgpu")]
    #[error(transparent)]
    Gpu(#[from] weir_gpu::GpuError),
    /// The device failed at work.
    #[error("the device failed: {0}")]
    Run(String),
}

impl ModelError {
    /// Whether it is the machine that lacks something, and not what was asked for that is wrong.
    pub fn is_lacking(&self) -> bool {
        match self {
            Self::Device { .. } | Self::Run(_) => true,
            #[cfg(feature = "wgpu")]
            Self::Gpu(_) => true,
            _ => false,
        }
    }
}
