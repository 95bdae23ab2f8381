//! A run of this server, for visitors of others: what is told of it while one of them watches.
//!
//! It looks on from a [`Seat`] like any other watcher, so the stage does no more for it than for
//! one; and what it tells goes out once, however many servers listen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::{Message, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::letter::{self, Ask, Beat, LetterError, Over};
use super::link::Link;
use super::outbox::Parcel;
use crate::flow::Chain;
use crate::stage::Seat;
use crate::told::Told;

/// Time between two signs of life.
const BEAT: Duration = Duration::from_secs(1);
/// How long a server is told without a word from it. It says one every two seconds.
const INTEREST: Duration = Duration::from_secs(7);
/// Shortest time between two times that all is told from the beginning.
const BREATH: Duration = Duration::from_millis(200);

/// What others are told of one run.
pub struct Host {
    seat: Seat,
    link: Link,
    streams: [Thread; 2],
    /// Until when somebody wants to hear of it.
    watched: Option<Instant>,
    /// When all is told from the beginning, if that is asked for.
    anew: Option<Instant>,
    last_anew: Option<Instant>,
}

/// What is known of a stream by those who listen.
#[derive(Debug, Default)]
struct Thread {
    chain: Chain,
    number: u32,
    /// Whether a frame was lost on its way out.
    is_lost: Arc<AtomicBool>,
}

enum Event {
    Asked(Option<Message>),
    State(bool),
    Frame(usize, bool),
    Beat,
    Anew,
}

impl Host {
    /// For the run that this is a place before.
    pub fn new(seat: Seat, link: Link) -> Self {
        let streams = Default::default();
        Self { seat, link, streams, watched: None, anew: None, last_anew: None }
    }

    /// Tells who asks, until the run ends or the server closes.
    pub async fn serve(mut self, closing: CancellationToken) {
        let all = async {
            let Some(asks) = self.listen().await else { return };
            self.answer(asks).await;
        };
        closing.run_until_cancelled(all).await;
        // A server that closes ends its runs, and that may be noticed before why.
        self.end(if closing.is_cancelled() { Over::Closing } else { Over::Ended });
    }

    /// Listens for questions from when there is a broker; `None` if the run ends before.
    async fn listen(&mut self) -> Option<Subscriber> {
        let state = &mut self.seat.state;
        let ended = async { while state.changed().await.is_ok() {} };
        let listening = async {
            self.link.wait().await;
            self.link.subscribe(letter::asking(self.seat.run)).await
        };
        tokio::select! {
            asks = listening => asks.ok(),
            () = ended => None,
        }
    }

    async fn answer(&mut self, mut asks: Subscriber) {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_watched = self.watched.is_some();
            let anew = self.anew.unwrap_or_else(Instant::now);
            let [first, second] = &mut self.seat.streams;
            let event = tokio::select! {
                message = asks.next() => Event::Asked(message),
                there = self.seat.state.changed() => Event::State(there.is_ok()),
                there = first.changed(), if is_watched => Event::Frame(0, there.is_ok()),
                there = second.changed(), if is_watched => Event::Frame(1, there.is_ok()),
                _ = beat.tick(), if is_watched => Event::Beat,
                () = sleep_until(anew), if self.anew.is_some() => Event::Anew,
            };
            let told = match event {
                Event::Asked(Some(message)) => self.hear(message),
                Event::State(true) if is_watched => self.tell_state(),
                Event::State(true) => Ok(()),
                Event::Frame(stream, true) => self.tell_frame(stream),
                Event::Beat => {
                    self.beat();
                    Ok(())
                }
                Event::Anew => self.tell_all(),
                Event::Asked(None) | Event::State(false) | Event::Frame(_, false) => return,
            };
            if let Err(error) = told {
                tracing::warn!(%error, "a run cannot be shown to other servers");
                self.end(Over::TooLarge);
            }
        }
    }

    /// Hears another server. One that cannot be understood is none.
    fn hear(&mut self, message: Message) -> Result<(), LetterError> {
        let ask = match Ask::read(&message.payload) {
            Ok(ask) => ask,
            Err(error) => {
                tracing::debug!(%error, "somebody asks for a run in other words");
                return Ok(());
            }
        };
        let was_watched = self.watched.replace(Instant::now() + INTEREST).is_some();
        if ask != Ask::Stay || !was_watched {
            let soonest = self.last_anew.map_or_else(Instant::now, |last| last + BREATH);
            self.anew = Some(self.anew.unwrap_or(soonest));
        }
        let (Ask::Join, Some(to)) = (ask, message.reply) else { return Ok(()) };
        let state = Arc::clone(&self.seat.state.borrow());
        match self.sized(letter::state(&state)) {
            Ok(letter) => self.link.send(to.to_string(), letter),
            Err(error) => {
                self.link.send(to.to_string(), letter::over(Over::TooLarge));
                return Err(error);
            }
        }
        Ok(())
    }

    fn tell_state(&mut self) -> Result<(), LetterError> {
        let state = Arc::clone(&self.seat.state.borrow_and_update());
        let letter = self.sized(letter::state(&state))?;
        self.link.send(letter::telling(self.seat.run), letter);
        Ok(())
    }

    fn tell_frame(&mut self, stream: usize) -> Result<(), LetterError> {
        let told = self.seat.streams[stream].borrow_and_update().clone();
        let Some(told) = told else { return Ok(()) };
        let bytes = self.streams[stream].tell(&told, self.link.is_up());
        let letter = self.sized(letter::frame(stream, &bytes))?;
        let lost = Some(Arc::clone(&self.streams[stream].is_lost));
        self.link.post(Parcel { to: letter::telling(self.seat.run), letter, lost });
        Ok(())
    }

    /// Tells all that there is, for those who have nothing.
    fn tell_all(&mut self) -> Result<(), LetterError> {
        (self.anew, self.last_anew) = (None, Some(Instant::now()));
        self.tell_state()?;
        for stream in 0..2 {
            self.streams[stream].chain.cut();
            self.tell_frame(stream)?;
        }
        Ok(())
    }

    fn beat(&mut self) {
        if self.watched.is_some_and(|until| until < Instant::now()) {
            self.watched = None;
            return;
        }
        let revision = self.seat.state.borrow().revision;
        let numbers = [0, 1].map(|k| self.streams[k].number);
        let letter = letter::beat(Beat { revision, numbers });
        self.link.send(letter::telling(self.seat.run), letter);
    }

    /// Says the last word, if anybody listens.
    fn end(&mut self, over: Over) {
        if self.watched.take().is_some() {
            self.link.send(letter::telling(self.seat.run), letter::over(over));
        }
        self.anew = None;
    }

    /// A letter that the broker takes.
    fn sized(&self, letter: Result<Bytes, LetterError>) -> Result<Bytes, LetterError> {
        letter.and_then(|letter| {
            let bytes = letter.len();
            if bytes > self.link.most() { Err(LetterError::Large(bytes)) } else { Ok(letter) }
        })
    }
}

impl Thread {
    /// A frame as it is understood by those who have heard all before, as far as is known.
    fn tell(&mut self, told: &Told, is_up: bool) -> Bytes {
        if self.is_lost.swap(false, Ordering::Relaxed) || !is_up {
            self.chain.cut();
        }
        self.number = told.number;
        self.chain.tell(told)
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The name of a run is for those who were told.
        f.debug_struct("Host").field("watched", &self.watched).finish_non_exhaustive()
    }
}
