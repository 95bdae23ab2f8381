//! The losses of a run, one line a step.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::Path;

use anyhow::Context;
use weir_surrogate::train::Step;

const HEAD: &str = "step,loss,free_fall_loss,learning_rate";

/// A CSV file that a resumed run goes on with.
pub struct Log(BufWriter<File>);

impl Log {
    /// Opens the losses and drops those from step `first` on: the state is older.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn open(path: &Path, first: u64) -> anyhow::Result<Self> {
        let said = || path.display().to_string();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).with_context(said)?;
        let mut kept = format!("{HEAD}\n");
        for line in BufReader::new(&file).lines() {
            let line = line.with_context(said)?;
            let step = line.split(',').next().and_then(|step| step.parse::<u64>().ok());
            if step.is_some_and(|step| step < first) {
                kept += &line;
                kept.push('\n');
            }
        }
        file.set_len(0).and_then(|()| file.rewind()).with_context(said)?;
        file.write_all(kept.as_bytes()).with_context(said)?;
        Ok(Self(BufWriter::new(file)))
    }

    /// Notes a step.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, step: &Step) -> anyhow::Result<()> {
        let Step { step, loss, free_fall, learning_rate } = step;
        Ok(writeln!(self.0, "{step},{loss},{free_fall},{learning_rate:e}")?)
    }

    /// Writes what is noted.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        Ok(self.0.flush()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resumed_log_has_every_step_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("losses.csv");
        let note = |first: u64, steps: std::ops::Range<u64>| {
            let mut log = Log::open(&path, first).expect("a log");
            for step in steps {
                let step = Step { step, loss: 0.5, free_fall: 1.0, learning_rate: 1e-3 };
                log.note(&step).and_then(|()| log.flush()).expect("written");
            }
        };
        note(0, 0..5);
        note(3, 3..7);
        let text = std::fs::read_to_string(&path).expect("the log");
        let steps: Vec<&str> = text.lines().map(|l| l.split(',').next().unwrap_or("")).collect();
        assert_eq!(steps, ["step", "0", "1", "2", "3", "4", "5", "6"]);
    }
}
