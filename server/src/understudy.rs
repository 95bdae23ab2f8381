//! Where a network broke a limit the solver takes over. It takes a while to be made, on a thread
//! of its own; the run rests until then.

use std::sync::mpsc::{Receiver, Sender, channel};

use crate::plan::{Built, Plan};
use crate::priority::after_the_water;
use crate::stage::RunId;

/// Makes solvers for runs that their network has failed.
pub struct Understudy {
    called: Sender<(RunId, Plan)>,
    ready: Receiver<(RunId, Result<Built, String>)>,
}

impl Understudy {
    /// Starts the thread. It ends with the `Understudy`.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let (called, calls) = channel::<(RunId, Plan)>();
        let (done, ready) = channel();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .thread_name(|_| "understudy".to_owned())
            .start_handler(|_| after_the_water())
            .build()
            .map_err(std::io::Error::other)?;
        let work = move || {
            for (run, plan) in calls {
                let built = pool.install(|| plan.build());
                if done.send((run, built)).is_err() {
                    break;
                }
            }
        };
        std::thread::Builder::new().name("understudies".to_owned()).spawn(work)?;
        Ok(Self { called, ready })
    }

    /// Makes what this plan asks for.
    pub fn call(&self, run: RunId, plan: Plan) {
        if self.called.send((run, plan)).is_err() {
            tracing::error!("the thread that makes solvers has ended");
        }
    }

    /// What has been made since.
    pub fn ready(&self) -> impl Iterator<Item = (RunId, Result<Built, String>)> + '_ {
        self.ready.try_iter()
    }
}
