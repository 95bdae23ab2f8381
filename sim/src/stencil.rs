//! How to read velocities at a point where lines hide sides or split them.

use weir_ground::{Axis, Obstacles, Piece, Topology, square};
use wide::f32x4;

use crate::field::{NoSlip, Packed, both, face_at};

/// What lies at the four corners of a reading, ready for any field of that axis.
///
/// A corner whose side is split contributes its visible pieces; a corner that a
/// line hides contributes nothing, and the weights of the others are scaled up.
#[derive(Clone, Copy, Debug)]
pub struct Stencil {
    count: usize,
    corners: [Corner; Self::MOST],
    /// Whether all four corners are sides in one piece, and visible.
    whole: bool,
    /// What the weights were scaled by.
    scale: f32,
    /// Added to the sum: what mirrored corners at a no-slip wall bring with them.
    offset: f32,
    offset_slope: [f32; 2],
}

#[derive(Clone, Copy, Debug, Default)]
struct Corner {
    node: u32,
    /// Negative for what a no-slip wall mirrors.
    weight: f32,
    /// From the point to the corner.
    way: [f32; 2],
}

impl Corner {
    /// Change of the weight, before scaling, as the point moves.
    #[inline]
    fn slope(&self) -> [f32; 2] {
        let [dx, dy] = self.way;
        [dx.signum() * (1.0 - dy.abs()), dy.signum() * (1.0 - dx.abs())]
    }
}

impl Stencil {
    const MOST: usize = 16;

    /// The reading of `axis` at `p` in `cell`.
    pub fn at(
        topology: &Topology,
        obstacles: &Obstacles,
        no_slip: NoSlip,
        axis: Axis,
        cell: usize,
        p: [f32; 2],
    ) -> Self {
        let (grid, stagger) = (topology.grid(), axis.stagger());
        let [i, j] = square::first_side(axis, p);
        let square = square::at(grid, axis, p);
        let from = p.map(f64::from);
        let [columns, rows] = grid.shape(stagger);
        let mut stencil = Self {
            count: 0,
            corners: [Corner::default(); Self::MOST],
            whole: true,
            scale: 1.0,
            offset: 0.0,
            offset_slope: [0.0; 2],
        };
        let mut total = 0.0;
        for (i, j) in [(i, j), (i + 1, j), (i, j + 1), (i + 1, j + 1)] {
            let row = j.clamp(0, rows as i32 - 1);
            let (column, seam) = if topology.periodic_x() {
                let column = i.rem_euclid(grid.nx as i32);
                (column, column != i)
            } else {
                (i.clamp(0, columns as i32 - 1), false)
            };
            let mirror = no_slip.on && (row != j || (column != i && !seam));
            let wall = if axis == Axis::X && j > row { no_slip.lid } else { 0.0 };
            let face = column as usize + row as usize * columns;
            // The corner as it lies around `p`, which on a periodic seam is not where it is stored.
            let shift = [(i - column) as f32, (j - row) as f32];
            // Adds what lies `at` there, unless it is out of reach or a line hides it;
            // says whether it is hidden.
            let mut add = |node: usize, at: [f32; 2], share: f32| {
                let way = both(|k| at[k] + shift[k] - p[k]);
                let (wx, wy) = (1.0 - way[0].abs(), 1.0 - way[1].abs());
                if wx <= 0.0 || wy <= 0.0 || stencil.count == Self::MOST {
                    return false;
                }
                let to = at.map(f64::from);
                // What stands across the seam is listed by cell only.
                let near = || obstacles.sees(cell, from, to);
                if !(if seam { near() } else { obstacles.sees_between(axis, square, from, to) }) {
                    return true;
                }
                let size = wx * wy * share;
                let weight = if mirror { -size } else { size };
                let corner = Corner { node: node as u32, weight, way };
                stencil.corners[stencil.count] = corner;
                stencil.count += 1;
                total += size;
                if mirror {
                    stencil.offset += 2.0 * wall * size;
                    let slope = corner.slope();
                    (0..2).for_each(|k| stencil.offset_slope[k] += 2.0 * wall * slope[k]);
                }
                false
            };
            let split = topology.pieces(axis, face).filter(|pieces| !Piece::make_a_whole(pieces));
            if let Some(pieces) = split {
                for piece in pieces {
                    add(piece.node as usize, piece.at, piece.aperture);
                }
                stencil.whole = false;
            } else {
                let middle = face_at(axis, column as usize, row as usize);
                let hidden = add(face, middle, 1.0);
                stencil.whole &= !hidden;
            }
        }
        stencil.normalise(total);
        stencil
    }

    /// Scales the weights to sum to one.
    fn normalise(&mut self, total: f32) {
        if total <= 1e-6 {
            (self.count, self.offset) = (0, 0.0);
            return;
        }
        self.scale = 1.0 / total;
        for corner in &mut self.corners[..self.count] {
            corner.weight *= self.scale;
        }
        self.offset *= self.scale;
    }

    /// Whether anything is visible from the point.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The corners: node, share of the reading, and the way there from the point.
    #[inline]
    pub fn corners(&self) -> impl Iterator<Item = (usize, f32, [f32; 2])> + '_ {
        let corners = self.corners[..self.count].iter();
        corners.map(|corner| (corner.node as usize, corner.weight.abs(), corner.way))
    }

    /// The fields' values. A mirrored wall counts with its own speed, and adds
    /// nothing to what is not a velocity.
    #[inline]
    pub fn value(&self, packed: &[Packed]) -> Packed {
        let start = f32x4::new([self.offset, 0.0, 0.0, 0.0]);
        self.corners[..self.count].iter().fold(start, |sum, corner| {
            sum + packed[corner.node as usize] * f32x4::splat(corner.weight)
        })
    }

    /// The velocity's slope along x and y; that of Σwu / Σw is (Σ∇w·u − ū Σ∇w) / Σw.
    ///
    /// With a corner hidden or split it is nothing: the slope of what is left is
    /// often that of values a hair apart. A particle that spreads it over whole cells
    /// and reads it back finds it steeper every time.
    #[inline]
    pub fn slope(&self, packed: &[Packed]) -> [f32; 2] {
        if !self.whole {
            return [0.0; 2];
        }
        let (mut slope, mut weights) = (self.offset_slope, [0.0; 2]);
        let mut mean = self.offset;
        for corner in &self.corners[..self.count] {
            let velocity = packed[corner.node as usize].to_array()[0];
            let own = corner.slope();
            mean += corner.weight * velocity;
            for k in 0..2 {
                slope[k] += own[k] * velocity * corner.weight.signum();
                weights[k] += own[k];
            }
        }
        both(|k| (slope[k] - mean * weights[k]) * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use weir_ground::Segment;
    use weir_scene::Grid;

    use super::*;
    use crate::field::Corners;

    #[test]
    fn between_four_open_sides_care_reads_what_is_read_in_the_open() {
        let grid = Grid { nx: 8, ny: 6, cell_m: 1.0 };
        let mut obstacles = Obstacles::default();
        obstacles.set_lines(&grid, [Segment { a: [1.2, 2.1], b: [5.9, 3.3] }]);
        obstacles.set_outlines(&grid, []);
        let mut topology = Topology::new(grid, false);
        topology.rebuild(&obstacles, std::iter::empty());
        let mut beside_cut_cells = 0;
        for axis in Axis::BOTH {
            let values = (0..topology.node_count(axis)).map(|k| (k * 37 % 101) as f32);
            let sides: Vec<Packed> = values.map(f32x4::splat).collect();
            for k in 0..24 * 24 {
                let p = [(k % 24) as f32 / 3.0 + 0.1, (k / 24) as f32 / 4.0 + 0.1];
                if !topology.is_open(axis, square::at(&grid, axis, p)) {
                    continue;
                }
                let cell = crate::particles::cell_of(&grid, p);
                let stencil = Stencil::at(&topology, &obstacles, NoSlip::default(), axis, cell, p);
                let near = |a: f32, b: f32| (a - b).abs() < 1e-3;
                let [value, along_x, along_y] = Corners::at(&grid, axis, p).read(&sides);
                assert!(near(stencil.value(&sides).to_array()[0], value.to_array()[0]), "{p:?}");
                let [x, y] = stencil.slope(&sides);
                assert!(near(x, along_x.to_array()[0]), "{axis:?} {p:?}");
                assert!(near(y, along_y.to_array()[0]), "{axis:?} {p:?}");
                beside_cut_cells += usize::from(!obstacles.clear_near(cell));
            }
        }
        assert!(beside_cut_cells > 20, "{beside_cut_cells}");
    }
}
