//! One step: the stages in order, and what passes between them.

use std::time::{Duration, Instant};

use weir_ground::{Audit, Axis, Polygon, Sink, Sweep};
use weir_scene::AdvanceError;
use wide::f32x4;

use super::Solver;
use crate::cpu::advect::Surroundings;
use crate::cpu::attend;
use crate::cpu::extrapolate::Extrapolate;
use crate::cpu::grid_to_particle::{Counts, GridToParticle};
use crate::cpu::particle_to_grid::ParticleToGrid;
use crate::cpu::pressure::{Coupling, Tolerances};
use crate::cpu::{body_flux, density, rest_density, viscosity};
use crate::field::both;
use crate::measure::{self, DensityErrors, Motion};
use crate::particles::VOLUME;
use crate::solid::{Mobility, Mover, WATER_KG_M3};
use crate::{Diagnostics, StageTimes};

/// Rings of sides around the water that get extrapolated velocities: a particle
/// moves half a cell to its midpoint and reads one cell around it.
const RINGS: usize = 2;
/// Rows of cells above and below the water in which something happens: what
/// reaches a cell beyond it, and the rings around that.
const MARGIN: usize = RINGS + 2;
/// Share of the particles that may be faster than the step allows for: spray,
/// which flies alone and takes several legs.
const SPRAY: f64 = 0.01;
/// Farthest that spray flies in a step, cells.
const MAX_SPRAY_CELLS: f64 = 6.0;
/// Distance from the sides of the rectangle that particles keep, cells.
const WALL_CLEARANCE: f64 = 1e-3;

impl Solver {
    /// Advances by one step no longer than `dt_limit_s` and returns its length, seconds.
    ///
    /// # Errors
    /// The water's motion stopped being finite.
    pub fn step(&mut self, dt_limit_s: f64) -> Result<f64, AdvanceError> {
        let mut clock = Clock::start();
        let mut stages = StageTimes::default();

        self.world.refresh_movers(&mut self.movers);
        let dt_s = self.choose_dt(dt_limit_s);
        // Gravity acts from the middle of the last step to the middle of this one
        // (leapfrog), so that what falls from rest is where ½ g t² puts it,
        // however long the steps.
        let kick_s = 0.5 * (self.diagnostics.dt_s + dt_s);
        self.remember_velocities();
        let lines_changed = self.update_topology();
        stages.topology = clock.lap();

        self.let_in_and_out(dt_s);
        if lines_changed {
            self.step_off_lines();
            self.spread.run(&self.topology, &self.obstacles, &self.particles);
        }
        stages.sort = clock.lap();

        (stages.particle_to_grid, stages.density) = self.gather();
        clock.lap();

        self.add_forces(dt_s, kick_s);
        stages.forces = clock.lap();

        let (mobility, mut falling) = self.world.let_fall(&self.movers, kick_s);
        self.lever(&mobility, &mut falling);
        let pushed = self.project(&mobility, falling, kick_s);
        stages.pressure = clock.lap();

        self.world.step(dt_s, &pushed, &mut self.movers);
        self.lines_changed |= self.world.any_line_moving() || self.world.just_stopped();
        stages.bodies = clock.lap();

        self.correct(kick_s);
        stages.extrapolate = clock.lap();

        let fall = self.gravity.map(|g| (g * kick_s) as f32);
        let moved = [&self.flux[..], &self.leverage];
        let (topology, lines) = (&self.topology, self.obstacles.lines());
        self.flight.begin(topology, lines, &self.particles, &self.pressure, moved, fall);
        let (counts, mut motion) = self.carry(dt_s, kick_s, &pushed);
        self.flight.settle(&mut self.particles, dt_s, &mut motion);
        stages.grid_to_particle = clock.lap();

        self.time_s += dt_s;
        (self.diagnostics.dt_s, self.diagnostics.kick_s) = (dt_s, kick_s);
        self.measure(counts, motion);
        stages.measure = clock.lap();
        self.diagnostics.stages = stages;
        if self.diagnostics.max_speed_m_s.is_nan() {
            return Err(AdvanceError::NotFinite {
                what: "the water's motion",
                time_s: self.time_s,
            });
        }
        self.totals.add(&self.diagnostics);
        Ok(dt_s)
    }

    /// The longest step that keeps outlines and all particles but [`SPRAY`] within
    /// a cell of where they were, and follows the shortest waves that the grid
    /// carries.
    fn choose_dt(&self, limit_s: f64) -> f64 {
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
        f64::from(equal as f32)
    }

    fn let_in_and_out(&mut self, dt_s: f64) {
        self.births.clear();
        for emitter in &mut self.emitters {
            let occupied = |cell| self.particles.in_cell(cell).len();
            emitter.emit(
                self.time_s,
                dt_s,
                &self.grid,
                &self.obstacles,
                occupied,
                &mut self.births,
            );
        }
        for &(position, velocity) in &self.births {
            self.particles.push(self.next_id, position, velocity);
            self.next_id += 1;
        }
        let sinks = &self.sinks;
        let swallowed = |p| sinks.iter().any(|sink: &Sink| sink.swallows(p));
        let Self { spread, topology, obstacles, particles, .. } = self;
        spread.sort_and_run(topology, obstacles, particles, swallowed);

        // Those of the step before belong to them, so that nothing stays behind.
        let own = self.particles.rows(&self.grid);
        let reach = own.start.saturating_sub(MARGIN)..(own.end + MARGIN).min(self.grid.ny);
        self.rows = reach.start.min(self.reach.start)..reach.end.max(self.reach.end);
        self.reach = reach;
    }

    /// Finds what is connected to what, where it may have changed. Returns whether
    /// lines did.
    fn update_topology(&mut self) -> bool {
        if self.lines_changed {
            self.rebuild_topology();
            return true;
        }
        if !self.movers.is_empty() {
            self.rebuild_outlines();
        }
        false
    }

    pub(super) fn rebuild_topology(&mut self) {
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
        for axis in Axis::BOTH {
            self.extrapolate[axis as usize].forget(&self.topology, axis);
        }
        rest_density::run(&self.topology, &self.obstacles, &mut self.rest);
    }

    /// Moves particles that lie on a line (it was drawn through them) off it.
    pub(super) fn step_off_lines(&mut self) {
        const ASIDE: f64 = 2e-3;
        for cell in 0..self.grid.nx * self.grid.ny {
            if self.obstacles.clear_near(cell) {
                continue;
            }
            for k in self.particles.in_cell(cell) {
                let p = self.particles.position(k);
                let on = self.obstacles.near(cell).find(|segment| segment.crosses(p, p));
                let Some(normal) = on.map(|segment| segment.normal_towards(p)) else { continue };
                self.particles.all[k].position = both(|c| (p[c] + ASIDE * normal[c]) as f32);
            }
        }
    }

    fn remember_velocities(&mut self) {
        self.before.resize(self.next_id as usize, [0.0; 2]);
        for (&id, particle) in self.particles.id.iter().zip(&self.particles.all) {
            self.before[id as usize] = particle.velocity;
        }
    }

    /// Velocity of the particle at `k` at the end of the last step, cells/s. Its own
    /// belongs to the middle of that step; half a step more of the acceleration
    /// that it had takes it to the end, where that is no impact.
    pub(super) fn velocity_now(&self, k: usize) -> [f32; 2] {
        let Diagnostics { dt_s, kick_s, .. } = self.diagnostics;
        let v = self.particles.all[k].velocity;
        let born_since = |id: u32| id as usize >= self.before.len();
        if dt_s <= 0.0 || kick_s <= 0.0 || born_since(self.particles.id[k]) {
            return v;
        }
        let before = self.before[self.particles.id[k] as usize];
        let more = both(|c| f64::from(v[c] - before[c]) * 0.5 * dt_s / kick_s);
        let squared = |v: [f64; 2]| v[0] * v[0] + v[1] * v[1];
        let most_squared = squared(self.gravity.map(|g| 0.5 * dt_s * g));
        let squared = squared(more);
        let share = if squared > most_squared { (most_squared / squared).sqrt() } else { 1.0 };
        both(|c| v[c] + (share * more[c]) as f32)
    }

    /// Brings the particles' velocities to the grid, also to the sides just
    /// outside the water, and beside that finds where the water is and builds
    /// the pressure matrix. Returns how long each took.
    fn gather(&mut self) -> (Duration, Duration) {
        let Self { topology, obstacles, particles, transfer, known, velocity, extrapolate, .. } =
            self;
        let (rest, density, surface) = (&self.rest, &mut self.density, &mut self.surface);
        let (flux, leverage) = (&mut self.flux, &mut self.leverage);
        let (movers, pressure) = (&self.movers, &mut self.pressure);
        let (spread, rows, deeper) = (&self.spread, &self.rows, &mut self.deeper);
        let no_slip = self.no_slip;
        let to_grid = || {
            let mut clock = Clock::start();
            transfer.run(topology, obstacles, no_slip, particles, spread, rows);
            let ParticleToGrid { velocity: values, weight, .. } = transfer;
            for_both_axes(
                |axis, extrapolate, ((values, known), velocity)| {
                    known.clear();
                    known.extend(weight[axis as usize].iter().map(|&w| w > 0.0));
                    extrapolate.run(topology, obstacles, axis, rows, values, known, RINGS);
                    velocity.clone_from(values);
                },
                extrapolate,
                zip(zip(values.each_mut(), known.each_mut()), velocity.each_mut()),
            );
            clock.lap()
        };
        let find_water = || {
            let mut clock = Clock::start();
            density::run(topology, obstacles, particles, spread, rest, density, deeper);
            surface.run(topology, obstacles, particles, density, deeper);
            body_flux::run(topology, obstacles, surface, movers, flux, leverage);
            pressure.assemble(topology, surface);
            clock.lap()
        };
        let (find_water, to_grid) = attend::longer(find_water, to_grid);
        let mut clock = Clock::start();
        pressure.factorise(flux, movers);
        (to_grid, find_water + clock.lap())
    }

    fn add_forces(&mut self, dt_s: f64, kick_s: f64) {
        for axis in Axis::BOTH {
            let a = axis as usize;
            let fall = (self.gravity[a] * kick_s) as f32;
            if fall != 0.0 {
                let both = self.velocity[a].iter_mut().zip(&self.known[a]);
                both.for_each(|(v, known)| *v += if *known { fall } else { 0.0 });
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

    /// Adds to the bodies' velocities what the slope of pressure up to their
    /// outlines, as the last step found it, does in this one.
    fn lever(&self, mobility: &Mobility, falling: &mut [f64]) {
        let mut pushed = vec![0.0; falling.len()];
        if self.lever_impulse.len() == pushed.len() {
            mobility.apply(&self.lever_impulse, &mut pushed);
        }
        falling.iter_mut().zip(pushed).for_each(|(v, push)| *v += push);
    }

    /// Finds the pressure that makes the velocity free of divergence; returns the
    /// movers' velocities after the water pushed them.
    fn project(&mut self, mobility: &Mobility, falling: Vec<f64>, kick_s: f64) -> Vec<f64> {
        let coupling = Coupling { flux: &self.flux, mobility, velocity: &falling };
        let tolerances = Tolerances {
            pressure: self.config.pressure_tolerance,
            density: self.config.density_tolerance,
            iterations: self.config.max_iterations,
        };
        let scratch = &mut self.scratch;
        let (topology, density) = (&self.topology, &self.density);
        let (outcomes, (errors, volume)) = self.pressure.solve(
            topology,
            &self.velocity,
            &self.density,
            self.config.density_rate as f32,
            &coupling,
            kick_s,
            tolerances,
            |full| (DensityErrors::of(full, scratch), measure::volume(topology, density)),
        );
        self.note_density(errors, volume);
        let impulse = self.pressure.impulses(&self.flux, self.movers.len());
        self.lever_impulse = self.pressure.impulses(&self.leverage, self.movers.len());
        let mut pushed = vec![0.0; impulse.len()];
        mobility.apply(&impulse, &mut pushed);
        pushed.iter_mut().zip(&falling).for_each(|(v, falling)| *v += falling);
        self.diagnostics.pressure_iterations = outcomes.pressure.iterations;
        self.diagnostics.density_iterations = outcomes.density.iterations;
        pushed
    }

    /// Takes the pressure's gradient off the velocity and spreads the change to the
    /// sides around the water, where it is added to what the particles there brought.
    fn correct(&mut self, kick_s: f64) {
        let Self { topology, obstacles, pressure, surface, transfer, known, extrapolate, .. } =
            self;
        let Self { velocity, change, displacement, wet, sides, rows, .. } = self;
        let (gravity, rows) = (self.gravity, &*rows);
        for_both_axes(
            |axis, extrapolate, ((velocity, change), ((wet, displacement), sides))| {
                let a = axis as usize;
                pressure.apply(topology, surface, axis, rows, velocity, displacement, wet);
                let before = &transfer.velocity[a];
                let fall = (gravity[a] * kick_s) as f32;
                change.resize(velocity.len(), 0.0);
                sides.resize(velocity.len(), f32x4::splat(0.0));
                let nodes = topology.nodes_in(axis, rows);
                for range in nodes.clone() {
                    let both = velocity[range.clone()].iter().zip(&before[range.clone()]);
                    let both = both.zip(&wet[range.clone()]);
                    change[range].iter_mut().zip(both).for_each(
                        |(change, ((after, before), wet))| {
                            *change = if *wet { after - before } else { fall };
                        },
                    );
                }
                extrapolate.run(topology, obstacles, axis, rows, change, wet, RINGS);
                for range in nodes {
                    let both = before[range.clone()].iter().zip(&change[range.clone()]);
                    velocity[range.clone()]
                        .iter_mut()
                        .zip(both)
                        .for_each(|(velocity, (before, change))| *velocity = before + change);
                    let known = displacement[range.clone()].iter().zip(&known[a][range.clone()]);
                    let both = velocity[range.clone()].iter().zip(&change[range.clone()]);
                    sides[range].iter_mut().zip(both.zip(known)).for_each(
                        |(side, ((&velocity, &change), (&displacement, &known)))| {
                            let known = f32::from(u8::from(known));
                            *side = f32x4::new([velocity, change, displacement, known]);
                        },
                    );
                }
            },
            extrapolate,
            zip(
                zip(velocity.each_mut(), change.each_mut()),
                zip(zip(wet.each_mut(), displacement.each_mut()), sides.each_mut()),
            ),
        );
    }

    fn carry(&mut self, dt_s: f64, kick_s: f64, pushed: &[f64]) -> (Counts, Motion) {
        let size = [self.grid.nx as f64, self.grid.ny as f64];
        let open = if self.topology.periodic_x() { f64::INFINITY } else { 0.0 };
        let stage = GridToParticle {
            topology: &self.topology,
            obstacles: &self.obstacles,
            surroundings: Surroundings {
                sweep: Sweep {
                    obstacles: &self.obstacles,
                    min: [WALL_CLEARANCE - open, WALL_CLEARANCE],
                    max: [size[0] - WALL_CLEARANCE + open, size[1] - WALL_CLEARANCE],
                },
                movers: &self.movers,
            },
            sides: &self.sides,
            careful: &self.transfer.careful,
            no_slip: self.no_slip,
            flip: self.config.flip_per_ms.powf(1e3 * dt_s) as f32,
            dt_s: dt_s as f32,
            fall: self.gravity.map(|g| (g * kick_s) as f32),
            audit: self.config.audit.then_some(&self.audit),
        };
        let (particles, pressure) = (&mut self.particles, &mut self.pressure);
        let (topology, velocity, flux) = (&self.topology, &self.velocity, &self.flux);
        let (squares, partial) = (&mut self.squares, &mut self.partial);
        let (sums, divergence) = rayon::join(
            || stage.run(particles, squares, partial),
            || pressure.max_divergence(topology, velocity, flux, pushed),
        );
        self.diagnostics.max_divergence_dt = f64::from(divergence) * kick_s;
        sums
    }

    /// Reports on particles that nothing has carried yet.
    pub(super) fn measure_afresh(&mut self) {
        self.squares.resize(self.particles.len(), 0.0);
        let motion = Motion::of(&self.particles.all, &mut self.squares);
        self.measure(Counts::default(), motion);
    }

    fn measure(&mut self, counts: Counts, motion: Motion) {
        let dx = self.grid.cell_m;
        let mass = WATER_KG_M3 * dx * dx * f64::from(VOLUME);
        self.bulk_speed = measure::bulk_speed(&mut self.squares, SPRAY);
        let d = &mut self.diagnostics;
        d.time_s = self.time_s;
        d.particles = self.particles.len();
        d.max_speed_m_s = motion.fastest() * dx;
        d.kinetic_j = mass * motion.kinetic * dx * dx;
        d.potential_j =
            -mass * (0..2).map(|k| self.gravity[k] * motion.position[k]).sum::<f64>() * dx * dx;
        d.water_momentum_kg_m_s = motion.velocity.map(|v| mass * v * dx);
        d.body_momentum_kg_m_s = self.world.momentum_kg_m_s();
        d.line_crossings = counts.crossings;
        d.body_penetrations = counts.penetrations;
    }

    /// Keeps what the step found of the density that it began with.
    fn note_density(&mut self, errors: DensityErrors, volume: f64) {
        let d = &mut self.diagnostics;
        d.full_cells = errors.count;
        d.density_signed_err = errors.of_mean;
        d.density_mean_err = errors.of_mean.abs();
        d.density_spread = errors.mean;
        d.density_p99_err = errors.p99;
        if !self.particles.all.is_empty() {
            let ratio = volume / (f64::from(VOLUME) * self.particles.len() as f64);
            let first = if self.emitters.is_empty() {
                *self.first_volume_ratio.get_or_insert(ratio)
            } else {
                1.0
            };
            d.volume_drift = ratio / first - 1.0;
        }
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

fn zip<A, B>([a0, a1]: [A; 2], [b0, b1]: [B; 2]) -> [(A, B); 2] {
    [(a0, b0), (a1, b1)]
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
