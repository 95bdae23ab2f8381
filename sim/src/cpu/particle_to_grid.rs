//! Velocities from particles to the sides of cells (APIC, Jiang et al. 2015).
//!
//! u(face) = Σ w (u_p + ∇u_p · (x_face − x_p)) / Σ w over the particles within a
//! cell width that the face sees, with the tent w = (1 − |Δx|)(1 − |Δy|).

use rayon::prelude::*;

use super::spread::Spread;
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
    /// Brings both velocity components to the grid. `spread` holds the sums of
    /// the same particles.
    pub fn run(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        particles: &Particles,
        spread: &Spread,
    ) {
        for axis in Axis::BOTH {
            let count = topology.node_count(axis);
            let (velocity, weight) =
                (&mut self.velocity[axis as usize], &mut self.weight[axis as usize]);
            velocity.resize(count, 0.0);
            weight.resize(count, 0.0);
            let grid = topology.grid();
            let width = columns(grid, axis);
            let regular = grid.len(axis.stagger());
            let gather = Gather { topology, obstacles, particles, axis };
            velocity[..regular]
                .par_chunks_mut(width)
                .zip(weight[..regular].par_chunks_mut(width))
                .enumerate()
                .with_min_len(8)
                .for_each(|(j, (velocity, weight))| {
                    spread.sides(axis, j, velocity, weight);
                    gather.near_lines(j, velocity, weight);
                });

            // Split sides: each piece gathers what it sees from its own middle.
            self.pieces.clear();
            for (face, pieces) in topology.special_pieces(axis) {
                weight[face] = 0.0;
                velocity[face] = 0.0;
                self.pieces.extend(pieces.iter().map(|piece| (face as u32, piece.node, piece.at)));
            }
            let seen = self.pieces.par_iter().with_min_len(32).map(|&(face, node, at)| {
                let (mean, total) = gather.seen(face as usize % width, face as usize / width, at);
                (node, mean, total)
            });
            seen.collect_into_vec(&mut self.split);
            for &(node, mean, total) in &self.split {
                (velocity[node as usize], weight[node as usize]) = (mean, total);
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
    /// Replaces what a line may hide from some of the particles in row `j`.
    fn near_lines(&self, j: usize, velocity: &mut [f32], weight: &mut [f32]) {
        let rows = self.topology.grid().ny;
        let beside = match self.axis {
            Axis::X => j,
            Axis::Y => j.saturating_sub(1),
        };
        if (beside..=j.min(rows - 1)).all(|row| self.obstacles.clear_near_row(row)) {
            return;
        }
        for i in 0..velocity.len() {
            let split = self.topology.pieces(self.axis, j * velocity.len() + i).is_some();
            if !split && !self.is_clear(i, j) {
                (velocity[i], weight[i]) = self.seen(i, j, face_at(self.axis, i, j));
            }
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

    /// Weighted velocity at `at` of one particle, and its weight.
    fn one(&self, k: usize, at: [f32; 2]) -> (f32, f32) {
        let (p, axis) = (&self.particles.all[k], self.axis as usize);
        let [dx, dy] = [at[0] - p.position[0], at[1] - p.position[1]];
        let weight = (1.0 - dx.abs()).max(0.0) * (1.0 - dy.abs()).max(0.0);
        let [along_x, along_y] = p.gradient[axis];
        (weight * (p.velocity[axis] + along_x * dx + along_y * dy), weight)
    }

    /// Mean velocity and Σ w of the particles that see `at`.
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
                    let [x, y] = self.particles.all[k].position;
                    let near = (target[0] - x).abs() < 1.0 && (target[1] - y).abs() < 1.0;
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
        let (momentum, total) = sums;
        (if total > 0.0 { momentum / total } else { 0.0 }, total)
    }
}
