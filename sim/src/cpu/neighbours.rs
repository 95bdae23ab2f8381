//! Which sides lend a value to which others.
//!
//! A side borrows from its four neighbours. Where these are split into pieces, or
//! it is a piece itself, it borrows from those that it sees, in proportion to
//! their apertures. What stands there stays from step to step, so what is seen is
//! found when it is first asked for and kept until the topology changes.

use crate::field::face_at;
use weir_ground::{Axis, Obstacles, Topology};

/// Of a side none of whose neighbours is split.
const WHOLE: u32 = u32::MAX;
/// Of one that nobody has asked for yet.
const UNKNOWN: u32 = u32::MAX - 1;

/// Who borrows from whom, along one axis.
#[derive(Clone, Debug, Default)]
pub struct Neighbours {
    /// For each unknown: the number of its list, or one of the marks above.
    list_of: Vec<u32>,
    /// Where each list begins, and the last one ends.
    start: Vec<u32>,
    /// Unknowns and their apertures.
    seen: Vec<(u32, f32)>,
}

impl Neighbours {
    /// Forgets what was seen in another topology.
    pub fn forget(&mut self, topology: &Topology, axis: Axis) {
        let stagger = axis.stagger();
        let [width, height] = topology.grid().shape(stagger);
        self.list_of.clear();
        self.list_of.resize(width * height, WHOLE);
        self.list_of.resize(topology.node_count(axis), UNKNOWN);
        for (face, _) in topology.special_pieces(axis) {
            let (i, j) = (face % width, face / width);
            self.list_of[face] = UNKNOWN;
            for (i, j) in around(i, j).into_iter().filter(|&(i, j)| i < width && j < height) {
                self.list_of[j * width + i] = UNKNOWN;
            }
        }
        self.start.clear();
        self.start.push(0);
        self.seen.clear();
    }

    /// Whether a side borrows from its four neighbours as they are.
    #[inline(always)]
    pub fn is_whole(&self, face: usize) -> bool {
        self.list_of[face] == WHOLE
    }

    /// From whom the unknown `node` of `face` borrows: unknowns with their apertures.
    #[inline]
    pub fn seen(
        &mut self,
        (topology, obstacles, axis): (&Topology, &Obstacles, Axis),
        node: usize,
        face: usize,
    ) -> &[(u32, f32)] {
        if self.list_of[node] == UNKNOWN {
            self.list_of[node] = self.start.len() as u32 - 1;
            match topology.pieces(axis, face) {
                None => self.look(topology, obstacles, axis, face, None),
                Some(pieces) => {
                    // A closed side is no unknown, and borrows nothing.
                    if let Some(own) = pieces.iter().find(|piece| piece.node as usize == node) {
                        self.look(topology, obstacles, axis, face, Some(own.at));
                    }
                }
            }
            self.start.push(self.seen.len() as u32);
        }
        let list = self.list_of[node] as usize;
        &self.seen[self.start[list] as usize..self.start[list + 1] as usize]
    }

    fn look(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        axis: Axis,
        face: usize,
        piece_at: Option<[f32; 2]>,
    ) {
        let grid = topology.grid();
        let [width, height] = grid.shape(axis.stagger());
        let (i, j) = (face % width, face / width);
        let from = piece_at.unwrap_or(face_at(axis, i, j));
        let cell = grid.cell(i.min(grid.nx - 1), j.min(grid.ny - 1));
        let sees = |to: [f32; 2]| obstacles.sees(cell, from.map(f64::from), to.map(f64::from));
        for (i, j) in around(i, j).into_iter().filter(|&(i, j)| i < width && j < height) {
            let face = j * width + i;
            match topology.pieces(axis, face) {
                None if piece_at.is_none() || sees(face_at(axis, i, j)) => {
                    self.seen.push((face as u32, 1.0));
                }
                None => {}
                Some(pieces) => {
                    let seen = pieces.iter().filter(|piece| sees(piece.at));
                    self.seen.extend(seen.map(|piece| (piece.node, piece.aperture)));
                }
            }
        }
    }
}

/// The four neighbours; where there is none, one that is far out of range.
fn around(i: usize, j: usize) -> [(usize, usize); 4] {
    [(i.wrapping_sub(1), j), (i + 1, j), (i, j.wrapping_sub(1)), (i, j + 1)]
}
