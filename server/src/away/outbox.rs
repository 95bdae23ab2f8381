//! Letters on their way to the broker. Whoever puts one in does not wait.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use prometheus_client::metrics::counter::Counter;
use tokio::sync::Notify;

/// Most letters that wait.
const MOST: usize = 512;
/// Most bytes that wait.
const MOST_BYTES: usize = 16 << 20;

/// A letter with where it goes.
#[derive(Debug)]
pub struct Parcel {
    /// The subject.
    pub to: String,
    /// The letter.
    pub letter: Bytes,
    /// For a frame: where its sender sees that it was lost, and that the next must stand alone.
    pub lost: Option<Arc<AtomicBool>>,
}

/// Letters that wait, of which the oldest frame makes room for a new one.
#[derive(Debug)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    filled: Notify,
    dropped: Counter,
}

#[derive(Debug, Default)]
struct Waiting {
    parcels: VecDeque<Parcel>,
    bytes: usize,
    /// Whether the last that was taken out is on its way still.
    is_carried: bool,
}

impl Outbox {
    /// An empty one that counts here what it has no room for.
    pub fn new(dropped: Counter) -> Self {
        Self { waiting: Mutex::default(), filled: Notify::new(), dropped }
    }

    /// Puts a letter in. Where there is no room the oldest frame goes: a newer one is worth more,
    /// and words are few. Words go only where there are nothing but words.
    pub fn push(&self, parcel: Parcel) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.bytes += parcel.letter.len();
        waiting.parcels.push_back(parcel);
        while waiting.parcels.len() > MOST || waiting.bytes > MOST_BYTES {
            let oldest = waiting.parcels.iter().position(|parcel| parcel.lost.is_some());
            let Some(dropped) = waiting.parcels.remove(oldest.unwrap_or_default()) else { break };
            waiting.bytes -= dropped.letter.len();
            if let Some(lost) = dropped.lost {
                lost.store(true, Ordering::Relaxed);
            }
            self.dropped.inc();
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// The next letter; the one before is out. One reader at a time.
    pub async fn next(&self) -> Parcel {
        loop {
            if let Some(parcel) = self.take() {
                return parcel;
            }
            self.filled.notified().await;
        }
    }

    /// Whether all is out.
    pub fn is_empty(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.parcels.is_empty() && !waiting.is_carried
    }

    fn take(&self) -> Option<Parcel> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let parcel = waiting.parcels.pop_front();
        waiting.is_carried = parcel.is_some();
        waiting.bytes -= parcel.as_ref().map_or(0, |parcel| parcel.letter.len());
        parcel
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(number: usize, bytes: usize, lost: Option<&Arc<AtomicBool>>) -> Parcel {
        Parcel { to: number.to_string(), letter: vec![0; bytes].into(), lost: lost.cloned() }
    }

    #[tokio::test]
    async fn the_oldest_frame_goes_and_words_stay() {
        let dropped = Counter::default();
        let outbox = Outbox::new(dropped.clone());
        let losses: Vec<Arc<AtomicBool>> = (0..2).map(|_| Arc::default()).collect();
        outbox.push(parcel(0, 1, None));
        outbox.push(parcel(1, 1, Some(&losses[0])));
        outbox.push(parcel(2, 1, Some(&losses[1])));
        (3..=MOST).for_each(|number| outbox.push(parcel(number, 1, None)));
        assert_eq!(dropped.get(), 1);
        let lost = |k: usize| losses[k].load(Ordering::Relaxed);
        assert!(lost(0) && !lost(1));
        assert_eq!(outbox.next().await.to, "0");
        assert_eq!(outbox.next().await.to, "2");
        // Nothing but words: the oldest of them.
        (0..2).for_each(|number| outbox.push(parcel(1000 + number, 1, None)));
        outbox.push(parcel(2000, 1, None));
        assert_eq!(dropped.get(), 2);
        assert_eq!(outbox.next().await.to, "4");
    }

    #[tokio::test]
    async fn bytes_are_bounded_too_and_who_waits_for_a_letter_gets_it() {
        let dropped = Counter::default();
        let outbox = Arc::new(Outbox::new(dropped.clone()));
        let lost = Arc::default();
        (0..5).for_each(|number| outbox.push(parcel(number, MOST_BYTES / 4, Some(&lost))));
        assert_eq!(dropped.get(), 1);
        for number in 1..5 {
            assert_eq!(outbox.next().await.to, number.to_string());
        }
        // The last is on its way until the next is asked for.
        assert!(!outbox.is_empty());
        let reader = tokio::spawn({
            let outbox = Arc::clone(&outbox);
            async move { outbox.next().await.to }
        });
        tokio::task::yield_now().await;
        assert!(outbox.is_empty());
        outbox.push(parcel(9, 1, None));
        assert_eq!(reader.await.expect("no panic"), "9");
        // One that has no room by itself is not kept either.
        outbox.push(parcel(10, MOST_BYTES + 1, None));
        assert_eq!((outbox.take().map(|parcel| parcel.to), dropped.get()), (None, 2));
    }
}
