//! What a particle's neighbours say of where it will go.
//!
//! Water moves as a field: what a particle does is nearly what a plane through what its
//! neighbours do says at its place (local linear regression). Two such planes are looked
//! at: one through the neighbours that have been told already, of which it is known what
//! they do now; and one through all, of what they did in the frame before. Where its own
//! step differed from the latter, it is its own, and some of that will go on.
//!
//! And water keeps a distance. Two that would come too close will be pushed apart, the
//! more the closer they would be.

use crate::bins::Bins;
use crate::chain::Known;
use crate::expect::Cues;

/// Squared distance at which weights begin to fall, in sides of a bin.
const CORE: f64 = 0.1;
/// Ridges of the planes: against a height, and against a slope, that few speak for.
const LEVEL: f64 = 0.04;
const SLOPE: f64 = 2.0;
/// Errors are as of nobody around until neighbours with this weight speak of them.
const DOUBT: f64 = 0.3;
/// Distance that particles keep, in means of the distance to the nearest.
const APART: f64 = 1.1;
/// Particles closer than this push as if they were this far, in steps of a coordinate.
const CLOSEST: f64 = 0.5;

/// A motion, in numbers that can be summed.
#[derive(Clone, Copy, Debug, Default)]
struct Motion {
    step: [f64; 2],
    turn: [f64; 2],
    missed: [f64; 2],
}

impl Motion {
    fn of(known: &Known) -> Self {
        Self {
            step: known.went.unwrap_or_default().map(f64::from),
            turn: known.turned.map(f64::from),
            missed: known.missed.map(f64::from),
        }
    }
}

/// Whether a particle has been told in this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Untold,
    Gone,
    Told,
}

/// A particle of the frame before.
#[derive(Clone, Copy, Debug)]
struct Seen {
    at: [f64; 2],
    has_step: bool,
    fate: Fate,
    before: Motion,
    now: Motion,
}

/// One near the particle that is looked at.
#[derive(Clone, Copy, Debug)]
struct Neighbour {
    index: u32,
    /// The way to it, in sides of a bin.
    way: [f64; 2],
    /// What counts of it in the plane through those told, and in that through all.
    told: f64,
    all: f64,
}

/// The sums that a plane is fitted with, and with them, at first, what keeps it level
/// where few speak for it.
struct Plane {
    one: f64,
    along: [f64; 2],
    squares: [f64; 3],
}

impl Plane {
    fn new() -> Self {
        Self { one: LEVEL, along: [0.0; 2], squares: [SLOPE, 0.0, SLOPE] }
    }

    fn add(&mut self, [u, v]: [f64; 2], weight: f64) {
        let (wu, wv) = (weight * u, weight * v);
        self.one += weight;
        self.along[0] += wu;
        self.along[1] += wv;
        self.squares[0] += wu * u;
        self.squares[1] += wu * v;
        self.squares[2] += wv * v;
    }

    /// What a neighbour's value counts for the plane's height at the particle is its weight
    /// times a linear function of the way to it: the first row of the inverse of the matrix
    /// of the normal equations.
    fn height(&self) -> [f64; 3] {
        let ([x, y], [xx, xy, yy]) = (self.along, self.squares);
        let row = [xx * yy - xy * xy, xy * y - x * yy, x * xy - xx * y];
        let determinant = self.one * row[0] + x * row[1] + y * row[2];
        row.map(|c| c / determinant)
    }
}

/// What a particle's neighbours say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opinion {
    /// Of the change of its step, along each axis.
    pub cues: [Cues; 2],
    /// Of its step as a whole, if none is known.
    pub step: [f64; 2],
    /// By how much places were mistaken around it: of those told, and in the frame before.
    pub missed_now: [f64; 2],
    pub missed_before: [f64; 2],
}

/// All particles of the frame before, and what of them has been told since.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    bins: Bins,
    seen: Vec<Seen>,
    near: Vec<Neighbour>,
    /// Mean distance to the nearest in the last frame.
    spacing: f64,
    /// Sum of the distances to the nearest in this frame, and how many.
    nearest: (f64, u32),
}

impl Surroundings {
    /// Begins a frame after one with these particles, which are sorted by
    /// [`points::morton`](crate::points::morton); `codes` are their places on the curve.
    pub fn begin(&mut self, known: &[Known], codes: &[u32]) {
        self.bins.fill(codes);
        self.seen.clear();
        self.seen.extend(known.iter().map(|known| Seen {
            at: known.at.map(f64::from),
            has_step: known.went.is_some(),
            fate: Fate::Untold,
            before: Motion::of(known),
            now: Motion::default(),
        }));
    }

    /// Takes note of what is told of a particle: how it moved, or that it is gone.
    pub fn tell(&mut self, index: usize, moved: Option<&Known>) {
        let seen = &mut self.seen[index];
        seen.fate = if moved.is_some() { Fate::Told } else { Fate::Gone };
        seen.now = moved.map(Motion::of).unwrap_or_default();
    }

    /// Ends the frame.
    pub fn end(&mut self) {
        let (sum, count) = std::mem::take(&mut self.nearest);
        if count > 0 {
            self.spacing = sum / f64::from(count);
        }
    }

    /// What those say that are near a particle.
    pub fn opinion(&mut self, index: usize, at: [u16; 2]) -> Opinion {
        let own = self.seen[index];
        let [told, all] = self.look(index, at).map(|plane| plane.height());
        let mut opinion = Opinion::default();
        let (mut sum_told, mut sum_all) = (DOUBT, DOUBT);
        for neighbour in &self.near {
            let Seen { before, now, .. } = &self.seen[neighbour.index as usize];
            let [u, v] = neighbour.way;
            sum_told += neighbour.told;
            sum_all += neighbour.all;
            let share_told = neighbour.told * (told[0] + told[1] * u + told[2] * v);
            let share_all = neighbour.all * (all[0] + all[1] * u + all[2] * v);
            for a in 0..2 {
                let cues = &mut opinion.cues[a];
                let ahead = before.step[a] - own.before.step[a];
                cues[0] += share_told * now.turn[a];
                cues[1] += share_told * ahead;
                cues[2] += share_all * ahead;
                cues[3] += share_told * before.turn[a];
                cues[4] += share_all * before.turn[a];
                cues[7] += share_all * before.missed[a];
                opinion.step[a] += share_told * now.step[a];
                opinion.missed_now[a] += neighbour.told * now.missed[a].abs();
                opinion.missed_before[a] += neighbour.all * before.missed[a].abs();
            }
        }
        opinion.missed_now = opinion.missed_now.map(|sum| sum / sum_told);
        opinion.missed_before = opinion.missed_before.map(|sum| sum / sum_all);
        if own.has_step {
            self.push(&own, &mut opinion.cues);
        }
        opinion
    }

    /// Finds the neighbours, and the planes through those told and through all.
    fn look(&mut self, index: usize, at: [u16; 2]) -> [Plane; 2] {
        let Self { bins, seen, near, .. } = self;
        let scale = 1.0 / bins.side();
        let own = seen[index];
        near.clear();
        let mut planes = [Plane::new(), Plane::new()];
        let mut nearest = f64::INFINITY;
        bins.around(at, |other| {
            let Seen { at, has_step, fate, .. } = &seen[other];
            if other == index || *fate == Fate::Gone {
                return;
            }
            let way = [(at[0] - own.at[0]) * scale, (at[1] - own.at[1]) * scale];
            let squared = way[0] * way[0] + way[1] * way[1];
            nearest = if squared < nearest { squared } else { nearest };
            let weight = 1.0 / (squared + CORE);
            // Who has just been told for the first time has a step, but no turn.
            let speaks = *fate == Fate::Told && (*has_step || !own.has_step);
            let told = if speaks { weight } else { 0.0 };
            let all = if *has_step { weight } else { 0.0 };
            planes[0].add(way, told);
            planes[1].add(way, all);
            near.push(Neighbour { index: other as u32, way, told, all });
        });
        if !near.is_empty() {
            self.nearest.0 += nearest.sqrt() * bins.side();
            self.nearest.1 += 1;
        }
        planes
    }

    /// How far others push the particle away if it goes on as it did and turns as they do:
    /// those that have been told, and those that are expected to do the same.
    fn push(&self, own: &Seen, cues: &mut [Cues; 2]) {
        let apart = APART * self.spacing;
        let turn = [cues[0][0], cues[1][0]];
        for neighbour in &self.near {
            let Seen { at, fate, before, now, .. } = &self.seen[neighbour.index as usize];
            let told = *fate == Fate::Told;
            let mut way = [0.0; 2];
            for a in 0..2 {
                let goes = if told { now.step[a] - turn[a] } else { before.step[a] };
                way[a] = (at[a] - own.at[a]) + (goes - own.before.step[a]);
            }
            let squared = way[0] * way[0] + way[1] * way[1];
            if squared < apart * apart {
                let distance = squared.sqrt().max(CLOSEST);
                let push = (apart - distance) / distance;
                let cue = if told { 5 } else { 6 };
                for a in 0..2 {
                    cues[a][cue] -= push * way[a];
                }
            }
        }
    }
}
