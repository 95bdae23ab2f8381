//! How many things each client has at a time: connections, or WebSockets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

use crate::peer::Client;

/// Counts for each client, up to a most.
#[derive(Clone, Debug)]
pub struct Crowd {
    most: usize,
    counts: Arc<Mutex<HashMap<Client, usize>>>,
}

/// One of the things that are counted, until it is dropped.
#[derive(Debug)]
pub struct One {
    crowd: Crowd,
    client: Client,
}

/// The place of a connection, among all and among those of its client. A WebSocket holds on
/// to it: to the library the connection has ended when one begins.
#[derive(Clone, Debug)]
pub struct Place {
    _among_all: Arc<OwnedSemaphorePermit>,
    _among_own: Option<Arc<One>>,
}

impl Place {
    /// Of both.
    pub fn new(among_all: OwnedSemaphorePermit, among_own: Option<One>) -> Self {
        Self { _among_all: Arc::new(among_all), _among_own: among_own.map(Arc::new) }
    }
}

impl Crowd {
    /// Of at most so many for each client.
    pub fn new(most: usize) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// One more, if the client may have it.
    pub fn admit(&self, client: Client) -> Option<One> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(client).or_default();
        (*count < self.most).then(|| {
            *count += 1;
            One { crowd: self.clone(), client }
        })
    }
}

impl Drop for One {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.client) {
            *count -= 1;
            // Who has gone is forgotten, or the map would grow with everybody who ever came.
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_as_many_as_it_may_and_is_forgotten_when_it_has_none() {
        let crowd = Crowd::new(2);
        let client = |text: &str| Client::of(text.parse().expect("an address"));
        let (one, other) = (client("198.51.100.1"), client("198.51.100.2"));
        let first = crowd.admit(one).expect("a place");
        let second = crowd.admit(one).expect("a place");
        assert!(crowd.admit(one).is_none());
        let third = crowd.admit(other).expect("a place of another's");
        drop(first);
        let fourth = crowd.admit(one).expect("the place that is free");
        drop((second, third, fourth));
        assert!(crowd.counts.lock().expect("nobody panicked").is_empty());
    }
}
