//! What moves the water: anything that makes frames while its lines are drawn.
//!
//! The network and recordings come with this crate; a solver is brought by whoever opens the
//! window, as a [`Maker`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use weir_scene::{Advance, AdvanceError, Draw, Frame, Scene, Stroke, Trajectory};
use weir_surrogate::internals::{
    Question, Saliency, Silence, Silenced, Watch, receptive_field, saliency,
};
use weir_surrogate::network::Map;
use weir_surrogate::{Model, Surrogate};

#[cfg(not(target_family = "wasm"))]
use crate::thread::Thread as Own;
#[cfg(target_family = "wasm")]
use crate::turns::Turns as Own;
use crate::worker::{Start, Worker};

/// Something that makes frames, can be drawn into, and tells of itself.
pub trait Engine: Draw {
    /// What it says of itself about the last frame.
    fn told(&self) -> Told {
        Told::default()
    }

    /// The network behind it, if there is one.
    fn network(&mut self) -> Option<&mut Network> {
        None
    }

    /// Goes to a time at which there is a frame already.
    ///
    /// # Errors
    /// It cannot go back.
    fn seek(&mut self, _time_s: f64) -> Result<(), String> {
        Err("only a recording can be gone through".to_owned())
    }
}

/// What an engine says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Numbers with their names and units, to be drawn as curves.
    pub figures: Vec<Figure>,
    /// How long the parts of the last frame took.
    pub stages: Vec<(&'static str, Duration)>,
}

/// A number of one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// What it is.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// How much.
    pub value: f64,
}

/// Makes an engine of a scene.
pub type Make = Arc<dyn Fn(&Scene) -> Result<Box<dyn Engine>, String> + Send + Sync>;

/// Lets water begin.
type Begin = Arc<dyn Fn(&str, Start<'_>) -> Result<Box<dyn Worker>, String>>;

/// Water that can be chosen.
#[derive(Clone)]
pub struct Maker {
    /// What it is called in the window.
    pub name: String,
    /// Time from its first frame to its last, seconds, where it has a last one.
    pub length_s: Option<f64>,
    /// What goes on in its place, by its name, where it cannot.
    pub instead: Option<String>,
    begin: Begin,
}

impl Maker {
    /// An engine that goes on for as long as one looks: on a thread of its own, or, on a page, in
    /// turns with the window.
    pub fn new(
        name: impl Into<String>,
        make: impl Fn(&Scene) -> Result<Box<dyn Engine>, String> + Send + Sync + 'static,
    ) -> Self {
        let make: Make = Arc::new(make);
        Self::elsewhere(name, move |name, start| {
            Ok(Box::new(Own::begin(name, &make, start)?) as Box<dyn Worker>)
        })
    }

    /// Anything that can be drawn into; `tell` says of it what is shown beside the water.
    pub fn drawn<D: Draw + 'static>(
        name: impl Into<String>,
        make: impl Fn(&Scene) -> Result<D, String> + Send + Sync + 'static,
        tell: fn(&D) -> Told,
    ) -> Self {
        Self::new(name, move |scene| {
            let water = make(scene)?;
            Ok(Box::new(Drawn { water, tell }) as Box<dyn Engine>)
        })
    }

    /// A network.
    pub fn network(name: impl Into<String>, model: Model) -> Self {
        Self::new(name, move |scene| {
            let network = Network::new(model.clone(), scene)?;
            Ok(Box::new(network) as Box<dyn Engine>)
        })
    }

    /// A run that was recorded; the scene is its own.
    pub fn recording(name: impl Into<String>, trajectory: Trajectory) -> Self {
        let frames = trajectory.frames.len().saturating_sub(1);
        let length_s = Some(frames as f64 * trajectory.dt_s);
        let trajectory = Arc::new(trajectory);
        let mut made = Self::new(name, move |_| {
            let trajectory = Arc::clone(&trajectory);
            Ok(Box::new(Recorded { trajectory, present: 0 }) as Box<dyn Engine>)
        });
        made.length_s = length_s;
        made
    }

    /// Water that is moved by something else than a thread of the window's.
    pub fn elsewhere(
        name: impl Into<String>,
        begin: impl Fn(&str, Start<'_>) -> Result<Box<dyn Worker>, String> + 'static,
    ) -> Self {
        Self { name: name.into(), length_s: None, instead: None, begin: Arc::new(begin) }
    }

    /// Lets it begin.
    ///
    /// # Errors
    /// It cannot, in words.
    pub fn begin(&self, start: Start<'_>) -> Result<Box<dyn Worker>, String> {
        (self.begin)(&self.name, start)
    }
}

/// Anything that can be drawn into.
struct Drawn<D> {
    water: D,
    tell: fn(&D) -> Told,
}

impl<D: Draw> Advance for Drawn<D> {
    fn frame_dt_s(&self) -> f64 {
        self.water.frame_dt_s()
    }

    fn snapshot(&self, frame: &mut Frame) {
        self.water.snapshot(frame);
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        self.water.advance(frame)
    }
}

impl<D: Draw> Draw for Drawn<D> {
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String> {
        self.water.add_stroke(stroke)
    }

    fn erase_stroke(&mut self, id: u32) -> Result<(), String> {
        self.water.erase_stroke(id)
    }
}

impl<D: Draw> Engine for Drawn<D> {
    fn told(&self) -> Told {
        (self.tell)(&self.water)
    }
}

/// Water that a network moves, with its insides open.
pub struct Network {
    surrogate: Surrogate,
    /// The same network where answers can be waited for: it is asked about itself.
    thinker: Model,
    watch: Option<Watch>,
    silent: BTreeMap<String, Silence>,
    /// What the layers that are looked at answered in the last call.
    seen: Arc<Vec<Map>>,
}

impl Network {
    /// The network at time zero of `scene`.
    ///
    /// # Errors
    /// It has not learned such a scene, in words.
    pub fn new(model: Model, scene: &Scene) -> Result<Self, String> {
        Self::beside(model.clone(), model, scene)
    }

    /// A network on a device that must not be waited for, and the same where it may be: there it
    /// is asked about itself.
    ///
    /// # Errors
    /// See [`new`](Self::new).
    pub fn beside(model: Model, thinker: Model, scene: &Scene) -> Result<Self, String> {
        let surrogate = Surrogate::new(model, scene).map_err(|error| error.to_string())?;
        let (silent, seen) = (BTreeMap::new(), Arc::default());
        Ok(Self { surrogate, thinker, watch: None, silent, seen })
    }

    /// Looks at these layers from the next call on; at none if there are none.
    pub fn look_at(&mut self, layers: &[String]) {
        self.watch = (!layers.is_empty()).then(|| Watch::new(layers.iter().cloned()));
        self.seen = Arc::default();
    }

    /// Lets these skip connections carry nothing, or only their mean, from the next call on.
    pub fn silence(&mut self, skips: BTreeMap<String, Silence>) {
        self.silent = skips;
    }

    /// What was seen in the last call.
    pub fn seen(&self) -> &Arc<Vec<Map>> {
        &self.seen
    }

    /// Lets another network of the same kind move the water from the next call on.
    ///
    /// # Errors
    /// It is of another kind, in words.
    pub fn set_model(&mut self, model: &Model) -> Result<(), String> {
        self.surrogate.set_model(model).map_err(|error| error.to_string())?;
        self.thinker = model.clone();
        Ok(())
    }

    /// On which places the answer at a cell depends.
    ///
    /// # Errors
    /// There is no such cell, in words.
    pub fn field(&self, cell: [usize; 2]) -> Result<Map, String> {
        let question = Question::of(&self.surrogate);
        receptive_field(&self.thinker, &question, cell).map_err(|e| e.to_string())
    }

    /// How much each line matters to the water as it is now, the most first.
    ///
    /// # Errors
    /// The device failed, in words.
    pub fn saliency(&self) -> Result<Vec<Saliency>, String> {
        let question = Question::of(&self.surrogate);
        saliency(&self.thinker, &question).map_err(|error| error.to_string())
    }

    fn call(&mut self) -> Result<(), AdvanceError> {
        self.watch.iter_mut().for_each(Watch::clear);
        self.surrogate.call(&mut Silenced { skips: &self.silent, inner: &mut self.watch })?;
        if let Some(watch) = &self.watch {
            let maps = watch.maps().map_err(|error| AdvanceError::Other(error.into()))?;
            self.seen = Arc::new(maps);
        }
        Ok(())
    }

    /// Makes the call that the next frame needs, if it needs one, on a device that must not be
    /// waited for: that frame then waits for nothing.
    ///
    /// # Errors
    /// The device failed, or the water's motion stopped being finite.
    pub async fn prepare(&mut self) -> Result<(), AdvanceError> {
        if !self.surrogate.is_due() {
            return Ok(());
        }
        self.watch.iter_mut().for_each(Watch::clear);
        let mut tap = Silenced { skips: &self.silent, inner: &mut self.watch };
        self.surrogate.call_async(&mut tap).await?;
        if let Some(watch) = &self.watch {
            let maps = watch.maps_async().await;
            self.seen = Arc::new(maps.map_err(|error| AdvanceError::Other(error.into()))?);
        }
        Ok(())
    }
}

impl Advance for Network {
    fn frame_dt_s(&self) -> f64 {
        self.surrogate.frame_dt_s()
    }

    fn snapshot(&self, frame: &mut Frame) {
        self.surrogate.snapshot(frame);
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        if self.surrogate.is_due() {
            self.call()?;
        }
        self.surrogate.advance(frame)
    }
}

impl Draw for Network {
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String> {
        Draw::add_stroke(&mut self.surrogate, stroke)
    }

    fn erase_stroke(&mut self, id: u32) -> Result<(), String> {
        Draw::erase_stroke(&mut self.surrogate, id)
    }
}

impl Engine for Network {
    fn network(&mut self) -> Option<&mut Network> {
        Some(self)
    }
}

/// A recording, into which nothing can be drawn. It is shared: a long one is large.
struct Recorded {
    trajectory: Arc<Trajectory>,
    present: usize,
}

impl Advance for Recorded {
    fn frame_dt_s(&self) -> f64 {
        self.trajectory.dt_s
    }

    fn snapshot(&self, frame: &mut Frame) {
        match self.trajectory.frames.get(self.present) {
            Some(present) => frame.clone_from(present),
            None => frame.clear(),
        }
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        if self.present + 1 >= self.trajectory.frames.len() {
            self.snapshot(frame);
            return Err(AdvanceError::Ended { time_s: frame.time_s });
        }
        self.present += 1;
        self.snapshot(frame);
        Ok(())
    }
}

/// What is said to who draws into a recording.
const STAYS: &str = "a recording stays as it was made";

impl Draw for Recorded {
    fn add_stroke(&mut self, _stroke: &Stroke) -> Result<u32, String> {
        Err(STAYS.to_owned())
    }

    fn erase_stroke(&mut self, _id: u32) -> Result<(), String> {
        Err(STAYS.to_owned())
    }
}

impl Engine for Recorded {
    fn seek(&mut self, time_s: f64) -> Result<(), String> {
        let first_s = self.trajectory.frames.first().map_or(0.0, |frame| frame.time_s);
        let index = ((time_s - first_s) / self.trajectory.dt_s).round().max(0.0) as usize;
        self.present = index.min(self.trajectory.frames.len().saturating_sub(1));
        Ok(())
    }
}
