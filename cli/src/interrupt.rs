//! Ctrl-C, asked for rather than suffered.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use crate::failure::INTERRUPTED;

/// Whether the user has asked for the end.
#[derive(Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on the first Ctrl-C (or SIGTERM) is only noted, and the run ends
    /// at its next whole frame. The second one ends the process on the spot.
    ///
    /// # Errors
    /// The system does not let a handler be set.
    pub fn listen() -> anyhow::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&asked);
        ctrlc::set_handler(move || {
            if noted.swap(true, Ordering::Relaxed) {
                process::exit(i32::from(INTERRUPTED));
            }
        })
        .context("listening for Ctrl-C")?;
        Ok(Self(asked))
    }

    /// Whether it is time to stop.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
