//! How far a recording has been sent.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How far a recording has been sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Where the first entry begins that is still to be sent, in bytes.
    pub(crate) offset: u64,
    /// Lines before it.
    pub(crate) lines: u64,
    /// Of those, what the server refused for good.
    pub(crate) refused: u64,
    /// Of those, what was torn.
    pub(crate) torn: u64,
    /// The time of the last of them that has one, milliseconds since 1970.
    pub(crate) time: Option<i64>,
    /// The run on the server.
    pub(crate) run: Option<RemoteRun>,
    /// Whether the run has ended there.
    pub(crate) ended: bool,
}

/// A run on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RemoteRun {
    pub(crate) run_id: String,
    pub(crate) artifact_uri: String,
}

impl Progress {
    /// What was noted; the start when nothing was, or it cannot be read. Then all
    /// is sent again, which does no harm.
    pub(crate) fn load(path: &Path) -> Self {
        let text = std::fs::read(path).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Replaces what was noted, as a whole.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        let partial = path.with_added_extension("partial");
        let text =
            serde_json::to_vec(self).map_err(|error| Error::file("write", path)(error.into()))?;
        std::fs::write(&partial, text).map_err(Error::file("write", &partial))?;
        std::fs::rename(&partial, path).map_err(Error::file("replace", path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_the_start() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("progress.json");
        assert_eq!(Progress::load(&path), Progress::default());
        let progress = Progress { offset: 7, ended: true, ..Progress::default() };
        progress.save(&path)?;
        assert_eq!(Progress::load(&path), progress);
        std::fs::write(&path, "").expect("a file");
        assert_eq!(Progress::load(&path), Progress::default());
        Ok(())
    }
}
