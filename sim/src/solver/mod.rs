//! The solver: owns the state, takes edits, yields frames.

mod fields;
pub(crate) mod host;
mod processor;
mod step;
#[cfg(all(test, feature = "gpu"))]
mod twins;
pub(crate) mod water;

use weir_scene::{Advance, AdvanceError, Draw, Frame, Scene, Stroke};

use self::processor::Processor;
use self::water::{Drop, Water};
#[cfg(feature = "gpu")]
use crate::gpu::{Card, Gpu};
use crate::solid::{BodyState, StrokeId};
use crate::{Backend, Diagnostics, SolverConfig, SolverError, Totals};

/// Water in a rectangle, from a [`Scene`] to frames.
pub struct Solver {
    water: Box<dyn Water>,
}

impl Solver {
    /// A solver at time zero of `scene`, with validated parameters.
    ///
    /// # Errors
    /// The scene is not valid, a body's outline makes no solid, or the backend cannot be used.
    pub fn new(scene: &Scene, backend: Backend) -> Result<Self, SolverError> {
        Self::with_config(scene, backend, SolverConfig::default())
    }

    /// A solver at time zero of `scene`.
    ///
    /// # Errors
    /// As [`Self::new`], or a parameter out of range.
    pub fn with_config(
        scene: &Scene,
        backend: Backend,
        config: SolverConfig,
    ) -> Result<Self, SolverError> {
        let water: Box<dyn Water> = match backend {
            Backend::Cpu => Box::new(Processor::new(scene, config)?),
            #[cfg(feature = "gpu")]
            Backend::Gpu => Box::new(Card::new(&Gpu::open()?, scene, &config)?),
            #[cfg(not(feature = "gpu"))]
            Backend::Gpu => return Err(SolverError::NoGpu),
        };
        Ok(Self { water })
    }

    /// Advances by one step no longer than `dt_limit_s` and returns its length, seconds.
    ///
    /// # Errors
    /// The water's motion stopped being finite, or the card that moves it is lost.
    pub fn step(&mut self, dt_limit_s: f64) -> Result<f64, AdvanceError> {
        self.water.step(dt_limit_s)
    }

    /// Name of the card that moves the water; none where the processor does.
    pub fn card(&self) -> Option<&str> {
        self.water.card()
    }

    /// The last step's report.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.water.host().diagnostics
    }

    /// Sums since the scene began.
    pub fn totals(&self) -> &Totals {
        &self.water.host().totals
    }

    /// Time since the scene began, seconds.
    pub fn time_s(&self) -> f64 {
        self.water.host().time_s
    }

    /// BLAKE3 hash of all particle positions by identity and of all body poses,
    /// hexadecimal: equal runs have equal digests.
    pub fn digest(&self) -> String {
        let mut drops = Vec::with_capacity(self.water.host().diagnostics.particles);
        self.water.visit(&mut |drop| drops.push(drop));
        drops.sort_unstable_by_key(|drop| drop.id);
        let mut hash = blake3::Hasher::new();
        for drop in drops {
            hash.update(&drop.id.to_le_bytes());
            for coordinate in drop.position {
                hash.update(&coordinate.to_le_bytes());
            }
        }
        for pose in self.water.host().world.body_poses() {
            let [x, y] = pose.position_m;
            [x, y, pose.angle_rad].iter().for_each(|c| {
                hash.update(&c.to_le_bytes());
            });
        }
        hash.finalize().to_hex().to_string()
    }

    /// Gives every particle the velocity `f(position)`, m/s from metres.
    ///
    /// # Errors
    /// The card that moves the water is lost.
    pub fn set_velocities(&mut self, f: impl Fn([f64; 2]) -> [f64; 2]) -> Result<(), SolverError> {
        let dx = self.water.host().grid.cell_m;
        let in_cells = |p: [f32; 2]| f(p.map(|c| f64::from(c) * dx)).map(|c| (c / dx) as f32);
        self.water.set_velocities(&in_cells)
    }

    /// Keeps the particles for which `f(position)`, in metres, holds.
    ///
    /// # Errors
    /// The card that moves the water is lost.
    pub fn retain(&mut self, f: impl Fn([f64; 2]) -> bool + Sync) -> Result<(), SolverError> {
        let dx = self.water.host().grid.cell_m;
        self.water.host_mut().first_volume_ratio = None;
        self.water.retain(&|p: [f32; 2]| f(p.map(|c| f64::from(c) * dx)))
    }

    /// Puts the water of `frame` in place of the water that is there. Water that lies
    /// on a line steps aside.
    ///
    /// # Errors
    /// The frame's arrays are not of one length, or hold what is not finite or outside of the
    /// rectangle; the water stays as it is then. Or the card that moves it is lost.
    pub fn set_water(&mut self, frame: &Frame) -> Result<(), SolverError> {
        let refuse = |name, got: String, takes| SolverError::Config { name, got, takes };
        let [ids, at, v] = [frame.ids.len(), frame.positions_m.len(), frame.velocities_m_s.len()];
        if ids != at || at != v {
            let got = format!("{ids} ids, {at} positions, {v} velocities");
            return Err(refuse("set_water", got, "as many of each"));
        }
        let dx = self.water.host().grid.cell_m;
        let size = [self.water.host().grid.nx as f64, self.water.host().grid.ny as f64];
        let mut drops = Vec::with_capacity(frame.ids.len());
        for ((&id, position), velocity) in
            frame.ids.iter().zip(&frame.positions_m).zip(&frame.velocities_m_s)
        {
            let [p, v] = [position, velocity].map(|v| v.map(|c| f64::from(c) / dx));
            let inside = (0..2).all(|k| (0.0..=size[k]).contains(&p[k]) && v[k].is_finite());
            if !inside {
                let got = format!("particle {id} at {position:?} m with {velocity:?} m/s");
                return Err(refuse("set_water", got, "finite motion within the rectangle"));
            }
            let [position, velocity] = [p, v].map(|v| v.map(|c| c as f32));
            drops.push(Drop { id, position, velocity, before: None });
        }
        let host = self.water.host_mut();
        host.next_id = frame.ids.iter().fold(host.next_id, |next, id| next.max(id + 1));
        host.first_volume_ratio = None;
        // Frames hold velocities of their instant: the next step begins like the first.
        host.diagnostics.dt_s = 0.0;
        self.water.replace(&drops)
    }

    /// Adds a line to the running scene. Water that it lands on steps aside.
    ///
    /// # Errors
    /// The stroke is not valid in this rectangle.
    pub fn add_stroke(&mut self, stroke: &Stroke) -> Result<StrokeId, SolverError> {
        stroke.validate(&self.water.host().domain)?;
        self.water.host_mut().lines_changed = true;
        Ok(self.water.host_mut().world.add_line(stroke))
    }

    /// Takes a line away.
    ///
    /// # Errors
    /// No such line.
    pub fn erase_stroke(&mut self, id: StrokeId) -> Result<(), SolverError> {
        self.water.host_mut().lines_changed = true;
        self.water.host_mut().world.erase_line(id)
    }

    /// Moves a line by `by_m` over the next `over_s` seconds, pushing the water.
    ///
    /// # Errors
    /// No such line, or a motion that is not finite or takes no time.
    pub fn move_stroke(
        &mut self,
        id: StrokeId,
        by_m: [f64; 2],
        over_s: f64,
    ) -> Result<(), SolverError> {
        if !(over_s > 0.0 && over_s.is_finite() && by_m.iter().all(|d| d.is_finite())) {
            return Err(SolverError::Config {
                name: "move_stroke",
                got: format!("{by_m:?} m over {over_s} s"),
                takes: "a finite distance over a finite time above zero",
            });
        }
        self.water.host_mut().lines_changed = true;
        self.water.host_mut().world.move_line(id, by_m, over_s)
    }

    /// State of body `index` of the scene.
    pub fn body(&self, index: usize) -> Option<BodyState> {
        self.water.host().world.body(index)
    }
}

impl Draw for Solver {
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String> {
        Self::add_stroke(self, stroke).map(|StrokeId(id)| id).map_err(|error| error.to_string())
    }

    fn erase_stroke(&mut self, id: u32) -> Result<(), String> {
        Self::erase_stroke(self, StrokeId(id)).map_err(|error| error.to_string())
    }
}

impl Advance for Solver {
    fn frame_dt_s(&self) -> f64 {
        1.0 / self.water.host().config.fps
    }

    fn snapshot(&self, frame: &mut Frame) {
        let dx = self.water.host().grid.cell_m as f32;
        frame.clear();
        frame.time_s = self.water.host().time_s;
        let host = self.water.host();
        self.water.visit(&mut |Drop { id, position, velocity, before }| {
            frame.positions_m.push(position.map(|c| c * dx));
            let now = host.velocity_now(velocity, before);
            frame.velocities_m_s.push(now.map(|c| c * dx));
            frame.ids.push(id);
        });
        frame.body_poses.extend(self.water.host().world.body_poses());
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        let end = (self.water.host().frames + 1) as f64 * self.frame_dt_s();
        while end - self.water.host().time_s > 1e-7 * self.frame_dt_s() {
            self.step(end - self.water.host().time_s)?;
        }
        self.water.host_mut().frames += 1;
        self.water.host_mut().time_s = end;
        self.snapshot(frame);
        Ok(())
    }
}
