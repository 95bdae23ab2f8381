//! How far a data set is, on standard error.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use weir_datasets::Event;

use crate::{output, progress};

/// A bar on a terminal; elsewhere a line each time a tenth of the scenes is done.
/// Hears of events from any thread.
pub struct Progress {
    bar: Option<ProgressBar>,
    begun: Instant,
    scenes: usize,
    frames_each: u64,
    done: AtomicUsize,
    kept: AtomicUsize,
    frames: AtomicU64,
    particles: AtomicU64,
}

/// What was made.
pub struct Counted {
    pub frames: u64,
    /// Over all frames.
    pub particles: u64,
}

impl Progress {
    /// For `scenes` scenes of `frames_each` frames.
    pub fn new(scenes: usize, frames_each: usize) -> Self {
        let frames_each = frames_each as u64;
        let bar = progress::bar(scenes as u64 * frames_each, "{bar:32.cyan} {percent:>3} %  {msg}");
        Self {
            bar,
            begun: Instant::now(),
            scenes,
            frames_each,
            done: AtomicUsize::new(0),
            kept: AtomicUsize::new(0),
            frames: AtomicU64::new(0),
            particles: AtomicU64::new(0),
        }
    }

    /// Something happened.
    pub fn note(&self, event: Event) {
        match event {
            Event::Frame { particles, .. } => {
                self.particles.fetch_add(particles as u64, Ordering::Relaxed);
                let frames = 1 + self.frames.fetch_add(1, Ordering::Relaxed);
                if let Some(bar) = &self.bar {
                    let kept = self.kept.load(Ordering::Relaxed) as u64;
                    bar.set_position(frames + kept * self.frames_each);
                    bar.set_message(self.words());
                }
            }
            Event::Kept { .. } => {
                self.kept.fetch_add(1, Ordering::Relaxed);
                self.scene_done();
            }
            Event::Made { .. } => self.scene_done(),
        }
    }

    fn scene_done(&self) {
        let done = 1 + self.done.fetch_add(1, Ordering::Relaxed);
        let tenth = |scenes: usize| 10 * scenes / self.scenes.max(1);
        if self.bar.is_none() && tenth(done) > tenth(done - 1) {
            let share = 100.0 * done as f64 / self.scenes as f64;
            output::notice(&format!("{share:>3.0} %  {}", self.words()));
        }
    }

    /// Takes the bar away: the results follow.
    pub fn finish(self) -> Counted {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        Counted { frames: self.frames.into_inner(), particles: self.particles.into_inner() }
    }

    fn words(&self) -> String {
        let spent_s = self.begun.elapsed().max(Duration::from_millis(1)).as_secs_f64();
        let frames = self.frames.load(Ordering::Relaxed);
        let rate = frames as f64 / spent_s;
        let done = self.done.load(Ordering::Relaxed);
        let mut words = format!("{done} of {} scenes, {rate:.0} frames/s", self.scenes);
        let to_make = self.scenes.saturating_sub(self.kept.load(Ordering::Relaxed)) as u64;
        let left = (to_make * self.frames_each).saturating_sub(frames);
        if rate > 0.0 {
            words += &format!(", {} left", duration(left as f64 / rate));
        }
        words
    }
}

/// `8 s`, `3 min 20 s`, `2 h 5 min`.
fn duration(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, min, s) => format!("{min} min {s} s"),
        (h, min, _) => format!("{h} h {min} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_have_two_units_at_most() {
        assert_eq!(duration(7.6), "8 s");
        assert_eq!(duration(200.0), "3 min 20 s");
        assert_eq!(duration(7_500.0), "2 h 5 min");
    }
}
