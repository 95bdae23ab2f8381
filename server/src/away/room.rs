//! A run of another server, as it is watched here: letters in, and a [`Seat`] for those who
//! watch, who cannot tell it from that of a run of this server.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Subscriber;
use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use weir_wire::Scale;

use super::letter::{self, Ask, Beat, Over, Tell};
use super::link::Link;
use super::stream::{Stream, Taken};
use crate::stage::{End, RunId, Seat, State};
use crate::told::Told;

/// How often it is looked at who watches, and whether anything comes.
const LOOK: Duration = Duration::from_millis(500);
/// Looks from one word that somebody watches to the next.
const STAY_EVERY: u32 = 4;
/// Looks at nobody after which it closes: who reloads a page comes back.
const EMPTY: u32 = 3;
/// Longest that a run of which nothing is heard is there.
const SILENCE: Duration = Duration::from_secs(3);
/// Shortest time between two questions for what was missed.
const BREATH: Duration = Duration::from_millis(500);

/// Why a run is over that another server has.
const GONE: &str = "the server that this water was on has gone";
const LOST: &str = "the connection to the server that this water is on is lost";
const UNCLEAR: &str = "what comes from the server that this water is on cannot be understood";
const TOO_LARGE: &str = "there is too much of this water to be shown by another server";

/// A run of another server.
pub struct Room {
    run: RunId,
    link: Link,
    tells: Subscriber,
    state: watch::Sender<Arc<State>>,
    slots: [watch::Sender<Option<Arc<Told>>>; 2],
    streams: [Stream; 2],
    end: End,
    heard: Instant,
    asked: Option<Instant>,
}

/// That it is over, and why if there is more to say.
struct Ended(Option<&'static str>);

impl Room {
    /// Asks for a run, and is told of it from now on. `None` if nobody has it.
    ///
    /// # Errors
    /// It cannot be shown here, in words for the visitor.
    pub async fn enter(run: RunId, link: Link) -> Result<Option<Self>, &'static str> {
        // Before the question, so that nothing is missed that comes right after the answer.
        let Ok(tells) = link.subscribe(letter::telling(run)).await else { return Ok(None) };
        let answer = match link.ask(letter::asking(run), Ask::Join.write()).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::debug!(%error, "a run is asked for in vain");
                return Ok(None);
            }
        };
        match Tell::read(&answer) {
            Ok(Tell::State(state)) => Ok(Some(Self {
                run,
                link,
                tells,
                state: watch::Sender::new(Arc::new(*state)),
                slots: [0, 1].map(|_| watch::Sender::new(None)),
                streams: Default::default(),
                end: Arc::default(),
                heard: Instant::now(),
                asked: Some(Instant::now()),
            })),
            Ok(Tell::Over(Over::TooLarge)) => Err(TOO_LARGE),
            Ok(_) => Err(UNCLEAR),
            Err(error) => {
                tracing::warn!(%error, "another server answers what cannot be understood");
                Err(UNCLEAR)
            }
        }
    }

    /// A place before it.
    pub fn seat(&self) -> Seat {
        Seat {
            run: self.run,
            key: None,
            state: self.state.subscribe(),
            streams: [0, 1].map(|k| self.slots[k].subscribe()),
            insides: None,
            end: Arc::clone(&self.end),
        }
    }

    /// Whether nobody has a place before it but the one that others are made from.
    pub fn is_empty(&self) -> bool {
        self.state.receiver_count() <= 1
    }

    /// Is told of it until it is over, or nobody has watched for a while and `may_close`.
    pub async fn keep(&mut self, mut may_close: impl FnMut(&Self) -> bool) {
        let mut look = interval_at(Instant::now() + LOOK, LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut looks, mut empty) = (0_u32, 0);
        let Ended(why) = loop {
            let went = tokio::select! {
                message = self.tells.next() => match message {
                    Some(message) => self.hear(message.payload).await,
                    None => Err(Ended(Some(LOST))),
                },
                _ = look.tick() => {
                    looks = looks.wrapping_add(1);
                    empty = if self.is_empty() { empty + 1 } else { 0 };
                    let closes = empty >= EMPTY && may_close(self);
                    if closes { Err(Ended(None)) } else { self.look(looks) }
                }
            };
            if let Err(ended) = went {
                break ended;
            }
        };
        if let Some(why) = why {
            tracing::info!(why, "a run of another server is over");
            // Nobody else fills it.
            let _ = self.end.set(why);
        }
    }

    async fn hear(&mut self, letter: Bytes) -> Result<(), Ended> {
        let unclear = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "another server tells what cannot be understood");
            Ended(Some(UNCLEAR))
        };
        let tell = Tell::read(&letter).map_err(|error| unclear(&error))?;
        self.heard = Instant::now();
        match tell {
            Tell::State(state) => {
                self.state.send_if_modified(|last| {
                    let is_news = state.revision > last.revision;
                    if is_news {
                        *last = Arc::new(*state);
                    }
                    is_news
                });
            }
            Tell::Frame(stream, bytes) => {
                let scale = {
                    let domain = &self.state.borrow().scene.domain;
                    Scale::new([domain.width_m, domain.height_m])
                };
                let taken = self.streams[stream].take(bytes, scale).await;
                match taken.map_err(|error| unclear(&error))? {
                    Taken::Told(told) => drop(self.slots[stream].send_replace(Some(told))),
                    Taken::Known => {}
                    Taken::Gap => self.ask_anew(),
                }
            }
            Tell::Beat(beat) => {
                let has = Beat {
                    revision: self.state.borrow().revision,
                    numbers: [0, 1].map(|k| self.streams[k].number()),
                };
                if beat.revision > has.revision || beat.numbers != has.numbers {
                    self.ask_anew();
                }
            }
            Tell::Over(Over::Ended) => return Err(Ended(None)),
            Tell::Over(Over::Closing) => return Err(Ended(Some(GONE))),
            Tell::Over(Over::TooLarge) => return Err(Ended(Some(TOO_LARGE))),
        }
        Ok(())
    }

    fn look(&mut self, looks: u32) -> Result<(), Ended> {
        if self.heard.elapsed() > SILENCE {
            return Err(Ended(Some(if self.link.is_up() { GONE } else { LOST })));
        }
        if looks.is_multiple_of(STAY_EVERY) {
            self.link.send(letter::asking(self.run), Ask::Stay.write());
        }
        if self.streams[0].number() == 0 {
            self.ask_anew();
        }
        Ok(())
    }

    /// Something was missed: asks for all of it, now and then.
    fn ask_anew(&mut self) {
        if self.asked.is_none_or(|asked| asked.elapsed() > BREATH) {
            self.asked = Some(Instant::now());
            self.link.send(letter::asking(self.run), Ask::Anew.write());
        }
    }
}
