//! The thread that sends what is recorded.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::Shared;
use crate::spool::Sender;
use crate::{Backoff, Client, Error, Result};

/// When the worker does what.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// How long entries are gathered before they are sent.
    pub(super) gather: Duration,
    /// The pauses after failures.
    pub(super) backoff: Backoff,
}

impl Default for Pace {
    fn default() -> Self {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(30));
        Self {
            gather: Duration::from_secs(1),
            backoff: Backoff { first, longest, ..Backoff::default() },
        }
    }
}

/// What the recorder wants of the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Send what comes.
    Recording,
    /// Send what is there, then end.
    Closing,
    /// End.
    Ended,
}

#[derive(Debug)]
pub(super) struct Worker {
    thread: JoinHandle<()>,
    phase: watch::Sender<Phase>,
    /// Closed when the thread ends. A lock, or no recorder could be shared.
    done: Mutex<mpsc::Receiver<()>>,
}

impl Worker {
    pub(super) fn start(shared: &Arc<Shared>, client: &Client, pace: Pace) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Error::Thread)?;
        let sender = Sender::new(client.with_own_connections()?, &shared.folder);
        let (phase, phases) = watch::channel(Phase::Recording);
        let (ends, done) = mpsc::channel();
        let shared = Arc::clone(shared);
        let thread = std::thread::Builder::new()
            .name("mlflow-recorder".to_owned())
            .spawn(move || {
                let _ends = ends;
                run(&runtime, &shared, sender, &pace, phases);
            })
            .map_err(Error::Thread)?;
        Ok(Self { thread, phase, done: Mutex::new(done) })
    }

    /// Lets the worker send what is there, until it has not come on for so long.
    pub(super) fn stop(self, patience: Duration, sent: impl Fn() -> u64) {
        // Nobody listens when the thread has ended already.
        let _ = self.phase.send(Phase::Closing);
        let done = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut before = sent();
        while done.recv_timeout(patience) == Err(mpsc::RecvTimeoutError::Timeout) {
            let now = sent();
            if now == before {
                break;
            }
            before = now;
        }
        let _ = self.phase.send(Phase::Ended);
        // A panic there was printed there; the folder is as good as after a kill.
        let _ = self.thread.join();
    }
}

fn run(
    runtime: &Runtime,
    shared: &Shared,
    sender: Sender<'_>,
    pace: &Pace,
    phases: watch::Receiver<Phase>,
) {
    let mut end = phases.clone();
    runtime.block_on(async {
        tokio::select! {
            // A call is dropped half-way here, as it would be if the process ended.
            _ = end.wait_for(|phase| *phase == Phase::Ended) => {}
            () = work(shared, sender, pace, phases) => {}
        }
    });
}

/// Sends until all is sent and the recorder is closing.
async fn work(
    shared: &Shared,
    mut sender: Sender<'_>,
    pace: &Pace,
    mut phases: watch::Receiver<Phase>,
) {
    let mut failures = 0;
    loop {
        // Asked before sending: what was recorded until then is sent below.
        let is_closing = *phases.borrow() != Phase::Recording;
        let outcome = sender.send_new().await;
        shared.standing().outage = outcome.as_ref().err().map(ToString::to_string);

        let pause = match outcome {
            Ok(()) if is_closing => return,
            Ok(()) => {
                failures = 0;
                tokio::select! {
                    () = shared.recorded.notified() => pace.gather,
                    _ = phases.wait_for(|phase| *phase != Phase::Recording) => Duration::ZERO,
                }
            }
            Err(_) => {
                failures += 1;
                pace.backoff.own_wait(failures, fastrand::f64())
            }
        };
        if is_closing {
            tokio::time::sleep(pause).await;
        } else {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = phases.wait_for(|phase| *phase != Phase::Recording) => {}
            }
        }
    }
}
