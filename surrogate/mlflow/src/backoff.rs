//! When a failed call is repeated, and after how long.

use std::time::Duration;

use crate::Error;

/// How often a failed call is repeated, and how long to wait before.
///
/// A call is repeated only when that is harmless:
///
/// * Calls that have the same effect once and twice (reading, setting a tag or
///   an alias, uploading a file, ending a run) are repeated after any failure
///   that may pass: no connection, no answer in time, half an answer, and the
///   statuses 408, 429, 500, 502, 503 and 504. Logging a batch belongs here
///   because the server's SQL store keeps one copy of a metric with the same
///   key, step, timestamp and value.
/// * Calls that create something are repeated only when the server has certainly
///   not begun: it could not be connected to, or answered 429 or 503. After a
///   timeout nobody knows, and a second run would be worse than an error.
///
/// The wait doubles from `first` to `longest`, and a random half of it is taken
/// off so that clients who failed together do not come back together. A server's
/// `Retry-After` is waited for in full; one beyond `longest_asked` ends the
/// attempts instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Attempts in all, 1 for no repetition. Default 5.
    pub attempts: u32,
    /// The wait after the first failure. Default 0.2 s.
    pub first: Duration,
    /// The longest wait of our own choice. Default 10 s.
    pub longest: Duration,
    /// The longest `Retry-After` that is obeyed. Default 60 s.
    pub longest_asked: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
            longest_asked: Duration::from_secs(60),
        }
    }
}

/// Whether a call may reach the server twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Twice is as good as once.
    Harmless,
    /// Twice would make two of something.
    Creates,
}

impl Backoff {
    /// No repetition at all.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// The wait after `failures` (from 1) in a row, `None` to give up. `chance`
    /// is in 0..1.
    pub(crate) fn wait(
        &self,
        failures: u32,
        error: &Error,
        repeat: Repeat,
        chance: f64,
    ) -> Option<Duration> {
        let harmless = repeat == Repeat::Harmless || error.is_untouched();
        if failures >= self.attempts || !error.is_transient() || !harmless {
            return None;
        }
        match error.retry_after() {
            Some(asked) => (asked <= self.longest_asked).then_some(asked),
            None => Some(self.own_wait(failures, chance)),
        }
    }

    /// The wait after `failures` (from 1) in a row, whatever the reason.
    pub(crate) fn own_wait(&self, failures: u32, chance: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        let wait = self.first.saturating_mul(1 << doublings).min(self.longest);
        wait.mul_f64(1.0 - 0.5 * chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, retry_after: Option<u64>) -> Error {
        Error::Status {
            call: String::new(),
            status,
            code: String::new(),
            message: String::new(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff { attempts: 99, ..Backoff::default() };
        let waits: Vec<_> =
            (1..9).map(|failures| backoff.own_wait(failures, 0.0).as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
        assert_eq!(backoff.own_wait(u32::MAX, 0.0), backoff.longest);
    }

    #[test]
    fn chance_takes_off_at_most_half() {
        let backoff = Backoff::default();
        assert_eq!(backoff.own_wait(1, 1.0), backoff.first / 2);
    }

    #[test]
    fn the_server_is_left_alone_as_long_as_it_asks() {
        let backoff = Backoff::default();
        let wait = |seconds| backoff.wait(1, &status(429, Some(seconds)), Repeat::Harmless, 0.5);
        assert_eq!(wait(0), Some(Duration::ZERO));
        assert_eq!(wait(60), Some(Duration::from_secs(60)));
        assert_eq!(wait(61), None);
    }

    #[test]
    fn what_creates_is_repeated_only_when_nothing_was_begun() {
        let backoff = Backoff::default();
        let repeated = |code, repeat| backoff.wait(1, &status(code, None), repeat, 0.0).is_some();
        for code in [408, 429, 500, 502, 503, 504] {
            assert!(repeated(code, Repeat::Harmless), "{code}");
            assert_eq!(repeated(code, Repeat::Creates), matches!(code, 429 | 503), "{code}");
        }
        for code in [400, 401, 403, 404, 409] {
            assert!(!repeated(code, Repeat::Harmless), "{code}");
        }
    }

    #[test]
    fn attempts_end() {
        let backoff = Backoff { attempts: 3, ..Backoff::default() };
        let wait = |failures| backoff.wait(failures, &status(500, None), Repeat::Harmless, 0.0);
        assert!(wait(2).is_some());
        assert_eq!(wait(3), None);
        assert_eq!(Backoff::never().wait(1, &status(500, None), Repeat::Harmless, 0.0), None);
    }
}
