//! The water: particles, ordered by cell.
//!
//! Lengths are in cell widths and velocities in cell widths per second. A
//! particle stands for a quarter of a cell of water.

use std::ops::Range;

use weir_scene::Grid;

use crate::cpu::attend;

/// Water that one particle stands for, in cells.
pub const VOLUME: f32 = 0.25;

/// One particle. What the transfers read together lies together, in half a cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Particle {
    /// Where it is.
    pub position: [f32; 2],
    /// How fast it goes.
    pub velocity: [f32; 2],
    /// ∂/∂x and ∂/∂y of each velocity component, 1/s (APIC's matrix C).
    pub gradient: [[f32; 2]; 2],
}

/// Particles, and where those of each cell begin.
#[derive(Clone, Debug, Default)]
pub struct Particles {
    /// The particles, ordered by cell.
    pub all: Vec<Particle>,
    /// Their identities.
    pub id: Vec<u32>,
    /// First particle of each cell, and one past the last.
    start: Vec<u32>,
    cell: Vec<u32>,
    order: Vec<u32>,
    spare: Vec<Particle>,
    spare_id: Vec<u32>,
}

/// Cell number of a particle that has left.
const GONE: u32 = u32::MAX;

impl Particles {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Adds one. It takes part after the next [`Self::sort`].
    pub fn push(&mut self, id: u32, position: [f32; 2], velocity: [f32; 2]) {
        self.all.push(Particle { position, velocity, gradient: [[0.0; 2]; 2] });
        self.id.push(id);
    }

    /// Orders particles by cell, keeping the previous order within each, and
    /// drops those for which `leaves` holds.
    pub fn sort(&mut self, grid: &Grid, leaves: impl Fn([f32; 2]) -> bool + Send) {
        self.sort_by_blocks(grid, leaves, grid.ny, &mut [()], |(), _, _| {});
    }

    /// The same, and beside it calls `visit` for each of `blocks` of `rows` rows of
    /// cells, with its number and its particles as soon as they are in place.
    pub fn sort_by_blocks<T: Send>(
        &mut self,
        grid: &Grid,
        leaves: impl Fn([f32; 2]) -> bool + Send,
        rows: usize,
        blocks: &mut [T],
        visit: impl Fn(&mut T, usize, &[Particle]) + Sync,
    ) {
        attend::alone(|| self.find_order(grid, leaves));
        let Self { all, id, start, order, spare, spare_id, .. } = self;
        spare.resize(order.len(), Particle::default());
        spare_id.resize(order.len(), 0);
        let first_of = |block: usize| start[grid.cell(0, (block * rows).min(grid.ny))] as usize;
        let place = Place { order, all, id, first_of, visit };
        place.run(blocks, 0, spare, spare_id);
        std::mem::swap(all, spare);
        std::mem::swap(id, spare_id);
    }

    /// Counting sort: where each cell begins, and which particle comes where.
    fn find_order(&mut self, grid: &Grid, leaves: impl Fn([f32; 2]) -> bool + Send) {
        let cells = grid.nx * grid.ny;
        self.start.clear();
        self.start.resize(cells + 2, 0);
        self.cell.clear();
        self.cell.extend(self.all.iter().map(|particle| {
            if leaves(particle.position) {
                return GONE;
            }
            let cell = cell_of(grid, particle.position);
            self.start[cell + 2] += 1;
            cell as u32
        }));
        for cell in 0..cells {
            self.start[cell + 2] += self.start[cell + 1];
        }
        // `start[cell + 1]` walks from the first to one past the last place of `cell`.
        self.order.resize(self.start[cells + 1] as usize, 0);
        for (index, &cell) in self.cell.iter().enumerate().filter(|(_, cell)| **cell != GONE) {
            let place = &mut self.start[cell as usize + 1];
            self.order[*place as usize] = index as u32;
            *place += 1;
        }
        self.start.truncate(cells + 1);
    }

    /// Rows of cells from the lowest particle to the highest.
    pub fn rows(&self, grid: &Grid) -> Range<usize> {
        let row = |particle: &Particle| (particle.position[1] as usize).min(grid.ny - 1);
        match (self.all.first(), self.all.last()) {
            (Some(first), Some(last)) => row(first)..row(last) + 1,
            _ => 0..0,
        }
    }

    /// Indices of the particles in `cell`.
    #[inline]
    pub fn in_cell(&self, cell: usize) -> Range<usize> {
        self.start[cell] as usize..self.start[cell + 1] as usize
    }

    /// Indices of the particles in cells `first..=last` of one row.
    #[inline]
    pub fn in_run(&self, first: usize, last: usize) -> Range<usize> {
        self.start[first] as usize..self.start[last + 1] as usize
    }

    /// Position of particle `index` for geometric tests.
    #[inline]
    pub fn position(&self, index: usize) -> [f64; 2] {
        self.all[index].position.map(f64::from)
    }
}

/// The cell that a point lies in, or the nearest.
#[inline(always)]
pub fn cell_of(grid: &Grid, p: [f32; 2]) -> usize {
    let (columns, rows) = (grid.nx as i32 - 1, grid.ny as i32 - 1);
    let (i, j) = ((p[0] as i32).clamp(0, columns), (p[1] as i32).clamp(0, rows));
    grid.cell(i as usize, j as usize)
}

/// Puts particles in their places, block by block.
struct Place<'a, F, V> {
    order: &'a [u32],
    all: &'a [Particle],
    id: &'a [u32],
    /// Place of the first particle of a block.
    first_of: F,
    visit: V,
}

impl<F: Fn(usize) -> usize + Sync, V> Place<'_, F, V> {
    /// Places `first` and the blocks after it, whose particles go into `to`.
    fn run<T: Send>(&self, blocks: &mut [T], first: usize, to: &mut [Particle], to_id: &mut [u32])
    where
        V: Fn(&mut T, usize, &[Particle]) + Sync,
    {
        if let [block] = blocks {
            let order = &self.order[(self.first_of)(first)..];
            for ((to, to_id), &old) in to.iter_mut().zip(to_id).zip(order) {
                (*to, *to_id) = (self.all[old as usize], self.id[old as usize]);
            }
            (self.visit)(block, first, to);
            return;
        }
        let half = blocks.len() / 2;
        let (low, high) = blocks.split_at_mut(half);
        let count = (self.first_of)(first + half) - (self.first_of)(first);
        let (to_low, to_high) = to.split_at_mut(count);
        let (id_low, id_high) = to_id.split_at_mut(count);
        rayon::join(
            || self.run(low, first, to_low, id_low),
            || self.run(high, first + half, to_high, id_high),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_groups_by_cell_keeps_order_within_and_drops_what_leaves() {
        let grid = Grid { nx: 3, ny: 2, cell_m: 1.0 };
        let mut particles = Particles::default();
        for (id, p) in
            [[2.5, 1.5], [0.1, 0.1], [2.1, 1.1], [0.9, 0.2], [1.5, 0.5]].iter().enumerate()
        {
            particles.push(id as u32, *p, [id as f32, 0.0]);
        }
        particles.sort(&grid, |[x, _]| x > 1.0 && x < 2.0);
        assert_eq!(particles.id, [1, 3, 0, 2]);
        assert_eq!(particles.in_cell(0), 0..2);
        assert_eq!(particles.in_cell(5), 2..4);
        assert!(particles.all.iter().map(|p| p.velocity[0]).eq([1.0, 3.0, 0.0, 2.0]));
    }
}
