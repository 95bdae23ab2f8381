//! What is wrong with a file.

use std::path::{Path, PathBuf};

/// A file that could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub fault: Fault,
}

/// What is wrong with a file, or with what was to be written to it.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file system refused.
    #[error("cannot {doing}: {source}")]
    Io {
        /// The step that failed, `"rename the finished file"`.
        doing: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A file of another kind, or one that is cut off or damaged throughout.
    #[error("not a readable HDF5 file ({reason})")]
    NotHdf5 {
        /// The reader's words.
        reason: String,
    },
    /// The file lacks an item.
    #[error("{item} is missing")]
    Missing {
        /// The item, ``"dataset `position`"``.
        item: String,
    },
    /// An item is there but cannot be read or written.
    #[error("{item}: {reason}")]
    Damaged {
        /// The item.
        item: String,
        /// The library's words.
        reason: String,
    },
    /// An item has another form than the schema says.
    #[error("{item}: got {got}, takes {takes}")]
    Form {
        /// The item.
        item: String,
        /// What was there.
        got: String,
        /// What may be there.
        takes: String,
    },
}

impl Fault {
    /// The error of the file that has this fault.
    pub(crate) fn of(self, path: &Path) -> FileError {
        FileError { path: path.to_owned(), fault: self }
    }

    pub(crate) fn io(doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }

    pub(crate) fn form(item: String, got: impl ToString, takes: impl ToString) -> Self {
        Self::Form { item, got: got.to_string(), takes: takes.to_string() }
    }
}
