//! A run in its folder, read again.

use std::path::{Path, PathBuf};

use weir_surrogate::train::{History, KeptRun, TrackingError};

use crate::run::LOSSES;
use crate::{RunError, log, notes, run};

/// What a run has left in its folder up to now. Nobody is kept from going on with it.
pub struct Record {
    folder: PathBuf,
    /// Its notes, which are written at once and know more than its losses.
    notes: Option<KeptRun>,
}

/// Why a run cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is none.
    #[error("{0}: holds no run: neither notes in tracking/ nor losses.csv")]
    NoRun(PathBuf),
    /// Its notes cannot be read.
    #[error(transparent)]
    Notes(#[from] TrackingError),
    /// Its losses cannot be read.
    #[error(transparent)]
    Losses(#[from] RunError),
}

impl Record {
    /// The run in `folder`: its notes, and where it has none its losses.
    ///
    /// # Errors
    /// No run is there.
    pub fn open(folder: &Path) -> Result<Self, RecordError> {
        let notes = match KeptRun::open(&folder.join(notes::FOLDER)) {
            Ok(notes) => Some(notes),
            Err(TrackingError::Empty(_)) if folder.join(LOSSES).is_file() => None,
            Err(TrackingError::Empty(_)) => return Err(RecordError::NoRun(folder.to_owned())),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { folder: folder.to_owned(), notes })
    }

    /// What the run has noted up to now.
    ///
    /// # Errors
    /// Its files cannot be read any more.
    pub fn read(&mut self) -> Result<History, RecordError> {
        if let Some(notes) = &mut self.notes {
            return Ok(notes.read()?.clone());
        }
        let name = self.folder.file_name().unwrap_or(self.folder.as_os_str());
        let losses = log::read(&self.folder.join(LOSSES))?;
        Ok(History { name: name.to_string_lossy().into_owned(), ..losses })
    }

    /// The folder with its network, if there is one by now.
    pub fn model(&self) -> Option<PathBuf> {
        run::model_of(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::LOSS;

    #[test]
    fn losses_do_where_there_are_no_notes_and_nothing_is_no_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = Record::open(folder.path()).err().map(|error| error.to_string());
        assert!(said.is_some_and(|said| said.contains("losses.csv")));
        let path = folder.path().join(LOSSES);
        std::fs::write(path, "step,loss\n0,0.5\n1,0.25\n").expect("a file");
        let mut record = Record::open(folder.path()).expect("a run");
        let history = record.read().expect("losses");
        assert_eq!(history.metrics[LOSS], [(0, 0.5), (1, 0.25)]);
        assert_eq!(record.model(), None);
    }
}
