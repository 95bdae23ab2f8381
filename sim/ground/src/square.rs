//! The unit squares between the middles of four neighbouring sides of an axis.
//!
//! A particle reads the four sides around it, and what could hide one of them from
//! it touches the square between them. Squares are numbered row by row; those along
//! the edges of the rectangle reach half a cell or a cell beyond it.

use weir_scene::Grid;

use crate::Axis;

/// Squares in a row, and rows.
pub fn shape(grid: &Grid) -> [usize; 2] {
    [grid.nx + 2, grid.ny + 2]
}

/// Lower left corner of the first square, cell widths.
pub fn first_corner(axis: Axis) -> [f64; 2] {
    halves(axis).map(|half| if half { -0.5 } else { -1.0 })
}

/// Column and row of the lower left one of the four sides around `p`, a point of the
/// rectangle; beside an edge they may lie beyond it.
#[inline(always)]
pub fn first_side(axis: Axis, p: [f32; 2]) -> [i32; 2] {
    let [half_x, half_y] = halves(axis);
    // Added to the whole part, the one cannot round.
    let along = |x: f32, half: bool| if half { (x + 0.5) as i32 - 1 } else { x as i32 };
    [along(p[0], half_x), along(p[1], half_y)]
}

/// Number of the square that `p`, a point of the rectangle, lies in.
#[inline(always)]
pub fn at(grid: &Grid, axis: Axis, p: [f32; 2]) -> usize {
    let [i, j] = first_side(axis, p);
    let along = |first: i32, count: usize| ((first + 1) as usize).min(count + 1);
    along(j, grid.ny) * (grid.nx + 2) + along(i, grid.nx)
}

/// Lower left corner of a square, cell widths.
pub fn corner(grid: &Grid, axis: Axis, square: usize) -> [f64; 2] {
    let [x, y] = first_corner(axis);
    let columns = grid.nx + 2;
    [x + (square % columns) as f64, y + (square / columns) as f64]
}

/// Numbers of the squares around side `(i, j)`.
#[inline]
pub fn around(grid: &Grid, i: usize, j: usize) -> [usize; 4] {
    let first = j * (grid.nx + 2) + i;
    [first, first + 1, first + grid.nx + 2, first + grid.nx + 3]
}

/// Whether the middles of sides are shifted by half a cell, along x and y.
#[inline(always)]
fn halves(axis: Axis) -> [bool; 2] {
    match axis {
        Axis::X => [false, true],
        Axis::Y => [true, false],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_lies_in_one_of_the_squares_around_each_of_its_four_neighbours() {
        let grid = Grid { nx: 4, ny: 3, cell_m: 1.0 };
        for axis in Axis::BOTH {
            let [columns, rows] = grid.shape(axis.stagger());
            for j in 0..rows {
                for i in 0..columns {
                    let [x, y] = grid.cells_from_index(axis.stagger(), i, j);
                    for (k, (dx, dy)) in
                        [(-0.3, -0.2), (0.3, -0.2), (-0.3, 0.2), (0.3, 0.2)].into_iter().enumerate()
                    {
                        let p = [x + dx, y + dy];
                        if p[0] < 0.0 || p[1] < 0.0 {
                            continue;
                        }
                        let square = at(&grid, axis, p.map(|c| c as f32));
                        assert_eq!(square, around(&grid, i, j)[k], "{axis:?} {i} {j} {k}");
                        let from = corner(&grid, axis, square);
                        assert!((0..2).all(|d| p[d] >= from[d] && p[d] <= from[d] + 1.0));
                    }
                }
            }
        }
    }
}
