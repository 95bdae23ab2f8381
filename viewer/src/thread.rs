//! An engine on a thread of its own.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::desk::Desk;
use crate::engine::Make;
use crate::worker::{Clock, Latest, Moment, Order, Start, Wake, Worker};

/// Longest that an engine without work sleeps before it looks at the clock.
const NAP: Duration = Duration::from_millis(4);

/// An engine at work. Once it is let go of it ends what it is doing: nobody waits for that.
pub struct Thread {
    name: String,
    orders: Sender<Order>,
    seen: Arc<Mutex<Seen>>,
    thread: JoinHandle<()>,
}

/// What the window gets to see.
#[derive(Default)]
struct Seen {
    latest: Latest,
    moments: Vec<Moment>,
}

impl Thread {
    /// Lets an engine begin.
    ///
    /// # Errors
    /// The machine gives no thread, in words.
    pub fn begin(name: &str, make: &Make, start: Start<'_>) -> Result<Self, String> {
        let (orders, given) = channel();
        let seen = Arc::<Mutex<Seen>>::default();
        let (make, scene, strokes) =
            (Arc::clone(make), start.scene.clone(), start.strokes.to_vec());
        let (shared, clock, wake) = (Arc::clone(&seen), start.clock.clone(), start.wake);
        let thread = std::thread::Builder::new().name(format!("weir {name}"));
        let thread = thread.spawn(move || {
            let mut desk = Desk::new(make, scene, &strokes);
            publish(&mut desk, &shared, &wake);
            work(&mut desk, &given, &clock, &shared, &wake);
        });
        let thread = thread.map_err(|error| error.to_string())?;
        Ok(Self { name: name.to_owned(), orders, seen, thread })
    }
}

fn work(desk: &mut Desk, given: &Receiver<Order>, clock: &Clock, seen: &Mutex<Seen>, wake: &Wake) {
    loop {
        let is_behind = desk.is_behind(clock.now_s());
        let nap = if is_behind { Duration::ZERO } else { NAP };
        match given.recv_timeout(nap) {
            Ok(order) => {
                desk.obey(order);
                // Orders come in bursts, and only the last state is worth looking at.
                while let Ok(order) = given.try_recv() {
                    desk.obey(order);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) if !is_behind => continue,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if desk.is_behind(clock.now_s()) {
            desk.advance();
        }
        publish(desk, seen, wake);
    }
}

fn publish(desk: &mut Desk, seen: &Mutex<Seen>, wake: &Wake) {
    {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.latest = desk.shown().clone();
        seen.moments.append(&mut desk.take_moments());
    }
    wake();
}

impl Worker for Thread {
    fn name(&self) -> &str {
        &self.name
    }

    fn order(&self, order: Order) {
        // The thread has ended only if it panicked, which `latest` tells.
        let _ = self.orders.send(order);
    }

    fn latest(&self) -> Latest {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latest = seen.latest.clone();
        if self.thread.is_finished() && latest.fault.is_none() {
            latest.fault = Some("it ended in a fault of its own; begin it anew".to_owned());
        }
        latest
    }

    fn take_moments(&self) -> Vec<Moment> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut seen.moments)
    }
}
