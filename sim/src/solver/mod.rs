//! The solver: owns the state, takes edits, yields frames.

mod fields;
mod step;

use std::ops::Range;

use weir_ground::{Audit, Emitter, Obstacles, Polygon, Sink, Topology};
use weir_scene::{Advance, AdvanceError, Domain, Frame, Grid, Limits, Scene, Stroke, Walls};

use crate::cpu::body_flux::BodyFlux;
use crate::cpu::extrapolate::Extrapolate;
use crate::cpu::flight::Flight;
use crate::cpu::grid_to_particle::Counts;
use crate::cpu::particle_to_grid::ParticleToGrid;
use crate::cpu::pressure::Pressure;
use crate::cpu::rest_density::Room;
use crate::cpu::spread::Spread;
use crate::cpu::surface::Surface;
use crate::cpu::viscosity::Viscosity;
use crate::field::{FaceField, NoSlip, Packed};
use crate::measure::Motion;
use crate::particles::Particles;
use crate::solid::{BodyState, Mover, StrokeId, World};
use crate::{Backend, Diagnostics, SolverConfig, SolverError, Totals};

/// Water in a rectangle, from a [`Scene`] to frames.
pub struct Solver {
    config: SolverConfig,
    domain: Domain,
    grid: Grid,
    /// Gravity, cells/s².
    gravity: [f64; 2],
    /// Kinematic viscosity, cells²/s.
    viscosity: f64,
    no_slip: NoSlip,
    time_s: f64,
    frames: u64,

    particles: Particles,
    next_id: u32,
    emitters: Vec<Emitter>,
    sinks: Vec<Sink>,
    births: Vec<([f32; 2], [f32; 2])>,

    world: World,
    movers: Vec<Mover>,
    obstacles: Obstacles,
    audit: Audit,
    topology: Topology,
    rest: Vec<Room>,
    lines_changed: bool,
    flux: Vec<BodyFlux>,
    leverage: Vec<BodyFlux>,
    /// Impulse on the movers by `leverage` in the last step, three a mover.
    lever_impulse: Vec<f64>,
    flight: Flight,

    density: Vec<f32>,
    /// How much deeper than its sample point the centre of each cut cell is, cells.
    deeper: Vec<f32>,
    surface: Surface,
    spread: Spread,
    transfer: ParticleToGrid,
    velocity: FaceField,
    change: FaceField,
    displacement: FaceField,
    /// What particles read.
    sides: [Vec<Packed>; 2],
    /// Rows of cells around the water, and those with the ones of the step before.
    reach: Range<usize>,
    rows: Range<usize>,
    known: [Vec<bool>; 2],
    wet: [Vec<bool>; 2],
    pressure: Pressure,
    viscous: Viscosity,
    extrapolate: [Extrapolate; 2],
    /// The velocity of each particle before the last step, by identity; none before
    /// the first.
    before: Vec<[f32; 2]>,
    /// |v|² of the particles, in no order.
    squares: Vec<f32>,
    partial: Vec<(Counts, Motion)>,
    scratch: Vec<f32>,

    /// Speed that all but spray stays below, cells/s.
    bulk_speed: f64,
    first_volume_ratio: Option<f64>,
    diagnostics: Diagnostics,
    totals: Totals,
}

impl Solver {
    /// A solver at time zero of `scene`, with validated parameters.
    ///
    /// # Errors
    /// The scene is not valid, or a body's outline makes no solid.
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
        let Backend::Cpu = backend;
        config.validate()?;
        scene.validate(&Limits::default())?;
        let grid = scene.domain.grid();
        let dx = scene.domain.cell_m;
        let world = World::new(scene)?;
        let mut solver = Self {
            domain: scene.domain.clone(),
            grid,
            gravity: scene.gravity_m_s2.map(|g| g / dx),
            viscosity: scene.viscosity_m2_s / (dx * dx),
            no_slip: NoSlip {
                on: scene.domain.walls == Walls::NoSlip,
                lid: (scene.domain.lid_speed_m_s / dx) as f32,
            },
            config,
            time_s: 0.0,
            frames: 0,
            particles: Particles::default(),
            next_id: 0,
            emitters: weir_ground::emitters(scene),
            sinks: weir_ground::sinks(scene),
            births: Vec::new(),
            world,
            movers: Vec::new(),
            obstacles: Obstacles::default(),
            audit: Audit::default(),
            topology: Topology::new(grid, scene.domain.periodic_x),
            rest: Vec::new(),
            lines_changed: true,
            flux: Vec::new(),
            leverage: Vec::new(),
            lever_impulse: Vec::new(),
            flight: Flight::default(),
            density: Vec::new(),
            deeper: Vec::new(),
            surface: Surface::default(),
            spread: Spread::default(),
            transfer: ParticleToGrid::default(),
            velocity: FaceField::default(),
            change: FaceField::default(),
            displacement: FaceField::default(),
            sides: Default::default(),
            reach: 0..grid.ny,
            rows: 0..grid.ny,
            known: [Vec::new(), Vec::new()],
            wet: [Vec::new(), Vec::new()],
            pressure: Pressure::default(),
            viscous: Viscosity::default(),
            extrapolate: Default::default(),
            before: Vec::new(),
            squares: Vec::new(),
            partial: Vec::new(),
            scratch: Vec::new(),
            bulk_speed: 0.0,
            first_volume_ratio: None,
            diagnostics: Diagnostics::default(),
            totals: Totals::default(),
        };
        solver.world.refresh_movers(&mut solver.movers);
        let solids: Vec<Polygon> = solver
            .world
            .resting_insides()
            .chain(solver.movers.iter().flat_map(Mover::insides_before))
            .collect();
        let free = |p| !solids.iter().any(|solid: &Polygon| solid.contains(p));
        let Self { particles, next_id, .. } = &mut solver;
        weir_ground::fill(scene, free, |position, velocity| {
            particles.push(*next_id, position, velocity);
            *next_id += 1;
        });
        solver.particles.sort(&grid, |_| false);
        solver.rebuild_topology();
        solver.step_off_lines();
        solver.measure_afresh();
        Ok(solver)
    }

    /// The last step's report.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// Sums since the scene began.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Time since the scene began, seconds.
    pub fn time_s(&self) -> f64 {
        self.time_s
    }

    /// BLAKE3 hash of all particle positions by identity and of all body poses,
    /// hexadecimal: equal runs have equal digests.
    pub fn digest(&self) -> String {
        let mut order: Vec<usize> = (0..self.particles.len()).collect();
        order.sort_unstable_by_key(|&k| self.particles.id[k]);
        let mut hash = blake3::Hasher::new();
        for k in order {
            hash.update(&self.particles.id[k].to_le_bytes());
            for coordinate in self.particles.all[k].position {
                hash.update(&coordinate.to_le_bytes());
            }
        }
        for pose in self.world.body_poses() {
            let [x, y] = pose.position_m;
            [x, y, pose.angle_rad].iter().for_each(|c| {
                hash.update(&c.to_le_bytes());
            });
        }
        hash.finalize().to_hex().to_string()
    }

    /// Gives every particle the velocity `f(position)`, m/s from metres.
    pub fn set_velocities(&mut self, f: impl Fn([f64; 2]) -> [f64; 2]) {
        let dx = self.grid.cell_m;
        for particle in &mut self.particles.all {
            let v = f(particle.position.map(|c| f64::from(c) * dx));
            particle.velocity = v.map(|c| (c / dx) as f32);
        }
        self.measure_afresh();
    }

    /// Keeps the particles for which `f(position)`, in metres, holds.
    pub fn retain(&mut self, f: impl Fn([f64; 2]) -> bool + Sync) {
        let dx = self.grid.cell_m;
        self.particles.sort(&self.grid, |p| !f(p.map(|c| f64::from(c) * dx)));
        self.first_volume_ratio = None;
        self.measure_afresh();
    }

    /// Puts the water of `frame` in place of the water that is there. Water that lies
    /// on a line steps aside.
    ///
    /// # Errors
    /// The frame's arrays are not of one length, or hold what is not finite or
    /// outside of the rectangle.
    pub fn set_water(&mut self, frame: &Frame) -> Result<(), SolverError> {
        let refuse = |name, got: String, takes| SolverError::Config { name, got, takes };
        let [ids, at, v] = [frame.ids.len(), frame.positions_m.len(), frame.velocities_m_s.len()];
        if ids != at || at != v {
            let got = format!("{ids} ids, {at} positions, {v} velocities");
            return Err(refuse("set_water", got, "as many of each"));
        }
        let dx = self.grid.cell_m;
        let size = [self.grid.nx as f64, self.grid.ny as f64];
        self.particles = Particles::default();
        for ((&id, position), velocity) in
            frame.ids.iter().zip(&frame.positions_m).zip(&frame.velocities_m_s)
        {
            let [p, v] = [position, velocity].map(|v| v.map(|c| f64::from(c) / dx));
            let inside = (0..2).all(|k| (0.0..=size[k]).contains(&p[k]) && v[k].is_finite());
            if !inside {
                let got = format!("particle {id} at {position:?} m with {velocity:?} m/s");
                return Err(refuse("set_water", got, "finite motion within the rectangle"));
            }
            self.particles.push(id, p.map(|c| c as f32), v.map(|c| c as f32));
            self.next_id = self.next_id.max(id + 1);
        }
        self.particles.sort(&self.grid, |_| false);
        self.step_off_lines();
        self.first_volume_ratio = None;
        // Frames hold velocities of their instant: the next step begins like the first.
        self.diagnostics.dt_s = 0.0;
        self.before.clear();
        self.measure_afresh();
        Ok(())
    }

    /// Adds a line to the running scene. Water that it lands on steps aside.
    ///
    /// # Errors
    /// The stroke is not valid in this rectangle.
    pub fn add_stroke(&mut self, stroke: &Stroke) -> Result<StrokeId, SolverError> {
        stroke.validate(&self.domain)?;
        self.lines_changed = true;
        Ok(self.world.add_line(stroke))
    }

    /// Takes a line away.
    ///
    /// # Errors
    /// No such line.
    pub fn erase_stroke(&mut self, id: StrokeId) -> Result<(), SolverError> {
        self.lines_changed = true;
        self.world.erase_line(id)
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
        self.lines_changed = true;
        self.world.move_line(id, by_m, over_s)
    }

    /// State of body `index` of the scene.
    pub fn body(&self, index: usize) -> Option<BodyState> {
        self.world.body(index)
    }
}

impl Advance for Solver {
    fn frame_dt_s(&self) -> f64 {
        1.0 / self.config.fps
    }

    fn snapshot(&self, frame: &mut Frame) {
        let dx = self.grid.cell_m as f32;
        frame.clear();
        frame.time_s = self.time_s;
        let p = &self.particles;
        frame.positions_m.extend(p.all.iter().map(|p| p.position.map(|c| c * dx)));
        frame.velocities_m_s.extend((0..p.len()).map(|k| self.velocity_now(k).map(|c| c * dx)));
        frame.ids.extend_from_slice(&p.id);
        frame.body_poses.extend(self.world.body_poses());
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        let end = (self.frames + 1) as f64 * self.frame_dt_s();
        while end - self.time_s > 1e-7 * self.frame_dt_s() {
            self.step(end - self.time_s)?;
        }
        self.frames += 1;
        self.time_s = end;
        self.snapshot(frame);
        Ok(())
    }
}
