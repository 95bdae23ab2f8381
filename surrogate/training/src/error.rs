//! Why a run does not begin, or not go on.

use std::path::{Path, PathBuf};

use weir_datasets::FileError;
use weir_surrogate::ModelError;
use weir_surrogate::train::TrainError;

/// Why a run does not begin, or not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The configuration is none.
    #[error("{path}: {what}")]
    Config {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The data set is damaged, or none.
    #[error(transparent)]
    Data(#[from] FileError),
    /// The data set is of another pace.
    #[error("{data}: frames are {got_s} s apart, motion.sub_frame_s takes {takes_s}")]
    Pace {
        /// Its folder.
        data: PathBuf,
        /// Time between two of its frames, seconds.
        got_s: f64,
        /// What the configuration takes, seconds.
        takes_s: f64,
    },
    /// The network does not learn.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// There is no such device or network, or one of them failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file of the run cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl RunError {
    /// What went wrong with the file at `path`.
    pub(crate) fn file(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}
