//! The losses of a run, one line a step.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use weir_surrogate::train::{History, Step};

use crate::RunError;
use crate::notes::{FREE_FALL, GRADIENT, LEARNING_RATE, LOSS};

const HEAD: &str = "step,loss,free_fall_loss,learning_rate,gradient_norm";
/// What its columns are called in notes.
const KEYS: [&str; 4] = [LOSS, FREE_FALL, LEARNING_RATE, GRADIENT];

/// A CSV file that a resumed run goes on with.
pub struct Log {
    file: BufWriter<File>,
    path: PathBuf,
}

impl Log {
    /// Opens the losses and drops those from step `first` on: the state is older.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn open(path: &Path, first: u64) -> Result<Self, RunError> {
        let failed = RunError::file(path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(&failed)?;
        let mut kept = format!("{HEAD}\n");
        for line in BufReader::new(&file).lines() {
            let line = line.map_err(&failed)?;
            if step_of(&line).is_some_and(|step| step < first) {
                kept += &line;
                kept.push('\n');
            }
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(&failed)?;
        file.write_all(kept.as_bytes()).map_err(&failed)?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned() })
    }

    /// Notes a step.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&mut self, step: &Step) -> Result<(), RunError> {
        let Step { step, loss, free_fall, learning_rate, gradient } = step;
        let norm = gradient.norm;
        writeln!(self.file, "{step},{loss},{free_fall},{learning_rate:e},{norm}")
            .map_err(RunError::file(&self.path))
    }

    /// Writes what is noted.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn flush(&mut self) -> Result<(), RunError> {
        self.file.flush().map_err(RunError::file(&self.path))
    }
}

fn step_of(line: &str) -> Option<u64> {
    line.split(',').next()?.parse().ok()
}

/// The losses in a file, under the names that they have in notes. A line that is cut off in the
/// middle of being written counts as far as it goes.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> Result<History, RunError> {
    let text = std::fs::read_to_string(path).map_err(RunError::file(path))?;
    let mut history = History::default();
    for line in text.lines() {
        let Some(step) = step_of(line) else { continue };
        for (key, value) in KEYS.into_iter().zip(line.split(',').skip(1)) {
            if let Ok(value) = value.parse() {
                history.note(key, step, value);
            }
        }
    }
    Ok(history)
}

#[cfg(test)]
mod tests {
    use weir_surrogate::train::Gradient;

    use super::*;

    #[test]
    fn a_resumed_log_has_every_step_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("losses.csv");
        let note = |first: u64, steps: std::ops::Range<u64>| {
            let mut log = Log::open(&path, first).expect("a log");
            for step in steps {
                let gradient = Gradient { norm: 0.25, layers: Vec::new() };
                let step = Step { step, loss: 0.5, free_fall: 1.0, learning_rate: 1e-3, gradient };
                log.note(&step).and_then(|()| log.flush()).expect("written");
            }
        };
        note(0, 0..5);
        note(3, 3..7);
        let text = std::fs::read_to_string(&path).expect("the log");
        let steps: Vec<&str> = text.lines().map(|l| l.split(',').next().unwrap_or("")).collect();
        assert_eq!(steps, ["step", "0", "1", "2", "3", "4", "5", "6"]);
        let history = read(&path).expect("the log");
        assert_eq!(history.metrics[LOSS].len(), 7);
        assert_eq!(history.last(GRADIENT), Some((6, 0.25)));
        // One that was written before there were gradients has the rest.
        std::fs::write(&path, "step,loss\n0,0.5\n1,0.4,0.9,1e-").expect("a file");
        let history = read(&path).expect("the log");
        assert_eq!(history.metrics[LOSS], [(0, 0.5), (1, 0.4)]);
        assert_eq!(history.last(LEARNING_RATE), None);
    }
}
