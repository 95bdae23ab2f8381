//! How far long work is, on standard error.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output;

/// A bar over `length` steps, if that is known, where standard error is a terminal.
pub fn bar(length: impl Into<Option<u64>>, template: &str) -> Option<ProgressBar> {
    let target = ProgressDrawTarget::stderr();
    (!target.is_hidden()).then(|| {
        let bar = ProgressBar::with_draw_target(length.into(), target);
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar
    })
}

/// A bar on a terminal; elsewhere a line each time a tenth is done.
pub struct Progress {
    bar: Option<ProgressBar>,
    frames: usize,
    fps: f64,
    begun: Instant,
    tenths: usize,
}

impl Progress {
    /// For `frames` frames, `fps` a simulated second.
    pub fn new(frames: usize, fps: f64) -> Self {
        let bar = bar(frames as u64, "{bar:32.cyan} {percent:>3} %  {msg}");
        Self { bar, frames, fps, begun: Instant::now(), tenths: 0 }
    }

    /// Frame `index` is done; frame 0 is the initial state.
    pub fn frame(&mut self, index: usize) {
        let share = index as f64 / self.frames.max(1) as f64;
        if let Some(bar) = &self.bar {
            bar.set_position(index as u64);
            bar.set_message(self.words(index));
        } else if (share * 10.0) as usize > self.tenths {
            self.tenths = (share * 10.0) as usize;
            output::notice(&format!("{:>3.0} %  {}", 100.0 * share, self.words(index)));
        }
    }

    /// Takes the bar away: the results follow.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn words(&self, index: usize) -> String {
        let spent_s = self.begun.elapsed().max(Duration::from_millis(1)).as_secs_f64();
        let (done_s, all_s) = (index as f64 / self.fps, self.frames as f64 / self.fps);
        let rate = done_s / spent_s;
        let mut words = format!("{done_s:.2} of {all_s:.2} s, {rate:.2} simulated s/s");
        if rate > 0.0 {
            words += &format!(", {:.0} s left", (all_s - done_s) / rate);
        }
        words
    }
}
