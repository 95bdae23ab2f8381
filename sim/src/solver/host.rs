//! What the processor keeps of a scene, whoever moves its water: what stands where, what moves
//! on its own, and the time.

use weir_ground::{Audit, Emitter, Obstacles, Point, Polygon, Sink, Topology};
use weir_scene::{Domain, Grid, Limits, Scene, Walls};

use crate::cpu::rest_density::{self, Room};
use crate::field::NoSlip;
use crate::measure::{DensityErrors, Motion};
use crate::particles::VOLUME;
use crate::solid::{Mover, WATER_KG_M3, World};
use crate::{Diagnostics, SolverConfig, SolverError, Totals};

/// Share of the particles that may be faster than the step allows for: spray,
/// which flies alone and takes several legs.
pub const SPRAY: f64 = 0.01;
/// Farthest that spray flies in a step, cells.
const MAX_SPRAY_CELLS: f64 = 6.0;
/// Distance that water which a line is drawn through is put beside it, cells.
const ASIDE: f64 = 2e-3;

/// A scene without its water.
pub struct Host {
    pub config: SolverConfig,
    pub domain: Domain,
    pub grid: Grid,
    /// Gravity, cells/s².
    pub gravity: [f64; 2],
    /// Kinematic viscosity, cells²/s.
    pub viscosity: f64,
    pub no_slip: NoSlip,
    pub time_s: f64,
    pub frames: u64,
    /// Identity of the next particle that comes in.
    pub next_id: u32,
    pub emitters: Vec<Emitter>,
    pub sinks: Vec<Sink>,
    pub world: World,
    pub movers: Vec<Mover>,
    pub obstacles: Obstacles,
    pub audit: Audit,
    pub topology: Topology,
    pub rest: Vec<Room>,
    pub lines_changed: bool,
    /// Speed that all but spray stays below, cells/s.
    pub bulk_speed: f64,
    pub first_volume_ratio: Option<f64>,
    pub diagnostics: Diagnostics,
    pub totals: Totals,
}

/// The length of a step.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Seconds.
    pub dt_s: f64,
    /// How long gravity acts: from the middle of the last step to the middle of this one
    /// (leapfrog), so that what falls from rest is where ½ g t² puts it, however long the
    /// steps.
    pub kick_s: f64,
}

/// What changed of the ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing.
    Nothing,
    /// Outlines of what moves.
    Outlines,
    /// Lines, and what was found of them.
    Lines,
}

impl Host {
    /// A scene at time zero, its topology not found yet.
    ///
    /// # Errors
    /// The scene is not valid, or a parameter out of range.
    pub fn new(scene: &Scene, config: SolverConfig) -> Result<Self, SolverError> {
        config.validate()?;
        scene.validate(&Limits::default())?;
        let grid = scene.domain.grid();
        let dx = scene.domain.cell_m;
        let world = World::new(scene)?;
        let mut host = Self {
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
            next_id: 0,
            emitters: weir_ground::emitters(scene),
            sinks: weir_ground::sinks(scene),
            world,
            movers: Vec::new(),
            obstacles: Obstacles::default(),
            audit: Audit::default(),
            topology: Topology::new(grid, scene.domain.periodic_x),
            rest: Vec::new(),
            lines_changed: true,
            bulk_speed: 0.0,
            first_volume_ratio: None,
            diagnostics: Diagnostics::default(),
            totals: Totals::default(),
        };
        host.world.refresh_movers(&mut host.movers);
        Ok(host)
    }

    /// Calls `add` with identity, position (cells) and velocity (cells/s) of the water that is
    /// there from the start.
    pub fn fill(&mut self, scene: &Scene, mut add: impl FnMut(u32, [f32; 2], [f32; 2])) {
        let solids: Vec<Polygon> = self.solids().collect();
        let free = |p| !solids.iter().any(|solid: &Polygon| solid.contains(p));
        let next_id = &mut self.next_id;
        weir_ground::fill(scene, free, |position, velocity| {
            add(*next_id, position, velocity);
            *next_id += 1;
        });
    }

    /// Lets out the water of a step: `add` is called with identity, position (cells) and
    /// velocity (cells/s) of each new particle. `occupied` says how many a cell has.
    pub fn let_in(
        &mut self,
        dt_s: f64,
        occupied: impl Fn(usize) -> usize,
        mut add: impl FnMut(u32, [f32; 2], [f32; 2]),
    ) {
        let mut births = Vec::new();
        for emitter in &mut self.emitters {
            let (grid, obstacles) = (&self.grid, &self.obstacles);
            emitter.emit(self.time_s, dt_s, grid, obstacles, &occupied, &mut births);
        }
        for (position, velocity) in births {
            add(self.next_id, position, velocity);
            self.next_id += 1;
        }
    }

    /// The longest step that keeps outlines and all particles but [`SPRAY`] within a cell of
    /// where they were, and follows the shortest waves that the grid carries.
    pub fn choose_step(&self, limit_s: f64) -> Step {
        let spray = self.diagnostics.max_speed_m_s / self.grid.cell_m / MAX_SPRAY_CELLS;
        let water = self.bulk_speed.max(spray);
        let sources = self.emitters.iter().map(|e| e.speed_at(self.time_s));
        let movers = self.movers.iter().map(|m| 2.0 * m.max_speed());
        let fastest =
            sources.chain(movers).fold(water, f64::max).max(f64::from(self.no_slip.lid.abs()));
        let waves = self.gravity[0].hypot(self.gravity[1]).sqrt();
        // Cells over cells per second; infinite where nothing moves or falls.
        let stable = self.config.cfl / fastest.max(waves);
        let limit_s = self.world.time_to_line_stop(limit_s);
        let dt_s = stable.min(self.config.dt_max_s);
        // Equal steps to the limit rather than a short one at the end.
        let equal = limit_s / (limit_s / dt_s).ceil().max(1.0);
        let dt_s = f64::from(equal as f32);
        Step { dt_s, kick_s: 0.5 * (self.diagnostics.dt_s + dt_s) }
    }

    /// Finds what is connected to what, where it may have changed.
    pub fn update_topology(&mut self) -> Changed {
        if self.lines_changed {
            self.obstacles.set_lines(&self.grid, self.world.resting_segments());
            self.audit = Audit::new(self.grid.nx, self.obstacles.lines());
            self.lines_changed = false;
            self.rebuild_outlines();
            Changed::Lines
        } else if self.movers.is_empty() {
            Changed::Nothing
        } else {
            self.rebuild_outlines();
            Changed::Outlines
        }
    }

    fn rebuild_outlines(&mut self) {
        let outlines = self.movers.iter().flat_map(Mover::outline_before);
        self.obstacles.set_outlines(&self.grid, outlines);
        let solids: Vec<Polygon> = self.solids().collect();
        self.topology.rebuild(&self.obstacles, solids.iter());
        rest_density::run(&self.topology, &self.obstacles, &mut self.rest);
    }

    fn solids(&self) -> impl Iterator<Item = Polygon> + '_ {
        self.world.resting_insides().chain(self.movers.iter().flat_map(Mover::insides_before))
    }

    /// Where water of `cell` at `p` goes that lies on a line (it was drawn through it).
    pub fn off_line(&self, cell: usize, p: Point) -> Option<Point> {
        let on = self.obstacles.near(cell).find(|segment| segment.crosses(p, p))?;
        let normal = on.normal_towards(p);
        Some([0, 1].map(|k| p[k] + ASIDE * normal[k]))
    }

    /// Mass of a particle, kg per metre of depth.
    pub fn particle_kg(&self) -> f64 {
        WATER_KG_M3 * self.grid.cell_m.powi(2) * f64::from(VOLUME)
    }

    /// Velocity of a particle at the end of the last step, cells/s, from `v`, which belongs to
    /// the middle of that step, and what it was a step before. Half a step more of the
    /// acceleration that it had takes it there, where that is no impact.
    pub fn velocity_now(&self, v: [f32; 2], before: Option<[f32; 2]>) -> [f32; 2] {
        let Diagnostics { dt_s, kick_s, .. } = self.diagnostics;
        let Some(before) = before.filter(|_| dt_s > 0.0 && kick_s > 0.0) else { return v };
        let more = [0, 1].map(|c| f64::from(v[c] - before[c]) * 0.5 * dt_s / kick_s);
        let squared = |v: [f64; 2]| v[0] * v[0] + v[1] * v[1];
        let most_squared = squared(self.gravity.map(|g| 0.5 * dt_s * g));
        let squared = squared(more);
        let share = if squared > most_squared { (most_squared / squared).sqrt() } else { 1.0 };
        [0, 1].map(|c| v[c] + (share * more[c]) as f32)
    }

    /// Keeps how `particles` particles move.
    pub fn note_motion(&mut self, motion: &Motion, particles: usize) {
        let (mass, dx) = (self.particle_kg(), self.grid.cell_m);
        let fallen = (0..2).map(|k| self.gravity[k] * motion.position[k]).sum::<f64>();
        let d = &mut self.diagnostics;
        d.time_s = self.time_s;
        d.particles = particles;
        d.max_speed_m_s = motion.fastest() * dx;
        d.kinetic_j = mass * motion.kinetic * dx * dx;
        d.potential_j = -mass * fallen * dx * dx;
        d.water_momentum_kg_m_s = motion.velocity.map(|v| mass * v * dx);
        d.body_momentum_kg_m_s = self.world.momentum_kg_m_s();
    }

    /// Keeps what a step found of the density that it began with: errors over full cells, and
    /// the area that `particles` particles cover.
    pub fn note_density(&mut self, errors: DensityErrors, volume: f64, particles: usize) {
        let d = &mut self.diagnostics;
        d.full_cells = errors.count;
        d.density_signed_err = errors.of_mean;
        d.density_mean_err = errors.of_mean.abs();
        d.density_spread = errors.mean;
        d.density_p99_err = errors.p99;
        if particles > 0 {
            let ratio = volume / (f64::from(VOLUME) * particles as f64);
            let first = if self.emitters.is_empty() {
                *self.first_volume_ratio.get_or_insert(ratio)
            } else {
                1.0
            };
            d.volume_drift = ratio / first - 1.0;
        }
    }
}
