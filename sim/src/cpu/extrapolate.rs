//! Values for the sides just outside the water.
//!
//! A particle near the surface reads sides that no water touches. They take the
//! mean of their known neighbours, ring by ring, and only across links that no
//! line crosses, so that water on the other side of a line lends nothing.

use rayon::prelude::*;

use crate::field::{columns, face_at};
use crate::geometry::{Axis, Obstacles, Topology};

/// Memory between steps.
#[derive(Clone, Debug, Default)]
pub struct Extrapolate {
    fresh: Vec<f32>,
    found: Vec<bool>,
    split: Vec<(u32, f32)>,
}

impl Extrapolate {
    /// Gives `values` to unknowns that are not `known`, up to `rings` away from
    /// those that are, and marks them known.
    pub fn run(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        axis: Axis,
        values: &mut [f32],
        known: &mut [bool],
        rings: usize,
    ) {
        let grid = topology.grid();
        let width = columns(grid, axis);
        let regular = grid.len(axis.stagger());
        self.fresh.resize(regular, 0.0);
        self.found.resize(regular, false);
        for _ in 0..rings {
            let ring = Ring { topology, obstacles, axis, width, height: regular / width, values, known };
            self.fresh
                .par_chunks_mut(width)
                .zip(self.found.par_chunks_mut(width))
                .enumerate()
                .with_min_len(8)
                .for_each(|(j, (fresh, found))| {
                    for i in 0..width {
                        let face = j * width + i;
                        let value = if ring.known[face] || topology.pieces(axis, face).is_some() {
                            None
                        } else {
                            ring.mean(i, j, face_at(axis, i, j), false)
                        };
                        found[i] = value.is_some();
                        fresh[i] = value.unwrap_or_default();
                    }
                });
            self.split.clear();
            for (face, pieces) in topology.special_pieces(axis) {
                for piece in pieces.iter().filter(|piece| !ring.known[piece.node as usize]) {
                    let mean = ring.mean(face % width, face / width, piece.at, true);
                    self.split.extend(mean.map(|value| (piece.node, value)));
                }
            }
            for face in (0..regular).filter(|&face| self.found[face]) {
                (values[face], known[face]) = (self.fresh[face], true);
            }
            for &(node, value) in &self.split {
                (values[node as usize], known[node as usize]) = (value, true);
            }
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
    /// Mean over the known neighbours of face `(i, j)` that `at` sees.
    fn mean(&self, i: usize, j: usize, at: [f32; 2], split: bool) -> Option<f32> {
        let (mut sum, mut count) = (0.0, 0.0);
        let neighbours =
            [(i.wrapping_sub(1), j), (i + 1, j), (i, j.wrapping_sub(1)), (i, j + 1)];
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
