//! Where what moves runs is made: beside the stage, one thing after the other.
//!
//! Solvers are made by many threads where they can. Here they have one of their own that comes
//! after all that move water, so that much of it delays nobody.

use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::priority::after_the_water;
use crate::stage::Refusal;

/// The workshop.
#[derive(Clone)]
pub struct Workshop {
    turn: Arc<Semaphore>,
    thread: Arc<ThreadPool>,
}

impl Debug for Workshop {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workshop").field("turn", &self.turn).finish_non_exhaustive()
    }
}

impl Workshop {
    /// Opens it.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn open() -> std::io::Result<Self> {
        let thread = ThreadPoolBuilder::new()
            .num_threads(1)
            .thread_name(|_| "workshop".to_owned())
            .start_handler(|_| after_the_water())
            .build()
            .map_err(std::io::Error::other)?;
        Ok(Self { turn: Arc::new(Semaphore::new(1)), thread: Arc::new(thread) })
    }

    /// Makes something, when those before have made theirs.
    ///
    /// # Errors
    /// It cannot be made, in words for the visitor, or the server is closing.
    pub async fn make<T: Send + 'static>(
        &self,
        make: impl FnOnce() -> Result<T, String> + Send + 'static,
    ) -> Result<T, Refusal> {
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(|_| Refusal::Busy)?;
        let thread = Arc::clone(&self.thread);
        let made = spawn_blocking(move || {
            let made = thread.install(make);
            // Also if nobody waits for it any more.
            drop(turn);
            made
        });
        made.await.map_err(|_| Refusal::Busy)?.map_err(Refusal::Wrong)
    }
}
