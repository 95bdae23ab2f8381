//! Density over rest density in each component, and what it should become.
//!
//! ρ/ρ₀ = Σ w V / ∫ w with the tent w about the component's sample point, over
//! the particles that the point sees. The density projection (Kugelstadt et al.
//! 2019, "Implicit density projection") then asks for displacements δ with
//! ∇·δ = ρ/ρ₀ − 1.

use rayon::prelude::*;

use super::rest_density::Room;
use super::spread::Spread;
use crate::field::both;
use crate::particles::{Particles, VOLUME};
use weir_ground::{Obstacles, Topology};

/// Room below which a component has no density, cells.
const REST_MIN: f32 = 0.05;
/// Slope of ρ/ρ₀ below which there is no surface near, 1/cell.
const STEEP_MIN: f32 = 0.3;

/// Writes ρ/ρ₀ for every component; zero where there is no particle in reach.
/// Also writes how much deeper in the water, in cells, the centre of its cell is
/// than its sample point: nothing but for cut cells. `spread` holds the sums of
/// the same particles.
#[allow(clippy::too_many_arguments)]
pub fn run(
    topology: &Topology,
    obstacles: &Obstacles,
    particles: &Particles,
    spread: &Spread,
    rest: &[Room],
    density: &mut Vec<f32>,
    deeper: &mut Vec<f32>,
) {
    let grid = topology.grid();
    density.resize(topology.component_count(), 0.0);
    let cells = grid.nx * grid.ny;
    deeper.clear();
    deeper.resize(topology.component_count(), 0.0);
    let (regular, extra) = density.split_at_mut(cells);
    let (regular_deeper, extra_deeper) = deeper.split_at_mut(cells);
    let rows = regular.par_chunks_mut(grid.nx).zip(regular_deeper.par_chunks_mut(grid.nx));
    rows.enumerate().with_min_len(8).for_each(|(row, (density, deeper))| {
        spread.centres(row, density);
        let rests = &rest[grid.cell(0, row)..];
        density.iter_mut().zip(rests).for_each(|(density, &rest)| {
            *density = if rest.area < REST_MIN { 0.0 } else { *density * VOLUME / rest.area };
        });
        if obstacles.clear_near_row(row) {
            return;
        }
        for (column, both) in density.iter_mut().zip(deeper).enumerate() {
            let cell = grid.cell(column, row);
            if rests[column].obstructed.contains(&true) {
                (*both.0, *both.1) = seen(topology, obstacles, particles, rest, cell);
            }
        }
    });
    extra.par_iter_mut().zip(extra_deeper).enumerate().for_each(|(k, both)| {
        (*both.0, *both.1) = seen(topology, obstacles, particles, rest, cells + k);
    });
}

/// ρ/ρ₀ of one component, and how much deeper than its sample point the centre
/// of its cell is.
fn seen(
    topology: &Topology,
    obstacles: &Obstacles,
    particles: &Particles,
    rest: &[Room],
    component: usize,
) -> (f32, f32) {
    let rest = rest[component];
    if rest.area < REST_MIN {
        return (0.0, 0.0);
    }
    let grid = topology.grid();
    let cell = topology.cell_of(component);
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    let sample = topology.sample(component);
    let at = sample.map(|c| c as f32);
    let (mut sum, mut slope) = (0.0, [0.0; 2]);
    for row in j.saturating_sub(1)..=(j + 1).min(grid.ny - 1) {
        let mut add = |first: usize, last: usize, shift: f32| {
            for k in particles.in_run(grid.cell(first, row), grid.cell(last, row)) {
                let [x, y] = particles.all[k].position;
                let (dx, dy) = (x - (at[0] - shift), y - at[1]);
                let (wx, wy) = (1.0 - dx.abs(), 1.0 - dy.abs());
                let sees = || {
                    !rest.obstructed[Room::direction(dx, dy)]
                        || obstacles.sees(cell, sample, particles.position(k))
                };
                if wx > 0.0 && wy > 0.0 && sees() {
                    sum += wx * wy;
                    slope[0] += dx.signum() * wy;
                    slope[1] += dy.signum() * wx;
                }
            }
        };
        add(i.saturating_sub(1), (i + 1).min(grid.nx - 1), 0.0);
        if topology.periodic_x() {
            let width = grid.nx as f32;
            if i == 0 {
                add(grid.nx - 1, grid.nx - 1, -width);
            }
            if i + 1 == grid.nx {
                add(0, 0, width);
            }
        }
    }
    let density = sum * VOLUME / rest.area;
    let [x, y] = [i as f32 + 0.5, j as f32 + 0.5];
    let way = [x - at[0], y - at[1]];
    if way == [0.0; 2] {
        return (density, 0.0);
    }
    // Density falls most steeply towards the surface, out of the water.
    let into = both(|k| (slope[k] * VOLUME - density * rest.slope[k]) / rest.area);
    let steepness = into[0].hypot(into[1]);
    if steepness < STEEP_MIN {
        return (density, 0.0);
    }
    (density, (into[0] * way[0] + into[1] * way[1]) / steepness)
}
