//! What is done a few times in a run.

use std::time::{Duration, Instant};

/// Says when it is time: so many times in a run, the last at its end, and not again
/// before a pause is over.
pub struct Schedule {
    steps: u64,
    every: Option<u64>,
    pause: Duration,
    last: Option<Instant>,
}

impl Schedule {
    /// For `times` times in `steps` steps.
    pub fn new(steps: u64, times: u64, pause: Duration) -> Self {
        let every = (times > 0).then(|| steps.div_ceil(times.max(1)).max(1));
        Self { steps, every, pause, last: None }
    }

    /// Whether it is time after `done` steps.
    pub fn is_due(&mut self, done: u64) -> bool {
        let Some(every) = self.every else { return false };
        let rested = self.last.is_none_or(|last| last.elapsed() >= self.pause);
        let due = done == self.steps || (done.is_multiple_of(every) && rested);
        if due {
            self.last = Some(Instant::now());
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(steps: u64, times: u64, pause: Duration) -> Vec<u64> {
        let mut schedule = Schedule::new(steps, times, pause);
        (1..=steps).filter(|&done| schedule.is_due(done)).collect()
    }

    #[test]
    fn a_run_is_divided_evenly_and_its_end_counts() {
        assert_eq!(times(40, 4, Duration::ZERO), [10, 20, 30, 40]);
        assert_eq!(times(10, 4, Duration::ZERO), [3, 6, 9, 10]);
        assert_eq!(times(2, 8, Duration::ZERO), [1, 2]);
        assert_eq!(times(10, 0, Duration::ZERO), [0; 0]);
    }

    #[test]
    fn in_a_pause_only_the_end_counts() {
        assert_eq!(times(40, 4, Duration::from_secs(3600)), [10, 40]);
    }
}
