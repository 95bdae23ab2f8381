//! Density over rest density in each component, and what it should become.
//!
//! ρ/ρ₀ = Σ w V / ∫ w with the tent w about the component's sample point, over
//! the particles that the point sees. The density projection (Kugelstadt et al.
//! 2019, "Implicit density projection") then asks for displacements δ with
//! ∇·δ = ρ/ρ₀ − 1.

use rayon::prelude::*;

use super::spread::Spread;
use crate::geometry::{Obstacles, Topology};
use crate::particles::{Particles, VOLUME};

/// Room below which a component has no density, cells.
const REST_MIN: f32 = 0.05;

/// Writes ρ/ρ₀ for every component; zero where there is no particle in reach.
/// `spread` holds the sums of the same particles.
pub fn run(
    topology: &Topology,
    obstacles: &Obstacles,
    particles: &Particles,
    spread: &Spread,
    rest: &[f32],
    density: &mut Vec<f32>,
) {
    let grid = topology.grid();
    density.resize(topology.component_count(), 0.0);
    let cells = grid.nx * grid.ny;
    let (regular, extra) = density.split_at_mut(cells);
    regular.par_chunks_mut(grid.nx).enumerate().with_min_len(8).for_each(|(row, density)| {
        spread.centres(row, density);
        let rests = &rest[grid.cell(0, row)..];
        density.iter_mut().zip(rests).for_each(|(density, &rest)| {
            *density = if rest < REST_MIN { 0.0 } else { *density * VOLUME / rest };
        });
        if obstacles.clear_near_row(row) {
            return;
        }
        for (column, density) in density.iter_mut().enumerate() {
            let cell = grid.cell(column, row);
            if !obstacles.clear_near(cell) {
                *density = seen(topology, obstacles, particles, rest, cell);
            }
        }
    });
    extra.par_iter_mut().enumerate().for_each(|(k, density)| {
        *density = seen(topology, obstacles, particles, rest, cells + k);
    });
}

fn seen(
    topology: &Topology,
    obstacles: &Obstacles,
    particles: &Particles,
    rest: &[f32],
    component: usize,
) -> f32 {
    let rest = rest[component];
    if rest < REST_MIN {
        return 0.0;
    }
    let grid = topology.grid();
    let cell = topology.cell_of(component);
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    let sample = topology.sample(component);
    let at = sample.map(|c| c as f32);
    let mut sum = 0.0;
    for row in j.saturating_sub(1)..=(j + 1).min(grid.ny - 1) {
        let mut add = |first: usize, last: usize, shift: f32| {
            for k in particles.in_run(grid.cell(first, row), grid.cell(last, row)) {
                let [x, y] = particles.all[k].position;
                let (dx, dy) = (at[0] - shift - x, at[1] - y);
                let weight = (1.0 - dx.abs()).max(0.0) * (1.0 - dy.abs()).max(0.0);
                if weight > 0.0 && obstacles.sees(cell, sample, particles.position(k)) {
                    sum += weight;
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
    sum * VOLUME / rest
}
