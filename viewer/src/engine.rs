//! What moves the water: anything that makes frames while its lines are drawn.
//!
//! The network and recordings come with this crate; a solver is brought by whoever opens the
//! window, as a [`Maker`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use weir_scene::{Advance, AdvanceError, Frame, Scene, Stroke, Trajectory};
use weir_surrogate::internals::{
    Question, Saliency, Silence, Silenced, Watch, receptive_field, saliency,
};
use weir_surrogate::network::Map;
use weir_surrogate::{Model, StrokeId, Surrogate};

/// Something that makes frames, and can be drawn into between two of them.
pub trait Engine: Advance + Send {
    /// Adds a line and says what it is called from now on.
    ///
    /// # Errors
    /// It is no valid line here, in words for who drew it.
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String>;

    /// Takes a line away.
    ///
    /// # Errors
    /// There is none of this name.
    fn erase_stroke(&mut self, id: u32) -> Result<(), String>;

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

/// An engine that can be chosen.
#[derive(Clone)]
pub struct Maker {
    /// What it is called in the window.
    pub name: String,
    /// Makes one.
    pub make: Make,
    /// Time from its first frame to its last, seconds, where it has a last one.
    pub length_s: Option<f64>,
}

impl Maker {
    /// One that goes on for as long as one looks.
    pub fn new(
        name: impl Into<String>,
        make: impl Fn(&Scene) -> Result<Box<dyn Engine>, String> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), make: Arc::new(make), length_s: None }
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
        let made = Self::new(name, move |_| {
            let trajectory = Arc::clone(&trajectory);
            Ok(Box::new(Recorded { trajectory, present: 0 }) as Box<dyn Engine>)
        });
        Self { length_s, ..made }
    }
}

/// Water that a network moves, with its insides open.
pub struct Network {
    surrogate: Surrogate,
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
        let surrogate = Surrogate::new(model, scene).map_err(|error| error.to_string())?;
        Ok(Self { surrogate, watch: None, silent: BTreeMap::new(), seen: Arc::default() })
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
        self.surrogate.set_model(model).map_err(|error| error.to_string())
    }

    /// On which places the answer at a cell depends.
    ///
    /// # Errors
    /// There is no such cell, in words.
    pub fn field(&self, cell: [usize; 2]) -> Result<Map, String> {
        let question = Question::of(&self.surrogate);
        receptive_field(self.surrogate.model(), &question, cell).map_err(|e| e.to_string())
    }

    /// How much each line matters to the water as it is now, the most first.
    ///
    /// # Errors
    /// The device failed, in words.
    pub fn saliency(&self) -> Result<Vec<Saliency>, String> {
        let question = Question::of(&self.surrogate);
        saliency(self.surrogate.model(), &question).map_err(|error| error.to_string())
    }

    fn call(&mut self) -> Result<(), AdvanceError> {
        let inner: &mut dyn weir_surrogate::network::Tap = match &mut self.watch {
            Some(watch) => {
                watch.clear();
                watch
            }
            None => &mut (),
        };
        self.surrogate.call(&mut Silenced { skips: &self.silent, inner })?;
        if let Some(watch) = &self.watch {
            let maps = watch.maps().map_err(|error| AdvanceError::Other(error.into()))?;
            self.seen = Arc::new(maps);
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

impl Engine for Network {
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String> {
        let added = self.surrogate.add_stroke(stroke);
        added.map(|StrokeId(id)| id).map_err(|error| error.to_string())
    }

    fn erase_stroke(&mut self, id: u32) -> Result<(), String> {
        self.surrogate.erase_stroke(StrokeId(id)).map_err(|error| error.to_string())
    }

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

impl Engine for Recorded {
    fn add_stroke(&mut self, _stroke: &Stroke) -> Result<u32, String> {
        Err(STAYS.to_owned())
    }

    fn erase_stroke(&mut self, _id: u32) -> Result<(), String> {
        Err(STAYS.to_owned())
    }

    fn seek(&mut self, time_s: f64) -> Result<(), String> {
        let first_s = self.trajectory.frames.first().map_or(0.0, |frame| frame.time_s);
        let index = ((time_s - first_s) / self.trajectory.dt_s).round().max(0.0) as usize;
        self.present = index.min(self.trajectory.frames.len().saturating_sub(1));
        Ok(())
    }
}
