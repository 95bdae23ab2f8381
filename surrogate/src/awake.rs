//! A thread that does not fall asleep between small pieces of work.
//!
//! A call of the network is a hundred pieces of parallel work, some as short as twenty
//! microseconds. A thread of rayon's pool that finds nothing to do in between goes to
//! sleep, and waking it takes longer than the piece that it was woken for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::Yield;

/// Longest that a thread looks for work in vain before it may sleep.
const PATIENCE: Duration = Duration::from_millis(2);
/// Pauses between two looks.
const PAUSES: usize = 32;

/// Runs `work` in rayon's pool while another of its threads, if there is one, looks out
/// for what `work` hands over, and yields the processor to whoever else wants it.
///
/// That thread comes back when it has done what it is doing: where many such calls run
/// side by side there is no lack of work, and each should rather be alone.
pub fn awake<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    let done = AtomicBool::new(false);
    let all = || {
        let result = work();
        done.store(true, Ordering::Release);
        result
    };
    rayon::join(all, || look_out(&done)).0
}

fn look_out(done: &AtomicBool) {
    // Always so if there is no other thread; and where none can be, there may be no clock.
    if done.load(Ordering::Acquire) {
        return;
    }
    let mut last = Instant::now();
    while !done.load(Ordering::Acquire) && last.elapsed() < PATIENCE {
        if rayon::yield_now() == Some(Yield::Executed) {
            last = Instant::now();
        } else {
            (0..PAUSES).for_each(|_| std::hint::spin_loop());
            std::thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn the_result_comes_back_on_any_number_of_threads() {
        for threads in [1, 2, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
            let sum = || (0..1000_u64).into_par_iter().sum::<u64>();
            let answer = pool.install(|| awake(|| (0..20).map(|_| awake(sum)).sum::<u64>()));
            assert_eq!(answer, 20 * 499_500);
        }
    }

    #[test]
    fn a_panic_passes_through() {
        let caught = std::panic::catch_unwind(|| awake(|| panic!("as expected")));
        assert!(caught.is_err_and(|e| e.downcast_ref() == Some(&"as expected")));
    }
}
