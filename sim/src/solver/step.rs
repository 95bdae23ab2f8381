//! One step: the stages in order, and what passes between them.

use std::time::{Duration, Instant};

use weir_ground::{Axis, Sink, Sweep};
use weir_scene::AdvanceError;
use wide::f32x4;

use super::host::{Changed, SPRAY, Step};
use super::processor::Processor;
use crate::StageTimes;
use crate::cpu::advect::Surroundings;
use crate::cpu::attend;
use crate::cpu::extrapolate::Extrapolate;
use crate::cpu::grid_to_particle::{Counts, GridToParticle};
use crate::cpu::particle_to_grid::ParticleToGrid;
use crate::cpu::pressure::{Coupling, Tolerances};
use crate::cpu::{body_flux, density, viscosity};
use crate::measure::{self, DensityErrors, Motion};
use crate::solid::Mobility;

/// Rings of sides around the water that get extrapolated velocities: a particle
/// moves half a cell to its midpoint and reads one cell around it.
const RINGS: usize = 2;
/// Rows of cells above and below the water in which something happens: what
/// reaches a cell beyond it, and the rings around that.
const MARGIN: usize = RINGS + 2;
/// Distance from the sides of the rectangle that particles keep, cells.
const WALL_CLEARANCE: f64 = 1e-3;

impl Processor {
    /// Advances by one step no longer than `dt_limit_s` and returns its length, seconds.
    ///
    /// # Errors
    /// The water's motion stopped being finite.
    pub(super) fn take_step(&mut self, dt_limit_s: f64) -> Result<f64, AdvanceError> {
        let mut clock = Clock::start();
        let mut stages = StageTimes::default();

        self.host.world.refresh_movers(&mut self.host.movers);
        let Step { dt_s, kick_s } = self.host.choose_step(dt_limit_s);
        self.remember_velocities();
        let lines_changed = self.update_topology();
        stages.topology = clock.lap();

        self.let_in_and_out(dt_s);
        if lines_changed {
            self.step_off_lines();
            self.spread.run(&self.host.topology, &self.host.obstacles, &self.particles);
        }
        stages.sort = clock.lap();

        (stages.particle_to_grid, stages.density) = self.gather();
        clock.lap();

        self.add_forces(dt_s, kick_s);
        stages.forces = clock.lap();

        let (mobility, mut falling) = self.host.world.let_fall(&self.host.movers, kick_s);
        self.lever(&mobility, &mut falling);
        let pushed = self.project(&mobility, falling, kick_s);
        stages.pressure = clock.lap();

        self.host.world.step(dt_s, &pushed, &mut self.host.movers);
        self.host.lines_changed |=
            self.host.world.any_line_moving() || self.host.world.just_stopped();
        stages.bodies = clock.lap();

        self.correct(kick_s);
        stages.extrapolate = clock.lap();

        let fall = self.host.gravity.map(|g| (g * kick_s) as f32);
        let moved = [&self.flux[..], &self.leverage];
        let (topology, lines) = (&self.host.topology, self.host.obstacles.lines());
        self.flight.begin(topology, lines, &self.particles, &self.pressure, moved, fall);
        let (counts, mut motion) = self.carry(dt_s, kick_s, &pushed);
        self.flight.settle(&mut self.particles, dt_s, &mut motion);
        stages.grid_to_particle = clock.lap();

        self.host.time_s += dt_s;
        (self.host.diagnostics.dt_s, self.host.diagnostics.kick_s) = (dt_s, kick_s);
        self.measure(counts, motion);
        stages.measure = clock.lap();
        self.host.diagnostics.stages = stages;
        if self.host.diagnostics.max_speed_m_s.is_nan() {
            return Err(AdvanceError::NotFinite {
                what: "the water's motion",
                time_s: self.host.time_s,
            });
        }
        self.host.totals.add(&self.host.diagnostics);
        Ok(dt_s)
    }

    fn let_in_and_out(&mut self, dt_s: f64) {
        let (particles, mut births) = (&self.particles, Vec::new());
        let occupied = |cell| particles.in_cell(cell).len();
        self.host.let_in(dt_s, occupied, |id, position, velocity| {
            births.push((id, position, velocity));
        });
        for (id, position, velocity) in births {
            self.particles.push(id, position, velocity);
        }
        let Self { host, spread, particles, .. } = self;
        let swallowed = |p| host.sinks.iter().any(|sink: &Sink| sink.swallows(p));
        spread.sort_and_run(&host.topology, &host.obstacles, particles, swallowed);

        // Those of the step before belong to them, so that nothing stays behind.
        let own = self.particles.rows(&self.host.grid);
        let reach = own.start.saturating_sub(MARGIN)..(own.end + MARGIN).min(self.host.grid.ny);
        self.rows = reach.start.min(self.reach.start)..reach.end.max(self.reach.end);
        self.reach = reach;
    }

    /// Finds what is connected to what, where it may have changed. Returns whether
    /// lines did.
    pub(super) fn update_topology(&mut self) -> bool {
        let changed = self.host.update_topology();
        if changed != Changed::Nothing {
            for axis in Axis::BOTH {
                self.extrapolate[axis as usize].forget(&self.host.topology, axis);
            }
        }
        changed == Changed::Lines
    }

    /// Moves particles that lie on a line (it was drawn through them) off it.
    pub(super) fn step_off_lines(&mut self) {
        for cell in 0..self.host.grid.nx * self.host.grid.ny {
            if self.host.obstacles.clear_near(cell) {
                continue;
            }
            for k in self.particles.in_cell(cell) {
                if let Some(beside) = self.host.off_line(cell, self.particles.position(k)) {
                    self.particles.all[k].position = beside.map(|c| c as f32);
                }
            }
        }
    }

    fn remember_velocities(&mut self) {
        self.before.resize(self.host.next_id as usize, [0.0; 2]);
        for (&id, particle) in self.particles.id.iter().zip(&self.particles.all) {
            self.before[id as usize] = particle.velocity;
        }
    }

    /// Brings the particles' velocities to the grid, also to the sides just
    /// outside the water, and beside that finds where the water is and builds
    /// the pressure matrix. Returns how long each took.
    fn gather(&mut self) -> (Duration, Duration) {
        let Self { host, particles, transfer, known, velocity, extrapolate, .. } = self;
        let (topology, obstacles) = (&host.topology, &host.obstacles);
        let (rest, density, surface) = (&host.rest, &mut self.density, &mut self.surface);
        let (flux, leverage) = (&mut self.flux, &mut self.leverage);
        let (movers, pressure) = (&host.movers, &mut self.pressure);
        let (spread, rows, deeper) = (&self.spread, &self.rows, &mut self.deeper);
        let no_slip = host.no_slip;
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
            body_flux::run(topology, obstacles, &surface.fluid, movers, flux, leverage);
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
            let fall = (self.host.gravity[a] * kick_s) as f32;
            if fall != 0.0 {
                let both = self.velocity[a].iter_mut().zip(&self.known[a]);
                both.for_each(|(v, known)| *v += if *known { fall } else { 0.0 });
            }
        }
        // Nothing passes the sides of the rectangle.
        for j in 0..self.host.grid.ny {
            if !self.host.topology.periodic_x() {
                self.velocity[0][self.host.grid.face_x(0, j)] = 0.0;
                self.velocity[0][self.host.grid.face_x(self.host.grid.nx, j)] = 0.0;
            }
        }
        for i in 0..self.host.grid.nx {
            self.velocity[1][self.host.grid.face_y(i, 0)] = 0.0;
            self.velocity[1][self.host.grid.face_y(i, self.host.grid.ny)] = 0.0;
        }
        if let Some(number) = viscosity::number(self.host.viscosity, dt_s) {
            self.viscous.run(
                &self.host.topology,
                &self.host.obstacles,
                self.host.no_slip,
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
            pressure: self.host.config.pressure_tolerance,
            density: self.host.config.density_tolerance,
            iterations: self.host.config.max_iterations,
        };
        let scratch = &mut self.scratch;
        let (topology, density) = (&self.host.topology, &self.density);
        let (outcomes, (errors, volume)) = self.pressure.solve(
            topology,
            &self.velocity,
            &self.density,
            self.host.config.density_rate as f32,
            &coupling,
            kick_s,
            tolerances,
            |full| (DensityErrors::of(full, scratch), measure::volume(topology, density)),
        );
        self.host.note_density(errors, volume, self.particles.len());
        let impulse = body_flux::impulses(&self.flux, &self.pressure.value, self.host.movers.len());
        self.lever_impulse =
            body_flux::impulses(&self.leverage, &self.pressure.value, self.host.movers.len());
        let mut pushed = vec![0.0; impulse.len()];
        mobility.apply(&impulse, &mut pushed);
        pushed.iter_mut().zip(&falling).for_each(|(v, falling)| *v += falling);
        self.host.diagnostics.pressure_iterations = outcomes.pressure.iterations;
        self.host.diagnostics.density_iterations = outcomes.density.iterations;
        pushed
    }

    /// Takes the pressure's gradient off the velocity and spreads the change to the
    /// sides around the water, where it is added to what the particles there brought.
    fn correct(&mut self, kick_s: f64) {
        let Self { host, pressure, surface, transfer, known, extrapolate, .. } = self;
        let (topology, obstacles) = (&host.topology, &host.obstacles);
        let Self { velocity, change, displacement, wet, sides, rows, .. } = self;
        let (gravity, rows) = (host.gravity, &*rows);
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
        let size = [self.host.grid.nx as f64, self.host.grid.ny as f64];
        let open = if self.host.topology.periodic_x() { f64::INFINITY } else { 0.0 };
        let stage = GridToParticle {
            topology: &self.host.topology,
            obstacles: &self.host.obstacles,
            surroundings: Surroundings {
                sweep: Sweep {
                    obstacles: &self.host.obstacles,
                    min: [WALL_CLEARANCE - open, WALL_CLEARANCE],
                    max: [size[0] - WALL_CLEARANCE + open, size[1] - WALL_CLEARANCE],
                },
                movers: &self.host.movers,
            },
            sides: &self.sides,
            careful: &self.transfer.careful,
            no_slip: self.host.no_slip,
            flip: self.host.config.flip_per_ms.powf(1e3 * dt_s) as f32,
            dt_s: dt_s as f32,
            fall: self.host.gravity.map(|g| (g * kick_s) as f32),
            audit: self.host.config.audit.then_some(&self.host.audit),
        };
        let (particles, pressure) = (&mut self.particles, &mut self.pressure);
        let (topology, velocity, flux) = (&self.host.topology, &self.velocity, &self.flux);
        let (squares, partial) = (&mut self.squares, &mut self.partial);
        let (sums, divergence) = rayon::join(
            || stage.run(particles, squares, partial),
            || pressure.max_divergence(topology, velocity, flux, pushed),
        );
        self.host.diagnostics.max_divergence_dt = f64::from(divergence) * kick_s;
        sums
    }

    /// Reports on particles that nothing has carried yet.
    pub(super) fn measure_afresh(&mut self) {
        self.squares.resize(self.particles.len(), 0.0);
        let motion = Motion::of(&self.particles.all, &mut self.squares);
        self.measure(Counts::default(), motion);
    }

    fn measure(&mut self, counts: Counts, motion: Motion) {
        self.host.note_motion(&motion, self.particles.len());
        self.host.bulk_speed = measure::bulk_speed(&mut self.squares, SPRAY);
        let d = &mut self.host.diagnostics;
        d.line_crossings = counts.crossings;
        d.body_penetrations = counts.penetrations;
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
