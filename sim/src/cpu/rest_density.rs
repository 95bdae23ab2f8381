//! How much water would fit around each sample point: ∫ w over what it sees.
//!
//! A particle at a wall or a line has fewer neighbours because there is less
//! room, not because there is less water. Density is measured against this
//! integral, or fluid beside walls would be taken for sparse and compressed.

use rayon::prelude::*;

use weir_ground::{Obstacles, Topology};

/// Integration points along a cell side.
const SIDE: usize = 4;
/// By how much a position in single precision may be off, cells.
const ROUNDING: f64 = 1e-4;

/// What fits around the sample point of a component.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Room {
    /// ∫ w over the visible, open area, in cells.
    pub area: f32,
    /// ∫ ∇w, the change of that as the point moves with what it sees.
    pub slope: [f32; 2],
    /// Whether something may stand between the point and what lies less than a cell
    /// to the left and below, the right and below, the left and above, the right and above.
    pub obstructed: [bool; 4],
}

impl Room {
    /// Which of the four directions it is from the point to `(dx, dy)` from there.
    #[inline]
    pub fn direction(dx: f32, dy: f32) -> usize {
        usize::from(dx > 0.0) + 2 * usize::from(dy > 0.0)
    }
}

/// Finds the room in each component. A whole cell that nothing stirred keeps its
/// value.
pub fn run(topology: &Topology, obstacles: &Obstacles, rest: &mut Vec<Room>) {
    let grid = topology.grid();
    let cells = grid.nx * grid.ny;
    rest.resize(topology.component_count(), Room::default());
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
            Room::default()
        } else if component < cells && obstacles.clear_near(cell) {
            let along_x = beside_wall(i, grid.nx, topology.periodic_x());
            let area = along_x * beside_wall(j, grid.ny, false);
            Room { area, ..Room::default() }
        } else {
            visible(topology, obstacles, component)
        };
    });
}

fn visible(topology: &Topology, obstacles: &Obstacles, component: usize) -> Room {
    let grid = topology.grid();
    let cell = topology.cell_of(component);
    let (i, j) = ((cell % grid.nx) as i64, (cell / grid.nx) as i64);
    let centre = topology.sample(component);
    let (mut sum, mut slope) = (0.0, [0.0; 2]);
    for row in (j - 1).max(0)..(j + 2).min(grid.ny as i64) {
        for column in i - 1..i + 2 {
            if !topology.periodic_x() && (column < 0 || column >= grid.nx as i64) {
                continue;
            }
            for k in 0..SIDE * SIDE {
                let offset = |k: usize| (k as f64 + 0.5) / SIDE as f64;
                let p = [column as f64 + offset(k % SIDE), row as f64 + offset(k / SIDE)];
                let d = [p[0] - centre[0], p[1] - centre[1]];
                let (wx, wy) = (1.0 - d[0].abs(), 1.0 - d[1].abs());
                if wx > 0.0 && wy > 0.0 && obstacles.sees(cell, centre, p) {
                    sum += wx * wy;
                    slope[0] += d[0].signum() * wy;
                    slope[1] += d[1].signum() * wx;
                }
            }
        }
    }
    let share = 1.0 / (SIDE * SIDE) as f64;
    let obstructed = [[-1.0, -1.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 0.0]].map(|[x, y]| {
        let min = [centre[0] + x - ROUNDING, centre[1] + y - ROUNDING];
        let max = min.map(|c| c + 1.0 + 2.0 * ROUNDING);
        obstacles.near(cell).any(|segment| segment.touches_box(min, max))
    });
    let slope = slope.map(|s| (s * share) as f32);
    Room { area: (sum * share) as f32, slope, obstructed }
}
