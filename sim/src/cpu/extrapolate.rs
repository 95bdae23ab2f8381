//! Values for the sides just outside the water.
//!
//! A particle near the surface reads sides that no water touches. They take the
//! mean of their known neighbours, ring by ring, and only across links that no
//! line crosses, so that water on the other side of a line lends nothing.

use std::ops::Range;

use crate::field::{columns, face_at};
use weir_ground::{Axis, Obstacles, Topology};

/// Memory between steps.
#[derive(Clone, Debug, Default)]
pub struct Extrapolate {
    /// Whether each whole side is unknown beside a known one.
    candidate: Vec<bool>,
    found: Vec<(u32, f32)>,
}

impl Extrapolate {
    /// Gives `values` to unknowns that are not `known`, up to `rings` away from
    /// those that are, and marks them known. All that is known lies inside `rows`
    /// of cells, at least `rings` from their ends.
    #[allow(clippy::too_many_arguments)]
    pub fn run(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        axis: Axis,
        rows: &Range<usize>,
        values: &mut [f32],
        known: &mut [bool],
        rings: usize,
    ) {
        let grid = topology.grid();
        let width = columns(grid, axis);
        let height = grid.len(axis.stagger()) / width;
        let rows = topology.face_rows(axis, rows);
        self.candidate.resize(width * height, false);
        for _ in 0..rings {
            self.find_candidates(topology, axis, known, width, rows.clone());
            let ring = Ring { topology, obstacles, axis, width, height, values, known };
            self.found.clear();
            for j in rows.clone() {
                let row = &self.candidate[j * width..(j + 1) * width];
                let whole = topology.whole_rows(axis, j.saturating_sub(1)..(j + 2).min(height));
                for_each_set(row, |i| {
                    let mean = if whole {
                        ring.mean_of_whole(i, j)
                    } else {
                        ring.mean(i, j, face_at(axis, i, j), false)
                    };
                    self.found.extend(mean.map(|value| ((j * width + i) as u32, value)));
                });
            }
            for (face, pieces) in topology.special_pieces(axis) {
                for piece in pieces.iter().filter(|piece| !ring.known[piece.node as usize]) {
                    let mean = ring.mean(face % width, face / width, piece.at, true);
                    self.found.extend(mean.map(|value| (piece.node, value)));
                }
            }
            for &(node, value) in &self.found {
                (values[node as usize], known[node as usize]) = (value, true);
            }
        }
    }

    /// Marks whole sides that are unknown but have a known or split neighbour.
    fn find_candidates(
        &mut self,
        topology: &Topology,
        axis: Axis,
        known: &[bool],
        width: usize,
        rows: Range<usize>,
    ) {
        let height = self.candidate.len() / width;
        // A split side's first piece shares its number; the others count with it here.
        let row_of = |j: usize| &known[j * width..(j + 1) * width];
        for j in rows.clone() {
            let (row, own) = (&mut self.candidate[j * width..(j + 1) * width], row_of(j));
            let (below, above) = (row_of(j.saturating_sub(1)), row_of((j + 1).min(height - 1)));
            row[0] = !own[0] & (own[1] | below[0] | above[0]);
            let last = width - 1;
            row[last] = !own[last] & (own[last - 1] | below[last] | above[last]);
            let beside = own.iter().zip(&own[2..]).map(|(left, right)| left | right);
            let across = below[1..].iter().zip(&above[1..]).map(|(below, above)| below | above);
            let inner = row[1..last].iter_mut().zip(&own[1..]).zip(beside.zip(across));
            inner.for_each(|((candidate, own), (beside, across))| {
                *candidate = !own & (beside | across)
            });
        }
        for (face, pieces) in topology.special_pieces(axis) {
            let (i, j) = (face % width, face / width);
            if rows.contains(&j) && pieces.iter().any(|piece| known[piece.node as usize]) {
                let mut mark = |face: usize| self.candidate[face] = !known[face];
                if i > 0 {
                    mark(face - 1);
                }
                if i + 1 < width {
                    mark(face + 1);
                }
                if j > rows.start {
                    mark(face - width);
                }
                if j + 1 < rows.end {
                    mark(face + width);
                }
            }
        }
        for (face, _) in topology.special_pieces(axis) {
            self.candidate[face] = false;
        }
    }
}

/// Calls `visit` with the index of each flag that is set. Most are not.
#[inline(always)]
fn for_each_set(flags: &[bool], mut visit: impl FnMut(usize)) {
    const WIDTH: usize = 16;
    for (group, some) in flags.chunks(WIDTH).enumerate() {
        if some.iter().fold(false, |any, flag| any | flag) {
            let set = some.iter().enumerate().filter(|(_, flag)| **flag);
            set.for_each(|(k, _)| visit(group * WIDTH + k));
        }
    }
}

struct Ring<'a> {
    topology: &'a Topology,
    obstacles: &'a Obstacles,
    axis: Axis,
    width: usize,
    height: usize,
    values: &'a [f32],
    known: &'a [bool],
}

impl Ring<'_> {
    /// Mean over the known neighbours of face `(i, j)`, of which none is split.
    #[inline(always)]
    fn mean_of_whole(&self, i: usize, j: usize) -> Option<f32> {
        let face = j * self.width + i;
        let (mut sum, mut count) = (0.0, 0.0);
        let mut add = |there: bool, face: usize| {
            if there && self.known[face] {
                sum += self.values[face];
                count += 1.0;
            }
        };
        add(i > 0, face.wrapping_sub(1));
        add(i + 1 < self.width, face + 1);
        add(j > 0, face.wrapping_sub(self.width));
        add(j + 1 < self.height, face + self.width);
        (count > 0.0).then(|| sum / count)
    }

    /// Mean over the known neighbours of face `(i, j)` that `at` sees.
    fn mean(&self, i: usize, j: usize, at: [f32; 2], split: bool) -> Option<f32> {
        let (mut sum, mut count) = (0.0, 0.0);
        let neighbours = [(i.wrapping_sub(1), j), (i + 1, j), (i, j.wrapping_sub(1)), (i, j + 1)];
        for (i2, j2) in neighbours {
            if i2 >= self.width || j2 >= self.height {
                continue;
            }
            let face = j2 * self.width + i2;
            match self.topology.pieces(self.axis, face) {
                None if !self.known[face] => {}
                None => {
                    if !split || self.sees(i, j, at, face_at(self.axis, i2, j2)) {
                        sum += self.values[face];
                        count += 1.0;
                    }
                }
                Some(pieces) => {
                    for piece in pieces.iter().filter(|piece| self.known[piece.node as usize]) {
                        if self.sees(i, j, at, piece.at) {
                            sum += piece.aperture * self.values[piece.node as usize];
                            count += piece.aperture;
                        }
                    }
                }
            }
        }
        (count > 0.0).then(|| sum / count)
    }

    fn sees(&self, i: usize, j: usize, from: [f32; 2], to: [f32; 2]) -> bool {
        let grid = self.topology.grid();
        let cell = grid.cell(i.min(grid.nx - 1), j.min(grid.ny - 1));
        self.obstacles.sees(cell, from.map(f64::from), to.map(f64::from))
    }
}
