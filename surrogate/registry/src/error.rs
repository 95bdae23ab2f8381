//! Why a registry did not do what was asked.

use std::io;
use std::path::PathBuf;

use crate::Alias;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A setting that nothing can be opened by.
    #[error("{what}: got {got}, takes {takes}")]
    Setting {
        /// The setting.
        what: &'static str,
        /// What stood there; never a password.
        got: String,
        /// What may stand there.
        takes: &'static str,
    },
    /// The folder of a model lacks a file.
    #[error("{}: has no {file}", folder.display())]
    NoModel {
        /// The folder.
        folder: PathBuf,
        /// The file.
        file: &'static str,
    },
    /// There is no such version.
    #[error("{name} has no version {number}")]
    NoVersion {
        /// The registered model.
        name: String,
        /// The version.
        number: u32,
    },
    /// There is nothing to go back to.
    #[error("{name} has no version called {alias}, so there is none to go back to")]
    NoWayBack {
        /// The registered model.
        name: String,
        /// The alias that is missing.
        alias: Alias,
    },
    /// A version that nobody has said the contents of.
    #[error("version {number} says no SHA-256 of its files; `weir promote` adds versions that do")]
    Unsigned {
        /// The version.
        number: u32,
    },
    /// Something is not what it is said to be.
    #[error("{what}: got {got}, takes {takes}")]
    Damaged {
        /// What.
        what: String,
        /// What it is.
        got: String,
        /// What it should be.
        takes: String,
    },
    /// The folder that the registry is said to be in is not there.
    #[error("{}: no such folder", .0.display())]
    NoPlace(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: cannot {doing}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The step that failed.
        doing: &'static str,
        /// Why.
        source: io::Error,
    },
    /// Somebody else is changing the registry, and does not come to an end.
    #[error("{}: somebody else is changing the registry", .0.display())]
    Busy(PathBuf),
    /// Somebody else changed the same alias at the same time.
    #[error("{alias} is version {got} and not {wanted}: somebody else changed it just now")]
    Raced {
        /// The alias.
        alias: Alias,
        /// Where it was to point.
        wanted: u32,
        /// Where it points.
        got: String,
    },
    /// The server cannot be reached, does not let us in, or is in trouble.
    #[error("{address}: {why}")]
    Away {
        /// The server, without user name and password.
        address: String,
        /// What went wrong.
        why: String,
    },
    /// The server answered, and the answer is no.
    #[error("{address}: {why}")]
    Refused {
        /// The server, without user name and password.
        address: String,
        /// Its words.
        why: String,
    },
}

impl RegistryError {
    /// Whether it is the place that is lacking or busy, so that the same call may do later, and
    /// not what was asked for that is wrong.
    pub fn is_lacking(&self) -> bool {
        match self {
            Self::NoPlace(_)
            | Self::File { .. }
            | Self::Busy(_)
            | Self::Raced { .. }
            | Self::Away { .. } => true,
            Self::Setting { .. }
            | Self::NoModel { .. }
            | Self::NoVersion { .. }
            | Self::NoWayBack { .. }
            | Self::Unsigned { .. }
            | Self::Damaged { .. }
            | Self::Refused { .. } => false,
        }
    }

    pub(crate) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, doing, source }
    }
}
