//! Squares between four sides in which nothing needs care.

use weir_scene::Grid;

use crate::{Axis, Obstacles, Piece, Topology, square};

/// For each axis and [`square`] between four of its sides: whether no segment
/// touches it, and all four are open from end to end.
#[derive(Clone, Debug, Default)]
pub struct OpenSquares([Vec<bool>; 2]);

impl OpenSquares {
    /// Those of an empty rectangle.
    pub fn new(grid: &Grid) -> Self {
        let [columns, rows] = square::shape(grid);
        Self(Axis::BOTH.map(|_| vec![true; columns * rows]))
    }

    #[inline]
    pub fn contains(&self, axis: Axis, square: usize) -> bool {
        self.0[axis as usize][square]
    }

    /// Finds them anew for pieces that `topology` has found.
    pub fn find(&mut self, topology: &Topology, obstacles: &Obstacles) {
        let grid = topology.grid();
        for axis in Axis::BOTH {
            let (open, stagger) = (&mut self.0[axis as usize], axis.stagger());
            for (square, open) in open.iter_mut().enumerate() {
                *open = obstacles.clear_between(grid, axis, square);
            }
            let width = grid.shape(stagger)[0];
            for (face, pieces) in topology.special_pieces(axis) {
                if !Piece::make_a_whole(pieces) {
                    let around = square::around(grid, face % width, face / width);
                    around.into_iter().for_each(|square| open[square] = false);
                }
            }
            if topology.periodic_x() {
                // What stands across the seam is not listed.
                let columns = square::shape(grid)[0];
                for row in open.chunks_exact_mut(columns) {
                    [0, 1, columns - 2, columns - 1].into_iter().for_each(|k| row[k] = false);
                }
            }
        }
    }
}
