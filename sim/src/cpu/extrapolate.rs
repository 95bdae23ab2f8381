//! Values for the sides just outside the water.
//!
//! A particle near the surface reads sides that no water touches. They take the
//! mean of their known neighbours, ring by ring, and only across links that no
//! line crosses, so that water on the other side of a line lends nothing.

use std::ops::Range;

use super::neighbours::Neighbours;
use crate::field::columns;
use weir_ground::{Axis, Obstacles, Topology};

/// Memory between steps.
#[derive(Clone, Debug, Default)]
pub struct Extrapolate {
    /// Whether each side, or its first piece, is unknown beside a known one.
    candidate: Vec<bool>,
    /// Those that are.
    candidates: Vec<u32>,
    found: Vec<Found>,
    neighbours: Neighbours,
    /// Pieces beyond the first of a side, by side: unknown and side.
    further: Vec<(u32, u32)>,
}

/// A value for an unknown of a side.
#[derive(Clone, Copy, Debug)]
struct Found {
    node: u32,
    face: u32,
    value: f32,
}

impl Extrapolate {
    /// Forgets what it knows of another topology.
    pub fn forget(&mut self, topology: &Topology, axis: Axis) {
        self.neighbours.forget(topology, axis);
        self.further.clear();
        for (face, pieces) in topology.special_pieces(axis) {
            let further = pieces.iter().skip(1);
            self.further.extend(further.map(|piece| (piece.node, face as u32)));
        }
    }

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
        let before =
            |row: usize| self.further.partition_point(|&(_, face)| (face as usize) < row * width);
        let further = before(rows.start)..before(rows.end);
        let Self { candidate, candidates, found, neighbours, further: all_further } = self;
        let further = &all_further[further];
        let place = (topology, obstacles, axis);
        for ring in 0..rings {
            if ring == 0 {
                find_candidates(candidate, known, further, width, rows.clone());
                candidates.clear();
                for j in rows.clone() {
                    let row = &candidate[j * width..(j + 1) * width];
                    for_each_set(row, |i| candidates.push((j * width + i) as u32));
                }
            } else {
                // Who had no neighbour before has one only beside what was found.
                next_candidates(candidate, candidates, known, found, width, &rows);
            }
            found.clear();
            for face in candidates.iter().map(|&face| face as usize) {
                let mean = if neighbours.is_whole(face) {
                    mean_of_whole(face, [width, height], values, known)
                } else {
                    mean_of(neighbours.seen(place, face, face), values, known)
                };
                found.extend(mean.map(|value| Found {
                    node: face as u32,
                    face: face as u32,
                    value,
                }));
            }
            for &(node, face) in further {
                if !known[node as usize] {
                    let seen = neighbours.seen(place, node as usize, face as usize);
                    let mean = mean_of(seen, values, known);
                    found.extend(mean.map(|value| Found { node, face, value }));
                }
            }
            for &Found { node, value, .. } in &*found {
                (values[node as usize], known[node as usize]) = (value, true);
            }
        }
    }
}

/// Marks sides that are unknown but have a known neighbour. A split side's first
/// piece shares its number; the `further` ones lend to their neighbours too.
fn find_candidates(
    candidate: &mut [bool],
    known: &[bool],
    further: &[(u32, u32)],
    width: usize,
    rows: Range<usize>,
) {
    let height = candidate.len() / width;
    let row_of = |j: usize| &known[j * width..(j + 1) * width];
    for j in rows.clone() {
        let (row, own) = (&mut candidate[j * width..(j + 1) * width], row_of(j));
        let (below, above) = (row_of(j.saturating_sub(1)), row_of((j + 1).min(height - 1)));
        row[0] = !own[0] & (own[1] | below[0] | above[0]);
        let last = width - 1;
        row[last] = !own[last] & (own[last - 1] | below[last] | above[last]);
        let beside = own.iter().zip(&own[2..]).map(|(left, right)| left | right);
        let across = below[1..].iter().zip(&above[1..]).map(|(below, above)| below | above);
        let inner = row[1..last].iter_mut().zip(&own[1..]).zip(beside.zip(across));
        inner
            .for_each(|((candidate, own), (beside, across))| *candidate = !own & (beside | across));
    }
    for &(_, face) in further.iter().filter(|(node, _)| known[*node as usize]) {
        for_neighbours(face as usize, width, &rows, |face| candidate[face] = !known[face]);
    }
}

/// Lists the unknown sides beside those just `found`, each once.
fn next_candidates(
    candidate: &mut [bool],
    candidates: &mut Vec<u32>,
    known: &[bool],
    found: &[Found],
    width: usize,
    rows: &Range<usize>,
) {
    candidates.drain(..).for_each(|face| candidate[face as usize] = false);
    for found in found {
        for_neighbours(found.face as usize, width, rows, |face| {
            if !known[face] && !candidate[face] {
                candidate[face] = true;
                candidates.push(face as u32);
            }
        });
    }
}

/// Visits the neighbours of a side within some rows.
#[inline(always)]
fn for_neighbours(face: usize, width: usize, rows: &Range<usize>, mut visit: impl FnMut(usize)) {
    let (i, j) = (face % width, face / width);
    if i > 0 {
        visit(face - 1);
    }
    if i + 1 < width {
        visit(face + 1);
    }
    if j > rows.start {
        visit(face - width);
    }
    if j + 1 < rows.end {
        visit(face + width);
    }
}

/// Calls `visit` with the index of each flag that is set. Most are not.
#[inline(always)]
fn for_each_set(flags: &[bool], mut visit: impl FnMut(usize)) {
    let (groups, rest) = flags.as_chunks::<8>();
    for (group, flags) in groups.iter().enumerate() {
        let mut set = u64::from_le_bytes(flags.map(u8::from));
        while set != 0 {
            visit(8 * group + set.trailing_zeros() as usize / 8);
            set &= set - 1;
        }
    }
    let last = 8 * groups.len();
    rest.iter().enumerate().filter(|(_, flag)| **flag).for_each(|(k, _)| visit(last + k));
}

/// Mean over the known neighbours of a side, of which none is split.
#[inline(always)]
fn mean_of_whole(
    face: usize,
    [width, height]: [usize; 2],
    values: &[f32],
    known: &[bool],
) -> Option<f32> {
    let (i, j) = (face % width, face / width);
    let (mut sum, mut count) = (0.0, 0.0);
    let mut add = |there: bool, face: usize| {
        if there && known[face] {
            sum += values[face];
            count += 1.0;
        }
    };
    add(i > 0, face.wrapping_sub(1));
    add(i + 1 < width, face + 1);
    add(j > 0, face.wrapping_sub(width));
    add(j + 1 < height, face + width);
    (count > 0.0).then(|| sum / count)
}

/// Mean over the known ones of some unknowns, by aperture.
fn mean_of(seen: &[(u32, f32)], values: &[f32], known: &[bool]) -> Option<f32> {
    let (mut sum, mut count) = (0.0, 0.0);
    for &(node, aperture) in seen.iter().filter(|(node, _)| known[*node as usize]) {
        sum += aperture * values[node as usize];
        count += aperture;
    }
    (count > 0.0).then(|| sum / count)
}
