//! Documents that are renewed from beside a server: one at a time, so that no vector is paid for
//! twice, and written down, so that who serves notices.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use weir_answers::{Changes, Looked, Refreshed};

use crate::assistant::OpenError;

/// Time between two looks whether another process is done.
const BREATH: Duration = Duration::from_millis(200);

/// What became of the documents, and of the parts of which there are vectors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renewed {
    /// The documents, since they were renewed the last time.
    pub changes: Changes,
    /// Their parts.
    pub parts: Refreshed,
}

/// Why documents are as they were.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenewalError {
    /// One of them is wrong.
    #[error("{0}")]
    Documents(#[from] OpenError),
    /// What embeds or keeps does not.
    #[error("{0}")]
    Failed(String),
}

/// Where renewals are written down.
pub struct Renewal {
    folder: PathBuf,
}

impl Renewal {
    /// In the folder of an assistant.
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("documents.json")
    }

    /// When there was the last one, if ever.
    pub fn at(&self) -> Option<SystemTime> {
        std::fs::metadata(self.file()).and_then(|file| file.modified()).ok()
    }

    /// The documents at the last one; none if there was none.
    ///
    /// # Errors
    /// The file cannot be read, or is another one.
    pub fn last(&self) -> Result<Looked, RenewalError> {
        match std::fs::read(self.file()) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| self.failed(error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Looked::default()),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Writes one down, at once.
    ///
    /// # Errors
    /// The folder takes no file.
    pub fn write(&self, looked: &Looked) -> Result<(), RenewalError> {
        let text = serde_json::to_vec(looked).map_err(|error| self.failed(error))?;
        let written = std::fs::create_dir_all(&self.folder).and_then(|()| {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(self.file()).map_err(|error| error.error)
        });
        written.map(|_| ()).map_err(|error| self.failed(error))
    }

    /// Waits until no other process makes vectors; others wait until this is dropped.
    ///
    /// # Errors
    /// The folder takes no file, or it cannot be locked.
    pub async fn alone(&self) -> Result<File, RenewalError> {
        std::fs::create_dir_all(&self.folder).map_err(|error| self.failed(error))?;
        let file = File::create(self.folder.join("documents.lock"));
        let file = file.map_err(|error| self.failed(error))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(BREATH).await,
                Err(TryLockError::Error(error)) => return Err(self.failed(error)),
            }
        }
    }

    fn failed(&self, error: impl std::fmt::Display) -> RenewalError {
        RenewalError::Failed(format!("{}: {error}", self.folder.display()))
    }
}

#[cfg(test)]
mod tests {
    use weir_answers::Documents;

    use super::*;

    #[test]
    fn what_is_written_down_is_found_again_and_dated() {
        let home = tempfile::tempdir().expect("a folder");
        let renewal = Renewal::of(&home.path().join("new"));
        assert_eq!(renewal.last(), Ok(Looked::default()));
        assert_eq!(renewal.at(), None, "who looks makes no file");
        let looked = Looked::at(&Documents::texts([("a.md", "Tea.")]).expect("a document"));
        renewal.write(&looked).expect("written");
        assert_eq!(renewal.last().as_ref(), Ok(&looked));
        assert!(renewal.at().is_some());
        std::fs::write(renewal.file(), "[]").expect("another file");
        let error = renewal.last().expect_err("it is no look").to_string();
        assert!(error.contains("new: "), "{error}");
    }

    #[tokio::test]
    async fn one_waits_for_the_other() {
        let home = tempfile::tempdir().expect("a folder");
        let first = Renewal::of(home.path()).alone().await.expect("free");
        let renewal = Renewal::of(home.path());
        let wait = tokio::time::timeout(3 * BREATH, renewal.alone());
        assert!(wait.await.is_err(), "both at once");
        drop(first);
        let second = tokio::time::timeout(50 * BREATH, renewal.alone()).await;
        assert!(second.expect("it is free again").is_ok());
    }
}
