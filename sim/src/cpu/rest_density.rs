//! How much water would fit around each sample point: ∫ w over what it sees.
//!
//! A particle at a wall or a line has fewer neighbours because there is less
//! room, not because there is less water. Density is measured against this
//! integral, or fluid beside walls would be taken for sparse and compressed.

use rayon::prelude::*;

use crate::geometry::{Obstacles, Topology};

/// Integration points along a cell side.
const SIDE: usize = 4;

/// Writes ∫ w over the visible, open area for each component, in cells. A whole
/// cell that nothing stirred keeps its value.
pub fn run(topology: &Topology, obstacles: &Obstacles, rest: &mut Vec<f32>) {
    let grid = topology.grid();
    let cells = grid.nx * grid.ny;
    rest.resize(topology.component_count(), 0.0);
    // What a flat wall at half a cell's distance leaves of a tent of width one.
    let beside_wall = |index: usize, count: usize, open: bool| {
        let missing = f32::from(u8::from(index == 0)) + f32::from(u8::from(index + 1 == count));
        if open { 1.0 } else { 1.0 - 0.125 * missing }
    };
    rest.par_iter_mut().enumerate().with_min_len(256).for_each(|(component, rest)| {
        let cell = topology.cell_of(component);
        if component < cells && !obstacles.stirred(cell) {
            return;
        }
        let (i, j) = (cell % grid.nx, cell / grid.nx);
        *rest = if !topology.exists(component) {
            0.0
        } else if component < cells && obstacles.clear_near(cell) {
            beside_wall(i, grid.nx, topology.periodic_x()) * beside_wall(j, grid.ny, false)
        } else {
            visible(topology, obstacles, component)
        };
    });
}

fn visible(topology: &Topology, obstacles: &Obstacles, component: usize) -> f32 {
    let grid = topology.grid();
    let cell = topology.cell_of(component);
    let (i, j) = ((cell % grid.nx) as i64, (cell / grid.nx) as i64);
    let centre = topology.sample(component);
    let mut sum = 0.0;
    for row in (j - 1).max(0)..(j + 2).min(grid.ny as i64) {
        for column in i - 1..i + 2 {
            if !topology.periodic_x() && (column < 0 || column >= grid.nx as i64) {
                continue;
            }
            for k in 0..SIDE * SIDE {
                let offset = |k: usize| (k as f64 + 0.5) / SIDE as f64;
                let p = [column as f64 + offset(k % SIDE), row as f64 + offset(k / SIDE)];
                let (wx, wy) = (1.0 - (p[0] - centre[0]).abs(), 1.0 - (p[1] - centre[1]).abs());
                if wx > 0.0 && wy > 0.0 && obstacles.sees(cell, centre, p) {
                    sum += wx * wy;
                }
            }
        }
    }
    (sum / (SIDE * SIDE) as f64) as f32
}
