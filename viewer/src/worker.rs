//! What the window asks of water, and what it gets to see of it.
//!
//! The window never waits for water: it leaves orders, and looks at whatever was made last. Engines
//! go no further than the window's clock, so that all of them show the same moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use weir_scene::{Frame, Scene, Stroke};
use weir_surrogate::Model;
use weir_surrogate::internals::Silence;
use weir_surrogate::network::Map;

use crate::engine::{Figure, Told};

/// Water that moves somewhere else: on a thread, beside a page, on a server. It ends when this is
/// let go of.
pub trait Worker {
    /// What it is called.
    fn name(&self) -> &str;

    /// Leaves an order. One that has ended takes none.
    fn order(&self, order: Order);

    /// What was made last.
    fn latest(&self) -> Latest;

    /// Numbers of the moments since this was last asked, oldest first.
    fn take_moments(&self) -> Vec<Moment>;

    /// How far one step by hand goes, seconds.
    fn step_s(&self) -> f64 {
        1.0 / 60.0
    }

    /// What others have done to the scene since this was last asked.
    fn take_news(&self) -> Option<News> {
        None
    }
}

/// What others have done to a scene.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// It is this one, with lines of these names.
    Scene(Box<Scene>, Vec<u64>),
    /// Lines came and went.
    Lines {
        /// What came, by name.
        added: Vec<(u64, Stroke)>,
        /// What went.
        erased: Vec<u64>,
    },
}

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Whether it does.
    pub is_playing: bool,
    /// Simulated seconds per second.
    pub speed: f64,
}

/// What a worker begins with.
#[derive(Clone)]
pub struct Start<'a> {
    /// The scene.
    pub scene: &'a Scene,
    /// What its lines are called.
    pub strokes: &'a [u64],
    /// The time that it goes to.
    pub clock: &'a Clock,
    /// Is called whenever there is something new to see.
    pub wake: Wake,
}

/// Is called whenever there is something new to see.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What an engine is asked to do.
pub enum Order {
    /// Begins this scene anew, with lines of these names.
    Begin(Box<Scene>, Vec<u64>),
    /// Adds a line under a name.
    Add(u64, Stroke),
    /// Takes the line of a name away.
    Erase(u64),
    /// Goes to a time that a recording has.
    Seek(f64),
    /// Lets time pass so, where it is not the clock that says it.
    Pace(Pace),
    /// Goes one step, likewise.
    Step,
    /// Looks at these layers of the network.
    Look(Vec<String>),
    /// Silences these skip connections.
    Silence(BTreeMap<String, Silence>),
    /// Lets another network of its kind move the water.
    Use(Box<Model>),
    /// Asks on which places the answer at a cell depends.
    Field([usize; 2]),
    /// Asks how much each line matters.
    Saliency,
}

/// What an engine has made last.
#[derive(Clone, Default)]
pub struct Latest {
    /// The water.
    pub frame: Arc<Frame>,
    /// What the engine says of itself.
    pub told: Told,
    /// What the layers that are looked at answered.
    pub seen: Arc<Vec<Map>>,
    /// On which places the answer at the cell that was asked about depends.
    pub field: Option<Arc<Map>>,
    /// How much each line matters, by its name, m/s.
    pub saliency: Option<Arc<Vec<(u64, f64)>>>,
    /// Wall time of a frame, a running mean.
    pub frame_time: Duration,
    /// What it is busy with, or wants to be known of it, in words.
    pub notice: Option<String>,
    /// Why there will be no further frame, in words.
    pub fault: Option<String>,
    /// Why the last order was not obeyed, in words; the water flows on.
    pub refused: Option<String>,
    /// Whether there will be no further frame.
    pub is_over: bool,
    /// Why nothing comes just now, in words, while that may still change by itself.
    pub away: Option<String>,
    /// How much farther than the frame the water is known already, seconds.
    pub ahead_s: f64,
    /// How time passes for water that is somebody else's: who shows it follows, and cannot draw.
    pub lead: Option<Pace>,
    /// Where others can watch it.
    pub link: Option<String>,
}

impl Latest {
    /// How far there is water, seconds since the scene began.
    pub fn reached_s(&self) -> f64 {
        self.frame.time_s + self.ahead_s
    }

    /// Whether more of it comes.
    pub fn goes_on(&self) -> bool {
        !self.is_over && self.fault.is_none()
    }
}

/// Numbers of one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// Time since the scene began, seconds.
    pub time_s: f64,
    /// What was measured then.
    pub figures: Vec<Figure>,
}

/// The time that all engines go to, seconds since the scene began.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// What it shows.
    pub fn now_s(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Acquire))
    }

    /// Lets it show this.
    pub fn set(&self, now_s: f64) {
        self.0.store(now_s.to_bits(), Ordering::Release);
    }
}
