//! Many scenes side by side, each on one thread.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use indicatif::ProgressBar;
use rayon::ThreadPoolBuilder;

use super::contender::Contender;
use super::judge::{Ended, Outcome, judge};
use super::task::Task;
use crate::interrupt::Interrupt;
use crate::{output, progress};

/// What came out of all scenes, in their order.
pub struct Work {
    /// Scenes that were judged.
    pub outcomes: Vec<Outcome>,
    /// Scenes without a reference, and why.
    pub failures: Vec<(String, String)>,
    /// Whether the user ended it.
    pub interrupted: bool,
}

/// Judges `contenders` on all `tasks`.
///
/// # Errors
/// A thread could not be made ready.
pub fn work(
    tasks: &[Task<'_>],
    contenders: &[Contender],
    long: usize,
    interrupt: &Interrupt,
) -> anyhow::Result<Work> {
    let progress = Progress::new(tasks.len());
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Outcome, Ended>)>> = Mutex::new(Vec::new());
    let (stopped, lacking) = (AtomicBool::new(false), Mutex::new(None));
    let run = || {
        // The thread is all of its own pool, so a scene never waits for another.
        let alone = match ThreadPoolBuilder::new().num_threads(1).use_current_thread().build() {
            Ok(alone) => alone,
            Err(error) => {
                lacking.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                return;
            }
        };
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(index) else { break };
            let tick = || {
                progress.frame();
                !interrupt.asked()
            };
            let outcome = alone.install(|| judge(task, contenders, long, &tick));
            if matches!(outcome, Err(Ended::Stopped)) {
                stopped.store(true, Ordering::Relaxed);
                break;
            }
            progress.scene();
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, outcome));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..rayon::current_num_threads().clamp(1, tasks.len().max(1)) {
            scope.spawn(run);
        }
    });
    progress.finish();
    if let Some(error) = lacking.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error).context("threads");
    }
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    let interrupted = stopped.into_inner();
    let mut work = Work { outcomes: Vec::new(), failures: Vec::new(), interrupted };
    for (index, outcome) in done {
        match outcome {
            Ok(outcome) => work.outcomes.push(outcome),
            Err(Ended::Failed(why)) => work.failures.push((tasks[index].label.clone(), why)),
            Err(Ended::Stopped) => {}
        }
    }
    Ok(work)
}

/// A bar on a terminal; elsewhere a line each time a tenth of the scenes is done.
struct Progress {
    bar: Option<ProgressBar>,
    scenes: usize,
    done: AtomicUsize,
    frames: AtomicU64,
}

impl Progress {
    fn new(scenes: usize) -> Self {
        let bar = progress::bar(
            scenes as u64,
            "{bar:32.cyan} {pos}/{len} scenes  {msg}, {elapsed}, {eta} left",
        );
        Self { bar, scenes, done: AtomicUsize::new(0), frames: AtomicU64::new(0) }
    }

    fn frame(&self) {
        let frames = 1 + self.frames.fetch_add(1, Ordering::Relaxed);
        if let Some(bar) = self.bar.as_ref().filter(|_| frames.is_multiple_of(64)) {
            bar.set_message(format!("{frames} frames"));
        }
    }

    fn scene(&self) {
        let done = 1 + self.done.fetch_add(1, Ordering::Relaxed);
        match &self.bar {
            Some(bar) => bar.set_position(done as u64),
            None => {
                let tenth = |scenes: usize| 10 * scenes / self.scenes.max(1);
                if tenth(done) > tenth(done - 1) {
                    let frames = self.frames.load(Ordering::Relaxed);
                    output::notice(&format!("{done} of {} scenes, {frames} frames", self.scenes));
                }
            }
        }
    }

    fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
