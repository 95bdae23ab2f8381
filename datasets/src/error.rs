//! What is wrong with a file.

use std::io::ErrorKind;
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
    /// The disk is full; what was there before still is.
    #[error("cannot {doing}: the disk is full")]
    DiskFull {
        /// The step that failed.
        doing: &'static str,
    },
    /// An object store refused, or could not be reached.
    #[error("{reason}")]
    Store {
        /// The store's words.
        reason: String,
    },
    /// A file that ought to be there is not.
    #[error("is not there")]
    Absent,
    /// A file is shorter or longer than it was when it was written.
    #[error("got {got} bytes, takes {takes}: cut off, or another file")]
    Size {
        /// Bytes that are there.
        got: u64,
        /// Bytes that were written.
        takes: u64,
    },
    /// A file's contents are not those that were written.
    #[error("sha256 {got}, takes {takes}: damaged, or another file")]
    Checksum {
        /// Of what is there.
        got: String,
        /// Of what was written.
        takes: String,
    },
    /// The format is another version's.
    #[error("{item}: got {got}, takes {takes}")]
    Version {
        /// What carries the version.
        item: String,
        /// The version that is there.
        got: i64,
        /// The version that this crate reads.
        takes: i64,
    },
    /// A number is missing where a particle lives.
    #[error("{item}: not a finite number at frame {frame}, particle {particle}")]
    NotFinite {
        /// The item, ``"dataset `velocity`"``.
        item: String,
        /// The frame.
        frame: usize,
        /// The particle's row.
        particle: usize,
    },
    /// A data set lacks scenes that its recipe asks for.
    #[error("{} of {expected} scenes are missing: {}", missing.len(), runs(missing))]
    MissingScenes {
        /// Their indices.
        missing: Vec<usize>,
        /// How many the recipe asks for.
        expected: usize,
    },
    /// Text that is not what a file of its name holds.
    #[error("not a readable {kind}: {reason}")]
    Text {
        /// What it should be, `"manifest"`.
        kind: &'static str,
        /// The parser's words.
        reason: String,
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
        move |source| match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { doing },
            _ => Self::Io { doing, source },
        }
    }

    pub(crate) fn form(item: String, got: impl ToString, takes: impl ToString) -> Self {
        Self::Form { item, got: got.to_string(), takes: takes.to_string() }
    }
}

/// `3, 5–9, 12`, and no more than a line of it.
fn runs(indices: &[usize]) -> String {
    const MOST: usize = 8;
    let follows = |a: &usize, b: &usize| *b == a + 1;
    let mut words: Vec<String> = indices
        .chunk_by(follows)
        .take(MOST + 1)
        .map(|run| match run {
            [only] => only.to_string(),
            run => format!("{}–{}", run[0], run[run.len() - 1]),
        })
        .collect();
    if words.len() > MOST {
        words[MOST] = "…".to_owned();
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_scenes_are_told_in_runs() {
        assert_eq!(runs(&[3, 5, 6, 7, 12]), "3, 5–7, 12");
        let sparse: Vec<usize> = (0..40).map(|k| 2 * k).collect();
        assert_eq!(runs(&sparse), "0, 2, 4, 6, 8, 10, 12, 14, …");
    }

    #[test]
    fn a_full_disk_is_told_apart() {
        let full = Fault::io("write")(std::io::Error::from(ErrorKind::StorageFull));
        assert!(matches!(full, Fault::DiskFull { doing: "write" }));
        let other = Fault::io("write")(std::io::Error::from(ErrorKind::PermissionDenied));
        assert!(matches!(other, Fault::Io { .. }));
    }
}
