//! The network as a producer of frames.

use std::sync::Arc;

use weir_scene::{Advance, AdvanceError, Draw, Frame, GridField, Pose, Scene, Stagger, Stroke};

use crate::ModelError;
use crate::awake::awake;
use crate::basin::{Basin, StrokeId};
use crate::bed::Bed;
use crate::encode::{Canvas, Encoded, Water};
use crate::flow::Flow;
use crate::model::Model;
use crate::network::Tap;
use crate::transfer::{cell_of, shares_at};

/// Frames a second that [`Surrogate`] shows.
pub const FPS: f64 = 60.0;

/// Water in a rectangle, moved by a network.
pub struct Surrogate {
    model: Model,
    basin: Basin,
    water: Water,
    next_id: u32,
    /// Frames shown since the scene began.
    frames: u64,
    /// Frames that the last call made beyond the one it was asked for, last first.
    ahead: Vec<Water>,
    shown: Water,
    totals: Totals,
}

/// Sums since the scene began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Calls of the network.
    pub calls: u64,
    /// Moves that crossed a line. Zero, or there is a bug.
    pub line_crossings: u64,
}

impl Surrogate {
    /// The network at time zero of `scene`.
    ///
    /// # Errors
    /// The scene is not valid or asks for what the network has not learned.
    pub fn new(model: Model, scene: &Scene) -> Result<Self, ModelError> {
        let basin = Basin::new(&model.config, scene)?;
        let water = basin.filled();
        Ok(Self {
            next_id: water.len() as u32,
            shown: water.clone(),
            water,
            model,
            basin,
            frames: 0,
            ahead: Vec::new(),
            totals: Totals::default(),
        })
    }

    /// Goes on from the water of `frame`, which another producer of the same scene
    /// may have made. Emitters are then where they are at the frame's time.
    pub fn resume(&mut self, frame: &Frame) {
        self.water = Water::of(frame, self.scene().domain.cell_m as f32);
        self.shown = self.water.clone();
        self.ahead.clear();
        self.next_id = frame.ids.iter().max().map_or(0, |&id| id + 1).max(self.next_id);
        self.frames = (frame.time_s * FPS).round() as u64;
        self.basin.go_to(frame);
    }

    /// Lets another network move the water from the next call on.
    ///
    /// # Errors
    /// It differs in more than what it has learned ([`ModelConfig::is_like`]).
    ///
    /// [`ModelConfig::is_like`]: crate::ModelConfig::is_like
    pub fn set_model(&mut self, model: &Model) -> Result<(), ModelError> {
        if !model.config.is_like(&self.model.config) {
            return Err(ModelError::Scene {
                what: "model",
                got: format!("{:?}", model.config.name),
                takes: format!("one like {:?}", self.model.config.name),
            });
        }
        self.model = model.clone();
        Ok(())
    }

    /// The model that moves the water.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The scene that it began with, on the network's cells.
    pub fn scene(&self) -> &Scene {
        self.basin.scene()
    }

    /// The drawn lines as they are now.
    pub fn strokes(&self) -> impl Iterator<Item = (StrokeId, &Stroke)> {
        self.basin.strokes()
    }

    /// Lines and walls as the network sees them.
    pub fn bed(&self) -> &Bed {
        self.basin.bed()
    }

    /// The water as of the last call, which may be some frames ahead of what is shown.
    pub fn water(&self) -> &Water {
        &self.water
    }

    /// Sums since the scene began.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// How full each cell is in the frame that is shown, ρ/ρ₀.
    pub fn density(&self) -> GridField {
        density_of(self.bed(), self.shown.position.iter().copied())
    }

    /// Adds a line to the running scene. It counts from the next call on.
    ///
    /// # Errors
    /// The stroke is not valid in this rectangle.
    pub fn add_stroke(&mut self, stroke: &Stroke) -> Result<StrokeId, ModelError> {
        self.basin.add_stroke(stroke)
    }

    /// Takes a line away.
    ///
    /// # Errors
    /// No such line.
    pub fn erase_stroke(&mut self, id: StrokeId) -> Result<(), ModelError> {
        self.basin.erase_stroke(id)
    }

    /// Asks the network once, with `tap` looking in, and makes the frames of that call.
    ///
    /// # Errors
    /// The device failed, or the water's motion stopped being finite.
    pub fn call(&mut self, tap: &mut dyn Tap) -> Result<(), AdvanceError> {
        let Asking { canvas, input, shown } = self.ask();
        let answer = self.model.answer(input, 1, &canvas, tap).map_err(other)?;
        self.take(&canvas, &shown, &answer)
    }

    /// The same for devices that must not be waited for, as in a browser.
    ///
    /// # Errors
    /// See [`call`](Self::call).
    pub async fn call_async(&mut self, tap: &mut dyn Tap) -> Result<(), AdvanceError> {
        let Asking { canvas, input, shown } = self.ask();
        let answer = self.model.answer_async(input, 1, &canvas, tap).await.map_err(other)?;
        self.take(&canvas, &shown, &answer)
    }

    /// Puts other water in place of its own.
    #[cfg(all(test, feature = "wgpu"))]
    pub(crate) fn pour(&mut self, water: Water) {
        self.water = water;
    }

    /// Whether the next frame needs a call of the network.
    pub fn is_due(&self) -> bool {
        self.ahead.is_empty()
    }

    /// What the network is to be asked.
    pub(crate) fn ask(&mut self) -> Asking {
        self.basin.refresh();
        let (canvas, mut shown) = self.flow(self.bed(), &[]).encode(&self.water);
        Asking { canvas, input: std::mem::take(&mut shown.input), shown }
    }

    /// Makes the frames of a call that was answered so.
    pub(crate) fn take(
        &mut self,
        canvas: &Canvas,
        shown: &Encoded,
        answer: &[f32],
    ) -> Result<(), AdvanceError> {
        let (bed, fed) = (Arc::clone(self.basin.bed()), self.basin.fed());
        let mut water = std::mem::take(&mut self.water);
        let (basin, next_id) = (&mut self.basin, &mut self.next_id);
        let flow = Flow { model: &self.model, bed: &bed, gravity: basin.gravity(), fed: &fed };
        let answer = flow.read(canvas, answer);
        let mut made = Vec::new();
        let crossings = flow.carry(&mut water, shown, &answer, |k, water| {
            let_in(basin, &bed, water, next_id);
            if (k + 1).is_multiple_of(basin.per_frame()) {
                made.push(water.clone());
            }
        });
        self.water = water;
        self.totals.calls += 1;
        self.totals.line_crossings += crossings;
        let sinks = self.basin.sinks();
        let stays = |p: [f32; 2]| !sinks.iter().any(|sink| sink.swallows(p));
        // What a drain has swallowed in one frame does not come out of it in the next.
        let mut gone = std::collections::HashSet::new();
        for water in made.iter_mut().chain([&mut self.water]) {
            let places = water.id.iter().zip(&water.position);
            gone.extend(places.filter(|&(_, &p)| !stays(p)).map(|(&id, _)| id));
            water.retain(|id, _| !gone.contains(&id));
        }
        let finite = |v: &[f32; 2]| v[0].is_finite() && v[1].is_finite();
        if !self.water.velocity.iter().chain(&self.water.position).all(finite) {
            return Err(AdvanceError::NotFinite {
                what: "the water's motion",
                time_s: self.basin.time_s(),
            });
        }
        made.reverse();
        self.ahead = made;
        Ok(())
    }

    fn flow<'a>(&'a self, bed: &'a Bed, fed: &'a [[f32; 2]]) -> Flow<'a> {
        Flow { model: &self.model, bed, gravity: self.basin.gravity(), fed }
    }
}

/// How full each cell is of particles at these places (cells), ρ/ρ₀.
pub(crate) fn density_of(bed: &Bed, places: impl Iterator<Item = [f32; 2]>) -> GridField {
    let shares: Vec<_> = places.map(|p| shares_at(bed, p)).collect();
    GridField {
        name: "density ratio",
        unit: "1",
        grid: *bed.grid(),
        stagger: Stagger::Centre,
        values: bed.density(&shares),
    }
}

/// A call of the network that is still to be answered.
pub(crate) struct Asking {
    pub canvas: Canvas,
    /// The maps that the network is shown.
    pub input: Vec<f32>,
    /// What of them its answer is read with.
    pub shown: Encoded,
}

/// What a device says.
pub(crate) fn other(error: ModelError) -> AdvanceError {
    AdvanceError::Other(Box::new(error))
}

/// Lets water in for a sub-frame.
fn let_in(basin: &mut Basin, bed: &Bed, water: &mut Water, next_id: &mut u32) {
    let grid = bed.grid();
    let mut occupied = Vec::new();
    if basin.is_open() {
        occupied.resize(grid.nx * grid.ny, 0);
        water.position.iter().for_each(|&p| occupied[cell_of(grid, p)] += 1);
    }
    for (p, v) in basin.pass(|cell| occupied[cell]) {
        water.push(*next_id, p, v);
        *next_id += 1;
    }
}

impl Draw for Surrogate {
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String> {
        Self::add_stroke(self, stroke).map(|StrokeId(id)| id).map_err(|error| error.to_string())
    }

    fn erase_stroke(&mut self, id: u32) -> Result<(), String> {
        Self::erase_stroke(self, StrokeId(id)).map_err(|error| error.to_string())
    }
}

impl Advance for Surrogate {
    fn frame_dt_s(&self) -> f64 {
        1.0 / FPS
    }

    fn snapshot(&self, frame: &mut Frame) {
        let cell_m = self.scene().domain.cell_m as f32;
        frame.clear();
        frame.time_s = self.frames as f64 / FPS;
        frame.positions_m.extend(self.shown.position.iter().map(|p| p.map(|c| c * cell_m)));
        frame.velocities_m_s.extend(self.shown.velocity.iter().map(|v| v.map(|c| c * cell_m)));
        frame.ids.extend_from_slice(&self.shown.id);
        frame.body_poses.extend(self.scene().bodies.iter().map(|body| Pose {
            position_m: body.position_m.map(|c| c as f32),
            angle_rad: body.angle_rad as f32,
        }));
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        if self.ahead.is_empty() {
            awake(|| self.call(&mut ()))?;
        }
        if let Some(water) = self.ahead.pop() {
            self.shown = water;
        }
        self.frames += 1;
        self.snapshot(frame);
        Ok(())
    }
}
