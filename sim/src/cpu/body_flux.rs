//! How much of each component a moving outline sweeps: the matrix J.
//!
//! For component c and mover b, J is ∫ n·(x̂, ŷ, r×) dS over the part of b's
//! outline that bounds c, with n pointing from the water into the solid. It is
//! the volume that unit motions of b take from c, and its transpose is the force
//! and torque that unit pressure in c exerts on b: one matrix for both, so
//! energy is neither made nor lost between them (Batty et al. 2007).

use rayon::prelude::*;

use crate::geometry::{Obstacles, Segment, Topology};
use crate::solid::Mover;

/// One entry of J.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BodyFlux {
    /// The component.
    pub component: u32,
    /// Index of the mover.
    pub mover: u32,
    /// Per unit velocity along x, along y, and per unit turning; cells, cells, cells².
    pub flux: [f64; 3],
}

/// How far beside an outline the component is looked up, in cells.
const BESIDE: f64 = 1e-4;

/// Writes J for all movers, in a fixed order.
pub fn run(topology: &Topology, obstacles: &Obstacles, movers: &[Mover], out: &mut Vec<BodyFlux>) {
    out.clear();
    let sides: Vec<(u32, Segment)> = movers
        .iter()
        .enumerate()
        .flat_map(|(index, mover)| mover.outline_before().map(move |s| (index as u32, s)))
        .collect();
    let parts: Vec<Vec<BodyFlux>> = sides
        .par_iter()
        .with_min_len(8)
        .map(|&(mover, side)| along(topology, obstacles, mover, movers[mover as usize].centre, side))
        .collect();
    out.extend(parts.into_iter().flatten());
}

fn along(
    topology: &Topology,
    obstacles: &Obstacles,
    mover: u32,
    centre: [f64; 2],
    side: Segment,
) -> Vec<BodyFlux> {
    let grid = topology.grid();
    let mut out = Vec::new();
    let range = |k: usize, count: usize| {
        let low = (side.a[k].min(side.b[k]).floor() - 1.0).max(0.0) as usize;
        let high = (side.a[k].max(side.b[k]).floor() + 1.0).clamp(0.0, count as f64 - 1.0) as usize;
        low..=high
    };
    for j in range(1, grid.ny) {
        for i in range(0, grid.nx) {
            let (min, max) = ([i as f64, j as f64], [(i + 1) as f64, (j + 1) as f64]);
            let Some(part) = side.clipped(min, max) else { continue };
            let (dx, dy) = (part.b[0] - part.a[0], part.b[1] - part.a[1]);
            let length = dx.hypot(dy);
            if length < 1e-9 {
                continue;
            }
            let middle = [0.5 * (part.a[0] + part.b[0]), 0.5 * (part.a[1] + part.b[1])];
            // Water on the right of a → b is bounded by (−dy, dx), on the left by (dy, −dx).
            for sign in [1.0, -1.0] {
                let beside = [
                    middle[0] + sign * BESIDE * dy / length,
                    middle[1] - sign * BESIDE * dx / length,
                ];
                if (0..2).any(|k| beside[k] < min[k] || beside[k] > max[k]) {
                    continue;
                }
                let cell = grid.cell(i, j);
                let Some(component) = topology.component_at(obstacles, cell, beside) else { continue };
                let area = [-sign * dy, sign * dx];
                let r = [middle[0] - centre[0], middle[1] - centre[1]];
                let flux = [area[0], area[1], r[0] * area[1] - r[1] * area[0]];
                out.push(BodyFlux { component, mover, flux });
            }
        }
    }
    out
}
