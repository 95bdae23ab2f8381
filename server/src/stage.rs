//! The stage on which all water moves, as those see it who ask something of it.
//!
//! One thread moves everything, thirty times a second ([`actors`](crate::actors)). What
//! changes a run goes through one queue, so nothing there is locked. What a run has become
//! is left in slots that hold the latest and nothing else: who is slow to look misses
//! some, and costs nobody anything. What moves a run takes a while to be made, and is made
//! elsewhere, one after the other: nobody's water waits for it.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display, Formatter};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};
use weir_scene::{Limits, Scene, Stroke};
use weir_surrogate::internals::Question;
use weir_surrogate::{Model, StrokeId};
pub use weir_words::{Load, Waits};

use crate::actor::Actor;
use crate::actors::Actors;
use crate::atlas::Atlas;
use crate::beat::Beats;
use crate::cast::Cast;
use crate::engine::{Engine, Engines, Role};
use crate::insides::Insides;
use crate::lot::Lot;
use crate::plan::{Built, Plan};
use crate::run::Run;
use crate::told::Told;
use crate::witness::Witness;
use crate::workshop::Workshop;

/// Time between two frames that are told.
pub const BEAT: Duration = Duration::from_nanos(1_000_000_000 / 30);
/// Wishes that wait to be heard.
const WAITING: usize = 1024;
/// How often a run is planned anew that was changed while it was made.
const PLANS: usize = 4;

/// Names a run, to who has been told: it cannot be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(u64);

impl RunId {
    pub(crate) fn random() -> Self {
        Self(uuid::Uuid::new_v4().as_u64_pair().1)
    }

    /// What it is chosen by.
    fn lot(self) -> Lot {
        Lot::of(self.0)
    }
}

impl Display for RunId {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for RunId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let id = hexadecimal::<16>(text).and_then(|text| u64::from_str_radix(text, 16).ok());
        id.map(Self).ok_or_else(|| "run: takes 16 hexadecimal digits".to_owned())
    }
}

/// Names a run to its owner, who can come back to it with this.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key(u128);

impl Key {
    pub(crate) fn random() -> Self {
        Self(uuid::Uuid::new_v4().as_u128())
    }
}

impl Display for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A key is nobody's business but its owner's, and no log's.
impl Debug for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let key = hexadecimal::<32>(text).and_then(|text| u128::from_str_radix(text, 16).ok());
        key.map(Self).ok_or_else(|| "key: takes 32 hexadecimal digits".to_owned())
    }
}

/// `text`, if it is so many hexadecimal digits and nothing else: numbers may have signs.
fn hexadecimal<const DIGITS: usize>(text: &str) -> Option<&str> {
    (text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit())).then_some(text)
}

/// What a visitor can do to a run.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Let it flow, when there is room.
    Start,
    /// Begin it anew with the lines as they are, and with another engine if that is wished.
    Begin(Option<Engine>),
    /// Change it at once.
    Change(Change),
}

/// What is done to a run at once.
#[derive(Clone, Debug)]
pub enum Change {
    /// Hold it.
    Pause,
    /// Two frames more.
    Step,
    /// Simulated seconds for a second.
    Speed(f64),
    /// What the network is as: one of its checkpoints by number, or itself.
    Checkpoint(Option<usize>),
    /// Draw a line of this number.
    Add(u32, Stroke),
    /// Take it away.
    Erase(u32),
    /// Let the network do without these skip connections.
    Silence(Vec<String>),
}

/// How a run is, but for its water.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Goes up with every change.
    pub revision: u64,
    /// The scene with its lines as they are now.
    pub scene: Arc<Scene>,
    /// Numbers of the lines, one for each stroke of the scene.
    pub lines: Arc<Vec<u32>>,
    /// What moves it.
    pub engine: Engine,
    /// Whether it moves.
    pub is_playing: bool,
    /// Whether it waits to be started, and for how long.
    pub waits: Option<Waits>,
    /// Simulated seconds for a second.
    pub speed: f64,
    /// Which of its checkpoints the network is as, or `None` for what it is.
    pub checkpoint: Option<usize>,
    /// Skip connections that are silent.
    pub silent: Arc<Vec<String>>,
    /// Why it stopped, if something went wrong.
    pub failure: Option<String>,
    /// Why something else moves it than was asked for.
    pub notice: Option<String>,
    /// What there is to see inside of its network, if that is here.
    pub atlas: Option<Arc<Atlas>>,
}

/// The latest frame of a stream.
pub type Latest = watch::Receiver<Option<Arc<Told>>>;

/// Why a run has ended, if there is more to say; filled before its slots end.
pub type End = Arc<OnceLock<&'static str>>;

/// A place before a run.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The run.
    pub run: RunId,
    /// For its owner.
    pub key: Option<Key>,
    /// How it is.
    pub state: watch::Receiver<Arc<State>>,
    /// What its first and its second engine make of it.
    pub streams: [Latest; 2],
    /// Where the insides of the network are left, while anybody has subscribed to it; `None` where
    /// the network is not to be had.
    pub insides: Option<watch::Sender<Option<Arc<Insides>>>>,
    /// Why it has ended.
    pub end: End,
}

/// The water of a run at one instant, to ask the network about.
#[derive(Debug)]
pub struct Moment {
    /// Number of the frame.
    pub number: u32,
    /// What can be asked.
    pub question: Question,
    /// Who is asked.
    pub model: Model,
    /// The numbers of the lines.
    pub lines: BTreeMap<StrokeId, u32>,
}

/// Why a wish is not granted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// What was wished for cannot be, in words for the visitor.
    #[error("{0}")]
    Wrong(String),
    /// There is no such run any more.
    #[error("run {0}: there is none, or it has ended")]
    Gone(RunId),
    /// A run that its owner comes back to has ended.
    #[error("the run has ended")]
    Ended,
    /// There are as many runs as there can be.
    #[error("there are {0} runs, which is all that this server has room for")]
    Full(usize),
    /// The stage has too much to do, or is being closed.
    #[error("the server is busy or closing")]
    Busy,
}

pub(crate) type Answer<T> = oneshot::Sender<Result<T, Refusal>>;

pub(crate) enum Wish {
    Open(RunId, Box<Actor>, Answer<Seat>),
    Join(RunId, Answer<Seat>),
    Resume(Key, Answer<Seat>),
    Start(RunId, Answer<()>),
    Change(RunId, Box<Change>, Answer<()>),
    Plan(RunId, Option<Engine>, Answer<Plan>),
    Begin(RunId, Box<Built>, Answer<bool>),
    Question(RunId, Answer<Moment>),
    Abandon(RunId),
    Close(RunId),
    Recast(Role, Arc<Engines>),
}

/// Takes wishes to the stage.
#[derive(Clone)]
pub struct Stage {
    wishes: Sender<Wish>,
    /// Wishes that wait for an answer. Ends of runs wait for none: they are never lost, or
    /// water would flow for nobody.
    waiting: Arc<AtomicUsize>,
    load: watch::Receiver<Load>,
    beats: Beats,
    cast: Cast,
    witness: Witness,
    limits: Limits,
    workshop: Workshop,
    /// Who wants to hear of runs that are opened.
    opened: Arc<OnceLock<UnboundedSender<Seat>>>,
}

impl Debug for Stage {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("load", &self.load()).finish_non_exhaustive()
    }
}

impl Stage {
    /// Starts the thread. It ends when the last `Stage` is dropped.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(cast: Cast, witness: Witness, limits: Limits) -> std::io::Result<Self> {
        let workshop = Workshop::open()?;
        let (wishes, heard) = channel();
        let (shown, load) = watch::channel(Load::default());
        let beats = Beats::new();
        let call_s = cast.champion().atlas.call_s_a_particle;
        let actors = Actors::new(call_s, shown, beats.clone(), witness.clone())?;
        std::thread::Builder::new().name("stage".to_owned()).spawn(move || actors.play(&heard))?;
        let (waiting, opened) = (Arc::default(), Arc::default());
        Ok(Self { wishes, waiting, load, beats, cast, witness, limits, workshop, opened })
    }

    /// Opens a run.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn open(&self, scene: Scene, engine: Engine) -> Result<Seat, Refusal> {
        let (id, limits, witness) = (RunId::random(), self.limits, self.witness.clone());
        let engines = self.cast.for_run(id.lot());
        let make = move || {
            let run = Run::new(scene, engine, &engines, limits)?;
            Ok(Actor::new(run, id.lot(), witness))
        };
        let actor = self.workshop.make(make).await?;
        let seat = self.ask(|answer| Wish::Open(id, Box::new(actor), answer)).await?;
        if let Some(opened) = self.opened.get() {
            // Who has stopped listening is closing.
            let _ = opened.send(Seat { key: None, ..seat.clone() });
        }
        Ok(seat)
    }

    /// A watcher's place before each run that is opened from now on; `None` if somebody has them
    /// already.
    pub(crate) fn opened(&self) -> Option<UnboundedReceiver<Seat>> {
        let (opened, seats) = unbounded_channel();
        self.opened.set(opened).ok().map(|()| seats)
    }

    /// Gives a network the role that it is for. Runs that are there go on with it if it can take
    /// the place of their own while water flows, and else have it when they begin anew.
    pub fn recast(&self, engines: Arc<Engines>) {
        self.cast.take(Arc::clone(&engines));
        // A stage that cannot hear is closing.
        let _ = self.wishes.send(Wish::Recast(engines.role, engines));
    }

    /// There is no challenger any more: its runs go to the champion.
    pub fn dismiss_challenger(&self) {
        self.cast.dismiss_challenger();
        let _ = self.wishes.send(Wish::Recast(Role::Challenger, self.cast.champion()));
    }

    /// The networks that are at hand.
    pub fn cast(&self) -> &Cast {
        &self.cast
    }

    /// Who looks at the runs.
    pub fn witness(&self) -> &Witness {
        &self.witness
    }

    /// Takes a place before a run that is there.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn join(&self, run: RunId) -> Result<Seat, Refusal> {
        self.ask(|answer| Wish::Join(run, answer)).await
    }

    /// Takes the owner's place before a run that was abandoned.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn resume(&self, key: Key) -> Result<Seat, Refusal> {
        self.ask(|answer| Wish::Resume(key, answer)).await
    }

    /// Does something to a run.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn act(&self, run: RunId, deed: Deed) -> Result<(), Refusal> {
        match deed {
            Deed::Start => self.ask(|answer| Wish::Start(run, answer)).await,
            Deed::Begin(engine) => self.begin(run, engine).await,
            Deed::Change(change) => {
                self.ask(|answer| Wish::Change(run, Box::new(change), answer)).await
            }
        }
    }

    /// Begins a run anew, with other engines if that is wished.
    async fn begin(&self, run: RunId, engine: Option<Engine>) -> Result<(), Refusal> {
        for _ in 0..PLANS {
            let plan = self.ask(|answer| Wish::Plan(run, engine, answer)).await?;
            let built = self.workshop.make(move || plan.build()).await?;
            if self.ask(|answer| Wish::Begin(run, Box::new(built), answer)).await? {
                return Ok(());
            }
        }
        Err(Refusal::Wrong("reset: the lines change faster than it can begin anew".to_owned()))
    }

    /// The water of a run as it is now, for the network to be asked about.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn question(&self, run: RunId) -> Result<Moment, Refusal> {
        self.ask(|answer| Wish::Question(run, answer)).await
    }

    /// Its owner has gone without a word, and may come back.
    pub fn abandon(&self, run: RunId) {
        // A stage that cannot hear is closing, and its runs with it.
        let _ = self.wishes.send(Wish::Abandon(run));
    }

    /// Ends a run; its seats see the end of their slots.
    pub fn close(&self, run: RunId) {
        let _ = self.wishes.send(Wish::Close(run));
    }

    /// How busy it is.
    pub fn load(&self) -> Load {
        *self.load.borrow()
    }

    /// When it last moved the water, and how long that took.
    pub(crate) fn beats(&self) -> &Beats {
        &self.beats
    }

    async fn ask<T>(&self, wish: impl FnOnce(Answer<T>) -> Wish) -> Result<T, Refusal> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Refusal::Busy);
        }
        let _waits = Waiting(Arc::clone(&self.waiting));
        let (answer, answered) = oneshot::channel();
        self.wishes.send(wish(answer)).map_err(|_| Refusal::Busy)?;
        answered.await.unwrap_or(Err(Refusal::Busy))
    }
}

/// A wish that waits for an answer, or is given up.
struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
