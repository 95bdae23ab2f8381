//! The solver: owns the state, runs the stages of a step in order.

use std::time::{Duration, Instant};

use weir_scene::{Advance, AdvanceError, Domain, Frame, Grid, GridField, Limits, Scene, Stagger, Stroke, Walls};

use crate::audit::Audit;
use crate::cpu::advect::Surroundings;
use crate::cpu::body_flux::{self, BodyFlux};
use crate::cpu::extrapolate::Extrapolate;
use crate::cpu::grid_to_particle::{Counts, GridToParticle};
use crate::cpu::particle_to_grid::ParticleToGrid;
use crate::cpu::pressure::{Coupling, Pressure, Tolerances};
use crate::cpu::surface::Surface;
use crate::cpu::viscosity::{self, Viscosity};
use crate::cpu::{density, rest_density};
use crate::field::{FaceField, NoSlip, Stencil};
use crate::geometry::{Axis, Obstacles, Polygon, Topology};
use crate::measure::{self, DensityErrors, Motion};
use crate::particles::{Particles, VOLUME};
use crate::solid::{BodyState, Mobility, Mover, StrokeId, WATER_KG_M3, World};
use crate::source::{self, Emitter, Sink};
use crate::{Backend, Diagnostics, SolverConfig, SolverError, StageTimes, Totals};

/// Rings of sides around the water that get extrapolated velocities: a particle
/// moves half a cell to its midpoint and reads one cell around it.
const RINGS: usize = 2;
/// Share of the particles that may be faster than the step allows for: spray,
/// which flies alone and takes several legs.
const SPRAY: f64 = 0.002;
/// Farthest that spray flies in a step, cells.
const MAX_SPRAY_CELLS: f64 = 6.0;
/// Distance from the sides of the rectangle that particles keep, cells.
const WALL_CLEARANCE: f64 = 1e-3;

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
    rest: Vec<f32>,
    lines_changed: bool,
    flux: Vec<BodyFlux>,

    density: Vec<f32>,
    surface: Surface,
    transfer: ParticleToGrid,
    velocity: FaceField,
    change: FaceField,
    displacement: FaceField,
    known: [Vec<bool>; 2],
    wet: [Vec<bool>; 2],
    pressure: Pressure,
    viscous: Viscosity,
    extrapolate: [Extrapolate; 2],
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
            emitters: source::emitters(scene),
            sinks: source::sinks(scene),
            births: Vec::new(),
            world,
            movers: Vec::new(),
            obstacles: Obstacles::default(),
            audit: Audit::default(),
            topology: Topology::new(grid, scene.domain.periodic_x),
            rest: Vec::new(),
            lines_changed: true,
            flux: Vec::new(),
            density: Vec::new(),
            surface: Surface::default(),
            transfer: ParticleToGrid::default(),
            velocity: FaceField::default(),
            change: FaceField::default(),
            displacement: FaceField::default(),
            known: [Vec::new(), Vec::new()],
            wet: [Vec::new(), Vec::new()],
            pressure: Pressure::default(),
            viscous: Viscosity::default(),
            extrapolate: Default::default(),
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
        solver.next_id = source::fill(scene, &mut solver.particles, free);
        solver.particles.sort(&grid, |_, _| false);
        solver.rebuild_topology();
        solver.step_off_lines();
        solver.measure(Counts::default());
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
            hash.update(&self.particles.x[k].to_le_bytes());
            hash.update(&self.particles.y[k].to_le_bytes());
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
        for k in 0..self.particles.len() {
            let v = f(self.particles.position(k).map(|c| c * dx));
            for axis in 0..2 {
                self.particles.velocity[axis][k] = (v[axis] / dx) as f32;
            }
        }
        self.measure(Counts::default());
    }

    /// Keeps the particles for which `f(position)`, in metres, holds.
    pub fn retain(&mut self, f: impl Fn([f64; 2]) -> bool + Sync) {
        let dx = self.grid.cell_m;
        self.particles.sort(&self.grid, |x, y| !f([x, y].map(|c| f64::from(c) * dx)));
        self.first_volume_ratio = None;
        self.measure(Counts::default());
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
    pub fn move_stroke(&mut self, id: StrokeId, by_m: [f64; 2], over_s: f64) -> Result<(), SolverError> {
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

    /// Velocity of the water on the grid at a point, m/s; none where there is no water.
    pub fn velocity_at(&self, position_m: [f64; 2]) -> Option<[f64; 2]> {
        let dx = self.grid.cell_m;
        let p = position_m.map(|c| c / dx);
        let outside = p[0] < 0.0 || p[1] < 0.0;
        if outside || p[0] > self.grid.nx as f64 || p[1] > self.grid.ny as f64 {
            return None;
        }
        let (i, j) = ((p[0] as usize).min(self.grid.nx - 1), (p[1] as usize).min(self.grid.ny - 1));
        let cell = self.grid.cell(i, j);
        let component = self.topology.component_at(&self.obstacles, cell, p)?;
        if !*self.surface.fluid.get(component as usize)? {
            return None;
        }
        let read = |axis: Axis| {
            let p = p.map(|c| c as f32);
            let stencil = Stencil::at(&self.topology, &self.obstacles, self.no_slip, axis, cell, p);
            f64::from(stencil.value(&self.velocity[axis as usize])) * dx
        };
        Some([read(Axis::X), read(Axis::Y)])
    }

    /// Pressure of the last step at cell centres, pascals; NaN outside the water.
    pub fn pressure(&self) -> GridField {
        let dx = self.grid.cell_m;
        let scale = if self.diagnostics.dt_s > 0.0 {
            WATER_KG_M3 * dx * dx / self.diagnostics.dt_s
        } else {
            0.0
        };
        self.cell_field("pressure", "Pa", |cell| {
            let wet = self.surface.fluid.get(cell) == Some(&true);
            let value = self.pressure.value.get(cell).filter(|_| wet);
            value.map_or(f32::NAN, |&p| (f64::from(p) * scale) as f32)
        })
    }

    /// Density over rest density at cell centres; zero where there is no water.
    pub fn density(&self) -> GridField {
        self.cell_field("density ratio", "1", |cell| self.density.get(cell).copied().unwrap_or(0.0))
    }

    fn cell_field(&self, name: &'static str, unit: &'static str, at: impl Fn(usize) -> f32) -> GridField {
        let values = (0..self.grid.len(Stagger::Centre)).map(at).collect();
        GridField { name, unit, grid: self.grid, stagger: Stagger::Centre, values }
    }

    /// Advances by one step no longer than `dt_limit_s` and returns its length, seconds.
    ///
    /// # Errors
    /// The water's motion stopped being finite.
    pub fn step(&mut self, dt_limit_s: f64) -> Result<f64, AdvanceError> {
        let mut clock = Clock::start();
        let mut stages = StageTimes::default();

        self.world.refresh_movers(&mut self.movers);
        let dt_s = self.choose_dt(dt_limit_s);
        self.let_in_and_out(dt_s);
        stages.sort = clock.lap();

        self.update_topology();
        stages.topology = clock.lap();

        (stages.particle_to_grid, stages.density) = self.gather();
        clock.lap();

        self.add_forces(dt_s);
        stages.forces = clock.lap();

        let (mobility, falling) = self.world.let_fall(&self.movers, dt_s);
        let pushed = self.project(&mobility, falling, dt_s);
        stages.pressure = clock.lap();

        self.world.step(dt_s, &pushed, &mut self.movers);
        self.lines_changed |= self.world.any_line_moving() || self.world.just_stopped();
        stages.bodies = clock.lap();

        self.spread_change(dt_s);
        stages.extrapolate = clock.lap();

        let counts = self.carry(dt_s);
        stages.grid_to_particle = clock.lap();

        self.time_s += dt_s;
        self.diagnostics.stages = stages;
        self.diagnostics.dt_s = dt_s;
        self.measure(counts);
        if self.diagnostics.max_speed_m_s.is_nan() {
            return Err(AdvanceError::NotFinite { what: "the water's motion", time_s: self.time_s });
        }
        self.totals.add(&self.diagnostics);
        Ok(dt_s)
    }

    /// The longest step that keeps every particle and outline within a cell of
    /// where it was, and follows the shortest waves that the grid carries.
    fn choose_dt(&self, limit_s: f64) -> f64 {
        let spray = self.diagnostics.max_speed_m_s / self.grid.cell_m / MAX_SPRAY_CELLS;
        let water = self.bulk_speed.max(spray);
        let sources = self.emitters.iter().map(|e| e.speed_at(self.time_s));
        let movers = self.movers.iter().map(|m| 2.0 * m.max_speed());
        let fastest = sources.chain(movers).fold(water, f64::max).max(f64::from(self.no_slip.lid.abs()));
        let waves = self.gravity[0].hypot(self.gravity[1]).sqrt();
        let stable = if fastest + waves > 0.0 { self.config.cfl / (fastest + waves) } else { f64::MAX };
        let limit_s = self.world.time_to_line_stop(limit_s);
        let dt_s = stable.min(self.config.dt_max_s);
        // Equal steps to the limit rather than a short one at the end.
        let equal = limit_s / (limit_s / dt_s).ceil().max(1.0);
        f64::from(equal as f32)
    }

    fn let_in_and_out(&mut self, dt_s: f64) {
        self.births.clear();
        for emitter in &mut self.emitters {
            let occupied = |cell| self.particles.in_cell(cell).len();
            emitter.emit(self.time_s, dt_s, &self.grid, &self.obstacles, occupied, &mut self.births);
        }
        for &(position, velocity) in &self.births {
            self.particles.push(self.next_id, position, velocity);
            self.next_id += 1;
        }
        let sinks = &self.sinks;
        self.particles.sort(&self.grid, |x, y| sinks.iter().any(|sink| sink.swallows(x, y)));
    }

    fn update_topology(&mut self) {
        if self.lines_changed {
            self.rebuild_topology();
            self.step_off_lines();
        } else if !self.movers.is_empty() {
            self.rebuild_outlines();
        }
    }

    fn rebuild_topology(&mut self) {
        self.obstacles.set_lines(&self.grid, self.world.resting_segments());
        self.audit = Audit::new(self.grid.nx, self.obstacles.lines());
        self.lines_changed = false;
        self.rebuild_outlines();
    }

    fn rebuild_outlines(&mut self) {
        let outlines = self.movers.iter().flat_map(Mover::outline_before);
        self.obstacles.set_outlines(&self.grid, outlines);
        let solids: Vec<Polygon> = self
            .world
            .resting_insides()
            .chain(self.movers.iter().flat_map(Mover::insides_before))
            .collect();
        self.topology.rebuild(&self.obstacles, solids.iter());
        rest_density::run(&self.topology, &self.obstacles, &mut self.rest);
    }

    /// Moves particles that lie on a line (it was drawn through them) off it.
    fn step_off_lines(&mut self) {
        const ASIDE: f64 = 2e-3;
        for cell in 0..self.grid.nx * self.grid.ny {
            if self.obstacles.clear_near(cell) {
                continue;
            }
            for k in self.particles.in_cell(cell) {
                let p = self.particles.position(k);
                let on = self.obstacles.near(cell).find(|segment| segment.crosses(p, p));
                let Some(normal) = on.map(|segment| segment.normal_towards(p)) else { continue };
                self.particles.x[k] = (p[0] + ASIDE * normal[0]) as f32;
                self.particles.y[k] = (p[1] + ASIDE * normal[1]) as f32;
            }
        }
    }

    /// Brings the particles' velocities to the grid, also to the sides just
    /// outside the water, and beside that finds where the water is and builds
    /// the pressure matrix. Returns how long each took.
    fn gather(&mut self) -> (Duration, Duration) {
        let Self { topology, obstacles, particles, transfer, known, velocity, extrapolate, .. } = self;
        let (rest, density, surface, flux) =
            (&self.rest, &mut self.density, &mut self.surface, &mut self.flux);
        let (movers, pressure) = (&self.movers, &mut self.pressure);
        let to_grid = || {
            let mut clock = Clock::start();
            transfer.run(topology, obstacles, particles);
            let ParticleToGrid { velocity: values, weight, .. } = transfer;
            for_both_axes(
                |axis, extrapolate, (values, known, velocity)| {
                    known.clear();
                    known.extend(weight[axis as usize].iter().map(|&w| w > 0.0));
                    extrapolate.run(topology, obstacles, axis, values, known, RINGS);
                    velocity.clone_from(values);
                },
                extrapolate,
                zip3(values, known, velocity),
            );
            clock.lap()
        };
        let find_water = || {
            let mut clock = Clock::start();
            density::run(topology, obstacles, particles, rest, density);
            surface.run(topology, obstacles, particles, density);
            body_flux::run(topology, obstacles, surface, movers, flux);
            pressure.assemble(topology, surface, flux, movers);
            clock.lap()
        };
        rayon::join(to_grid, find_water)
    }

    fn add_forces(&mut self, dt_s: f64) {
        for axis in Axis::BOTH {
            let a = axis as usize;
            let fall = (self.gravity[a] * dt_s) as f32;
            if fall != 0.0 {
                let known = self.velocity[a].iter_mut().zip(&self.known[a]).filter(|(_, known)| **known);
                known.for_each(|(v, _)| *v += fall);
            }
        }
        // Nothing passes the sides of the rectangle.
        for j in 0..self.grid.ny {
            if !self.topology.periodic_x() {
                self.velocity[0][self.grid.face_x(0, j)] = 0.0;
                self.velocity[0][self.grid.face_x(self.grid.nx, j)] = 0.0;
            }
        }
        for i in 0..self.grid.nx {
            self.velocity[1][self.grid.face_y(i, 0)] = 0.0;
            self.velocity[1][self.grid.face_y(i, self.grid.ny)] = 0.0;
        }
        let number = self.viscosity * dt_s;
        if number > viscosity::NEGLIGIBLE {
            self.viscous.run(
                &self.topology,
                &self.obstacles,
                self.no_slip,
                number,
                &self.known,
                &mut self.velocity,
            );
        }
    }

    /// Makes the velocity free of divergence; returns the movers' velocities
    /// after the water pushed them.
    fn project(&mut self, mobility: &Mobility, falling: Vec<f64>, dt_s: f64) -> Vec<f64> {
        let coupling = Coupling { flux: &self.flux, mobility, velocity: &falling };
        let tolerances = Tolerances {
            pressure: self.config.pressure_tolerance,
            density: self.config.density_tolerance,
            iterations: self.config.max_iterations,
        };
        let outcomes = self.pressure.solve(
            &self.topology,
            &self.velocity,
            &self.density,
            self.config.density_rate as f32,
            &coupling,
            dt_s,
            tolerances,
        );
        self.pressure.apply(
            &self.topology,
            &self.surface,
            &mut self.velocity,
            &mut self.displacement,
            &mut self.wet,
        );
        let impulse = self.pressure.impulses(&self.flux, self.movers.len());
        let mut pushed = vec![0.0; impulse.len()];
        mobility.apply(&impulse, &mut pushed);
        pushed.iter_mut().zip(&falling).for_each(|(v, falling)| *v += falling);
        let divergence =
            self.pressure.max_divergence(&self.topology, &self.velocity, &self.flux, &pushed);
        self.diagnostics.max_divergence_dt = f64::from(divergence) * dt_s;
        self.diagnostics.pressure_iterations = outcomes.pressure.iterations;
        self.diagnostics.density_iterations = outcomes.density.iterations;
        pushed
    }

    /// Spreads the change of velocity to the sides around the water, where it is
    /// added to the velocity that the particles there brought.
    fn spread_change(&mut self, dt_s: f64) {
        let Self { topology, obstacles, transfer, velocity, change, wet, extrapolate, .. } = self;
        let gravity = self.gravity;
        for_both_axes(
            |axis, extrapolate, (velocity, change, wet)| {
                let before = &transfer.velocity[axis as usize];
                let fall = (gravity[axis as usize] * dt_s) as f32;
                change.clear();
                let sides = velocity.iter().zip(before).zip(wet.iter());
                change.extend(sides.map(|((after, before), wet)| if *wet { after - before } else { fall }));
                extrapolate.run(topology, obstacles, axis, change, wet, RINGS);
                velocity.iter_mut().zip(before).zip(change.iter()).for_each(|((velocity, before), change)| {
                    *velocity = before + change;
                });
            },
            extrapolate,
            zip3(velocity, change, wet),
        );
    }

    fn carry(&mut self, dt_s: f64) -> Counts {
        let size = [self.grid.nx as f64, self.grid.ny as f64];
        let open = if self.topology.periodic_x() { f64::INFINITY } else { 0.0 };
        let stage = GridToParticle {
            topology: &self.topology,
            obstacles: &self.obstacles,
            surroundings: Surroundings {
                obstacles: &self.obstacles,
                movers: &self.movers,
                min: [WALL_CLEARANCE - open, WALL_CLEARANCE],
                max: [size[0] - WALL_CLEARANCE + open, size[1] - WALL_CLEARANCE],
            },
            velocity: &self.velocity,
            change: &self.change,
            displacement: &self.displacement,
            no_slip: self.no_slip,
            flip: self.config.flip_per_ms.powf(1e3 * dt_s) as f32,
            dt_s: dt_s as f32,
            fall: self.gravity.map(|g| (g * dt_s) as f32),
            audit: self.config.audit.then_some(&self.audit),
        };
        stage.run(&mut self.particles)
    }

    fn measure(&mut self, counts: Counts) {
        let dx = self.grid.cell_m;
        let mass = WATER_KG_M3 * dx * dx * f64::from(VOLUME);
        let motion = Motion::of(&self.particles);
        self.bulk_speed = measure::bulk_speed(&self.particles, SPRAY, &mut self.scratch);
        let d = &mut self.diagnostics;
        d.time_s = self.time_s;
        d.particles = self.particles.len();
        d.max_speed_m_s = motion.fastest * dx;
        d.kinetic_j = mass * motion.kinetic * dx * dx;
        d.potential_j =
            -mass * (0..2).map(|k| self.gravity[k] * motion.position[k]).sum::<f64>() * dx * dx;
        d.water_momentum_kg_m_s = motion.velocity.map(|v| mass * v * dx);
        d.body_momentum_kg_m_s = self.world.momentum_kg_m_s();
        d.line_crossings = counts.crossings;
        d.body_penetrations = counts.penetrations;
        let errors = DensityErrors::of(&self.pressure.deep, &self.density, &mut self.scratch);
        d.full_cells = errors.count;
        d.density_signed_err = errors.of_mean;
        d.density_mean_err = errors.of_mean.abs();
        d.density_spread = errors.mean;
        d.density_p99_err = errors.p99;
        if !self.surface.fluid.is_empty() && d.particles > 0 {
            let held = f64::from(VOLUME) * d.particles as f64;
            let ratio = measure::volume(&self.topology, &self.surface) / held;
            let first = if self.emitters.is_empty() {
                *self.first_volume_ratio.get_or_insert(ratio)
            } else {
                1.0
            };
            d.volume_drift = ratio / first - 1.0;
        }
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
        frame.positions_m.extend(p.x.iter().zip(&p.y).map(|(x, y)| [x * dx, y * dx]));
        let [u, v] = &p.velocity;
        frame.velocities_m_s.extend(u.iter().zip(v).map(|(u, v)| [u * dx, v * dx]));
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

/// Runs `work` for both axes side by side, each with its own memory.
fn for_both_axes<T: Send>(
    work: impl Fn(Axis, &mut Extrapolate, T) + Sync,
    [memory_x, memory_y]: &mut [Extrapolate; 2],
    [x, y]: [T; 2],
) {
    rayon::join(|| work(Axis::X, memory_x, x), || work(Axis::Y, memory_y, y));
}

fn zip3<'a, A, B, C>(
    [a0, a1]: &'a mut [A; 2],
    [b0, b1]: &'a mut [B; 2],
    [c0, c1]: &'a mut [C; 2],
) -> [(&'a mut A, &'a mut B, &'a mut C); 2] {
    [(a0, b0, c0), (a1, b1, c1)]
}

/// Laps of a step.
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.0, now))
    }
}
