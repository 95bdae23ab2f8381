//! Velocities from particles to the sides of cells (APIC, Jiang et al. 2015).
//!
//! u(face) = Σ w (u_p + ∇u_p · (x_face − x_p)) / Σ w over the particles within a
//! cell width that the face sees, with the tent w = (1 − |Δx|)(1 − |Δy|).

use rayon::prelude::*;
use wide::f32x4;

use super::lanes::{for_fours, load, tents};
use crate::field::{FaceField, columns, face_at};
use crate::geometry::{Axis, Obstacles, Topology};
use crate::particles::Particles;

/// Output of the stage, and its memory between steps.
#[derive(Clone, Debug, Default)]
pub struct ParticleToGrid {
    /// Velocity at each unknown; zero where `weight` is.
    pub velocity: FaceField,
    /// Σ w at each unknown.
    pub weight: FaceField,
    pieces: Vec<(u32, u32, [f32; 2])>,
    split: Vec<(u32, f32, f32)>,
}

impl ParticleToGrid {
    /// Gathers both velocity components.
    pub fn run(&mut self, topology: &Topology, obstacles: &Obstacles, particles: &Particles) {
        for axis in Axis::BOTH {
            let count = topology.node_count(axis);
            let (velocity, weight) =
                (&mut self.velocity[axis as usize], &mut self.weight[axis as usize]);
            velocity.resize(count, 0.0);
            weight.resize(count, 0.0);
            let grid = topology.grid();
            let width = columns(grid, axis);
            let regular = grid.len(axis.stagger());
            velocity[..regular]
                .par_chunks_mut(width)
                .zip(weight[..regular].par_chunks_mut(width))
                .enumerate()
                .for_each(|(j, (velocity, weight))| {
                    let gather = Gather { topology, obstacles, particles, axis };
                    gather.row(j, velocity, weight);
                });

            // Split sides: each piece gathers what it sees from its own middle.
            let gather = Gather { topology, obstacles, particles, axis };
            self.pieces.clear();
            for (face, pieces) in topology.special_pieces(axis) {
                weight[face] = 0.0;
                velocity[face] = 0.0;
                self.pieces.extend(pieces.iter().map(|piece| (face as u32, piece.node, piece.at)));
            }
            let seen = self.pieces.par_iter().with_min_len(32).map(|&(face, node, at)| {
                let (momentum, total) =
                    gather.seen(face as usize % width, face as usize / width, at);
                (node, momentum, total)
            });
            seen.collect_into_vec(&mut self.split);
            for &(node, momentum, total) in &self.split {
                weight[node as usize] = total;
                velocity[node as usize] = if total > 0.0 { momentum / total } else { 0.0 };
            }
            if axis == Axis::X && topology.periodic_x() {
                for row in 0..grid.ny {
                    let (first, last) = (grid.face_x(0, row), grid.face_x(grid.nx, row));
                    velocity[last] = velocity[first];
                    weight[last] = weight[first];
                }
            }
        }
    }
}

struct Gather<'a> {
    topology: &'a Topology,
    obstacles: &'a Obstacles,
    particles: &'a Particles,
    axis: Axis,
}

impl Gather<'_> {
    fn row(&self, j: usize, velocity: &mut [f32], weight: &mut [f32]) {
        let grid = self.topology.grid();
        let (low, high) = self.rows(j);
        let empty =
            self.particles.in_run(grid.cell(0, low), grid.cell(grid.nx - 1, high)).is_empty();
        if empty {
            velocity.fill(0.0);
            weight.fill(0.0);
            return;
        }
        for i in 0..velocity.len() {
            let at = face_at(self.axis, i, j);
            let (momentum, total) = if self.is_clear(i, j) {
                self.all(i, j, at)
            } else if self.topology.pieces(self.axis, j * velocity.len() + i).is_none() {
                self.seen(i, j, at)
            } else {
                (0.0, 0.0)
            };
            weight[i] = total;
            velocity[i] = if total > 0.0 { momentum / total } else { 0.0 };
        }
    }

    /// Rows of cells within reach of face row `j`.
    fn rows(&self, j: usize) -> (usize, usize) {
        let last = self.topology.grid().ny - 1;
        match self.axis {
            Axis::X => (j.saturating_sub(1), (j + 1).min(last)),
            Axis::Y => (j.saturating_sub(1), j.min(last)),
        }
    }

    /// Columns of cells within reach of face column `i`; may lie beyond the sides.
    fn reach(&self, i: usize) -> std::ops::RangeInclusive<i64> {
        let i = i as i64;
        match self.axis {
            Axis::X => i - 1..=i,
            Axis::Y => i - 1..=i + 1,
        }
    }

    fn is_clear(&self, i: usize, j: usize) -> bool {
        let grid = self.topology.grid();
        let (column, row) = (i.min(grid.nx - 1), j.min(grid.ny - 1));
        let before = match self.axis {
            Axis::X => grid.cell(i.saturating_sub(1), row),
            Axis::Y => grid.cell(column, j.saturating_sub(1)),
        };
        self.obstacles.clear_near(grid.cell(column, row)) && self.obstacles.clear_near(before)
    }

    /// Sum over all particles in reach.
    fn all(&self, i: usize, j: usize, at: [f32; 2]) -> (f32, f32) {
        let grid = self.topology.grid();
        let columns = self.reach(i);
        let (first, last) = (*columns.start(), *columns.end());
        let inside = (first.max(0) as usize, last.min(grid.nx as i64 - 1) as usize);
        let (low, high) = self.rows(j);
        let (mut momentum, mut total) = (f32x4::splat(0.0), f32x4::splat(0.0));
        for row in low..=high {
            let mut add = |cells: (usize, usize), shift: f32| {
                let run = self.particles.in_run(grid.cell(cells.0, row), grid.cell(cells.1, row));
                for_fours(run, |k, keep| {
                    let (velocity, weight) = self.four(k, [at[0] - shift, at[1]]);
                    momentum += keep * weight * velocity;
                    total += keep * weight;
                });
            };
            let nx = grid.nx as f32;
            if self.topology.periodic_x() && first < 0 {
                add((grid.nx - 1, grid.nx - 1), -nx);
            }
            if inside.0 <= inside.1 {
                add(inside, 0.0);
            }
            if self.topology.periodic_x() && last >= grid.nx as i64 {
                add((0, 0), nx);
            }
        }
        (momentum.reduce_add(), total.reduce_add())
    }

    /// Velocities at `at` of four particles, and their weights.
    #[inline(always)]
    fn four(&self, k: usize, at: [f32; 2]) -> (f32x4, f32x4) {
        let (p, axis) = (self.particles, self.axis as usize);
        let (dx, dy) = (f32x4::splat(at[0]) - load(&p.x, k), f32x4::splat(at[1]) - load(&p.y, k));
        let weight = tents(dx, dy);
        let [slope_x, slope_y] = &p.gradient[axis];
        let velocity = load(&p.velocity[axis], k) + load(slope_x, k) * dx + load(slope_y, k) * dy;
        (velocity, weight)
    }

    /// Weighted velocity at `at` of one particle, and its weight.
    fn one(&self, k: usize, at: [f32; 2]) -> (f32, f32) {
        let (p, axis) = (self.particles, self.axis as usize);
        let (dx, dy) = (at[0] - p.x[k], at[1] - p.y[k]);
        let weight = (1.0 - dx.abs()).max(0.0) * (1.0 - dy.abs()).max(0.0);
        let [slope_x, slope_y] = &p.gradient[axis];
        (weight * (p.velocity[axis][k] + slope_x[k] * dx + slope_y[k] * dy), weight)
    }

    /// Sum over the particles that see `at`.
    fn seen(&self, i: usize, j: usize, at: [f32; 2]) -> (f32, f32) {
        let grid = self.topology.grid();
        let (low, high) = self.rows(j);
        let mut sums = (0.0, 0.0);
        for row in low..=high {
            for column in self.reach(i) {
                let wrapped = if self.topology.periodic_x() {
                    column.rem_euclid(grid.nx as i64)
                } else if column < 0 || column >= grid.nx as i64 {
                    continue;
                } else {
                    column
                };
                let shift = (column - wrapped) as f32;
                let cell = grid.cell(wrapped as usize, row);
                let target = [at[0] - shift, at[1]];
                for k in self.particles.in_cell(cell) {
                    let near = (target[0] - self.particles.x[k]).abs() < 1.0
                        && (target[1] - self.particles.y[k]).abs() < 1.0;
                    if near
                        && self.obstacles.sees(
                            cell,
                            self.particles.position(k),
                            target.map(f64::from),
                        )
                    {
                        let (momentum, weight) = self.one(k, target);
                        sums.0 += momentum;
                        sums.1 += weight;
                    }
                }
            }
        }
        sums
    }
}
