//! An engine that takes turns with the window, where there are no threads: on a page.
//!
//! A frame of it is a frame in which the page does not answer. The page's own network is elsewhere
//! ([`worker`](crate::worker)); this is for what is set beside it.

use std::cell::RefCell;

use crate::desk::Desk;
use crate::engine::Make;
use crate::worker::{Clock, Latest, Moment, Order, Start, Wake, Worker};

/// An engine between two pictures of the window.
pub struct Turns {
    name: String,
    desk: RefCell<Desk>,
    clock: Clock,
    wake: Wake,
}

impl Turns {
    /// Lets an engine begin.
    ///
    /// # Errors
    /// None here: who cannot begin says so in what it made last.
    pub fn begin(name: &str, make: &Make, start: Start<'_>) -> Result<Self, String> {
        let desk = Desk::new(Make::clone(make), start.scene.clone(), start.strokes);
        let (clock, wake) = (start.clock.clone(), start.wake);
        Ok(Self { name: name.to_owned(), desk: RefCell::new(desk), clock, wake })
    }
}

impl Worker for Turns {
    fn name(&self) -> &str {
        &self.name
    }

    fn order(&self, order: Order) {
        self.desk.borrow_mut().obey(order);
        (self.wake)();
    }

    fn latest(&self) -> Latest {
        let mut desk = self.desk.borrow_mut();
        if desk.is_behind(self.clock.now_s()) {
            desk.advance();
            (self.wake)();
        }
        desk.shown().clone()
    }

    fn take_moments(&self) -> Vec<Moment> {
        self.desk.borrow_mut().take_moments()
    }
}
