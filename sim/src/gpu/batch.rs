//! Many scenes on one card.

use std::sync::Arc;

use weir_gpu::{Fields, Gpu, GpuError, NONE, Words};
use weir_scene::{AdvanceError, Frame, Scene};

use super::ground::Ground;
use super::kernels::{Kernels, Work};
use super::layout::{self, Particle, Report, Sizes, Tag};
use super::lengths::Lengths;
use super::movers::Coupling;
use super::room::Room;
use crate::cpu::viscosity;
use crate::measure::{self, DensityErrors, Motion};
use crate::particles::cell_of;
use crate::solver::host::{Changed, Host, SPRAY, Step};
use crate::{Diagnostics, SolverConfig, SolverError, Totals};

/// Iterations of the card's preconditioner that mend as much as one of the processor's.
const WEAKER: usize = 6;

/// Rounds of all loops that a thread of a solve makes in one turn, at the most.
const ROUNDS_AT_ONCE: usize = 50_000;

/// Rounds of loops that a thread makes in an iteration of a solve: eight for each of its rows,
/// those of sums, and those over solids that yield.
fn rounds_of(scene: &layout::Scene, coupling: &Coupling) -> usize {
    8 * (scene.component_count as usize).div_ceil(256) + 40 + coupling.rounds()
}

/// Bytes that an iteration of a solve moves for each row: its number, the diagonal twice, and
/// eight times a vector's element.
const BYTES_A_ROW: usize = 44;

/// Solids that may move in a scene: as many as a workgroup has memory for (`linear_system.wgsl`).
const MOST_MOVERS: usize = 64;

/// What a scene does while others step.
const RESTS: u32 = 0;
const STEPS: u32 = 1;
const IS_SORTED: u32 = 2;

/// Scenes whose water one card moves together.
pub struct Batch {
    gpu: Gpu,
    kernels: Arc<Kernels>,
    fields: Fields,
    members: Vec<Member>,
    lengths: Lengths,
}

/// A scene of a batch.
struct Member {
    host: Host,
    layout: layout::Scene,
    /// Its part of the fields, and where its tables begin.
    room: Room,
    first_word: usize,
    /// Whether its tables on the card are those of its host.
    is_written: bool,
    /// How many particles it has on the card.
    particles: usize,
    /// How many of its components were wet in the last step.
    rows: usize,
    /// The step that it is taking, if it is.
    step: Option<Step>,
    /// How its solids and its water move each other.
    coupling: Coupling,
}

impl Batch {
    /// All scenes at time zero.
    ///
    /// # Errors
    /// A scene is not valid, or the card has no room.
    pub fn new(gpu: &Gpu, scenes: &[Scene], config: &SolverConfig) -> Result<Self, SolverError> {
        let mut members = Vec::with_capacity(scenes.len());
        let (mut particles, mut tags) = (Vec::new(), Vec::new());
        for (number, scene) in scenes.iter().enumerate() {
            let mut host = Host::new(scene, config.clone())?;
            let first = particles.len();
            host.fill(scene, |id, position, velocity| {
                particles.push(Particle { position, velocity, gradient: [0.0; 4] });
                tags.push(Tag { id, scene: number as u32, before: velocity });
            });
            host.update_topology();
            let layout = layout::Scene::default();
            members.push(Member {
                host,
                layout,
                particles: particles.len() - first,
                room: Room::default(),
                first_word: 0,
                is_written: false,
                rows: 0,
                step: None,
                coupling: Coupling::default(),
            });
        }
        let mut batch = Self {
            gpu: gpu.clone(),
            kernels: gpu.keep(|gpu| Ok::<_, GpuError>(Kernels::new(gpu)))?,
            fields: Fields::new(&["batch"]),
            members,
            lengths: Lengths::default(),
        };
        batch.replace(particles, &tags)?;
        Ok(batch)
    }

    /// The card.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// How many scenes there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Time between two frames, seconds.
    pub fn frame_dt_s(&self) -> f64 {
        self.members.first().map_or(0.0, |member| 1.0 / member.host.config.fps)
    }

    /// Report of a scene's last step.
    pub fn diagnostics(&self, scene: usize) -> &Diagnostics {
        &self.members[scene].host.diagnostics
    }

    /// Sums since a scene began.
    pub fn totals(&self, scene: usize) -> &Totals {
        &self.members[scene].host.totals
    }

    /// Bytes that the last step had to move at the least: every field that a stage uses, once,
    /// and the vectors of a solve in each of its iterations.
    pub fn traffic_bytes(&self) -> u64 {
        let work = self.work();
        let lengths = Lengths { particles: work.all_particles, ..self.lengths };
        let solves = self.members.iter().map(|Member { host, rows, .. }| {
            let d = &host.diagnostics;
            ((d.pressure_iterations + d.density_iterations) * rows * BYTES_A_ROW) as u64
        });
        self.kernels.traffic_bytes(&lengths, &work) + solves.sum::<u64>()
    }

    /// Moves all scenes on by one frame.
    ///
    /// # Errors
    /// A scene's water stopped being finite, or the card is lost. Frames before stand.
    pub fn advance(&mut self) -> Result<(), AdvanceError> {
        let dt_s = self.frame_dt_s();
        let end_of = |host: &Host| (host.frames + 1) as f64 * dt_s;
        loop {
            let limits: Vec<f64> = self
                .members
                .iter()
                .map(|Member { host, .. }| end_of(host) - host.time_s)
                .map(|left_s| if left_s > 1e-7 * dt_s { left_s } else { 0.0 })
                .collect();
            if limits.iter().all(|limit_s| *limit_s == 0.0) {
                break;
            }
            self.step(&limits)?;
        }
        for Member { host, .. } in &mut self.members {
            host.time_s = end_of(host);
            host.frames += 1;
        }
        Ok(())
    }

    /// Takes one step in each scene, no longer than its limit in seconds; none where that is
    /// zero.
    ///
    /// # Errors
    /// As [`Self::advance`].
    ///
    /// # Panics
    /// There are not as many limits as scenes.
    pub fn step(&mut self, limits_s: &[f64]) -> Result<(), AdvanceError> {
        assert_eq!(limits_s.len(), self.members.len(), "a limit for each scene");
        for (member, &limit_s) in self.members.iter_mut().zip(limits_s) {
            let Member { host, step, is_written, .. } = member;
            host.world.refresh_movers(&mut host.movers);
            *step = (limit_s > 0.0).then(|| host.choose_step(limit_s));
            *is_written &= host.update_topology() == Changed::Nothing;
        }
        if let Some(got) =
            self.members.iter().map(|m| m.host.movers.len()).find(|n| *n > MOST_MOVERS)
        {
            let error = SolverError::Movers { got, most: MOST_MOVERS };
            return Err(AdvanceError::Other(error.into()));
        }
        self.let_in().map_err(other)?;
        let all = self.members.iter().map(|member| member.particles).sum();
        self.reserve(all).map_err(other)?;
        for member in &mut self.members {
            if let (Some(step), false) = (member.step, member.host.movers.is_empty()) {
                member.coupling.begin(&member.host, step);
            }
        }
        self.write_movers().map_err(other)?;
        self.write_scenes(RESTS);
        let work = self.work();
        self.kernels.submit_press(&self.gpu, &mut self.fields, &work);
        self.push_solids().map_err(other)?;
        self.kernels.submit_carry(&self.gpu, &self.fields, &work);
        let reports = self.fields.read::<Report>(&self.gpu, "reports", self.members.len());
        for (member, report) in self.members.iter_mut().zip(reports.map_err(other)?) {
            let Some(step) = member.step else { continue };
            member.particles = report.particles as usize;
            member.rows = report.rows as usize;
            member.note(&report, step);
            if report.is_finite == 0 {
                let time_s = member.host.time_s;
                return Err(AdvanceError::NotFinite { what: "the water's motion", time_s });
            }
            let Host { totals, diagnostics, .. } = &mut member.host;
            totals.add(diagnostics);
        }
        Ok(())
    }

    /// Writes the present state of each scene into a frame.
    ///
    /// # Errors
    /// The card is lost.
    ///
    /// # Panics
    /// There are not as many frames as scenes.
    pub fn snapshot(&self, frames: &mut [Frame]) -> Result<(), GpuError> {
        assert_eq!(frames.len(), self.members.len(), "a frame for each scene");
        let (particles, tags) = self.particles()?;
        let mut first = 0;
        for (Member { host, particles: count, .. }, frame) in self.members.iter().zip(frames) {
            let dx = host.grid.cell_m as f32;
            frame.clear();
            frame.time_s = host.time_s;
            let own = first..first + count;
            first = own.end;
            for (particle, tag) in particles[own.clone()].iter().zip(&tags[own]) {
                let now = host.velocity_now(particle.velocity, Some(tag.before));
                frame.positions_m.push(particle.position.map(|c| c * dx));
                frame.velocities_m_s.push(now.map(|c| c * dx));
                frame.ids.push(tag.id);
            }
            frame.body_poses.extend(host.world.body_poses());
        }
        Ok(())
    }

    /// Lets water in where emitters are open.
    fn let_in(&mut self) -> Result<(), GpuError> {
        let is_open = |member: &Member| member.step.is_some() && !member.host.emitters.is_empty();
        if !self.members.iter().any(is_open) {
            return Ok(());
        }
        let start = self.fields.read::<u32>(&self.gpu, "start", self.lengths.cells + 1)?;
        let first = self.members.iter().map(|member| member.particles).sum::<usize>();
        let (mut particles, mut tags) = (Vec::new(), Vec::new());
        for (number, member) in self.members.iter_mut().enumerate().filter(|(_, m)| is_open(m)) {
            let (base, before) = (member.layout.cells as usize, particles.len());
            let Some(step) = member.step else { continue };
            let occupied = |cell: usize| (start[base + cell + 1] - start[base + cell]) as usize;
            member.host.let_in(step.dt_s, occupied, |id, position, velocity| {
                particles.push(Particle { position, velocity, gradient: [0.0; 4] });
                tags.push(Tag { id, scene: number as u32, before: velocity });
            });
            member.particles += particles.len() - before;
        }
        self.reserve(first + particles.len())?;
        self.fields.write(&self.gpu, "particles", first, &particles);
        self.fields.write(&self.gpu, "tags", first, &tags);
        Ok(())
    }

    /// Where the components and the velocity unknowns of a scene begin, and how many components
    /// all have room for.
    #[cfg(test)]
    pub(crate) fn places(&self, scene: usize) -> [usize; 3] {
        let layout = &self.members[scene].layout;
        [layout.components as usize, layout.nodes_x as usize, self.lengths.components]
    }

    /// A scene without its water.
    pub(crate) fn host(&self, scene: usize) -> &Host {
        &self.members[scene].host
    }

    /// A scene without its water, to be changed.
    pub(crate) fn host_mut(&mut self, scene: usize) -> &mut Host {
        &mut self.members[scene].host
    }

    /// All particles, scene by scene.
    pub(super) fn particles(&self) -> Result<(Vec<Particle>, Vec<Tag>), GpuError> {
        let all = self.members.iter().map(|member| member.particles).sum();
        Ok((self.read("particles", all)?, self.read("tags", all)?))
    }

    /// The first `count` values of a field.
    pub(crate) fn read<T: bytemuck::Pod>(
        &self,
        name: &str,
        count: usize,
    ) -> Result<Vec<T>, GpuError> {
        self.fields.read(&self.gpu, name, count)
    }

    /// Puts other water in place of all that is there. Water that lies on a line steps aside.
    pub(crate) fn replace(
        &mut self,
        mut particles: Vec<Particle>,
        tags: &[Tag],
    ) -> Result<(), GpuError> {
        let of = |scene: usize| tags.iter().filter(|tag| tag.scene as usize == scene).count();
        let counts: Vec<usize> = (0..self.members.len()).map(of).collect();
        for (particle, tag) in particles.iter_mut().zip(tags) {
            step_off_lines(&self.members[tag.scene as usize].host, particle);
        }
        for (scene, count) in counts.into_iter().enumerate() {
            let pairs = particles.iter().zip(tags).filter(|(_, tag)| tag.scene as usize == scene);
            let own: Vec<Particle> = pairs.map(|(particle, _)| *particle).collect();
            self.members[scene].particles = count;
            self.members[scene].measure_afresh(&own);
        }
        self.reserve(particles.len())?;
        self.fields.write(&self.gpu, "particles", 0, &particles);
        self.fields.write(&self.gpu, "tags", 0, tags);
        self.members.iter_mut().for_each(|member| member.step = None);
        self.write_scenes(IS_SORTED);
        let work = self.work();
        self.kernels.submit_sort(&self.gpu, &mut self.fields, &work);
        self.gpu.wait()
    }

    /// Makes room for as many particles, and for what stands in the scenes now.
    fn reserve(&mut self, particles: usize) -> Result<(), GpuError> {
        self.write_ground()?;
        self.lengths.particles = self.lengths.particles.max(particles);
        self.fields.reserve(&self.gpu, self.lengths.sizes())
    }

    /// Writes what stands in the scenes where that has changed.
    fn write_ground(&mut self) -> Result<(), GpuError> {
        let mut written = Vec::new();
        for (number, member) in self.members.iter_mut().enumerate().filter(|(_, m)| !m.is_written) {
            let words = member.ground(member.first_word);
            if !member.room.fits(&Room::of(&words, &member.layout)) {
                return self.lay_out();
            }
            written.push((number, words));
        }
        for (number, words) in written {
            let member = &mut self.members[number];
            member.layout.nodes_y = member.layout.nodes_x + member.layout.node_count_x;
            member.is_written = true;
            self.fields.write(&self.gpu, "ground", member.first_word, words.as_slice());
        }
        Ok(())
    }

    /// Gives each scene its part of the fields anew, and brings its pressure there.
    fn lay_out(&mut self) -> Result<(), GpuError> {
        let before: Vec<f32> = self.read("unknown", self.lengths.components)?;
        let mut pressure = Vec::new();
        let mut all = Vec::new();
        let mut n = Lengths { scenes: self.members.len(), ..Lengths::default() };
        for member in &mut self.members {
            let old = member.layout.components as usize;
            let old = &before[old..(old + member.room.components).min(before.len())];
            member.first_word = n.words;
            let words = member.ground(n.words);
            let Member { host, layout, room, .. } = member;
            let own = Room::of(&words, layout);
            *room = if host.movers.is_empty() { own } else { own.with_slack() };
            [layout.nx, layout.ny] = [host.grid.nx, host.grid.ny].map(|n| n as u32);
            [layout.cells, layout.components] = [n.cells, n.components].map(|n| n as u32);
            layout.nodes_x = n.nodes as u32;
            layout.nodes_y = layout.nodes_x + layout.node_count_x;
            n.cells += host.grid.nx * host.grid.ny;
            n.words += room.words;
            n.components += room.components;
            n.nodes += room.nodes;
            all.extend_from_slice(words.as_slice());
            all.resize(n.words, 0);
            pressure.extend_from_slice(&old[..old.len().min(room.components)]);
            pressure.resize(n.components, 0.0);
            member.is_written = true;
        }
        let Lengths { particles, mover_words, .. } = self.lengths;
        let lengths = Lengths { particles, mover_words, ..n };
        self.fields.reserve(&self.gpu, lengths.sizes())?;
        self.lengths = lengths;
        self.fields.write(&self.gpu, "ground", 0, &all);
        self.fields.write(&self.gpu, "unknown", 0, &pressure);
        Ok(())
    }

    /// Lets the water's pressure push the solids of all scenes, if there are any.
    fn push_solids(&mut self) -> Result<(), GpuError> {
        let moves = |member: &Member| member.step.is_some() && !member.host.movers.is_empty();
        if !self.members.iter().any(moves) {
            return Ok(());
        }
        let pressure: Vec<f32> = self.read("unknown", self.lengths.components)?;
        let fluid: Vec<u32> = self.read("fluid", self.lengths.components)?;
        let fluid: Vec<bool> = fluid.into_iter().map(|found| found != 0).collect();
        let pools: Vec<u32> = self.read("pools", self.lengths.components)?;
        for Member { host, layout, step, coupling, .. } in
            self.members.iter_mut().filter(|member| moves(member))
        {
            let Some(step) = *step else { continue };
            let first = layout.components as usize;
            let own = first..first + layout.component_count as usize;
            let pools = &pools[own.clone()];
            coupling.push(host, step, &pressure[own.clone()], &fluid[own], pools);
        }
        self.write_movers()?;
        // Tables have become longer, and begin elsewhere.
        self.write_scenes(RESTS);
        Ok(())
    }

    /// Tells the card what moves in each scene.
    fn write_movers(&mut self) -> Result<(), GpuError> {
        let mut words = Vec::new();
        for Member { host, layout, coupling, step, .. } in &mut self.members {
            layout.mover_table =
                if step.is_some() { coupling.write(&host.movers, &mut words) } else { NONE };
        }
        self.lengths.mover_words = self.lengths.mover_words.max(words.len());
        self.fields.reserve(&self.gpu, self.lengths.sizes())?;
        self.fields.write(&self.gpu, "movers", 0, &words);
        Ok(())
    }

    /// Tells the card what step each scene takes, and what those do that take none.
    fn write_scenes(&mut self, others: u32) {
        for Member { host, layout, step, coupling, .. } in &mut self.members {
            layout.is_active = if step.is_some() { STEPS } else { others };
            layout.is_periodic = u32::from(host.topology.periodic_x());
            layout.no_slip = u32::from(host.no_slip.on);
            layout.lid = host.no_slip.lid;
            let Some(Step { dt_s, kick_s }) = *step else { continue };
            layout.dt_s = dt_s as f32;
            [layout.fall_x, layout.fall_y] = host.gravity.map(|g| (g * kick_s) as f32);
            let config = &host.config;
            layout.flip = config.flip_per_ms.powf(1e3 * dt_s) as f32;
            // Last step's pressure, stretched to this step's time, is where this one starts.
            let last = host.diagnostics.kick_s;
            layout.stretch = if last > 0.0 { (kick_s / last) as f32 } else { 0.0 };
            layout.density_rate = config.density_rate as f32;
            layout.pressure_tolerance = config.pressure_tolerance as f32;
            layout.density_tolerance = config.density_tolerance as f32;
            let diffusion = viscosity::number(host.viscosity, dt_s);
            layout.diffusion = diffusion.map_or(0.0, |number| number as f32);
            layout.most_iterations = (WEAKER * config.max_iterations) as u32;
            layout.iterations_at_once =
                (ROUNDS_AT_ONCE / rounds_of(layout, coupling)).max(1) as u32;
        }
        let scenes: Vec<layout::Scene> = self.members.iter().map(|member| member.layout).collect();
        self.fields.write(&self.gpu, "scenes", 0, &scenes);
        let sizes = Sizes {
            scenes: scenes.len() as u32,
            particles: self.members.iter().map(|member| member.particles).sum::<usize>() as u32,
            cells: self.lengths.cells as u32,
            components: self.lengths.components as u32,
        };
        self.fields.write(&self.gpu, "batch", 0, &[sizes]);
    }

    fn work(&self) -> Work {
        let most = |of: fn(&Member) -> usize| self.members.iter().map(of).max().unwrap_or(0);
        Work {
            scenes: self.members.len(),
            all_particles: self.members.iter().map(|member| member.particles).sum(),
            all_cells: self.lengths.cells,
            particles: most(|member| member.particles),
            cells: most(|member| (member.layout.nx * member.layout.ny) as usize),
            components: most(|member| member.layout.component_count as usize),
            nodes: most(|member| {
                (member.layout.node_count_x + member.layout.node_count_y) as usize
            }),
            turns: most(|member| {
                let layout::Scene { most_iterations, iterations_at_once, .. } = member.layout;
                most_iterations.div_ceil(iterations_at_once.max(1)) as usize
            }),
            is_viscous: self.members.iter().any(|m| m.step.is_some() && m.layout.diffusion > 0.0),
        }
    }
}

impl Member {
    /// What stands in it, as tables that begin at `first`; notes in its layout where each does.
    fn ground(&mut self, first: usize) -> Words {
        let Host { topology, obstacles, rest, sinks, .. } = &self.host;
        let ground = Ground {
            topology,
            obstacles,
            rest,
            sinks,
            has_movers: !self.host.movers.is_empty(),
            no_slip: self.host.no_slip,
            is_viscous: may_feel_viscosity(&self.host),
        };
        let mut words = Words::at(first);
        ground.write(&mut words, &mut self.layout);
        words
    }

    /// Reports on particles that nothing has carried yet.
    fn measure_afresh(&mut self, particles: &[Particle]) {
        let mut motion = Motion::default();
        let mut squares: Vec<f32> =
            particles.iter().map(|p| motion.add(p.position, p.velocity)).collect();
        self.host.bulk_speed = measure::bulk_speed(&mut squares, SPRAY);
        self.host.note_motion(&motion, particles.len());
    }

    /// Keeps what the card says of a step.
    fn note(&mut self, report: &Report, Step { dt_s, kick_s }: Step) {
        let count = f64::from(report.particles);
        let full = f64::from(report.full.max(1));
        let errors = DensityErrors {
            count: report.full as usize,
            of_mean: f64::from(report.density_sum) / full,
            mean: f64::from(report.density_spread) / full,
            p99: f64::from(report.density_p99),
        };
        let host = &mut self.host;
        host.note_density(errors, f64::from(report.volume), report.particles as usize);
        host.time_s += dt_s;
        host.bulk_speed = f64::from(report.bulk);
        let middle = [host.grid.nx, host.grid.ny].map(|n| 0.5 * n as f64);
        let fastest = f64::from(report.fastest);
        let motion = Motion {
            kinetic: f64::from(report.kinetic),
            position: [0, 1].map(|k| f64::from(report.place[k]) + count * middle[k]),
            velocity: report.momentum.map(f64::from),
            fastest_squared: fastest * fastest,
        };
        host.note_motion(&motion, report.particles as usize);
        let d = &mut host.diagnostics;
        (d.dt_s, d.kick_s) = (dt_s, kick_s);
        d.max_divergence_dt = f64::from(report.divergence) * kick_s;
        d.line_crossings = u64::from(report.crossings);
        d.body_penetrations = u64::from(report.caught);
        d.pressure_iterations = report.iterations[0] as usize;
        d.density_iterations = report.iterations[1] as usize;
    }
}

/// Moves a particle that lies on a line off it.
fn step_off_lines(host: &Host, particle: &mut Particle) {
    let cell = cell_of(&host.grid, particle.position);
    if host.obstacles.clear_near(cell) {
        return;
    }
    if let Some(beside) = host.off_line(cell, particle.position.map(f64::from)) {
        particle.position = beside.map(|c| c as f32);
    }
}

/// Whether a step can be so long that viscosity is felt.
fn may_feel_viscosity(host: &Host) -> bool {
    // Rounding to single precision may make it longer than the longest by a hair.
    viscosity::number(host.viscosity, 1.001 * host.config.dt_max_s).is_some()
}

fn other(error: GpuError) -> AdvanceError {
    AdvanceError::Other(error.into())
}
