//! The water: particles in structure-of-arrays form, ordered by cell.
//!
//! Lengths are in cell widths and velocities in cell widths per second. A
//! particle stands for a quarter of a cell of water.

use rayon::prelude::*;
use weir_scene::Grid;

/// Water that one particle stands for, in cells.
pub const VOLUME: f32 = 0.25;

/// Particles, and where those of each cell begin.
#[derive(Clone, Debug, Default)]
pub struct Particles {
    /// Positions along x.
    pub x: Vec<f32>,
    /// Positions along y.
    pub y: Vec<f32>,
    /// Velocities, by axis.
    pub velocity: [Vec<f32>; 2],
    /// Gradients of each velocity component: ∂/∂x and ∂/∂y, 1/s (APIC's matrix C).
    pub gradient: [[Vec<f32>; 2]; 2],
    /// Identities.
    pub id: Vec<u32>,
    /// First particle of each cell, and one past the last.
    start: Vec<u32>,
    cell: Vec<u32>,
    order: Vec<u32>,
    spare: [Vec<f32>; 8],
    spare_id: Vec<u32>,
}

/// Cell number of a particle that has left.
const GONE: u32 = u32::MAX;

impl Particles {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Adds one. It takes part after the next [`Self::sort`].
    pub fn push(&mut self, id: u32, position: [f32; 2], velocity: [f32; 2]) {
        self.x.push(position[0]);
        self.y.push(position[1]);
        self.id.push(id);
        for axis in 0..2 {
            self.velocity[axis].push(velocity[axis]);
            self.gradient[axis].iter_mut().for_each(|g| g.push(0.0));
        }
    }

    /// Orders particles by cell, keeping the previous order within each, and
    /// drops those for which `leaves` holds.
    pub fn sort(&mut self, grid: &Grid, leaves: impl Fn(f32, f32) -> bool + Sync) {
        let cells = grid.nx * grid.ny;
        let (columns, rows) = (grid.nx as i32 - 1, grid.ny as i32 - 1);
        self.cell.resize(self.x.len(), 0);
        let positions = self.x.par_iter().zip(&self.y).with_min_len(4096);
        positions.zip(&mut self.cell).for_each(|((&x, &y), cell)| {
            let (i, j) = ((x as i32).clamp(0, columns), (y as i32).clamp(0, rows));
            *cell = if leaves(x, y) { GONE } else { grid.cell(i as usize, j as usize) as u32 };
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

        let Self { x, y, velocity, gradient, id, order, spare, spare_id, .. } = self;
        let [u, v] = velocity;
        let [[ux, uy], [vx, vy]] = gradient;
        let fields = [x, y, u, v, ux, uy, vx, vy].into_par_iter().zip(spare);
        rayon::join(
            || fields.for_each(|(field, spare)| permute(order, field, spare)),
            || permute(order, id, spare_id),
        );
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
        [f64::from(self.x[index]), f64::from(self.y[index])]
    }
}

fn permute<T: Copy + Default>(order: &[u32], field: &mut Vec<T>, spare: &mut Vec<T>) {
    spare.resize(order.len(), T::default());
    spare.iter_mut().zip(order).for_each(|(new, &old)| *new = field[old as usize]);
    std::mem::swap(field, spare);
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
        particles.sort(&grid, |x, _| x > 1.0 && x < 2.0);
        assert_eq!(particles.id, [1, 3, 0, 2]);
        assert_eq!(particles.in_cell(0), 0..2);
        assert_eq!(particles.in_cell(5), 2..4);
        assert_eq!(particles.velocity[0], [1.0, 3.0, 0.0, 2.0]);
    }
}
