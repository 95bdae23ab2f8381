//! What is recorded in a folder, for who wants to look at it.

use std::path::{Path, PathBuf};

use super::journal::Lines;
use super::{Entry, Event};
use crate::batch::Item;
use crate::{Batch, Error, Result, RunStatus, SpoolFault};

/// Reads a recording from its beginning, piece by piece, also while somebody records or sends:
/// it takes no lock and changes nothing.
#[derive(Clone, Debug)]
pub struct Reader {
    folder: PathBuf,
    /// Where the next piece begins, in bytes.
    offset: u64,
}

/// A piece of a recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// The run's name, if it begins here and has one.
    pub run_name: Option<String>,
    /// Metrics, params and tags in the order in which they were logged.
    pub batch: Batch,
    /// How the run stands, if that was said here.
    pub status: Option<RunStatus>,
}

impl Reader {
    /// Of the recording in `folder`.
    ///
    /// # Errors
    ///
    /// [`Error::Spool`] when none is there.
    pub fn open(folder: &Path) -> Result<Self> {
        if !entries(folder).is_file() {
            return Err(Error::Spool { folder: folder.to_owned(), fault: SpoolFault::Empty });
        }
        Ok(Self { folder: folder.to_owned(), offset: 0 })
    }

    /// What was recorded since this was last asked. A line that was torn is skipped.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when the file cannot be read any more.
    pub fn read(&mut self) -> Result<Recorded> {
        let mut recorded = Recorded::default();
        let mut lines = Lines::open(&entries(&self.folder), self.offset)?;
        while let Some(line) = lines.next()? {
            self.offset = line.end;
            match line.entry {
                Some(Entry::Item(Item::Metric(metric))) => recorded.batch.metrics.push(metric),
                Some(Entry::Item(Item::Param(param))) => recorded.batch.params.push(param),
                Some(Entry::Item(Item::Tag(tag))) => recorded.batch.tags.push(tag),
                Some(Entry::Event(Event::Run(header))) => {
                    recorded.run_name = header.run_name;
                    recorded.batch.tags.extend(header.tags);
                    recorded.status = Some(RunStatus::Running);
                }
                Some(Entry::Event(Event::Resume { .. })) => {
                    recorded.status = Some(RunStatus::Running);
                }
                Some(Entry::Event(Event::End { status, .. })) => recorded.status = Some(status),
                Some(Entry::Event(_)) | None => {}
            }
        }
        Ok(recorded)
    }
}

fn entries(folder: &Path) -> PathBuf {
    folder.join("entries.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Recorder;

    #[test]
    fn a_recording_is_read_while_it_grows_and_each_line_once() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(
            Reader::open(folder.path()),
            Err(Error::Spool { fault: SpoolFault::Empty, .. })
        ));
        let recorder = Recorder::builder("water", folder.path()).run_name("net").start()?;
        recorder.param("seed", 1);
        recorder.metric("loss", 0.5, 0);
        let mut reader = Reader::open(folder.path())?;
        let first = reader.read()?;
        assert_eq!(first.run_name.as_deref(), Some("net"));
        assert_eq!(first.status, Some(RunStatus::Running));
        assert_eq!((first.batch.params.len(), first.batch.metrics.len()), (1, 1));
        assert_eq!(reader.read()?, Recorded::default());
        recorder.metric("loss", 0.25, 10);
        recorder.finish(RunStatus::Killed);
        let second = reader.read()?;
        let values: Vec<f64> = second.batch.metrics.iter().map(|metric| metric.value).collect();
        assert_eq!((values, second.status), (vec![0.25], Some(RunStatus::Killed)));
        Ok(())
    }
}
