//! Velocities from particles to the sides of cells (APIC, Jiang et al. 2015).
//!
//! u(side) = Σ w (u_p + ∇u_p · (x_side − x_p)) / Σ w. Each particle deals its mass
//! among the sides around it with the very weights with which it reads them
//! again: tents in the open, and near lines those of the sides that it sees, in
//! shares that add up to one. So momentum is the same before and after.

use std::ops::Range;

use rayon::prelude::*;

use super::spread::Spread;
use crate::field::{FaceField, NoSlip, columns};
use crate::particles::{Particles, cell_of};
use crate::stencil::Stencil;
use weir_ground::{Axis, Obstacles, Topology};

/// Output of the stage, and its memory between steps.
#[derive(Clone, Debug, Default)]
pub struct ParticleToGrid {
    /// Velocity at each unknown; zero where `weight` is.
    pub velocity: FaceField,
    /// Σ w at each unknown.
    pub weight: FaceField,
    /// For each axis: what was dealt with care.
    pub careful: [Careful; 2],
}

/// Particles near lines, and how they read the sides of an axis.
#[derive(Clone, Debug, Default)]
pub struct Careful {
    /// Their indices, ascending.
    particles: Vec<u32>,
    stencils: Vec<Stencil>,
}

impl Careful {
    /// Of the particles from `first` on: their indices and readings.
    pub fn from(&self, first: usize) -> impl Iterator<Item = (usize, &Stencil)> {
        let skipped = self.particles.partition_point(|&k| (k as usize) < first);
        let particles = self.particles[skipped..].iter().map(|&k| k as usize);
        particles.zip(&self.stencils[skipped..])
    }
}

impl ParticleToGrid {
    /// Brings both velocity components to the grid. `spread` holds the sums of
    /// the same particles; they and those of the step before reach no side beyond
    /// `rows` of cells.
    #[allow(clippy::too_many_arguments)]
    pub fn run(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        no_slip: NoSlip,
        particles: &Particles,
        spread: &Spread,
        rows: &Range<usize>,
    ) {
        let grid = topology.grid();
        for axis in Axis::BOTH {
            let careful = &mut self.careful[axis as usize];
            careful.particles.clear();
            careful.particles.extend(spread.near(axis, grid, particles).map(|k| k as u32));
            let count = topology.node_count(axis);
            let (velocity, weight) =
                (&mut self.velocity[axis as usize], &mut self.weight[axis as usize]);
            velocity.resize(count, 0.0);
            weight.resize(count, 0.0);
            let width = columns(grid, axis);
            let first_row = topology.face_rows(axis, rows).start;
            let [regular, further] = topology.nodes_in(axis, rows);
            velocity[regular.clone()]
                .par_chunks_mut(width)
                .zip(weight[regular.clone()].par_chunks_mut(width))
                .enumerate()
                .with_min_len(8)
                .for_each(|(row, (momentum, weight))| {
                    spread.sides(axis, first_row + row, momentum, weight);
                });
            velocity[further.clone()].fill(0.0);
            weight[further.clone()].fill(0.0);

            let seen = careful.particles.par_iter().with_min_len(64).map(|&k| {
                let p = particles.all[k as usize].position;
                let cell = cell_of(grid, p);
                Stencil::at(topology, obstacles, no_slip, axis, cell, p)
            });
            seen.collect_into_vec(&mut careful.stencils);
            for (k, stencil) in careful.from(0) {
                let particle = &particles.all[k];
                let [along_x, along_y] = particle.gradient[axis as usize];
                for (node, share, [dx, dy]) in stencil.corners() {
                    let there = particle.velocity[axis as usize] + along_x * dx + along_y * dy;
                    velocity[node] += share * there;
                    weight[node] += share;
                }
            }
            // Where the weight is zero, so is the sum.
            for range in [regular, further] {
                let both = velocity[range.clone()].iter_mut().zip(&weight[range]);
                both.for_each(|(velocity, weight)| *velocity /= weight.max(f32::MIN_POSITIVE));
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
