//! Runs of other servers that are watched here: one room each, however many watch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::link::Link;
use super::numbers::Numbers;
use super::room::Room;
use crate::stage::{End, Refusal, RunId, Seat};

/// Longest that it takes to find out that nobody has a run.
const PATIENCE: Duration = Duration::from_secs(1);
/// Rooms at a time.
const MOST: usize = 256;
/// Questions at a time.
const ASKING: usize = 32;

/// A room, as a place before it that others are made from; empty while it is asked for.
type Cell = Arc<OnceCell<Seat>>;

/// The rooms.
pub struct Rooms {
    link: Link,
    numbers: Numbers,
    closing: CancellationToken,
    cells: Mutex<HashMap<RunId, Cell>>,
    asking: Semaphore,
}

/// Somebody who waits for a room; the last to go takes the cell of one that did not come.
struct Waits<'a> {
    rooms: &'a Rooms,
    run: RunId,
    cell: Cell,
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        let mut cells = self.rooms.cells();
        // One is the map's, and one is this.
        if self.cell.get().is_none() && Arc::strong_count(&self.cell) <= 2 {
            cells.remove(&self.run);
        }
    }
}

impl Rooms {
    /// None yet.
    pub fn new(link: Link, numbers: Numbers, closing: CancellationToken) -> Arc<Self> {
        let (cells, asking) = (Mutex::default(), Semaphore::new(ASKING));
        Arc::new(Self { link, numbers, closing, cells, asking })
    }

    /// Takes a place before a run that another server has.
    ///
    /// # Errors
    /// Nobody has it, or it cannot be shown here.
    pub async fn join(self: &Arc<Self>, run: RunId) -> Result<Seat, Refusal> {
        let seat = timeout(PATIENCE, async {
            loop {
                let waits = self.wait(run)?;
                let template = waits.cell.get_or_try_init(|| self.enter(run)).await?;
                let mut cells = self.cells();
                if cells.get(&run).is_some_and(|cell| Arc::ptr_eq(cell, &waits.cell)) {
                    if template.state.has_changed().is_ok() {
                        return Ok(template.clone());
                    }
                    cells.remove(&run);
                }
                // It has closed meanwhile, and is asked for again.
            }
        });
        seat.await.unwrap_or(Err(Refusal::Gone(run)))
    }

    fn cells(&self) -> MutexGuard<'_, HashMap<RunId, Cell>> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, run: RunId) -> Result<Waits<'_>, Refusal> {
        if !self.link.is_up() {
            return Err(Refusal::Gone(run));
        }
        let mut cells = self.cells();
        if cells.len() >= MOST && !cells.contains_key(&run) {
            return Err(Refusal::Busy);
        }
        let cell = Arc::clone(cells.entry(run).or_default());
        Ok(Waits { rooms: self, run, cell })
    }

    async fn enter(self: &Arc<Self>, run: RunId) -> Result<Seat, Refusal> {
        // A server is asked by many of its visitors at a time, but by no more than that.
        let _turn = self.asking.try_acquire().map_err(|_| Refusal::Busy)?;
        let room = Room::enter(run, self.link.clone()).await;
        let room = room.map_err(|why| Refusal::Wrong(why.to_owned()))?;
        let mut room = room.ok_or(Refusal::Gone(run))?;
        let seat = room.seat();
        let (rooms, end) = (Arc::clone(self), Arc::clone(&seat.end));
        tokio::spawn(async move {
            rooms.numbers.rooms.inc();
            let keeping = room.keep(|room| rooms.close(run, &end, || room.is_empty()));
            let _ = rooms.closing.run_until_cancelled(keeping).await;
            rooms.close(run, &end, || true);
            rooms.numbers.rooms.dec();
        });
        Ok(seat)
    }

    /// Closes a room if it `may` be, while nobody can enter: says whether it was closed.
    fn close(&self, run: RunId, end: &End, may: impl FnOnce() -> bool) -> bool {
        let mut cells = self.cells();
        let closes = may();
        let seat = cells.get(&run).and_then(|cell| cell.get());
        if closes && seat.is_some_and(|seat| Arc::ptr_eq(&seat.end, end)) {
            cells.remove(&run);
        }
        closes
    }
}

impl std::fmt::Debug for Rooms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rooms").field("rooms", &self.cells().len()).finish_non_exhaustive()
    }
}
