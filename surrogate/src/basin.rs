//! A rectangle without its water: lines, what comes in and goes out, and the time.

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_ground::{Emitter, Sink};
use weir_scene::{Frame, Scene, Stroke};

use crate::bed::{Bed, Sight};
use crate::encode::Water;
use crate::model::ModelConfig;
use crate::{FPS, ModelError};

/// Names a drawn line for as long as the water lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StrokeId(pub u32);

/// What comes in: position (cells) and velocity (cells/s).
pub type Birth = ([f32; 2], [f32; 2]);

/// Where water is moved by a network, wherever that runs.
#[derive(Debug)]
pub struct Basin {
    scene: Scene,
    sight: Sight,
    strokes: BTreeMap<StrokeId, Stroke>,
    next_stroke: u32,
    /// Shared with whoever moves water over it while time passes.
    bed: Arc<Bed>,
    bed_is_old: bool,
    emitters: Vec<Emitter>,
    sinks: Vec<Sink>,
    sub_frame_s: f64,
    per_frame: usize,
    sub_frames: u64,
}

impl Basin {
    /// `scene` at time zero, on the cells of a network.
    ///
    /// # Errors
    /// The scene is not valid or asks for what the network has not learned.
    pub fn new(config: &ModelConfig, scene: &Scene) -> Result<Self, ModelError> {
        let refuse = |what, got: String, takes: String| ModelError::Scene { what, got, takes };
        if let Err(error) = scene.validate(&weir_scene::Limits::default()) {
            return Err(refuse("scene", error.to_string(), "a valid scene".to_owned()));
        }
        if scene.domain.periodic_x {
            let takes = "a rectangle with sides".to_owned();
            return Err(refuse("domain.periodic_x", "true".to_owned(), takes));
        }
        let (sub_frame_s, sub_frames) = (config.motion.sub_frame_s, config.shape.sub_frames);
        let per_frame = (1.0 / FPS / sub_frame_s).round() as usize;
        if per_frame == 0
            || !sub_frames.is_multiple_of(per_frame)
            || (per_frame as f64 * sub_frame_s * FPS - 1.0).abs() > 1e-6
        {
            let got = format!("{sub_frames} sub-frames of {sub_frame_s} s");
            return Err(refuse("model", got, format!("whole frames of 1/{FPS} s in a call")));
        }
        // The network knows one size of cell; what a scene says of its own is the solver's.
        let mut scene = scene.clone();
        scene.domain.cell_m = config.scales.cell_m;
        let strokes: BTreeMap<StrokeId, Stroke> =
            (0..).map(StrokeId).zip(scene.strokes.iter().cloned()).collect();
        Ok(Self {
            next_stroke: strokes.len() as u32,
            strokes,
            bed: Arc::new(Bed::new(&scene, &scene.strokes, config.sight)),
            bed_is_old: false,
            emitters: weir_ground::emitters(&scene),
            sinks: weir_ground::sinks(&scene),
            sight: config.sight,
            scene,
            sub_frame_s,
            per_frame,
            sub_frames: 0,
        })
    }

    /// The water that is there from the start.
    pub fn filled(&self) -> Water {
        let mut water = Water::default();
        let free = |p| !self.bed.is_solid(p);
        weir_ground::fill(&self.scene, free, |p, v| water.push(water.len() as u32, p, v));
        water
    }

    /// The scene that it began with, on the network's cells.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The drawn lines as they are now.
    pub fn strokes(&self) -> impl Iterator<Item = (StrokeId, &Stroke)> {
        self.strokes.iter().map(|(id, stroke)| (*id, stroke))
    }

    /// Lines and walls as the network saw them last.
    pub fn bed(&self) -> &Arc<Bed> {
        &self.bed
    }

    /// What swallows water.
    pub fn sinks(&self) -> &[Sink] {
        &self.sinks
    }

    /// Gravity, cells/s².
    pub fn gravity(&self) -> [f64; 2] {
        self.scene.gravity_m_s2.map(|g| g / self.scene.domain.cell_m)
    }

    /// Sub-frames in a frame.
    pub fn per_frame(&self) -> usize {
        self.per_frame
    }

    /// Time since the scene began, seconds.
    pub fn time_s(&self) -> f64 {
        self.sub_frames as f64 * self.sub_frame_s
    }

    /// Adds a line. It counts from the next call on.
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

    /// Looks at the lines anew if they have changed, and says whether they had.
    pub fn refresh(&mut self) -> bool {
        let is_old = std::mem::take(&mut self.bed_is_old);
        if is_old {
            let strokes: Vec<Stroke> = self.strokes.values().cloned().collect();
            self.bed = Arc::new(Bed::new(&self.scene, &strokes, self.sight));
        }
        is_old
    }

    /// Places where water is being let in now, cells.
    pub fn fed(&self) -> Vec<[f32; 2]> {
        let now_s = self.time_s();
        let open = self.emitters.iter().filter(|emitter| emitter.speed_at(now_s) > 0.0);
        open.flat_map(Emitter::mouth).collect()
    }

    /// Whether an emitter is open now.
    pub fn is_open(&self) -> bool {
        let now_s = self.time_s();
        self.emitters.iter().any(|emitter| emitter.speed_at(now_s) > 0.0)
    }

    /// Lets the time of a sub-frame pass, and says what comes in by its end where there is room.
    /// `occupied` is how many particles are in a cell.
    pub fn pass(&mut self, occupied: impl Fn(usize) -> usize) -> Vec<Birth> {
        let (time_s, mut births) = (self.time_s(), Vec::new());
        let (grid, obstacles) = (self.bed.grid(), self.bed.obstacles());
        for emitter in &mut self.emitters {
            emitter.emit(time_s, self.sub_frame_s, grid, obstacles, &occupied, &mut births);
        }
        self.sub_frames += 1;
        births
    }

    /// Goes to the time of a frame. What emitters have let out by then is in the frame already.
    pub fn go_to(&mut self, frame: &Frame) {
        let then = (frame.time_s * FPS).round() as u64 * self.per_frame as u64;
        self.emitters = weir_ground::emitters(&self.scene);
        self.sub_frames = 0;
        while self.sub_frames < then {
            self.pass(|_| 0);
        }
    }
}
