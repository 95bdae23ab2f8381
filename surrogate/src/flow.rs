//! One call of the network: from water to water, some sub-frames later.
//!
//! A particle keeps its own velocity v and reads, once, at the place where it is
//! when the network is called, how its velocity will change in each sub-frame.
//! Reading where it came from rather than where it goes means that water in free
//! fall needs no answer at all, and falls on an exact parabola.

use rayon::prelude::*;

use crate::ModelError;
use crate::apart;
use crate::bed::Bed;
use crate::encode::{Canvas, Encoded, Water, encode};
use crate::energy::Account;
use crate::flight;
use crate::model::Model;
use crate::network::Tap;
use crate::relax;
use crate::transfer::Shares;

/// Particles that one task covers.
const CHUNK: usize = 512;
/// How often particles are moved apart in a call: each time only from their neighbours.
pub(crate) const PARTINGS: usize = 2;

/// A canvas with water on it, about to flow.
pub struct Flow<'a> {
    /// The network.
    pub model: &'a Model,
    /// Lines and walls.
    pub bed: &'a Bed,
    /// Gravity, cells/s².
    pub gravity: [f64; 2],
    /// Places where water is being let in, cells.
    pub fed: &'a [[f32; 2]],
}

/// What the network answered, ready to be read by particles.
pub struct Answer {
    /// Change of velocity along x and y at each node, cells/s, for each sub-frame.
    pub change: Vec<[Vec<f32>; 2]>,
}

impl Flow<'_> {
    /// What the network is shown.
    pub fn encode(&self, water: &Water) -> (Canvas, Encoded) {
        let canvas = Canvas::new(self.bed.grid(), self.model.config.shape.coarsest());
        let scales = &self.model.config.scales;
        let call_s = self.model.call_s();
        (canvas, encode(self.bed, &canvas, scales, water, self.gravity, call_s))
    }

    /// Asks the network.
    ///
    /// # Errors
    /// The device failed.
    pub fn ask(
        &self,
        canvas: &Canvas,
        input: Vec<f32>,
        tap: &mut dyn Tap,
    ) -> Result<Answer, ModelError> {
        Ok(self.read(canvas, &self.model.answer(input, 1, canvas, tap)?))
    }

    /// Takes one answer of a batch apart.
    pub fn read(&self, canvas: &Canvas, answer: &[f32]) -> Answer {
        let scales = &self.model.config.scales;
        let unit = (scales.change_m_s / scales.cell_m) as f32;
        let mut maps = answer.chunks(canvas.area()).map(|map| {
            let mut nodes = canvas.lift(map);
            nodes.iter_mut().for_each(|v| *v *= unit);
            nodes
        });
        let sub_frames = self.model.config.shape.sub_frames;
        let mut next = || maps.next().unwrap_or_default();
        Answer { change: (0..sub_frames).map(|_| [next(), next()]).collect() }
    }

    /// Moves `water` through the call. `after` sees it after each sub-frame, and
    /// may add particles; these fly freely until the next call. Returns how many
    /// moves crossed a line, by an audit that shares no code with the sweep.
    pub fn carry(
        &self,
        water: &mut Water,
        shown: &Encoded,
        answer: &Answer,
        mut after: impl FnMut(usize, &mut Water),
    ) -> u64 {
        let mut crossings = 0;
        let motion = &self.model.config.motion;
        let sub_frames = answer.change.len();
        let account = motion.lossy.then(|| Account::open(water, &shown.shares, self.gravity));
        mix(water, shown, motion.blend);
        for (k, change) in answer.change.iter().enumerate() {
            crossings += self.sub_frame(water, shown, change, motion.sub_frame_s);
            if k + 1 == sub_frames {
                crossings += self.relax(water) + self.part(water);
                if let Some(account) = &account {
                    account.settle(self.bed, water, self.fed);
                }
            }
            after(k, water);
        }
        crossings
    }

    fn sub_frame(
        &self,
        water: &mut Water,
        shown: &Encoded,
        change: &[Vec<f32>; 2],
        dt_s: f64,
    ) -> u64 {
        let fall = self.gravity.map(|g| (g * dt_s) as f32);
        let nowhere = Shares::default();
        let particles = water.position.par_iter_mut().zip(&mut water.velocity).enumerate();
        let carried = particles.with_min_len(CHUNK).map(|(k, (p, v))| {
            let shares = shown.shares.get(k).unwrap_or(&nowhere);
            let next = [0, 1].map(|a| v[a] + fall[a] + shares.read(&change[a]));
            let way = [0, 1].map(|a| 0.5 * (f64::from(v[a]) + f64::from(next[a])) * dt_s);
            *v = next;
            go(self.bed, p, way, v)
        });
        carried.sum()
    }

    /// Moves apart what has come too close.
    fn relax(&self, water: &mut Water) -> u64 {
        let motion = &self.model.config.motion;
        if motion.relax_rate <= 0.0 || water.is_empty() {
            return 0;
        }
        let positions = water.position.par_iter().with_min_len(CHUNK);
        let shares: Vec<Shares> =
            positions.map(|&p| crate::transfer::shares_at(self.bed, p)).collect();
        let density = self.bed.density(&shares);
        let way = relax::displacement(self.bed, &density, motion.relax_rate, motion.relax_sweeps);
        let particles = water.position.par_iter_mut().zip(&mut water.velocity).zip(&shares);
        let moved = particles.with_min_len(CHUNK).map(|((p, v), shares)| {
            let shift = relax::of_particle(shares, &way).map(f64::from);
            if shift == [0.0; 2] { 0 } else { go(self.bed, p, shift, v) }
        });
        moved.sum()
    }

    /// Moves apart particles that have come too close to each other.
    fn part(&self, water: &mut Water) -> u64 {
        let motion = &self.model.config.motion;
        if motion.apart <= 0.0 {
            return 0;
        }
        let mut crossings = 0;
        for _ in 0..PARTINGS {
            let ways = apart::displacements(self.bed, water, motion.apart);
            let particles = water.position.par_iter_mut().zip(&mut water.velocity).zip(&ways);
            let moved = particles.with_min_len(CHUNK).map(|((p, v), way)| {
                if *way == [0.0; 2] { 0 } else { go(self.bed, p, way.map(f64::from), v) }
            });
            crossings += moved.sum::<u64>();
        }
        crossings
    }
}

/// Gives particles in dense water a share of the grid's mean velocity. What the
/// grid cannot show, the network cannot answer, and it would pile up as noise.
/// Spray is on its own.
pub fn mix(water: &mut Water, shown: &Encoded, blend: f32) {
    if blend <= 0.0 {
        return;
    }
    let particles = water.velocity.par_iter_mut().zip(&shown.shares).with_min_len(CHUNK);
    particles.for_each(|(v, shares)| {
        let together = blend * shares.read(&shown.density).min(1.0);
        (0..2).for_each(|a| v[a] += together * (shares.read(&shown.velocity[a]) - v[a]));
    });
}

/// Takes a particle `way` past all lines. Returns how many legs crossed one.
fn go(bed: &Bed, p: &mut [f32; 2], way: [f64; 2], v: &mut [f32; 2]) -> u64 {
    let mut crossings = 0;
    flight::go(bed, p, way, v, |path| crossings += u64::from(bed.audit().crossed(path.points())));
    crossings
}
