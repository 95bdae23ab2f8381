//! The folder of a recording, and the lock that makes it one's own.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result, SpoolFault};

/// A recording's folder, locked until the last clone is dropped. The system lets
/// go of the lock when the process ends, however it does.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _lock: Arc<File>,
}

impl Folder {
    /// A folder for a new recording.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let artifacts = path.join("artifacts");
        std::fs::create_dir_all(&artifacts).map_err(Error::file("create", artifacts))?;
        let folder = Self::locked(path)?;
        if folder.entries().exists() {
            return Err(folder.fault(SpoolFault::Taken));
        }
        Ok(folder)
    }

    /// The folder of a recording that is there.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if !path.join("entries.jsonl").is_file() {
            return Err(Error::Spool { folder: path.to_owned(), fault: SpoolFault::Empty });
        }
        Self::locked(path)
    }

    fn locked(path: &Path) -> Result<Self> {
        let name = path.join("lock");
        let lock = OpenOptions::new().create(true).append(true).open(&name);
        let lock = lock.map_err(Error::file("create", &name))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: Arc::new(lock) }),
            Err(TryLockError::WouldBlock) => {
                Err(Error::Spool { folder: path.to_owned(), fault: SpoolFault::Busy })
            }
            Err(TryLockError::Error(error)) => Err(Error::file("lock", name)(error)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn entries(&self) -> PathBuf {
        self.path.join("entries.jsonl")
    }

    pub(crate) fn progress(&self) -> PathBuf {
        self.path.join("progress.json")
    }

    pub(crate) fn refused(&self) -> PathBuf {
        self.path.join("refused.jsonl")
    }

    /// Where the copy of an artifact lies.
    pub(crate) fn copy(&self, name: &str) -> PathBuf {
        self.path.join("artifacts").join(name)
    }

    pub(crate) fn fault(&self, fault: SpoolFault) -> Error {
        Error::Spool { folder: self.path.clone(), fault }
    }
}
