//! Density over rest density in each component, and what it should become.
//!
//! ρ/ρ₀ = Σ w V / ∫ w with the tent w about the component's sample point, over
//! the particles that the point sees. The density projection (Kugelstadt et al.
//! 2019, "Implicit density projection") then asks for displacements δ with
//! ∇·δ = ρ/ρ₀ − 1.

use rayon::prelude::*;
use wide::f32x4;

use super::lanes::{for_fours, load, tents};
use crate::geometry::{Obstacles, Topology};
use crate::particles::{Particles, VOLUME};

/// Writes ρ/ρ₀ for every component; zero where there is no particle in reach.
pub fn run(
    topology: &Topology,
    obstacles: &Obstacles,
    particles: &Particles,
    rest: &[f32],
    density: &mut Vec<f32>,
) {
    let grid = topology.grid();
    density.resize(topology.component_count(), 0.0);
    let cells = grid.nx * grid.ny;
    let (regular, extra) = density.split_at_mut(cells);
    regular.par_chunks_mut(grid.nx).enumerate().for_each(|(row, density)| {
        let (low, high) = (row.saturating_sub(1), (row + 1).min(grid.ny - 1));
        if particles.in_run(grid.cell(0, low), grid.cell(grid.nx - 1, high)).is_empty() {
            density.fill(0.0);
            return;
        }
        for (column, density) in density.iter_mut().enumerate() {
            let cell = grid.cell(column, row);
            *density = of(topology, obstacles, particles, rest, cell);
        }
    });
    extra.par_iter_mut().enumerate().for_each(|(k, density)| {
        *density = of(topology, obstacles, particles, rest, cells + k);
    });
}

fn of(
    topology: &Topology,
    obstacles: &Obstacles,
    particles: &Particles,
    rest: &[f32],
    component: usize,
) -> f32 {
    let rest = rest[component];
    if rest < 0.05 {
        return 0.0;
    }
    let grid = topology.grid();
    let cell = topology.cell_of(component);
    let (i, j) = (cell % grid.nx, cell / grid.nx);
    let clear = obstacles.clear_near(cell);
    let sample = topology.sample(component);
    let at = sample.map(|c| c as f32);
    let (mut sum, mut fours) = (0.0, f32x4::splat(0.0));
    for row in j.saturating_sub(1)..=(j + 1).min(grid.ny - 1) {
        let mut add = |first: usize, last: usize, shift: f32| {
            let run = particles.in_run(grid.cell(first, row), grid.cell(last, row));
            let (x, y) = (at[0] - shift, at[1]);
            if clear {
                for_fours(run, |k, keep| {
                    let dx = f32x4::splat(x) - load(&particles.x, k);
                    fours += keep * tents(dx, f32x4::splat(y) - load(&particles.y, k));
                });
                return;
            }
            for k in run {
                let (dx, dy) = (x - particles.x[k], y - particles.y[k]);
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
    (sum + fours.reduce_add()) * VOLUME / rest
}
