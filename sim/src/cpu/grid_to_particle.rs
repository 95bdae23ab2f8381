//! Velocities back to the particles, and the particles on their way.
//!
//! Each particle reads the new velocity and its gradient at its position (APIC),
//! keeps a share of its own velocity plus the grid's change (FLIP, Zhu & Bridson
//! 2005; the mix with APIC's gradient is Fei et al. 2021), and moves with the
//! grid's velocity by the midpoint rule plus the displacement that restores
//! density. Then it meets the solids.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::advect::{Surroundings, is_inside};
use crate::audit::Audit;
use crate::field::{Corners, NoSlip, Packed, Stencil, both};
use crate::geometry::{Axis, Obstacles, Topology};
use crate::particles::Particles;

/// Farthest that a particle moves in one leg, cells: lists of lines reach one cell far.
const FARTHEST: f32 = 0.98;
/// Most legs of a step. The step follows the bulk of the water; spray that is
/// faster goes on in further legs.
const LEGS: f32 = 8.0;
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

#[derive(Default)]
struct Reading {
    velocity: [f32; 2],
    change: [f32; 2],
    slope: [[f32; 2]; 2],
    shift: [f32; 2],
}

impl GridToParticle<'_> {
    /// Updates velocities, gradients and positions of all particles.
    pub fn run(&self, particles: &mut Particles) -> Counts {
        let grid = self.topology.grid();
        let (columns, rows) = (grid.nx as i32 - 1, grid.ny as i32 - 1);
        let cell_of = &|p: [f32; 2]| {
            let (i, j) = ((p[0] as i32).clamp(0, columns), (p[1] as i32).clamp(0, rows));
            grid.cell(i as usize, j as usize)
        };
        let crossings = AtomicU64::new(0);
        let penetrations = AtomicU64::new(0);
        let Particles { x, y, velocity: [u, v], gradient: [[ux, uy], [vx, vy]], .. } = particles;
        (x, y, u, v, ux, uy, vx, vy).into_par_iter().with_min_len(256).for_each(
            |(x, y, u, v, ux, uy, vx, vy)| {
                let p = [*x, *y];
                let cell = cell_of(p);
                let reading = self.read(cell, p, [*u, *v]);
                let mut velocity = both(|k| {
                    let own = [*u, *v][k] + reading.change[k];
                    self.flip * own + (1.0 - self.flip) * reading.velocity[k]
                });
                [[*ux, *uy], [*vx, *vy]] = reading.slope;

                let carried = self.midpoint(cell, cell_of, p, reading.velocity);
                let shift = shorten(reading.shift, FARTHEST_SHIFT);
                let step = both(|k| carried[k] * self.dt_s + shift[k]);
                // The shift carries the particle to where the flow is another.
                for k in 0..2 {
                    velocity[k] += reading.slope[k][0] * shift[0] + reading.slope[k][1] * shift[1];
                }

                let mut kept = both(|k| f64::from(velocity[k]));
                let (end, counts) = self.travel(cell, cell_of, p, step, &mut kept);
                if counts.crossings > 0 {
                    crossings.fetch_add(counts.crossings, Ordering::Relaxed);
                }
                if counts.penetrations > 0 {
                    penetrations.fetch_add(counts.penetrations, Ordering::Relaxed);
                }
                [*u, *v] = both(|k| kept[k] as f32);
                [*x, *y] = end;
            },
        );
        Counts { crossings: crossings.into_inner(), penetrations: penetrations.into_inner() }
    }

    /// Moves a particle by `step` past all solids, in legs of less than a cell.
    /// Takes off `velocity` (cells/s) what runs into them.
    fn travel(
        &self,
        mut cell: usize,
        cell_of: impl Fn([f32; 2]) -> usize,
        mut p: [f32; 2],
        step: [f32; 2],
        velocity: &mut [f64; 2],
    ) -> ([f32; 2], Counts) {
        let squared = step[0] * step[0] + step[1] * step[1];
        let surroundings = &self.surroundings;
        let start = both(|k| f64::from(p[k]));
        let alone = !surroundings.movers.iter().any(|mover| mover.in_reach(start));
        if alone && squared <= FARTHEST * FARTHEST && self.obstacles.clear_near(cell) {
            let end = surroundings.in_the_open([p[0] + step[0], p[1] + step[1]], velocity);
            let crossed = |audit: &Audit| audit.crossed(&[start, both(|k| f64::from(end[k]))]);
            let crossings = u64::from(self.audit.is_some_and(crossed));
            let mut end = end;
            if self.topology.periodic_x() {
                end[0] = wrap(end[0], self.topology.grid().nx as f32);
            }
            return (end, Counts { crossings, penetrations: 0 });
        }
        let length = squared.sqrt();
        let legs = if alone { (length / FARTHEST).ceil().clamp(1.0, LEGS) } else { 1.0 };
        let mut leg = shorten(step.map(|c| c / legs), FARTHEST);
        let mut counts = Counts::default();
        for _ in 0..legs as usize {
            let from = p.map(f64::from);
            let to = [from[0] + f64::from(leg[0]), from[1] + f64::from(leg[1])];
            let before = *velocity;
            let path = surroundings.travel(cell, from, to, velocity);
            let end = path.points()[path.points().len() - 1];
            if let Some(audit) = self.audit {
                counts.crossings += u64::from(audit.crossed(path.points()));
                let inside = surroundings.movers.iter().any(|mover| is_inside(mover, end));
                counts.penetrations += u64::from(inside);
            }
            p = end.map(|c| c as f32);
            if self.topology.periodic_x() {
                p[0] = wrap(p[0], self.topology.grid().nx as f32);
            }
            cell = cell_of(p);
            if *velocity != before {
                // It met something: what is left of the step follows its new velocity.
                leg = shorten(velocity.map(|c| c as f32 * self.dt_s / legs), FARTHEST);
            }
        }
        (p, counts)
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

    fn read(&self, cell: usize, p: [f32; 2], own: [f32; 2]) -> Reading {
        if self.is_plain(cell) {
            let mut reading = Reading::default();
            for axis in Axis::BOTH {
                let a = axis as usize;
                let corners = Corners::at(self.topology.grid(), axis, p);
                let [value, along_x, along_y] = corners.read(&self.sides[a]);
                [reading.velocity[a], reading.change[a], reading.shift[a], _] = value.to_array();
                reading.slope[a] = [along_x.to_array()[0], along_y.to_array()[0]];
            }
            return reading;
        }
        let mut reading = Reading {
            velocity: [0, 1].map(|k| own[k] + self.fall[k]),
            change: self.fall,
            slope: [[0.0; 2]; 2],
            shift: [0.0; 2],
        };
        for axis in Axis::BOTH {
            let a = axis as usize;
            let stencil = self.stencil(axis, cell, p);
            if stencil.is_empty() {
                continue;
            }
            let value = stencil.value(&self.sides[a]);
            [reading.velocity[a], reading.change[a], reading.shift[a], _] = value.to_array();
            reading.slope[a] = stencil.slope(&self.sides[a]);
        }
        reading
    }

    /// Velocity at the middle of the step, or at its start where a line hides the middle.
    fn midpoint(
        &self,
        cell: usize,
        cell_of: impl Fn([f32; 2]) -> usize,
        p: [f32; 2],
        velocity: [f32; 2],
    ) -> [f32; 2] {
        let half = shorten(both(|k| 0.5 * self.dt_s * velocity[k]), 0.5);
        let middle = [p[0] + half[0], p[1] + half[1]];
        let grid = self.topology.grid();
        let inside = (self.topology.periodic_x()
            || (middle[0] >= 0.0 && middle[0] <= grid.nx as f32))
            && middle[1] >= 0.0
            && middle[1] <= grid.ny as f32;
        if !inside
            || (!self.obstacles.clear_near(cell)
                && !self.obstacles.sees(cell, p.map(f64::from), middle.map(f64::from)))
        {
            return velocity;
        }
        let middle = if self.topology.periodic_x() {
            [wrap(middle[0], grid.nx as f32), middle[1]]
        } else {
            middle
        };
        let cell = cell_of(middle);
        if self.is_plain(cell) {
            let read = |axis| {
                let corners = Corners::at(self.topology.grid(), axis, middle);
                corners.read(&self.sides[axis as usize])[0].to_array()[0]
            };
            return [read(Axis::X), read(Axis::Y)];
        }
        let mut carried = velocity;
        for axis in Axis::BOTH {
            let stencil = self.stencil(axis, cell, middle);
            if !stencil.is_empty() {
                carried[axis as usize] = stencil.value(&self.sides[axis as usize]).to_array()[0];
            }
        }
        carried
    }
}

fn shorten(d: [f32; 2], longest: f32) -> [f32; 2] {
    let squared = d[0] * d[0] + d[1] * d[1];
    if squared > longest * longest { both(|k| d[k] * (longest / squared.sqrt())) } else { d }
}

fn wrap(x: f32, width: f32) -> f32 {
    let wrapped = x.rem_euclid(width);
    if wrapped >= width { 0.0 } else { wrapped }
}
