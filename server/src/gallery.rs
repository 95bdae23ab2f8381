//! A room where there is always water: the examples, one after the other.
//!
//! It flows while somebody watches; else it rests, and goes on where it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use weir_scene::Scene;

use crate::engine::Engine;
use crate::stage::{Change, Deed, Refusal, RunId, Seat, Stage};

/// How long a scene is shown.
const SHOWN: Duration = Duration::from_secs(20);
/// How soon somebody's coming or going is noticed.
const NOTICE: Duration = Duration::from_millis(500);

/// The room.
#[derive(Clone, Debug)]
pub struct Gallery {
    stage: Stage,
    guests: Arc<AtomicUsize>,
    hangs: Arc<Mutex<Option<Hung>>>,
}

/// What hangs there now.
#[derive(Debug)]
struct Hung {
    seat: Seat,
    example: usize,
}

/// Somebody who watches; gone when dropped.
#[derive(Debug)]
pub struct Guest(Arc<AtomicUsize>);

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gallery {
    /// A room on this stage, empty until somebody comes.
    pub fn new(stage: Stage) -> Self {
        Self { stage, guests: Arc::default(), hangs: Arc::default() }
    }

    /// Takes a place.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn join(&self) -> Result<(Seat, Guest), Refusal> {
        let mut hangs = self.hangs.lock().await;
        let run = match &*hangs {
            Some(hung) => hung.seat.run,
            None => {
                let run = self.hang(&mut hangs, 0).await?;
                tokio::spawn(self.clone().keep());
                run
            }
        };
        let seat = self.stage.join(run).await?;
        self.guests.fetch_add(1, Ordering::Relaxed);
        Ok((seat, Guest(Arc::clone(&self.guests))))
    }

    /// Hangs an example in place of what hangs there.
    async fn hang(&self, hangs: &mut Option<Hung>, example: usize) -> Result<RunId, Refusal> {
        let wrong = |error: String| Refusal::Wrong(error);
        let scene = Scene::examples()[example].text;
        let scene = Scene::from_toml(scene).map_err(|error| wrong(error.to_string()))?;
        let seat = self.stage.open(scene, Engine::Network).await?;
        let run = seat.run;
        if let Some(before) = hangs.replace(Hung { seat, example }) {
            self.stage.close(before.seat.run);
        }
        Ok(run)
    }

    /// Starts and holds what hangs there as guests come and go, and hangs the next.
    async fn keep(self) {
        let mut shown = Duration::ZERO;
        let mut last = Instant::now();
        loop {
            tokio::time::sleep(NOTICE).await;
            let is_watched = self.guests.load(Ordering::Relaxed) > 0;
            let mut hangs = self.hangs.lock().await;
            let Some(hung) = &*hangs else { return };
            let is_playing = hung.seat.state.borrow().is_playing;
            let waits = hung.seat.state.borrow().waits.is_some();
            if is_playing {
                shown += last.elapsed();
            }
            last = Instant::now();
            let done = if shown > SHOWN {
                shown = Duration::ZERO;
                let next = (hung.example + 1) % Scene::examples().len();
                self.hang(&mut hangs, next).await.map(drop)
            } else if is_watched && !is_playing && !waits {
                self.stage.act(hung.seat.run, Deed::Start).await
            } else if !is_watched && is_playing {
                self.stage.act(hung.seat.run, Deed::Change(Change::Pause)).await
            } else {
                Ok(())
            };
            if let Err(refusal) = done {
                // Whoever comes next finds it empty, and hangs something new.
                tracing::warn!(%refusal, "the gallery is closed for now");
                if let Some(hung) = hangs.take() {
                    self.stage.close(hung.seat.run);
                }
                return;
            }
        }
    }
}
