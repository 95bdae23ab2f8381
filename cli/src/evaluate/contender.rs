//! Who is judged: networks, floors, and the solver with less to compute.

use weir_scene::{Advance, AdvanceError, Frame, Scene, Stroke};
use weir_sim::{Backend, Solver, SolverConfig};
use weir_surrogate::evaluate::{MARKS, floor};
use weir_surrogate::{FPS, Model, Surrogate};

use crate::failure::Failure;
use crate::model_source::refusal;

/// Longest step of the solver unless a contender says otherwise, seconds.
const STEP_S: f64 = 1.0 / 120.0;

/// What moves a contender's water.
#[derive(Clone, Debug)]
pub enum Kind {
    /// The frames of the reference themselves: what a perfect run would be told.
    Reference,
    /// A network.
    Network(Box<Model>),
    /// Free fall that stops at lines.
    Ballistic(Box<Model>),
    /// Motion in a straight line that stops at lines.
    Straight(Box<Model>),
    /// The solver.
    Solver {
        /// Side of its cells, of the reference's.
        coarser: f64,
        /// Longest step, of [`STEP_S`].
        step: u32,
    },
}

/// One who is judged.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Name in results.
    pub name: String,
    /// What it is, in a line.
    pub about: String,
    /// What moves its water.
    pub kind: Kind,
    /// Last frame that it is judged at.
    pub frames: usize,
}

impl Contender {
    /// Whether the run is a network's, so that it is watched for long.
    pub fn is_network(&self) -> bool {
        matches!(self.kind, Kind::Network(_))
    }

    /// Whether it can begin from any state of the reference.
    pub fn resumes(&self) -> bool {
        matches!(self.kind, Kind::Network(_) | Kind::Ballistic(_) | Kind::Straight(_))
    }

    /// Side of its cells, metres.
    pub fn cell_m(&self, scene: &Scene) -> f64 {
        match &self.kind {
            Kind::Reference => scene.domain.cell_m,
            Kind::Network(model) | Kind::Ballistic(model) | Kind::Straight(model) => {
                model.config.scales.cell_m
            }
            Kind::Solver { coarser, .. } => scene.domain.cell_m * coarser,
        }
    }

    /// Frames of 1/60 s from one of its frames to the next.
    pub fn stride(&self) -> usize {
        match self.kind {
            // A step cannot be longer than a frame.
            Kind::Solver { step, .. } => (f64::from(step) * STEP_S * FPS).ceil() as usize,
            _ => 1,
        }
    }
}

/// Networks alone, `frames` frames long.
pub fn networks(models: Vec<(String, Model)>, frames: usize) -> Vec<Contender> {
    let network = |(name, model): (String, Model)| Contender {
        name,
        about: format!("network of {} numbers", model.parameters()),
        kind: Kind::Network(Box::new(model)),
        frames,
    };
    models.into_iter().map(network).collect()
}

/// All who are judged, `frames` frames long. `models` have their names.
pub fn contenders(models: Vec<(String, Model)>, frames: usize, quick: bool) -> Vec<Contender> {
    let new = |name: &str, about: &str, kind, frames| {
        let (name, about) = (name.to_owned(), about.to_owned());
        Contender { name, about, kind, frames }
    };
    let mut all =
        vec![new("reference", "the solver that is the reference", Kind::Reference, frames)];
    let first = models.first().map(|(_, model)| floor::ballistic(model));
    all.extend(networks(models, frames));
    if let Some(nothing) = first {
        let [fall, straight] = [nothing.clone(), nothing].map(Box::new);
        let about = "free fall that stops at lines";
        all.push(new("ballistic", about, Kind::Ballistic(fall), frames));
        let about = "motion in a straight line that stops at lines";
        all.push(new("straight", about, Kind::Straight(straight), frames));
    }
    // Those that are there for their cost alone need not run for long.
    let short = frames.min(MARKS[2]);
    let part = |coarser: f64| match coarser {
        c if c > 1.9 => "1/2",
        c if c > 1.1 => "3/4",
        _ => "1",
    };
    for coarser in [2.0, 4.0 / 3.0, 1.0] {
        for step in [1, 2, 4] {
            let main = step == 1 && coarser > 1.0;
            if quick && !(step == 1 && coarser > 1.9) {
                continue;
            }
            let name = match step {
                1 => format!("solver-{}", part(coarser)),
                _ => format!("solver-{}-dt{step}", part(coarser)),
            };
            let about = format!(
                "the solver at {} of the resolution, steps of at most {:.1} ms",
                part(coarser),
                1e3 * STEP_S * f64::from(step)
            );
            let frames = if main { frames } else { short };
            all.push(new(&name, &about, Kind::Solver { coarser, step }, frames));
        }
    }
    all
}

/// A change of the lines during a run.
#[derive(Clone, Debug)]
pub enum Edit {
    /// The scene's line of this number goes.
    Erase(u32),
    /// A line comes.
    Add(Stroke),
}

/// A producer of frames that lines can be drawn into.
pub enum Engine {
    /// The solver.
    Solver(Box<Solver>),
    /// A network, or a floor.
    Network(Box<Surrogate>),
}

impl Engine {
    /// What moves the water of `contender`, at time zero of `scene`. `None` for the
    /// reference, which has moved it already.
    ///
    /// # Errors
    /// It does not take the scene.
    pub fn new(contender: &Contender, scene: &Scene) -> Result<Option<Self>, Failure> {
        let network = |model: &Model, scene: &Scene| -> Result<Option<Self>, Failure> {
            let network = Surrogate::new(model.clone(), scene);
            Ok(Some(Self::Network(Box::new(network.map_err(refusal)?))))
        };
        match &contender.kind {
            Kind::Reference => Ok(None),
            Kind::Network(model) | Kind::Ballistic(model) => network(model, scene),
            Kind::Straight(model) => network(model, &floor::without_gravity(scene)),
            Kind::Solver { step, .. } => {
                let mut scene = scene.clone();
                scene.domain.cell_m = contender.cell_m(&scene);
                let config = SolverConfig {
                    fps: FPS / contender.stride() as f64,
                    dt_max_s: STEP_S * f64::from(*step),
                    ..SolverConfig::default()
                };
                Self::solver(&scene, config).map(Some)
            }
        }
    }

    /// A solver.
    ///
    /// # Errors
    /// It does not take the scene.
    pub fn solver(scene: &Scene, config: SolverConfig) -> Result<Self, Failure> {
        let solver = Solver::with_config(scene, Backend::Cpu, config)
            .map_err(|error| Failure::BadInput(error.to_string()))?;
        Ok(Self::Solver(Box::new(solver)))
    }

    /// The present state.
    pub fn snapshot(&self, frame: &mut Frame) {
        match self {
            Self::Solver(solver) => solver.snapshot(frame),
            Self::Network(network) => network.snapshot(frame),
        }
    }

    /// Moves on by one of its frames.
    ///
    /// # Errors
    /// It cannot go on.
    pub fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        match self {
            Self::Solver(solver) => solver.advance(frame),
            Self::Network(network) => network.advance(frame),
        }
    }

    /// Changes the lines.
    ///
    /// # Errors
    /// There is no such line, or it does not fit.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), String> {
        match (self, edit) {
            (Self::Solver(solver), Edit::Erase(k)) => {
                solver.erase_stroke(weir_sim::StrokeId(*k)).map_err(|e| e.to_string())
            }
            (Self::Solver(solver), Edit::Add(stroke)) => {
                solver.add_stroke(stroke).map(|_| ()).map_err(|e| e.to_string())
            }
            (Self::Network(network), Edit::Erase(k)) => {
                network.erase_stroke(weir_surrogate::StrokeId(*k)).map_err(|e| e.to_string())
            }
            (Self::Network(network), Edit::Add(stroke)) => {
                network.add_stroke(stroke).map(|_| ()).map_err(|e| e.to_string())
            }
        }
    }

    /// Moves through lines that the producer's own audit has seen.
    pub fn crossings(&self) -> u64 {
        match self {
            Self::Solver(solver) => solver.totals().line_crossings,
            Self::Network(network) => network.totals().line_crossings,
        }
    }
}
