//! Velocities back to the particles, and the particles on their way.
//!
//! Each particle reads the new velocity and its gradient at its position (APIC),
//! keeps a share of its own velocity plus the grid's change (FLIP, Zhu & Bridson
//! 2005; the mix with APIC's gradient is Fei et al. 2021), and moves with the
//! grid's velocity by the midpoint rule plus the displacement that restores
//! density. Then it meets the solids.

use rayon::prelude::*;

use super::advect::{Surroundings, is_inside};
use super::particle_to_grid::Careful;
use crate::field::{Corners, NoSlip, Packed, both};
use crate::measure::Motion;
use crate::particles::{Particle, Particles, cell_of};
use crate::stencil::Stencil;
use weir_ground::Audit;
use weir_ground::{Axis, Obstacles, Topology, square};

/// Farthest that a particle moves in one leg, cells: lists of lines reach one cell far.
const FARTHEST: f32 = 0.98;
/// Most legs of a step. The step follows the bulk of the water; spray that is
/// faster goes on in further legs.
const LEGS: f32 = 8.0;
/// Particles that one partial sum covers.
const CHUNK: usize = 512;
/// Farthest that the density projection moves a particle in one step, cells.
const FARTHEST_SHIFT: f32 = 0.25;

/// Everything the stage reads.
pub struct GridToParticle<'a> {
    /// Cells and pieces.
    pub topology: &'a Topology,
    /// Lines and outlines at the start of the step.
    pub obstacles: &'a Obstacles,
    /// Solids to meet.
    pub surroundings: Surroundings<'a>,
    /// New velocity (cells/s), its change (cells/s) and the displacement that
    /// restores density (cells), for each unknown of both axes.
    pub sides: &'a [Vec<Packed>; 2],
    /// How particles near lines read the sides of either axis where they are.
    pub careful: &'a [Careful; 2],
    /// Walls that drag.
    pub no_slip: NoSlip,
    /// Share of its own velocity that a particle keeps in this step.
    pub flip: f32,
    /// Step, seconds.
    pub dt_s: f32,
    /// What gravity adds in this step, cells/s, for water that sees no side.
    pub fall: [f32; 2],
    /// Checks moves again, if given.
    pub audit: Option<&'a Audit>,
}

/// What the stage counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Moves that crossed a line.
    pub crossings: u64,
    /// Particles left inside a mover.
    pub penetrations: u64,
}

impl std::ops::AddAssign for Counts {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.crossings += other.crossings;
        self.penetrations += other.penetrations;
    }
}

#[derive(Clone, Copy, Default)]
struct Reading {
    velocity: [f32; 2],
    change: [f32; 2],
    slope: [[f32; 2]; 2],
    shift: [f32; 2],
    /// How much of it the water, or its surroundings, brought to the grid: 0 to 1.
    known: f32,
}

impl GridToParticle<'_> {
    /// Updates velocities, gradients and positions of all particles, and sums up
    /// how they move. Their |v|² go to `squares`.
    pub fn run(
        &self,
        particles: &mut Particles,
        squares: &mut Vec<f32>,
        partial: &mut Vec<(Counts, Motion)>,
    ) -> (Counts, Motion) {
        squares.resize(particles.len(), 0.0);
        partial.resize(particles.len().div_ceil(CHUNK), Default::default());
        let chunks = particles.all.par_chunks_mut(CHUNK).zip(squares.par_chunks_mut(CHUNK));
        let chunks = chunks.zip(partial.par_iter_mut()).enumerate();
        chunks.for_each(|(chunk, ((particles, squares), partial))| {
            let mut counts = Counts::default();
            let first = chunk * CHUNK;
            let mut careful = both(|a| self.careful[a].from(first).peekable());
            for (k, particle) in (first..).zip(particles.iter_mut()) {
                let seen = both(|a| careful[a].next_if(|next| next.0 == k).map(|next| next.1));
                counts += self.carry(particle, seen);
            }
            *partial = (counts, Motion::of(particles, squares));
        });
        let mut total = (Counts::default(), Motion::default());
        for (counts, motion) in partial {
            total.0 += *counts;
            total.1 += *motion;
        }
        total
    }

    #[inline(always)]
    fn cell_of(&self, p: [f32; 2]) -> usize {
        cell_of(self.topology.grid(), p)
    }

    #[inline(always)]
    fn carry(&self, particle: &mut Particle, seen: [Option<&Stencil>; 2]) -> Counts {
        let p = particle.position;
        let cell = self.cell_of(p);
        let reading = self.read(cell, p, particle.velocity, seen);
        let shift = shorten(reading.shift, FARTHEST_SHIFT);
        let velocity = both(|k| {
            let own = particle.velocity[k] + reading.change[k];
            let blend = self.flip * own + (1.0 - self.flip) * reading.velocity[k];
            // The shift carries the particle to where the flow is another.
            blend + reading.slope[k][0] * shift[0] + reading.slope[k][1] * shift[1]
        });
        particle.gradient = reading.slope;

        let carried = self.midpoint(cell, p, &reading, self.dt_s);
        let step = both(|k| carried[k] * self.dt_s + shift[k]);
        let squared = step[0] * step[0] + step[1] * step[1];
        let start = both(|k| f64::from(p[k]));
        let alone = !self.surroundings.movers.iter().any(|mover| mover.in_reach(start));
        let open =
            || self.obstacles.clear_near(cell) || self.stays_open(p, both(|k| p[k] + step[k]));
        if alone && squared <= FARTHEST * FARTHEST && open() {
            return self.glide(particle, step, velocity);
        }
        let mut trip =
            Trip { p, cell, velocity: velocity.map(f64::from), counts: Counts::default() };
        let legs = if alone { (squared.sqrt() / FARTHEST).ceil().clamp(1.0, LEGS) } else { 1.0 };
        if legs == 1.0 {
            self.go(&mut trip, shorten(step, FARTHEST));
        } else {
            self.go_in_legs(&mut trip, legs, reading, shift);
        }
        particle.velocity = both(|k| trip.velocity[k] as f32);
        particle.position = trip.p;
        trip.counts
    }

    /// A step that can meet nothing but the sides of the rectangle.
    #[inline(always)]
    fn glide(&self, particle: &mut Particle, step: [f32; 2], mut velocity: [f32; 2]) -> Counts {
        let p = particle.position;
        let mut end =
            self.surroundings.sweep.in_the_open([p[0] + step[0], p[1] + step[1]], &mut velocity);
        let crossed = |audit: &Audit| audit.crossed(&[p, end].map(|p| both(|k| f64::from(p[k]))));
        let crossings = u64::from(self.audit.is_some_and(crossed));
        if self.topology.periodic_x() {
            end[0] = wrap(end[0], self.topology.grid().nx as f32);
        }
        (particle.position, particle.velocity) = (end, velocity);
        Counts { crossings, penetrations: 0 }
    }

    /// A step of more than a cell: each leg reads the flow again where it begins.
    /// Where the water brought no velocity to the grid, a particle flies on with
    /// its own.
    fn go_in_legs(&self, trip: &mut Trip, legs: f32, mut flow: Reading, mut shift: [f32; 2]) {
        let dt_s = self.dt_s / legs;
        for leg in 0..legs as usize {
            if leg > 0 {
                let own = trip.velocity.map(|c| c as f32);
                flow = self.read(trip.cell, trip.p, own, [None; 2]);
                if flow.known < 0.999 {
                    flow = Reading { velocity: own, ..Reading::default() };
                }
            }
            let carried = self.midpoint(trip.cell, trip.p, &flow, dt_s);
            self.go(trip, shorten(both(|k| carried[k] * dt_s + shift[k]), FARTHEST));
            shift = [0.0; 2];
        }
    }

    /// Goes less than a cell, past all solids. Takes off the velocity what runs
    /// into them.
    fn go(&self, trip: &mut Trip, step: [f32; 2]) {
        let from = trip.p.map(f64::from);
        let to = [from[0] + f64::from(step[0]), from[1] + f64::from(step[1])];
        let path = self.surroundings.travel(trip.cell, from, to, &mut trip.velocity);
        let end = path.points()[path.points().len() - 1];
        if let Some(audit) = self.audit {
            trip.counts.crossings += u64::from(audit.crossed(path.points()));
            let inside = self.surroundings.movers.iter().any(|mover| is_inside(mover, end));
            trip.counts.penetrations += u64::from(inside);
        }
        trip.p = end.map(|c| c as f32);
        if self.topology.periodic_x() {
            trip.p[0] = wrap(trip.p[0], self.topology.grid().nx as f32);
        }
        trip.cell = self.cell_of(trip.p);
    }

    /// Whether the four sides of `axis` around `p`, a point of `cell`, need no care.
    #[inline]
    fn is_open(&self, axis: Axis, cell: usize, p: [f32; 2]) -> bool {
        let square = square::at(self.topology.grid(), axis, p);
        self.topology.is_open(axis, square) && (!self.no_slip.on || self.topology.is_inner(cell))
    }

    /// Whether `p` and `q` lie between the same four sides, with nothing there to
    /// hide one from the other.
    #[inline]
    fn stays_open(&self, p: [f32; 2], q: [f32; 2]) -> bool {
        self.shared(p, q).any(|(axis, square)| self.topology.is_open(axis, square))
    }

    /// Whether `p` in `cell` and `q`, both in the rectangle, see each other.
    fn sees(&self, cell: usize, p: [f32; 2], q: [f32; 2]) -> bool {
        let [from, to] = [p, q].map(|p| p.map(f64::from));
        match self.shared(p, q).next() {
            Some((axis, square)) => self.obstacles.sees_between(axis, square, from, to),
            None => self.obstacles.sees(cell, from, to),
        }
    }

    /// The squares between four sides that hold both points.
    #[inline]
    fn shared(&self, p: [f32; 2], q: [f32; 2]) -> impl Iterator<Item = (Axis, usize)> {
        let grid = self.topology.grid();
        let inside = q[0] >= 0.0 && q[1] >= 0.0;
        Axis::BOTH.into_iter().filter_map(move |axis| {
            let [from, to] = [p, q].map(|p| square::at(grid, axis, p));
            (inside && from == to).then_some((axis, from))
        })
    }

    fn stencil(&self, axis: Axis, cell: usize, p: [f32; 2]) -> Stencil {
        Stencil::at(self.topology, self.obstacles, self.no_slip, axis, cell, p)
    }

    /// Whether readings at a point of `cell` need no care: nothing hides a side.
    #[inline]
    fn is_plain(&self, cell: usize) -> bool {
        let careful_edges = self.no_slip.on || self.topology.periodic_x();
        self.obstacles.clear_near(cell) && (!careful_edges || self.topology.is_inner(cell))
    }

    /// What the grid says at `p`, a point of `cell`. `seen` is how to read it there,
    /// for an axis of which that is known already.
    #[inline(always)]
    fn read(
        &self,
        cell: usize,
        p: [f32; 2],
        own: [f32; 2],
        seen: [Option<&Stencil>; 2],
    ) -> Reading {
        if !self.is_plain(cell) {
            return self.read_carefully(cell, p, own, seen);
        }
        let mut reading = Reading { known: 1.0, ..Reading::default() };
        self.read_open(Axis::X, p, &mut reading);
        self.read_open(Axis::Y, p, &mut reading);
        reading
    }

    #[inline(always)]
    fn read_open(&self, axis: Axis, p: [f32; 2], reading: &mut Reading) {
        let corners = Corners::at(self.topology.grid(), axis, p);
        let [value, along_x, along_y] = corners.read(&self.sides[axis as usize]);
        reading.slope[axis as usize] = [along_x.to_array()[0], along_y.to_array()[0]];
        reading.set(axis, value);
    }

    /// Beside lines, and at sides that drag or lead around.
    #[inline(never)]
    fn read_carefully(
        &self,
        cell: usize,
        p: [f32; 2],
        own: [f32; 2],
        seen: [Option<&Stencil>; 2],
    ) -> Reading {
        let mut reading = Reading {
            velocity: both(|k| own[k] + self.fall[k]),
            change: self.fall,
            known: 1.0,
            ..Reading::default()
        };
        for axis in Axis::BOTH {
            let found;
            let stencil = match seen[axis as usize] {
                Some(stencil) => stencil,
                None if self.is_open(axis, cell, p) => {
                    self.read_open(axis, p, &mut reading);
                    continue;
                }
                None => {
                    found = self.stencil(axis, cell, p);
                    &found
                }
            };
            if stencil.is_empty() {
                reading.known = 0.0;
                continue;
            }
            reading.slope[axis as usize] = stencil.slope(&self.sides[axis as usize]);
            reading.set(axis, stencil.value(&self.sides[axis as usize]));
        }
        reading
    }

    /// Velocity at the middle of a step of `dt_s`, or at its start where a line
    /// hides the middle.
    #[inline(always)]
    fn midpoint(&self, cell: usize, p: [f32; 2], flow: &Reading, dt_s: f32) -> [f32; 2] {
        let half = shorten(both(|k| 0.5 * dt_s * flow.velocity[k]), 0.5);
        if self.is_plain(cell) {
            // As far as half a cell the slope says it as well as another reading.
            let [x, y] = half;
            return both(|k| flow.velocity[k] + flow.slope[k][0] * x + flow.slope[k][1] * y);
        }
        self.midpoint_carefully(cell, p, flow.velocity, [p[0] + half[0], p[1] + half[1]])
    }

    #[inline(never)]
    fn midpoint_carefully(
        &self,
        cell: usize,
        p: [f32; 2],
        velocity: [f32; 2],
        mut middle: [f32; 2],
    ) -> [f32; 2] {
        let grid = self.topology.grid();
        if self.topology.periodic_x() {
            middle[0] = wrap(middle[0], grid.nx as f32);
        }
        let inside = (0..2).all(|k| middle[k] >= 0.0 && middle[k] <= [grid.nx, grid.ny][k] as f32);
        let hidden = || !self.obstacles.clear_near(cell) && !self.sees(cell, p, middle);
        if !inside || hidden() {
            return velocity;
        }
        let cell = self.cell_of(middle);
        let mut carried = velocity;
        for axis in Axis::BOTH {
            if self.is_open(axis, cell, middle) {
                let corners = Corners::at(self.topology.grid(), axis, middle);
                let [value, ..] = corners.read(&self.sides[axis as usize]);
                carried[axis as usize] = value.to_array()[0];
                continue;
            }
            let stencil = self.stencil(axis, cell, middle);
            if !stencil.is_empty() {
                carried[axis as usize] = stencil.value(&self.sides[axis as usize]).to_array()[0];
            }
        }
        carried
    }
}

impl Reading {
    #[inline(always)]
    fn set(&mut self, axis: Axis, value: Packed) {
        let (a, known);
        a = axis as usize;
        [self.velocity[a], self.change[a], self.shift[a], known] = value.to_array();
        self.known = self.known.min(known);
    }
}

/// A particle on its way.
struct Trip {
    p: [f32; 2],
    cell: usize,
    /// Cells/s.
    velocity: [f64; 2],
    counts: Counts,
}

fn shorten(d: [f32; 2], longest: f32) -> [f32; 2] {
    let squared = d[0] * d[0] + d[1] * d[1];
    if squared > longest * longest { both(|k| d[k] * (longest / squared.sqrt())) } else { d }
}

fn wrap(x: f32, width: f32) -> f32 {
    let wrapped = x.rem_euclid(width);
    if wrapped >= width { 0.0 } else { wrapped }
}
