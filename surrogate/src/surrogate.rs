//! The network as a producer of frames.

use std::collections::BTreeMap;

use weir_ground::{Emitter, Sink};
use weir_scene::{Advance, AdvanceError, Frame, GridField, Pose, Scene, Stagger, Stroke};

use crate::ModelError;
use crate::awake::awake;
use crate::bed::Bed;
use crate::encode::{Canvas, Encoded, Water};
use crate::flow::Flow;
use crate::model::Model;
use crate::network::Tap;
use crate::transfer::{cell_of, shares_at};

/// Names a drawn line for as long as the surrogate lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrokeId(pub u32);

/// Frames a second that [`Surrogate`] shows.
pub const FPS: f64 = 60.0;

/// Water in a rectangle, moved by a network.
pub struct Surrogate {
    model: Model,
    scene: Scene,
    strokes: BTreeMap<StrokeId, Stroke>,
    next_stroke: u32,
    bed: Bed,
    bed_is_old: bool,
    water: Water,
    next_id: u32,
    emitters: Vec<Emitter>,
    sinks: Vec<Sink>,
    /// Sub-frames since the scene began.
    sub_frames: u64,
    /// Frames shown since then.
    frames: u64,
    /// Sub-frames in a frame.
    per_frame: usize,
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
        let refuse = |what, got: String, takes: String| ModelError::Scene { what, got, takes };
        if let Err(error) = scene.validate(&weir_scene::Limits::default()) {
            return Err(refuse("scene", error.to_string(), "a valid scene".to_owned()));
        }
        if scene.domain.periodic_x {
            let takes = "a rectangle with sides".to_owned();
            return Err(refuse("domain.periodic_x", "true".to_owned(), takes));
        }
        let sub_frame_s = model.config.motion.sub_frame_s;
        let per_frame = (1.0 / FPS / sub_frame_s).round() as usize;
        if per_frame == 0
            || !model.config.shape.sub_frames.is_multiple_of(per_frame)
            || (per_frame as f64 * sub_frame_s * FPS - 1.0).abs() > 1e-6
        {
            let got = format!("{} sub-frames of {sub_frame_s} s", model.config.shape.sub_frames);
            return Err(refuse("model", got, format!("whole frames of 1/{FPS} s in a call")));
        }
        // The network knows one size of cell; what a scene says of its own is the solver's.
        let mut scene = scene.clone();
        scene.domain.cell_m = model.config.scales.cell_m;
        let strokes: BTreeMap<StrokeId, Stroke> =
            (0..).map(StrokeId).zip(scene.strokes.iter().cloned()).collect();
        let bed = Bed::new(&scene, &scene.strokes, model.config.sight);
        let mut water = Water::default();
        let free = |p| !bed.is_solid(p);
        weir_ground::fill(&scene, free, |p, v| water.push(water.len() as u32, p, v));
        Ok(Self {
            next_stroke: strokes.len() as u32,
            strokes,
            next_id: water.len() as u32,
            emitters: weir_ground::emitters(&scene),
            sinks: weir_ground::sinks(&scene),
            bed,
            bed_is_old: false,
            shown: water.clone(),
            water,
            model,
            scene,
            sub_frames: 0,
            frames: 0,
            per_frame,
            ahead: Vec::new(),
            totals: Totals::default(),
        })
    }

    /// Goes on from the water of `frame`, which another producer of the same scene
    /// may have made. Emitters are then where they are at the frame's time.
    pub fn resume(&mut self, frame: &Frame) {
        let cell_m = self.scene.domain.cell_m as f32;
        let states = frame.positions_m.iter().zip(&frame.velocities_m_s).zip(&frame.ids);
        self.water = Water::default();
        for ((p, v), &id) in states {
            self.water.push(id, p.map(|c| c / cell_m), v.map(|c| c / cell_m));
        }
        self.shown = self.water.clone();
        self.ahead.clear();
        self.next_id = frame.ids.iter().max().map_or(0, |&id| id + 1).max(self.next_id);
        self.frames = (frame.time_s * FPS).round() as u64;
        self.sub_frames = self.frames * self.per_frame as u64;
        self.emitters = weir_ground::emitters(&self.scene);
        let sub_frame_s = self.model.config.motion.sub_frame_s;
        let (grid, obstacles) = (self.bed.grid(), self.bed.obstacles());
        // What they have let out by then is in the frame already.
        let mut out = Vec::new();
        for emitter in &mut self.emitters {
            for k in 0..self.sub_frames {
                let time_s = k as f64 * sub_frame_s;
                emitter.emit(time_s, sub_frame_s, grid, obstacles, |_| 0, &mut out);
                out.clear();
            }
        }
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
        &self.scene
    }

    /// The drawn lines as they are now.
    pub fn strokes(&self) -> impl Iterator<Item = (StrokeId, &Stroke)> {
        self.strokes.iter().map(|(id, stroke)| (*id, stroke))
    }

    /// Lines and walls as the network sees them.
    pub fn bed(&self) -> &Bed {
        &self.bed
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
        let shares: Vec<_> = self.shown.position.iter().map(|&p| shares_at(&self.bed, p)).collect();
        GridField {
            name: "density ratio",
            unit: "1",
            grid: *self.bed.grid(),
            stagger: Stagger::Centre,
            values: self.bed.density(&shares),
        }
    }

    /// Adds a line to the running scene. It counts from the next call on.
    ///
    /// # Errors
    /// The stroke is not valid in this rectangle.
    pub fn add_stroke(&mut self, stroke: &Stroke) -> Result<StrokeId, ModelError> {
        stroke.validate(&self.scene.domain).map_err(|error| ModelError::Scene {
            what: "stroke",
            got: error.to_string(),
            takes: "a valid stroke".to_owned(),
        })?;
        let id = StrokeId(self.next_stroke);
        self.next_stroke += 1;
        self.strokes.insert(id, stroke.clone());
        self.bed_is_old = true;
        Ok(id)
    }

    /// Takes a line away.
    ///
    /// # Errors
    /// No such line.
    pub fn erase_stroke(&mut self, id: StrokeId) -> Result<(), ModelError> {
        if self.strokes.remove(&id).is_some() {
            self.bed_is_old = true;
            return Ok(());
        }
        Err(ModelError::Scene {
            what: "stroke",
            got: format!("number {}", id.0),
            takes: "a line that is there".to_owned(),
        })
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

    /// Whether the next frame needs a call of the network.
    pub fn is_due(&self) -> bool {
        self.ahead.is_empty()
    }

    /// What the network is to be asked.
    pub(crate) fn ask(&mut self) -> Asking {
        if std::mem::take(&mut self.bed_is_old) {
            let strokes: Vec<Stroke> = self.strokes.values().cloned().collect();
            self.bed = Bed::new(&self.scene, &strokes, self.model.config.sight);
        }
        let (canvas, mut shown) = self.flow(&[]).encode(&self.water);
        Asking { canvas, input: std::mem::take(&mut shown.input), shown }
    }

    /// Makes the frames of a call that was answered so.
    pub(crate) fn take(
        &mut self,
        canvas: &Canvas,
        shown: &Encoded,
        answer: &[f32],
    ) -> Result<(), AdvanceError> {
        let sub_frame_s = self.model.config.motion.sub_frame_s;
        let begun_s = self.sub_frames as f64 * sub_frame_s;
        let open = self.emitters.iter().filter(|emitter| emitter.speed_at(begun_s) > 0.0);
        let fed: Vec<[f32; 2]> = open.flat_map(Emitter::mouth).collect();
        let mut water = std::mem::take(&mut self.water);
        let mut emitters = std::mem::take(&mut self.emitters);
        let mut next_id = self.next_id;
        let flow = self.flow(&fed);
        let answer = flow.read(canvas, answer);
        let mut made = Vec::new();
        let crossings = flow.carry(&mut water, shown, &answer, |k, water| {
            let time_s = (self.sub_frames + k as u64) as f64 * sub_frame_s;
            let_in(&mut emitters, &self.bed, time_s, sub_frame_s, water, &mut next_id);
            if (k + 1).is_multiple_of(self.per_frame) {
                made.push(water.clone());
            }
        });
        (self.water, self.emitters, self.next_id) = (water, emitters, next_id);
        self.totals.calls += 1;
        self.totals.line_crossings += crossings;
        self.sub_frames += answer.change.len() as u64;
        let sinks = &self.sinks;
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
                time_s: self.sub_frames as f64 * sub_frame_s,
            });
        }
        made.reverse();
        self.ahead = made;
        Ok(())
    }

    fn flow<'a>(&'a self, fed: &'a [[f32; 2]]) -> Flow<'a> {
        let cell_m = self.scene.domain.cell_m;
        let gravity = self.scene.gravity_m_s2.map(|g| g / cell_m);
        Flow { model: &self.model, bed: &self.bed, gravity, fed }
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
fn let_in(
    emitters: &mut [Emitter],
    bed: &Bed,
    time_s: f64,
    dt_s: f64,
    water: &mut Water,
    next_id: &mut u32,
) {
    let open = emitters.iter().any(|emitter| emitter.speed_at(time_s) > 0.0);
    if !open {
        return;
    }
    let grid = bed.grid();
    let mut occupied = vec![0; grid.nx * grid.ny];
    water.position.iter().for_each(|&p| occupied[cell_of(grid, p)] += 1);
    let mut births = Vec::new();
    for emitter in emitters {
        emitter.emit(time_s, dt_s, grid, bed.obstacles(), |cell| occupied[cell], &mut births);
    }
    for (p, v) in births {
        water.push(*next_id, p, v);
        *next_id += 1;
    }
}

impl Advance for Surrogate {
    fn frame_dt_s(&self) -> f64 {
        1.0 / FPS
    }

    fn snapshot(&self, frame: &mut Frame) {
        let cell_m = self.scene.domain.cell_m as f32;
        frame.clear();
        frame.time_s = self.frames as f64 / FPS;
        frame.positions_m.extend(self.shown.position.iter().map(|p| p.map(|c| c * cell_m)));
        frame.velocities_m_s.extend(self.shown.velocity.iter().map(|v| v.map(|c| c * cell_m)));
        frame.ids.extend_from_slice(&self.shown.id);
        frame.body_poses.extend(self.scene.bodies.iter().map(|body| Pose {
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
