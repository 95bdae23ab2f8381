//! How far a training run is, on standard error.

use std::time::Instant;

use indicatif::ProgressBar;
use weir_surrogate::train::Step;

use crate::{output, progress};

/// Steps whose losses are averaged for what is shown.
const WINDOW: u64 = 100;

/// A bar on a terminal; elsewhere a line every so many steps.
pub struct Progress {
    bar: Option<ProgressBar>,
    begun: Instant,
    first: u64,
    steps: u64,
    batch: usize,
    sums: [f64; 2],
    count: u64,
}

impl Progress {
    /// For a run of `steps` that begins at `first`.
    pub fn new(steps: u64, first: u64, batch: usize) -> Self {
        let bar = progress::bar(steps, "{bar:32.cyan} {pos}/{len}  {msg}, {eta} left")
            .map(|bar| bar.with_position(first));
        Self { bar, begun: Instant::now(), first, steps, batch, sums: [0.0; 2], count: 0 }
    }

    /// A step is done.
    pub fn note(&mut self, step: &Step) {
        self.sums[0] += f64::from(step.loss);
        self.sums[1] += f64::from(step.free_fall);
        self.count += 1;
        if let Some(bar) = &self.bar {
            bar.set_position(step.step + 1);
        }
        if self.count < WINDOW && step.step + 1 < self.steps {
            return;
        }
        let [loss, free_fall] = self.sums.map(|sum| sum / self.count as f64);
        let done = (step.step + 1 - self.first) as f64;
        let rate = done * self.batch as f64 / self.begun.elapsed().as_secs_f64();
        let share = 100.0 * loss / free_fall;
        let words = format!("loss {loss:.4} ({share:.1} % of free fall), {rate:.1} samples/s");
        match &self.bar {
            Some(bar) => bar.set_message(words),
            None => output::notice(&format!("step {} of {}: {words}", step.step + 1, self.steps)),
        }
        (self.sums, self.count) = ([0.0; 2], 0);
    }

    /// Takes the bar away: the results follow.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
