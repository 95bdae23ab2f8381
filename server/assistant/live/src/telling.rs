//! Numbers the words of a call, and remembers them for who comes back.

use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{broadcast, mpsc};
use weir_calls::Role;

use crate::words::{CHANNELS, ServerWord, Told};

/// Words that wait for a client that is slow to take them; then its connection is cut, and it is
/// told the rest when it comes back.
const WAITING: usize = 256;
/// Words that wait for a dashboard.
const WATCHED: usize = 256;

/// Tells words to whoever listens.
#[derive(Debug)]
pub(crate) struct Telling {
    channels: [Role; CHANNELS],
    /// Number of the last word.
    n: u64,
    /// All words but partials of turns that have ended.
    past: Vec<Arc<Told>>,
    link: Option<mpsc::Sender<Arc<Told>>>,
    watched: broadcast::Sender<Arc<Told>>,
}

impl Telling {
    /// Nothing was told.
    pub fn new(channels: [Role; CHANNELS]) -> Self {
        let watched = broadcast::Sender::new(WATCHED);
        Self { channels, n: 0, past: Vec::new(), link: None, watched }
    }

    /// The number that the next word will have.
    pub fn next_n(&self) -> u64 {
        self.n + 1
    }

    /// Tells a word, and remembers it.
    pub fn tell(&mut self, word: ServerWord) {
        self.n += 1;
        if let ServerWord::Final(turn) = &word {
            let channels = &self.channels;
            let is_its = |channel: u8| channels.get(usize::from(channel)) == Some(&turn.role);
            self.past.retain(
                |told| !matches!(told.word, ServerWord::Partial { channel, .. } if is_its(channel)),
            );
        }
        let told = Arc::new(Told { n: self.n, word });
        self.past.push(Arc::clone(&told));
        // Without anybody who watches there is nobody to tell.
        let _ = self.watched.send(Arc::clone(&told));
        self.send(told);
    }

    /// Tells the client alone, for this connection.
    pub fn tell_client(&mut self, word: ServerWord) {
        self.send(Arc::new(Told { n: self.n, word }));
    }

    /// A client listens from now on: to this first, then to all after a number.
    pub fn attach(&mut self, ready: ServerWord, last_n: u64) -> mpsc::Receiver<Arc<Told>> {
        let first = self.past.partition_point(|told| told.n <= last_n);
        let missed = &self.past[first..];
        let (link, words) = mpsc::channel(WAITING + missed.len());
        // The number of the last word that the client has: the missed ones are still to come, and
        // who is cut before they have come must not take them for heard.
        let ready = Arc::new(Told { n: last_n.min(self.n), word: ready });
        for told in std::iter::once(&ready).chain(missed) {
            // There is room for them all.
            let _ = link.try_send(Arc::clone(told));
        }
        self.link = Some(link);
        words
    }

    /// The client has gone.
    pub fn detach(&mut self) {
        self.link = None;
    }

    /// Somebody watches: all so far, and what comes.
    pub fn watch(&self) -> (Vec<Arc<Told>>, broadcast::Receiver<Arc<Told>>) {
        (self.past.clone(), self.watched.subscribe())
    }

    fn send(&mut self, told: Arc<Told>) {
        let sent = self.link.as_ref().map(|link| link.try_send(told));
        if let Some(Err(TrySendError::Full(_) | TrySendError::Closed(_))) = sent {
            self.link = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Turn;

    fn partial(channel: u8, text: &str) -> ServerWord {
        ServerWord::Partial { channel, text: text.to_owned() }
    }

    fn lag(behind_s: f32) -> ServerWord {
        ServerWord::Lag { behind_s }
    }

    fn telling() -> Telling {
        Telling::new([Role::Customer, Role::Agent])
    }

    fn all(words: &mut mpsc::Receiver<Arc<Told>>) -> Vec<u64> {
        std::iter::from_fn(|| words.try_recv().ok()).map(|told| told.n).collect()
    }

    #[test]
    fn who_comes_back_is_told_what_came_since_but_partials_that_were_replaced() {
        let mut telling = telling();
        telling.tell(lag(1.0));
        telling.tell(partial(0, "a"));
        telling.tell(partial(1, "b"));
        let text = "a".to_owned();
        let role = Role::Customer;
        telling.tell(ServerWord::Final(Turn { turn: 0, role, text, start_s: 0.0, end_s: 1.0 }));
        let mut words = telling.attach(lag(0.0), 0);
        assert_eq!(all(&mut words), [0, 1, 3, 4]);
        telling.tell_client(lag(2.0));
        telling.tell(lag(3.0));
        assert_eq!(all(&mut words), [4, 5]);
        assert_eq!(all(&mut telling.attach(lag(0.0), 4)), [4, 5]);
        assert_eq!(telling.watch().0.len(), 4);
    }

    #[test]
    fn who_is_slow_is_cut_and_misses_nothing() {
        let mut telling = telling();
        let mut words = telling.attach(lag(0.0), 0);
        for _ in 0..2 * WAITING {
            telling.tell(lag(1.0));
        }
        let got = all(&mut words);
        assert_eq!(got.len(), WAITING);
        assert!(words.is_closed());
        let last = got[WAITING - 1];
        let rest = all(&mut telling.attach(lag(0.0), last));
        assert_eq!(rest[1..], (last + 1..=2 * WAITING as u64).collect::<Vec<_>>());
    }
}
