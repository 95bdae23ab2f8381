//! The water: particles, ordered by cell.
//!
//! Lengths are in cell widths and velocities in cell widths per second. A
//! particle stands for a quarter of a cell of water.

use rayon::prelude::*;
use weir_scene::Grid;

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

/// Particles that are worth a thread of their own to move: fewer stay where the
/// processor core that reads them next has them.
const SHARED: usize = 16_384;
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
    pub fn sort(&mut self, grid: &Grid, leaves: impl Fn([f32; 2]) -> bool + Sync) {
        let cells = grid.nx * grid.ny;
        let (columns, rows) = (grid.nx as i32 - 1, grid.ny as i32 - 1);
        self.cell.resize(self.len(), 0);
        let particles = self.all.par_iter().with_min_len(SHARED);
        particles.zip(&mut self.cell).for_each(|(particle, cell)| {
            let [x, y] = particle.position;
            let (i, j) = ((x as i32).clamp(0, columns), (y as i32).clamp(0, rows));
            let here = grid.cell(i as usize, j as usize) as u32;
            *cell = if leaves(particle.position) { GONE } else { here };
        });

        self.start.clear();
        self.start.resize(cells + 2, 0);
        for &cell in self.cell.iter().filter(|&&cell| cell != GONE) {
            self.start[cell as usize + 2] += 1;
        }
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

        let Self { all, id, order, spare, spare_id, .. } = self;
        spare.resize(order.len(), Particle::default());
        spare_id.resize(order.len(), 0);
        let places = spare.par_iter_mut().zip(spare_id.par_iter_mut()).zip(order);
        places.with_min_len(SHARED).for_each(|((particle, new_id), old)| {
            (*particle, *new_id) = (all[*old as usize], id[*old as usize]);
        });
        std::mem::swap(all, spare);
        std::mem::swap(id, spare_id);
    }

    /// Indices of the particles in `cell`.
    #[inline]
    pub fn in_cell(&self, cell: usize) -> std::ops::Range<usize> {
        self.start[cell] as usize..self.start[cell + 1] as usize
    }

    /// Indices of the particles in cells `first..=last` of one row.
    #[inline]
    pub fn in_run(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        self.start[first] as usize..self.start[last + 1] as usize
    }

    /// Position of particle `index` for geometric tests.
    #[inline]
    pub fn position(&self, index: usize) -> [f64; 2] {
        self.all[index].position.map(f64::from)
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
