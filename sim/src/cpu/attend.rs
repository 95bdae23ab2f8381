//! Threads that wait awake.
//!
//! A thread of rayon's pool that finds nothing to do goes to sleep after some
//! microseconds, and waking it takes tens of them: as long as a stage of a small
//! scene. Where one thread has to work alone for a moment, these keep another at
//! hand, yielding the processor to whoever else wants it. What is computed, and
//! by whom, stays the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Longest that a thread is kept waiting: longer work is worth a wake-up.
const PATIENCE: Duration = Duration::from_micros(500);
/// Looks at the flag between two yields.
const LOOKS: usize = 32;

/// Runs `work`, which starts no parallel work of its own, while another thread
/// stays awake.
pub fn alone<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    longer(work, || ()).0
}

/// Runs both, `long` here. The thread that runs `short` stays awake until `long`
/// is done, which starts no parallel work of its own towards its end.
pub fn longer<R: Send, S: Send>(
    long: impl FnOnce() -> R + Send,
    short: impl FnOnce() -> S + Send,
) -> (R, S) {
    let done = AtomicBool::new(false);
    rayon::join(
        || {
            let result = long();
            done.store(true, Ordering::Release);
            result
        },
        || {
            let result = short();
            wait_for(&done);
            result
        },
    )
}

fn wait_for(done: &AtomicBool) {
    let start = Instant::now();
    while !done.load(Ordering::Acquire) && start.elapsed() < PATIENCE {
        for _ in 0..LOOKS {
            std::hint::spin_loop();
        }
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_results_come_back_on_any_number_of_threads() {
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
            let answer = pool.install(|| longer(|| alone(|| 1), || 2));
            assert_eq!(answer, (1, 2));
        }
    }
}
