//! What particles in the open add to the points of the grid.
//!
//! Every particle adds to the four points around it on each of three lattices:
//! the sides across x, the sides across y, and the centres of cells. Rows of
//! cells are dealt into blocks. A block adds up its particles, in their order, in
//! memory of its own that reaches one row beyond it on either side; a row of
//! points then sums the blocks that reach it, the lower first. The blocks follow
//! from the grid alone, so the sums have the same bits for any number of threads.
//!
//! A particle adds to 12 points; a point that gathered would look at 24 to 36
//! particles to find the 16 that count.
//!
//! Particles between four sides of which a line may hide one, or cut it, add
//! nothing to these and are listed: which of them they see takes a closer look.

use std::ops::Range;

use rayon::prelude::*;
use weir_scene::Grid;
use wide::f32x4;

use crate::particles::{Particle, Particles, cell_of};
use weir_ground::{Axis, Obstacles, Topology, square};

/// Rows of cells in a block.
const ROWS: usize = 4;

/// Sums at all points.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    blocks: Vec<Block>,
    /// Points in a row, with one to spare at either end.
    width: usize,
}

#[derive(Clone, Debug, Default)]
struct Block {
    empty: bool,
    /// Σ w u and Σ w, by turns, of the sides of either axis.
    sides: [Vec<f32>; 2],
    /// Σ w of the centres.
    centres: Vec<f32>,
    /// For each axis: particles near lines, counted from the block's first.
    near: [Vec<u32>; 2],
}

impl Spread {
    /// Sorts the particles by cell, without those that `leaves` names, and adds
    /// them up.
    pub fn sort_and_run(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        particles: &mut Particles,
        leaves: impl Fn([f32; 2]) -> bool + Send,
    ) {
        let grid = topology.grid();
        self.prepare(grid);
        particles.sort_by_blocks(grid, leaves, ROWS, &mut self.blocks, |block, index, own| {
            block.run(topology, obstacles, own, index * ROWS);
        });
    }

    /// Adds up particles that are sorted.
    pub fn run(&mut self, topology: &Topology, obstacles: &Obstacles, particles: &Particles) {
        let grid = topology.grid();
        self.prepare(grid);
        self.blocks.par_iter_mut().enumerate().for_each(|(index, block)| {
            let own = rows_of(grid, particles, index);
            block.run(topology, obstacles, &particles.all[own], index * ROWS);
        });
    }

    fn prepare(&mut self, grid: &Grid) {
        self.width = grid.nx + 2;
        self.blocks.resize_with(grid.ny.div_ceil(ROWS), Block::default);
    }

    /// Indices of the particles whose share for the sides of `axis` is still to be
    /// dealt, in order.
    pub fn near<'a>(
        &'a self,
        axis: Axis,
        grid: &'a Grid,
        particles: &'a Particles,
    ) -> impl Iterator<Item = usize> + 'a {
        self.blocks.iter().enumerate().flat_map(move |(index, block)| {
            let first = rows_of(grid, particles, index).start;
            block.near[axis as usize].iter().map(move |&k| first + k as usize)
        })
    }

    /// Σ w u and Σ w at the sides of `axis` in row `j`.
    pub fn sides(&self, axis: Axis, j: usize, momentum: &mut [f32], weight: &mut [f32]) {
        momentum.fill(0.0);
        weight.fill(0.0);
        for (block, row) in self.reaching(j) {
            let first = 2 * (row * self.width + 1);
            let sums = block.sides[axis as usize][first..].chunks_exact(2);
            for ((momentum, weight), sum) in momentum.iter_mut().zip(&mut *weight).zip(sums) {
                *momentum += sum[0];
                *weight += sum[1];
            }
        }
    }

    /// Σ w at the centres of row `j`.
    pub fn centres(&self, j: usize, weight: &mut [f32]) {
        weight.fill(0.0);
        for (block, row) in self.reaching(j) {
            let sums = &block.centres[row * self.width + 1..];
            weight.iter_mut().zip(sums).for_each(|(weight, sum)| *weight += sum);
        }
    }

    /// Blocks that reach row `j` of points, and which of their rows it is.
    fn reaching(&self, j: usize) -> impl Iterator<Item = (&Block, usize)> {
        let first = (j / ROWS).saturating_sub(1);
        let blocks = self.blocks.iter().enumerate().skip(first).take(3);
        blocks.filter(|(_, block)| !block.empty).filter_map(move |(index, block)| {
            let row = (j + 1).checked_sub(index * ROWS)?;
            (row < ROWS + 2).then_some((block, row))
        })
    }
}

impl Block {
    fn run(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        own: &[Particle],
        first_row: usize,
    ) {
        self.near.iter_mut().for_each(Vec::clear);
        self.empty = own.is_empty();
        if self.empty {
            return;
        }
        let grid = topology.grid();
        let width = grid.nx + 2;
        self.clear((ROWS + 2) * width);
        let rows = first_row..(first_row + ROWS).min(grid.ny);
        if rows.clone().all(|row| obstacles.clear_near_row(row)) {
            own.iter().for_each(|particle| {
                self.add_to_sides(Axis::X, particle, first_row as f32, width);
                self.add_to_sides(Axis::Y, particle, first_row as f32, width);
                self.add_to_centres(particle, first_row as f32, width);
            });
        } else {
            for (k, particle) in own.iter().enumerate() {
                self.add_to_centres(particle, first_row as f32, width);
                let clear = obstacles.clear_near(cell_of(grid, particle.position));
                for axis in Axis::BOTH {
                    let square = || square::at(grid, axis, particle.position);
                    if clear || topology.is_open(axis, square()) {
                        self.add_to_sides(axis, particle, first_row as f32, width);
                    } else {
                        self.near[axis as usize].push(k as u32);
                    }
                }
            }
        }
        if topology.periodic_x() {
            self.join_ends(width);
        }
    }

    fn clear(&mut self, points: usize) {
        for (field, size) in self.sides.iter_mut().map(|f| (f, 2)).chain([(&mut self.centres, 1)]) {
            field.clear();
            field.resize(size * points, 0.0);
        }
    }

    #[inline(always)]
    fn add_to_sides(&mut self, axis: Axis, particle: &Particle, first_row: f32, width: usize) {
        let [x, y] = [particle.position[0], particle.position[1] - first_row];
        let ((i, s), (j, t)) = match axis {
            Axis::X => (column(x, 1, width), row(y + 0.5, 0)),
            Axis::Y => (column(x + 0.5, 0, width), row(y, 1)),
        };
        let [along_x, along_y] = particle.gradient[axis as usize];
        let corner = particle.velocity[axis as usize] - along_x * s - along_y * t;
        let low = f32x4::new([corner, 1.0, corner + along_x, 1.0]);
        let high = low + f32x4::new([along_y, 0.0, along_y, 0.0]);
        let across = f32x4::new([1.0 - s, 1.0 - s, s, s]);
        let at = 2 * (j * width + i);
        let sums = &mut self.sides[axis as usize];
        add_four(sums, at, across * f32x4::splat(1.0 - t) * low);
        add_four(sums, at + 2 * width, across * f32x4::splat(t) * high);
    }

    #[inline(always)]
    fn add_to_centres(&mut self, particle: &Particle, first_row: f32, width: usize) {
        let [x, y] = [particle.position[0], particle.position[1] - first_row];
        let ((i, s), (j, t)) = (column(x + 0.5, 0, width), row(y + 0.5, 0));
        let at = j * width + i;
        if let Some([left, right]) = self.centres[at..].first_chunk_mut() {
            *left += (1.0 - s) * (1.0 - t);
            *right += s * (1.0 - t);
        }
        if let Some([left, right]) = self.centres[at + width..].first_chunk_mut() {
            *left += (1.0 - s) * t;
            *right += s * t;
        }
    }

    /// Where the rectangle is periodic its first and last points are one.
    fn join_ends(&mut self, width: usize) {
        let [x_sides, y_sides] = &mut self.sides;
        // Sides across x exist at both ends, the other points are one fewer.
        for (field, size, pairs) in [
            (x_sides, 2, &[(1, width - 1)][..]),
            (y_sides, 2, &[(1, width - 1), (width - 2, 0)][..]),
            (&mut self.centres, 1, &[(1, width - 1), (width - 2, 0)][..]),
        ] {
            for row in field.chunks_exact_mut(size * width) {
                for &(one, other) in pairs {
                    for k in 0..size {
                        let sum = row[size * one + k] + row[size * other + k];
                        (row[size * one + k], row[size * other + k]) = (sum, sum);
                    }
                }
            }
        }
    }
}

/// Particles in block number `index`.
fn rows_of(grid: &Grid, particles: &Particles, index: usize) -> Range<usize> {
    let first_row = index * ROWS;
    let last_row = (first_row + ROWS).min(grid.ny) - 1;
    particles.in_run(grid.cell(0, first_row), grid.cell(grid.nx - 1, last_row))
}

// Distances count from the corner of a block's memory, which lies one point and
// one row before its first cell. Added to the whole part, the one cannot round.

#[inline(always)]
fn column(x: f32, more: usize, width: usize) -> (usize, f32) {
    let (i, s) = split(x);
    ((i + more).min(width - 2), s)
}

#[inline(always)]
fn row(y: f32, more: usize) -> (usize, f32) {
    let (j, t) = split(y);
    ((j + more).min(ROWS), t)
}

/// Whole and fractional part of a number that is not negative.
#[inline(always)]
fn split(x: f32) -> (usize, f32) {
    let whole = x as u32;
    (whole as usize, x - whole as f32)
}

#[inline(always)]
fn add_four(sums: &mut [f32], at: usize, values: f32x4) {
    if let Some(four) = sums[at..].first_chunk_mut() {
        *four = (f32x4::new(*four) + values).to_array();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some_particles(grid: &Grid) -> Particles {
        let mut particles = Particles::default();
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        for id in 0..600 {
            let p = [random() * grid.nx as f32, random() * grid.ny as f32];
            particles.push(id, p, [random() - 0.5, random() - 0.5]);
        }
        particles.sort(grid, |_| false);
        particles
            .all
            .iter_mut()
            .for_each(|p| p.gradient = [[random(), random()], [random(), -1.0]]);
        particles
    }

    /// Distance along x on a circle of `nx`, or on a line.
    fn gap(from: f32, to: f32, nx: usize, periodic: bool) -> f32 {
        let nx = nx as f32;
        let d = to - from;
        if periodic { d - nx * (d / nx).round() } else { d }
    }

    #[test]
    fn sums_equal_those_over_all_particles() {
        for (nx, ny, periodic) in [(7, 11, false), (6, 4, true), (5, 3, false)] {
            let grid = Grid { nx, ny, cell_m: 1.0 };
            let particles = some_particles(&grid);
            let mut spread = Spread::default();
            let topology = Topology::new(grid, periodic);
            let mut obstacles = Obstacles::default();
            obstacles.set_lines(&grid, []);
            obstacles.set_outlines(&grid, []);
            spread.run(&topology, &obstacles, &particles);
            let weight = |p: &Particle, at: [f32; 2]| {
                let d = [gap(p.position[0], at[0], nx, periodic), at[1] - p.position[1]];
                ((1.0 - d[0].abs()).max(0.0) * (1.0 - d[1].abs()).max(0.0), d)
            };
            for axis in Axis::BOTH {
                let a = axis as usize;
                let [columns, rows] = grid.shape(axis.stagger());
                for j in 0..rows {
                    let (mut velocity, mut total) = (vec![9.0; columns], vec![9.0; columns]);
                    spread.sides(axis, j, &mut velocity, &mut total);
                    for i in 0..columns {
                        let at = crate::field::face_at(axis, i, j);
                        let (mut momentum, mut expected) = (0.0, 0.0);
                        for p in &particles.all {
                            let (w, d) = weight(p, at);
                            let [gx, gy] = p.gradient[a];
                            momentum += w * (p.velocity[a] + gx * d[0] + gy * d[1]);
                            expected += w;
                        }
                        assert!((total[i] - expected).abs() < 1e-3, "{axis:?} {i} {j}");
                        assert!((velocity[i] - momentum).abs() < 1e-3, "{axis:?} {i} {j}");
                    }
                }
            }
            for j in 0..ny {
                let mut total = vec![9.0; nx];
                spread.centres(j, &mut total);
                for (i, total) in total.iter().enumerate() {
                    let at = [i as f32 + 0.5, j as f32 + 0.5];
                    let expected: f32 = particles.all.iter().map(|p| weight(p, at).0).sum();
                    assert!((total - expected).abs() < 1e-3, "centre {i} {j}");
                }
            }
        }
    }
}
