//! Lines of JSON that are only ever appended.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Entry;
use crate::error::{Error, Result};

/// A file to append lines to.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    /// Its length in bytes.
    length: u64,
    /// Whether it ends in half a line.
    torn: bool,
}

impl Journal {
    /// Opens the file, or creates it. What a killed process left of a line stays,
    /// and is ended before the next one.
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        let file = OpenOptions::new().create(true).read(true).append(true).open(&path);
        let mut file = file.map_err(Error::file("open", &path))?;
        let length = file.seek(SeekFrom::End(0)).map_err(Error::file("read", &path))?;
        let torn = ends_in_half_a_line(&mut file, length).map_err(Error::file("read", &path))?;
        Ok(Self { file, path, length, torn })
    }

    /// Appends a line. When this returns `Ok`, the line outlives the process.
    pub(crate) fn append(&mut self, line: &impl Serialize) -> Result<()> {
        let mut text = if self.torn { vec![b'\n'] } else { Vec::new() };
        serde_json::to_writer(&mut text, line)
            .map_err(|error| Error::file("write", &self.path)(error.into()))?;
        text.push(b'\n');
        // One write, straight to the system.
        if let Err(error) = self.file.write_all(&text) {
            // A full disk may take half a line. Cut off, it is not in the way of
            // the next one.
            self.torn |= self.file.set_len(self.length).is_err();
            return Err(Error::file("write", &self.path)(error));
        }
        self.length += text.len() as u64;
        self.torn = false;
        Ok(())
    }

    /// Returns when all lines are on the disk, and outlive a power cut too.
    pub(crate) fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(Error::file("write", &self.path))
    }
}

fn ends_in_half_a_line(file: &mut File, length: u64) -> std::io::Result<bool> {
    if length == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// A whole line.
#[derive(Debug, PartialEq)]
pub(crate) struct Line {
    /// What it says; `None` of one that was torn.
    pub(crate) entry: Option<Entry>,
    /// Where the next one begins, in bytes from the file's start.
    pub(crate) end: u64,
}

/// Reads lines from where one began.
#[derive(Debug)]
pub(crate) struct Lines {
    reader: BufReader<File>,
    path: PathBuf,
    offset: u64,
}

impl Lines {
    pub(crate) fn open(path: &Path, offset: u64) -> Result<Self> {
        let mut file = File::open(path).map_err(Error::file("open", path))?;
        file.seek(SeekFrom::Start(offset)).map_err(Error::file("read", path))?;
        Ok(Self { reader: BufReader::new(file), path: path.to_owned(), offset })
    }

    /// The next whole line. Half a line at the end is not there yet.
    pub(crate) fn next(&mut self) -> Result<Option<Line>> {
        let mut text = Vec::new();
        self.reader.read_until(b'\n', &mut text).map_err(Error::file("read", &self.path))?;
        if text.pop() != Some(b'\n') {
            return Ok(None);
        }
        self.offset += text.len() as u64 + 1;
        Ok(Some(Line { entry: serde_json::from_slice(&text).ok(), end: self.offset }))
    }
}

/// How many lines a file has, with half a one at its end.
pub(crate) fn count(path: &Path) -> Result<u64> {
    let mut reader = BufReader::new(File::open(path).map_err(Error::file("open", path))?);
    let (mut lines, mut whole) = (0, true);
    loop {
        let bytes = reader.fill_buf().map_err(Error::file("read", path))?;
        let Some(last) = bytes.last() else { return Ok(lines + u64::from(!whole)) };
        whole = *last == b'\n';
        lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        let read = bytes.len();
        reader.consume(read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Item;
    use crate::spool::entry::Event;
    use crate::{Metric, Param, RunStatus};

    fn metric(metric: Metric) -> Entry {
        Item::Metric(metric).into()
    }

    fn read(path: &Path) -> Result<Vec<Option<Entry>>> {
        let mut lines = Lines::open(path, 0)?;
        std::iter::from_fn(|| lines.next().transpose()).map(|line| line.map(|l| l.entry)).collect()
    }

    #[test]
    fn lines_come_back_as_they_were() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("entries.jsonl");
        let third = 1.0 / 3.0;
        let entries = [
            metric(Metric::new("a", third, i64::MAX)),
            metric(Metric::new("a", f64::INFINITY, 0).at(3)),
            metric(Metric::new("a", f64::NEG_INFINITY, -4).of_model("m-1")),
            Item::Param(Param::new("note", "two\nlines, \"quotes\" and 水")).into(),
            Event::Artifact { path: "a/b.png".into(), copy: "0".into() }.into(),
            Event::End { status: RunStatus::Finished, time: 7 }.into(),
        ];
        let mut journal = Journal::open(path.clone())?;
        for entry in &entries {
            journal.append(entry)?;
        }
        let read = read(&path)?;
        assert!(read.iter().flatten().eq(&entries), "{read:?}");
        assert_eq!(count(&path)?, 6);
        Ok(())
    }

    #[test]
    fn not_a_number_comes_back() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("entries.jsonl");
        Journal::open(path.clone())?.append(&metric(Metric::new("a", f64::NAN, 1)))?;
        let read = read(&path)?;
        assert!(
            matches!(&read[..], [Some(Entry::Item(Item::Metric(metric)))] if metric.value.is_nan())
        );
        Ok(())
    }

    #[test]
    fn any_cut_costs_one_line_at_most() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("entries.jsonl");
        let entry = |step| metric(Metric::new("a", 0.5, step).at(1));
        let mut journal = Journal::open(path.clone())?;
        journal.append(&entry(0))?;
        let first = std::fs::metadata(&path).expect("a file").len();
        journal.append(&entry(1))?;
        let whole = std::fs::read(&path).expect("a file");
        for cut in first as usize..=whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("a file");
            Journal::open(path.clone())?.append(&entry(2))?;
            let read = read(&path)?;
            let (before, after) = (read.first(), read.last());
            assert_eq!((before, after), (Some(&Some(entry(0))), Some(&Some(entry(2)))), "{cut}");
            // Cut right before its end, a line is whole again.
            let torn = cut > first as usize && cut < whole.len() - 1;
            assert_eq!(read.iter().any(Option::is_none), torn, "{cut}");
        }
        Ok(())
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error() -> Result<()> {
        let mut journal = Journal::open("/dev/full".into())?;
        let refused = journal.append(&metric(Metric::new("a", 0.5, 0)));
        assert!(matches!(refused, Err(Error::File { doing: "write", .. })), "{refused:?}");
        Ok(())
    }

    #[test]
    fn half_a_line_is_not_there_yet() -> Result<()> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("entries.jsonl");
        std::fs::write(&path, br#"{"entry":"resume","ti"#).expect("a file");
        assert_eq!(Lines::open(&path, 0)?.next()?, None);
        assert_eq!(count(&path)?, 1);
        Ok(())
    }
}
