//! Decoders, made when they are needed and used again.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::decoder::Setup;
use super::remote::Remote;
use crate::SpeechError;

/// So many decoders at most.
pub(super) struct Pool {
    setup: Setup,
    idle: Mutex<Vec<Remote>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    pub(super) fn new(setup: Setup, most: usize) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(most.max(1)));
        Arc::new(Self { setup, idle: Mutex::default(), permits })
    }

    /// A decoder for one who speaks: waits until one is free, or makes one.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) async fn take(self: &Arc<Self>) -> Result<Lease, SpeechError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| SpeechError::Failed("the pool is closed".to_owned()))?;
        let idle = self.idle().pop();
        let remote = match idle {
            Some(remote) => remote,
            None => Remote::new(self.setup.clone()).await?,
        };
        Ok(Lease { remote: Some(remote), pool: Arc::clone(self), _permit: permit })
    }

    /// Sees to it that a decoder is idle, unless there are as many as there may be.
    ///
    /// # Errors
    /// One cannot be made.
    pub(super) async fn prepare(self: &Arc<Self>) -> Result<(), SpeechError> {
        if self.idle().is_empty() && self.permits.available_permits() > 0 {
            drop(self.take().await?);
        }
        Ok(())
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Remote>> {
        // Nothing is done under it that could leave it half done.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A decoder that goes back when this is dropped, unless it has failed.
pub(super) struct Lease {
    /// There until it is dropped.
    remote: Option<Remote>,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

impl Deref for Lease {
    type Target = Remote;

    fn deref(&self) -> &Remote {
        self.remote.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Remote {
        self.remote.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let remote = self.remote.take().filter(|remote| !remote.is_broken);
        self.pool.idle().extend(remote);
    }
}
