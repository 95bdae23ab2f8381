//! When the water last moved, and how long that took: what says whether it still does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;

/// Upper ends of the bins, seconds; a beat has 1/30.
pub const BINS_S: [f64; 12] =
    [0.0005, 0.001, 0.002, 0.004, 0.008, 0.012, 0.016, 0.024, 0.033, 0.05, 0.1, 0.5];

/// What the thread of the water says of itself.
#[derive(Clone, Debug)]
pub struct Beats {
    begun: Instant,
    /// Milliseconds from `begun` to the last beat.
    last_ms: Arc<AtomicU64>,
    /// Of whole beats, seconds.
    pub beat_s: Histogram,
}

impl Beats {
    /// None so far.
    pub fn new() -> Self {
        Self { begun: Instant::now(), last_ms: Arc::default(), beat_s: Histogram::new(BINS_S) }
    }

    /// A beat took so long and is over.
    pub fn beat(&self, took: Duration) {
        self.beat_s.observe(took.as_secs_f64());
        let now_ms = self.begun.elapsed().as_millis();
        self.last_ms.store(u64::try_from(now_ms).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Time since the last beat.
    pub fn since(&self) -> Duration {
        let last = Duration::from_millis(self.last_ms.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(last)
    }
}
