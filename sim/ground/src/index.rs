//! Segments by cell, for the two kinds of question that stages ask.

use weir_scene::Grid;

use crate::lists::{Boxes, Lists, SegmentLists};
use crate::{Axis, Point, Segment, square};

/// How far beyond its cells a segment is listed, so that rounding can hide none.
const MARGIN: f64 = 1e-6;

/// Segments with, for each cell, the list of those that touch it and the list
/// of those that touch its 3 × 3 neighbourhood.
///
/// Everything that a stage asks about concerns less than one cell of distance,
/// so the second list of the cell that a particle is in always suffices.
#[derive(Clone, Debug, Default)]
pub struct SegmentIndex {
    segments: Vec<Segment>,
    touching: Lists,
    near: Lists,
}

impl SegmentIndex {
    /// Replaces all segments.
    pub fn rebuild(&mut self, grid: &Grid, segments: impl IntoIterator<Item = Segment>) {
        self.segments.clear();
        self.segments.extend(segments);
        let cells = Boxes { shape: [grid.nx, grid.ny], corner: [0.0; 2], reach: [MARGIN; 2] };
        self.touching.rebuild(&cells, &self.segments);
        self.near.rebuild(&Boxes { reach: [1.0 + MARGIN; 2], ..cells }, &self.segments);
    }

    #[inline]
    fn select<'a>(&'a self, indices: &'a [u32]) -> impl Iterator<Item = &'a Segment> + Clone {
        indices.iter().map(|&index| &self.segments[index as usize])
    }

    /// Segments that touch `cell`, by index.
    #[inline]
    pub fn touching(&self, cell: usize) -> &[u32] {
        self.touching.of(cell)
    }

    /// Segments within one cell of `cell`, by index.
    #[inline]
    pub fn near(&self, cell: usize) -> &[u32] {
        self.near.of(cell)
    }
}

/// What stands in the way: lines that rest and outlines that move.
#[derive(Clone, Debug, Default)]
pub struct Obstacles {
    /// Drawn lines at rest.
    lines: SegmentIndex,
    /// Outlines of bodies and of lines that are being moved, where they are now.
    outlines: SegmentIndex,
    /// For each axis and [`square`] between four sides: what touches it or the halves
    /// of the sides beyond it. Nothing else can hide a side from a point of it.
    between: [SegmentLists; 2],
    /// For each cell: whether nothing stands within one cell of it.
    clear: Vec<bool>,
    /// For each row of cells: whether all of them are clear.
    clear_rows: Vec<bool>,
    /// For each cell: whether an outline is or was near, so that what was found
    /// there may no longer hold.
    stirred: Vec<bool>,
}

impl Obstacles {
    /// Replaces the lines at rest. [`Self::set_outlines`] has to follow.
    pub fn set_lines(&mut self, grid: &Grid, lines: impl IntoIterator<Item = Segment>) {
        self.lines.rebuild(grid, lines);
        self.stirred.clear();
    }

    /// Replaces the outlines that move.
    pub fn set_outlines(&mut self, grid: &Grid, outlines: impl IntoIterator<Item = Segment>) {
        let cells = grid.nx * grid.ny;
        let all_new = self.stirred.is_empty();
        self.stirred.clear();
        self.stirred.extend((0..cells).map(|cell| all_new || !self.outlines.near(cell).is_empty()));
        self.outlines.rebuild(grid, outlines);
        let all = [&self.lines.segments[..], &self.outlines.segments].concat();
        for axis in Axis::BOTH {
            let (shape, corner) = (square::shape(grid), square::first_corner(axis));
            let mut reach = [0.5 + MARGIN; 2];
            reach[axis as usize] = MARGIN;
            let squares = Boxes { shape, corner, reach };
            self.between[axis as usize].rebuild(&squares, &all);
        }
        self.clear.clear();
        for (cell, stirred) in self.stirred.iter_mut().enumerate() {
            let no_outline = self.outlines.near(cell).is_empty();
            *stirred |= !no_outline;
            self.clear.push(no_outline && self.lines.near(cell).is_empty());
        }
        self.clear_rows.clear();
        let rows = self.clear.chunks(grid.nx);
        self.clear_rows.extend(rows.map(|row| row.iter().all(|&clear| clear)));
    }

    /// Whether what stands near `cell` may have changed with the last outlines.
    #[inline]
    pub fn stirred(&self, cell: usize) -> bool {
        self.stirred[cell]
    }

    /// Whether nothing stands within one cell of `cell`.
    #[inline]
    pub fn clear_near(&self, cell: usize) -> bool {
        self.clear[cell]
    }

    /// Whether nothing stands within one cell of the cells of `row`.
    #[inline]
    pub fn clear_near_row(&self, row: usize) -> bool {
        self.clear_rows[row]
    }

    /// Lines at rest within one cell of `cell`.
    #[inline]
    pub fn lines_near(&self, cell: usize) -> impl Iterator<Item = &Segment> + Clone {
        self.lines.select(self.lines.near(cell))
    }

    /// All lines at rest.
    pub fn lines(&self) -> &[Segment] {
        &self.lines.segments
    }

    /// Whether nothing touches `cell`.
    pub fn clear_in(&self, cell: usize) -> bool {
        self.lines.touching(cell).is_empty() && self.outlines.touching(cell).is_empty()
    }

    /// Segments within one cell of `cell`.
    #[inline]
    pub fn near(&self, cell: usize) -> impl Iterator<Item = &Segment> {
        self.lines
            .select(self.lines.near(cell))
            .chain(self.outlines.select(self.outlines.near(cell)))
    }

    /// Segments that touch `cell`.
    #[inline]
    pub fn touching(&self, cell: usize) -> impl Iterator<Item = &Segment> {
        let outlines = self.outlines.select(self.outlines.touching(cell));
        self.lines.select(self.lines.touching(cell)).chain(outlines)
    }

    /// Whether `p` in `cell` and `q` less than a cell away see each other.
    #[inline]
    pub fn sees(&self, cell: usize, p: Point, q: Point) -> bool {
        !self.near(cell).any(|segment| segment.crosses(p, q))
    }

    /// What touches a [`square`] between four sides, or the halves of the sides beyond it.
    pub fn between(&self, axis: Axis, square: usize) -> &[Segment] {
        self.between[axis as usize].of(square)
    }

    /// Whether nothing touches a [`square`] between four sides.
    pub fn clear_between(&self, grid: &Grid, axis: Axis, square: usize) -> bool {
        let min = square::corner(grid, axis, square).map(|c| c - MARGIN);
        let max = min.map(|c| c + 1.0 + 2.0 * MARGIN);
        let between = self.between[axis as usize].of(square);
        !between.iter().any(|segment| segment.touches_box(min, max))
    }

    /// Whether `p` in this [`square`] between four sides sees `q`, a point of them.
    #[inline]
    pub fn sees_between(&self, axis: Axis, square: usize, p: Point, q: Point) -> bool {
        let between = self.between[axis as usize].of(square);
        !between.iter().any(|segment| segment.crosses(p, q))
    }

    /// Whether `p` and `q`, both in the closed `cell`, see each other.
    #[inline]
    pub fn sees_within(&self, cell: usize, p: Point, q: Point) -> bool {
        !self.touching(cell).any(|segment| segment.crosses(p, q))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_holds_what_a_search_of_all_segments_finds() {
        let grid = Grid { nx: 9, ny: 7, cell_m: 1.0 };
        let segments = [
            Segment { a: [0.5, 0.5], b: [8.2, 5.9] },
            Segment { a: [3.0, 2.0], b: [3.0, 6.0] },
            Segment { a: [-4.0, 3.5], b: [20.0, 3.5] },
            Segment { a: [5.1, 5.2], b: [5.1, 5.2] },
        ];
        let mut index = SegmentIndex::default();
        index.rebuild(&grid, segments);
        for j in 0..grid.ny {
            for i in 0..grid.nx {
                let (x, y) = (i as f64, j as f64);
                let within = |reach: f64| -> Vec<u32> {
                    let (min, max) = ([x - reach, y - reach], [x + 1.0 + reach, y + 1.0 + reach]);
                    let hits = segments.iter().enumerate();
                    hits.filter(|(_, s)| s.touches_box(min, max)).map(|(k, _)| k as u32).collect()
                };
                assert_eq!(index.touching(grid.cell(i, j)), within(MARGIN), "cell {i} {j}");
                assert_eq!(index.near(grid.cell(i, j)), within(1.0 + MARGIN), "cell {i} {j}");
            }
        }
    }

    #[test]
    fn what_lies_between_four_sides_is_what_a_search_of_all_segments_finds() {
        let grid = Grid { nx: 9, ny: 7, cell_m: 1.0 };
        let line = Segment { a: [0.5, 0.5], b: [8.2, 5.9] };
        let outline = Segment { a: [3.0, 2.0], b: [3.0, 6.0] };
        let mut obstacles = Obstacles::default();
        obstacles.set_lines(&grid, [line]);
        obstacles.set_outlines(&grid, [outline]);
        for axis in Axis::BOTH {
            let [columns, rows] = square::shape(&grid);
            for square in 0..columns * rows {
                let min = square::corner(&grid, axis, square);
                let max = min.map(|c| c + 1.0);
                let clear = ![line, outline].iter().any(|s| s.touches_box(min, max));
                assert_eq!(obstacles.clear_between(&grid, axis, square), clear, "{min:?}");
                // From the middle of the square to a tip of one of its upper sides.
                let p = min.map(|c| c + 0.5);
                let tip = match axis {
                    Axis::X => [max[0], max[1] + 0.5],
                    Axis::Y => [max[0] + 0.5, max[1]],
                };
                let sees = ![line, outline].iter().any(|s| s.crosses(p, tip));
                assert_eq!(obstacles.sees_between(axis, square, p, tip), sees, "{p:?} {tip:?}");
            }
        }
    }
}
