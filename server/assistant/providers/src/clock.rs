//! What time it is, for what has to be tested without waiting.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells a time as the duration since some beginning.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock {
    /// Since the beginning of 1970, UTC. It may jump when it is set.
    pub fn calendar() -> Self {
        // Before 1970 there was no machine that this runs on.
        Self(Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()))
    }

    /// Since now. It never jumps.
    pub fn steady() -> Self {
        let start = Instant::now();
        Self(Arc::new(move || start.elapsed()))
    }

    /// A clock that stands at `start`, and what moves it on.
    pub fn by_hand(start: Duration) -> (Self, Hand) {
        let time = Arc::new(Mutex::new(start));
        let shown = time.clone();
        let clock = Self(Arc::new(move || *shown.lock().unwrap_or_else(PoisonError::into_inner)));
        (clock, Hand(time))
    }

    /// The time.
    pub fn now(&self) -> Duration {
        (self.0)()
    }
}

/// Moves a clock on.
#[derive(Clone)]
pub struct Hand(Arc<Mutex<Duration>>);

impl Hand {
    /// Moves it on by this much.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}
