//! The uniform grid: cells, faces and the only place that turns one into an index.
//!
//! ```text
//!        v(i,j+1)
//!      ┌────┬────┐        cell (i, j) spans [i, i+1] × [j, j+1] cell widths
//!      │         │        u(i, j) sits in the middle of its left side
//! u(i,j)  p(i,j)  u(i+1,j)  v(i, j) sits in the middle of its bottom side
//!      │         │        cells, u faces and v faces are each numbered row by
//!      └────┴────┘        row from the lower left corner
//!        v(i,j)
//! ```

/// Where on a cell a grid value lives (Harlow & Welch 1965, the MAC grid).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stagger {
    /// Cell centres, `nx × ny` values.
    Centre,
    /// Middles of vertical sides, `(nx + 1) × ny` values.
    FaceX,
    /// Middles of horizontal sides, `nx × (ny + 1)` values.
    FaceY,
}

/// A rectangle of `nx × ny` square cells with its lower left corner at the origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Cells along x.
    pub nx: usize,
    /// Cells along y.
    pub ny: usize,
    /// Side of a cell, metres.
    pub cell_m: f64,
}

impl Grid {
    /// The grid that covers `width_m × height_m`, rounded to whole cells (at least one).
    pub fn covering(width_m: f64, height_m: f64, cell_m: f64) -> Self {
        let cells = |length_m: f64| ((length_m / cell_m).round() as usize).max(1);
        Self { nx: cells(width_m), ny: cells(height_m), cell_m }
    }

    /// Width and height in metres.
    pub fn size_m(&self) -> [f64; 2] {
        [self.nx as f64 * self.cell_m, self.ny as f64 * self.cell_m]
    }

    /// How many values a field with this staggering has.
    pub fn len(&self, stagger: Stagger) -> usize {
        let [columns, rows] = self.shape(stagger);
        columns * rows
    }

    /// Columns and rows of a field with this staggering.
    pub fn shape(&self, stagger: Stagger) -> [usize; 2] {
        match stagger {
            Stagger::Centre => [self.nx, self.ny],
            Stagger::FaceX => [self.nx + 1, self.ny],
            Stagger::FaceY => [self.nx, self.ny + 1],
        }
    }

    /// Index of cell `(i, j)`.
    #[inline]
    pub fn cell(&self, i: usize, j: usize) -> usize {
        j * self.nx + i
    }

    /// Index of the vertical side to the left of cell `(i, j)`.
    #[inline]
    pub fn face_x(&self, i: usize, j: usize) -> usize {
        j * (self.nx + 1) + i
    }

    /// Index of the horizontal side below cell `(i, j)`.
    #[inline]
    pub fn face_y(&self, i: usize, j: usize) -> usize {
        j * self.nx + i
    }

    /// Position of value `(i, j)` in cell widths.
    pub fn cells_from_index(&self, stagger: Stagger, i: usize, j: usize) -> [f64; 2] {
        let (i, j) = (i as f64, j as f64);
        match stagger {
            Stagger::Centre => [i + 0.5, j + 0.5],
            Stagger::FaceX => [i, j + 0.5],
            Stagger::FaceY => [i + 0.5, j],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covering_rounds_to_whole_cells_and_keeps_at_least_one() {
        let grid = Grid::covering(1.5, 1.0, 1.0 / 64.0);
        assert_eq!((grid.nx, grid.ny), (96, 64));
        let tiny = Grid::covering(0.001, 0.001, 0.1);
        assert_eq!((tiny.nx, tiny.ny), (1, 1));
    }

    #[test]
    fn indices_enumerate_each_field_once() {
        let grid = Grid { nx: 5, ny: 3, cell_m: 0.1 };
        for stagger in [Stagger::Centre, Stagger::FaceX, Stagger::FaceY] {
            let [columns, rows] = grid.shape(stagger);
            let mut seen = vec![false; grid.len(stagger)];
            for j in 0..rows {
                for i in 0..columns {
                    let index = match stagger {
                        Stagger::Centre => grid.cell(i, j),
                        Stagger::FaceX => grid.face_x(i, j),
                        Stagger::FaceY => grid.face_y(i, j),
                    };
                    assert!(!std::mem::replace(&mut seen[index], true));
                }
            }
            assert!(seen.into_iter().all(|s| s));
        }
    }
}
