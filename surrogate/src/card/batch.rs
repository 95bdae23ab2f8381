//! Many rectangles of water on one card.

use std::mem::offset_of;
use std::sync::Arc;

use weir_gpu::{Fields, Gpu, GpuError, NONE, Words, submit};
use weir_scene::{AdvanceError, Frame, Pose, Scene, Stroke};

use super::bed;
use super::easel::{Easel, uniform};
use super::kernels::{Kernels, Stage, Work, submit_sort};
use super::layout::{self, Birth, Fed, Moment, Particle, Report, Shown, Sizes, Tag};
use super::lengths::{BED_MAPS, Lengths};
use super::slice::Slice;
use crate::basin::{Basin, StrokeId};
use crate::encode::{Canvas, Water};
use crate::flow::PARTINGS;
use crate::model::Model;
use crate::surrogate::other;
use crate::{FPS, ModelError, Totals};

/// What the network is shown, in bits.
const SEES_FLIGHTS: u32 = 1;
const SEES_APERTURES: u32 = 2;

/// Rectangles of water that one network moves on one card.
pub struct Batch {
    gpu: Gpu,
    model: Model,
    kernels: Arc<Kernels>,
    fields: Fields,
    members: Vec<Member>,
    easels: Vec<Easel>,
    /// Where in a call each sub-frame is.
    moments: Vec<wgpu::Buffer>,
    lengths: Lengths,
    /// As many particles as there may be: how many there are the card knows.
    particles: usize,
    /// Places where water is let in during this call.
    fed: usize,
    /// The frame of the last call that is shown.
    shown: usize,
    frames: u64,
    calls: u64,
    /// As of the last frames that were read back.
    reports: Vec<Report>,
}

/// A rectangle of water.
struct Member {
    basin: Basin,
    layout: layout::Scene,
    /// Where its tables begin, and how many words there is room for.
    first_word: usize,
    words: usize,
    /// Whether its tables on the card are those of its basin.
    is_written: bool,
}

impl Batch {
    /// Rectangles that one pass of the network sees: its layers are dozens of maps of each.
    pub const MOST_AT_ONCE: usize = 256;

    /// All scenes at time zero. The model has to be on this card ([`crate::device::on`]).
    ///
    /// # Errors
    /// A scene is not valid, or the card has no room.
    pub fn new(gpu: &Gpu, model: &Model, scenes: &[Scene]) -> Result<Self, ModelError> {
        let mut members = Vec::with_capacity(scenes.len());
        let mut canvases: Vec<(Canvas, usize)> = Vec::new();
        let mut cells = 0;
        for scene in scenes {
            let basin = Basin::new(&model.config, scene)?;
            let grid = *basin.bed().grid();
            let canvas = Canvas::new(&grid, model.config.shape.coarsest());
            let fits = |(own, batch): &(Canvas, usize)| {
                own.size() == canvas.size() && *batch < Self::MOST_AT_ONCE
            };
            let found = canvases.iter().position(fits);
            let at = found.unwrap_or_else(|| {
                canvases.push((canvas, 0));
                canvases.len() - 1
            });
            let gravity = basin.gravity();
            let dt_s = model.config.motion.sub_frame_s;
            let layout = layout::Scene {
                nx: grid.nx as u32,
                ny: grid.ny as u32,
                cells: cells as u32,
                is_active: 1,
                canvas: at as u32,
                place: canvases[at].1 as u32,
                gravity: gravity.map(|g| g as f32),
                fall: gravity.map(|g| (g * dt_s) as f32),
                ..Default::default()
            };
            canvases[at].1 += 1;
            cells += grid.nx * grid.ny;
            let (first_word, words, is_written) = (0, 0, false);
            members.push(Member { basin, layout, first_word, words, is_written });
        }
        let easels = canvases.iter().enumerate();
        let easels = easels.map(|(k, (canvas, batch))| Easel::new(gpu, model, k, canvas, *batch));
        let easels = easels.collect::<Result<_, _>>()?;
        let shape = &model.config.shape;
        let per_frame = members.first().map_or(1, |member| member.basin.per_frame());
        let frames = shape.sub_frames / per_frame;
        let mut batch = Self {
            gpu: gpu.clone(),
            model: model.clone(),
            kernels: gpu.keep(|gpu| Ok::<_, GpuError>(Kernels::new(gpu)))?,
            fields: Fields::new(&["batch"]),
            members,
            easels,
            moments: Vec::new(),
            lengths: Lengths {
                scenes: scenes.len(),
                cells,
                frames,
                sub_frames: shape.sub_frames,
                ..Default::default()
            },
            particles: 0,
            fed: 0,
            shown: 0,
            frames: 0,
            calls: 0,
            reports: Vec::new(),
        };
        for sub_frame in 0..shape.sub_frames {
            let moment =
                Moment { sub_frame: sub_frame as u32, frame: (sub_frame / per_frame) as u32 };
            batch.moments.push(uniform(gpu, "moment", moment)?);
        }
        let waters: Vec<Water> = batch.members.iter().map(|m| m.basin.filled()).collect();
        batch.pour(&waters)?;
        Ok(batch)
    }

    /// Puts this water, one for each scene, in place of what is there.
    fn pour(&mut self, waters: &[Water]) -> Result<(), ModelError> {
        let (mut particles, mut tags, mut next_ids) = (Vec::new(), Vec::new(), Vec::new());
        for (scene, water) in (0..).zip(waters) {
            let states = water.position.iter().zip(&water.velocity).zip(&water.id);
            for ((&position, &velocity), &id) in states {
                let before = Particle { position, velocity };
                particles.push(before);
                tags.push(Tag { id, scene, is_gone: 0, home: NONE, before });
            }
            next_ids.extend([water.id.iter().max().map_or(0, |&id| id + 1), 0]);
        }
        self.particles = particles.len();
        self.reserve(0, 0)?;
        self.write_ground()?;
        let (gpu, fields) = (&self.gpu, &self.fields);
        fields.write(gpu, "batch", 0, &[self.sizes()]);
        fields.write(gpu, "particles", 0, &particles);
        fields.write(gpu, "tags", 0, &tags);
        fields.write(gpu, "next_ids", 0, &next_ids);
        self.shown = self.lengths.frames - 1;
        self.keep(self.lengths.sub_frames - 1);
        Ok(self.gpu.wait()?)
    }

    /// Goes on from the water of these frames, one for each scene and all of one time, which
    /// another producer of the same scenes may have made. Emitters are then where they are at
    /// that time.
    ///
    /// # Errors
    /// The card has no room.
    ///
    /// # Panics
    /// There are not as many frames as scenes.
    pub fn resume(&mut self, frames: &[Frame]) -> Result<(), ModelError> {
        assert_eq!(frames.len(), self.members.len(), "a frame for each scene");
        let cell_m = self.model.config.scales.cell_m as f32;
        let waters: Vec<Water> = frames.iter().map(|frame| Water::of(frame, cell_m)).collect();
        for (Member { basin, .. }, frame) in self.members.iter_mut().zip(frames) {
            basin.go_to(frame);
            self.frames = (frame.time_s * FPS).round() as u64;
        }
        self.pour(&waters)
    }

    /// The card.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// How many rectangles there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Time between two frames, seconds.
    pub fn frame_dt_s(&self) -> f64 {
        1.0 / FPS
    }

    /// Adds a line to the running water of a scene. It counts from the next call on.
    ///
    /// # Errors
    /// The stroke is not valid in this rectangle.
    pub fn add_stroke(&mut self, scene: usize, stroke: &Stroke) -> Result<StrokeId, ModelError> {
        self.members[scene].basin.add_stroke(stroke)
    }

    /// Takes a line away.
    ///
    /// # Errors
    /// No such line.
    pub fn erase_stroke(&mut self, scene: usize, id: StrokeId) -> Result<(), ModelError> {
        self.members[scene].basin.erase_stroke(id)
    }

    /// Moves all water on by one frame. Nothing is read back from the card.
    ///
    /// # Errors
    /// The card is lost, or has no room for what comes in.
    pub fn advance(&mut self) -> Result<(), AdvanceError> {
        self.shown += 1;
        if self.shown == self.lengths.frames {
            self.call().map_err(other)?;
            self.shown = 0;
        }
        self.frames += 1;
        Ok(())
    }

    /// Writes the frames that are shown now.
    ///
    /// # Errors
    /// A scene's water stopped being finite, or the card is lost.
    ///
    /// # Panics
    /// There are not as many frames as scenes.
    pub fn snapshot(&mut self, frames: &mut [Frame]) -> Result<(), AdvanceError> {
        assert_eq!(frames.len(), self.members.len(), "a frame for each scene");
        let time_s = self.frames as f64 / FPS;
        self.reports = self.read("reports", self.len()).map_err(other)?;
        if self.reports.iter().any(|report| report.is_wild != 0) {
            return Err(AdvanceError::NotFinite { what: "the water's motion", time_s });
        }
        let count = self.read::<u32>("counts", self.lengths.frames).map_err(other)?[self.shown];
        let first = self.shown * self.lengths.particles;
        let shown = self.read_from::<Shown>("shown", first, count as usize).map_err(other)?;
        for (Member { basin, .. }, frame) in self.members.iter().zip(&mut *frames) {
            frame.clear();
            frame.time_s = time_s;
            frame.body_poses.extend(basin.scene().bodies.iter().map(|body| Pose {
                position_m: body.position_m.map(|c| c as f32),
                angle_rad: body.angle_rad as f32,
            }));
        }
        let cell_m = self.model.config.scales.cell_m as f32;
        for Shown { particle, id, scene } in shown.into_iter().filter(|shown| shown.id != NONE) {
            let frame = &mut frames[scene as usize];
            frame.positions_m.push(particle.position.map(|c| c * cell_m));
            frame.velocities_m_s.push(particle.velocity.map(|c| c * cell_m));
            frame.ids.push(id);
        }
        Ok(())
    }

    /// Sums of a scene since it began, as of the last snapshot.
    pub fn totals(&self, scene: usize) -> Totals {
        let crossings = self.reports.get(scene).map_or(0, |report| report.crossings);
        Totals { calls: self.calls, line_crossings: crossings.into() }
    }

    /// Bytes that a call has to move at the least, but for the network's: every field that a
    /// stage uses, once for each time that it runs.
    pub fn traffic_bytes(&self) -> u64 {
        let motion = &self.model.config.motion;
        let bytes = |name: &str| self.lengths.bytes(name);
        let of = |stages: &[Stage]| -> u64 {
            stages.iter().flat_map(|stage| stage.fields().map(bytes)).sum()
        };
        let k = &self.kernels;
        let again = |times: usize, stages: &[Stage]| times as u64 * of(stages);
        let relaxes = usize::from(motion.relax_rate > 0.0);
        let parts = if motion.apart > 0.0 { PARTINGS } else { 0 };
        of(&k.sort_anew)
            + of(&k.look)
            + of(std::slice::from_ref(&k.show))
            + of(std::slice::from_ref(&k.mix))
            + again(self.lengths.sub_frames, std::slice::from_ref(&k.carry))
            + again(self.lengths.frames, std::slice::from_ref(&k.keep))
            + again(relaxes + parts, &k.sort_again)
            + again(relaxes, &k.relax)
            + again(parts, &k.part)
            + again(usize::from(motion.lossy), &k.settle)
    }

    /// The model that moves the water.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// A rectangle without its water.
    pub(super) fn basin(&self, scene: usize) -> &Basin {
        &self.members[scene].basin
    }

    /// One call of the network for all.
    fn call(&mut self) -> Result<(), ModelError> {
        let is_birth = self.begin()?;
        self.look();
        let answers = self.ask()?;
        self.flow(&answers, &is_birth);
        self.calls += 1;
        Ok(self.gpu.check()?)
    }

    /// Sees to what has been drawn and to what will come in. Says in which sub-frames something
    /// may.
    pub(super) fn begin(&mut self) -> Result<Vec<bool>, ModelError> {
        for member in &mut self.members {
            if member.basin.refresh() {
                member.is_written = false;
            }
        }
        self.write_ground()?;
        let (mut fed, mut births, mut turns) = (Vec::new(), Vec::new(), vec![0]);
        for (scene, Member { basin, .. }) in (0..).zip(&self.members) {
            fed.extend(basin.fed().into_iter().map(|place| Fed { place, scene, node: NONE }));
        }
        for _ in 0..self.lengths.sub_frames {
            for (scene, Member { basin, .. }) in (0..).zip(&mut self.members) {
                let first = births.len() as u32;
                let born = |(position, velocity)| {
                    let particle = Particle { position, velocity };
                    Birth { particle, scene, first }
                };
                births.extend(basin.pass(|_| 0).into_iter().map(born));
            }
            turns.push(births.len() as u32);
        }
        self.reserve(births.len(), fed.len())?;
        self.fields.write(&self.gpu, "births", 0, &births);
        self.fields.write(&self.gpu, "fed", 0, &fed);
        self.fields.write(&self.gpu, "turns", 0, &turns);
        self.fields.write(&self.gpu, "batch", offset_of!(Sizes, fed) / 4, &[fed.len() as u32]);
        self.fed = fed.len();
        Ok(turns.windows(2).map(|turn| turn[0] < turn[1]).collect())
    }

    /// From particles to what the network is shown.
    pub(super) fn look(&mut self) {
        let (gpu, work) = (&self.gpu, self.work());
        submit_sort(&self.kernels.sort_anew, gpu, &mut self.fields, &work);
        submit(gpu, &self.kernels.look, &self.fields, &work);
        self.pass(|pass| {
            for easel in &self.easels {
                let work = Work { places: easel.area(), ..work };
                let drawn = |name: &str| easel.drawn(name);
                self.kernels.show.run_with(gpu, pass, &self.fields, &work, drawn);
            }
        });
    }

    /// Asks the network, once for each size of canvas.
    pub(super) fn ask(&mut self) -> Result<Vec<Slice>, ModelError> {
        let (gpu, model) = (&self.gpu, &self.model);
        self.easels.iter_mut().map(|easel| easel.ask(gpu, model)).collect()
    }

    /// Moves the water through the call.
    pub(super) fn flow(&mut self, answers: &[Slice], is_birth: &[bool]) {
        let (kernels, work) = (Arc::clone(&self.kernels), self.work());
        let motion = self.model.config.motion.clone();
        let sub_frames = self.lengths.sub_frames;
        let per_frame = sub_frames / self.lengths.frames;
        self.pass(|pass| kernels.mix.run(&self.gpu, pass, &self.fields, &work));
        for (k, &is_birth) in is_birth.iter().enumerate() {
            let is_last = k + 1 == sub_frames;
            self.pass(|pass| {
                for (easel, answer) in self.easels.iter().zip(answers) {
                    let answered =
                        |name: &str| easel.answered(name, answer).or_else(|| self.moment(name, k));
                    kernels.carry.run_with(&self.gpu, pass, &self.fields, &work, answered);
                }
            });
            if is_last && motion.relax_rate > 0.0 {
                submit_sort(&kernels.sort_again, &self.gpu, &mut self.fields, &work);
                submit(&self.gpu, &kernels.relax, &self.fields, &work);
            }
            if is_last && motion.apart > 0.0 {
                for _ in 0..PARTINGS {
                    submit_sort(&kernels.sort_again, &self.gpu, &mut self.fields, &work);
                    submit(&self.gpu, &kernels.part, &self.fields, &work);
                }
            }
            if is_last && motion.lossy {
                submit(&self.gpu, &kernels.settle, &self.fields, &work);
            }
            if is_birth {
                self.pass(|pass| {
                    for stage in &kernels.emit {
                        let named = |name: &str| self.moment(name, k);
                        stage.run_with(&self.gpu, pass, &self.fields, &work, named);
                    }
                });
            }
            if (k + 1).is_multiple_of(per_frame) {
                self.keep(k);
            }
        }
    }

    /// Keeps the frame that ends with a sub-frame.
    fn keep(&self, sub_frame: usize) {
        self.pass(|pass| {
            let named = |name: &str| self.moment(name, sub_frame);
            self.kernels.keep.run_with(&self.gpu, pass, &self.fields, &self.work(), named);
        });
    }

    fn pass(&self, run: impl FnOnce(&mut wgpu::ComputePass<'_>)) {
        let mut encoder = self.gpu.device().create_command_encoder(&Default::default());
        run(&mut encoder.begin_compute_pass(&Default::default()));
        self.gpu.queue().submit([encoder.finish()]);
    }

    fn moment(&self, name: &str, sub_frame: usize) -> Option<wgpu::BindingResource<'_>> {
        (name == "moment").then(|| self.moments[sub_frame].as_entire_binding())
    }

    /// Makes room for what may come in during a call.
    fn reserve(&mut self, births: usize, fed: usize) -> Result<(), ModelError> {
        if self.particles + births > self.lengths.particles && self.calls > 0 {
            // Fewer are there than may be: drains, crowds.
            self.particles = self.read::<Sizes>("batch", 1)?[0].particles as usize;
        }
        self.particles += births;
        let n = &mut self.lengths;
        if self.particles > n.particles {
            // Half as much again, so that water that comes in does not move house in every call.
            n.particles = self.particles + if self.calls > 0 { self.particles / 2 } else { 0 };
        }
        n.births = n.births.max(births);
        n.fed = n.fed.max(fed);
        self.fields.reserve(&self.gpu, n.sizes())?;
        let room = n.particles as u32;
        self.fields.write(&self.gpu, "batch", offset_of!(Sizes, room) / 4, &[room]);
        Ok(())
    }

    /// Writes what stands in the rectangles where that has changed.
    fn write_ground(&mut self) -> Result<(), ModelError> {
        if self.members.iter().all(|member| member.is_written) {
            return Ok(());
        }
        let mut written = Vec::new();
        let mut all_fit = true;
        for (number, member) in self.members.iter_mut().enumerate().filter(|(_, m)| !m.is_written) {
            let mut words = Words::at(member.first_word);
            bed::write(&mut words, &member.basin, &mut member.layout);
            all_fit &= words.as_slice().len() <= member.words;
            written.push((number, words));
        }
        if !all_fit {
            written = self.lay_out();
            self.fields.reserve(&self.gpu, self.lengths.sizes())?;
        }
        for (number, words) in written {
            let member = &mut self.members[number];
            member.is_written = true;
            self.fields.write(&self.gpu, "ground", member.first_word, words.as_slice());
            let first = BED_MAPS * member.layout.cells as usize;
            self.fields.write(&self.gpu, "bed", first, &bed::maps(&member.basin));
        }
        let scenes: Vec<layout::Scene> = self.members.iter().map(|member| member.layout).collect();
        self.fields.write(&self.gpu, "scenes", 0, &scenes);
        Ok(())
    }

    /// Gives each rectangle room for its tables anew, and for some more lines.
    fn lay_out(&mut self) -> Vec<(usize, Words)> {
        self.lengths.words = 0;
        let mut written = Vec::new();
        for (number, member) in self.members.iter_mut().enumerate() {
            member.first_word = self.lengths.words;
            let mut words = Words::at(member.first_word);
            bed::write(&mut words, &member.basin, &mut member.layout);
            let count = words.as_slice().len();
            member.words = count + count / 4;
            self.lengths.words += member.words;
            written.push((number, words));
        }
        written
    }

    fn sizes(&self) -> Sizes {
        let config = &self.model.config;
        let (scales, motion) = (&config.scales, &config.motion);
        let flag = |is: bool, bit: u32| if is { bit } else { 0 };
        Sizes {
            scenes: self.len() as u32,
            particles: self.particles as u32,
            cells: self.lengths.cells as u32,
            room: self.lengths.particles as u32,
            sub_frames: config.shape.sub_frames as u32,
            dt_s: motion.sub_frame_s as f32,
            shown: (scales.cell_m / scales.velocity_m_s) as f32,
            change: (scales.change_m_s / scales.cell_m) as f32,
            sight: flag(config.sight.flights, SEES_FLIGHTS)
                | flag(config.sight.apertures, SEES_APERTURES),
            blend: motion.blend,
            relax_rate: motion.relax_rate,
            relax_sweeps: motion.relax_sweeps as u32,
            apart: motion.apart,
            fed: 0,
            padding: [0; 2],
        }
    }

    /// The canvas of a scene.
    #[cfg(test)]
    pub(super) fn easel(&self, scene: usize) -> &Easel {
        &self.easels[self.members[scene].layout.canvas as usize]
    }

    fn work(&self) -> Work {
        let nodes = self.members.iter().map(|m| (m.layout.nx * m.layout.ny) as usize);
        Work {
            particles: self.particles,
            cells: self.lengths.cells,
            scenes: self.len(),
            nodes: nodes.max().unwrap_or(0),
            places: 0,
            fed: self.fed,
        }
    }

    pub(super) fn read<T: bytemuck::Pod>(
        &self,
        name: &str,
        count: usize,
    ) -> Result<Vec<T>, ModelError> {
        self.read_from(name, 0, count)
    }

    pub(super) fn read_from<T: bytemuck::Pod>(
        &self,
        name: &str,
        first: usize,
        count: usize,
    ) -> Result<Vec<T>, ModelError> {
        Ok(self.fields.read_from(&self.gpu, name, first, count)?)
    }
}
