//! The peer: salva2d's DFSPH on the same dam break.
//!
//! Bender & Koschier 2015, "Divergence-free smoothed particle hydrodynamics".
//!
//! The settings are the fastest of some twenty that were tried and that keep
//! the water in the box:
//!
//! * Particles as far apart as ours, half a cell; smoothing factor 2, which is
//!   salva2d's customary one; the solver's default tolerances.
//! * Each particle stands for the whole square around it. salva2d's default is
//!   0.8 of it; the water then shrinks by a fifth before it resists, the front
//!   lags, and a step takes half as long again.
//! * Two rows of boundary particles. One lets particles through at this step,
//!   three cost more and hold no better.
//! * salva2d leaves the step to its caller. Eight tenths of a spacing at the top
//!   speed, and no longer than [`DT_MAX_S_PER_M`] allows. Without the first
//!   limit particles escape when the front meets the far wall; twice the second
//!   costs more iterations than it saves steps.

use salva2d::LiquidWorld;
use salva2d::math::Vector;
use salva2d::object::interaction_groups::InteractionGroups;
use salva2d::object::{Boundary, Fluid, FluidHandle};
use salva2d::solver::DFSPHSolver;

use crate::dam_break::{BOX_M, COLUMN_M, dam_break};

/// Name and settings, for the table.
pub const DESCRIPTION: &str = "DFSPH, `parallel`; spacing as ours, smoothing factor 2, full particle \
     volume, two rows of boundary particles, default tolerances, CFL 0.8";

const SMOOTHING_FACTOR: f32 = 2.0;
const WALL_ROWS: i64 = 2;
const CFL: f64 = 0.8;
/// Longest step over particle spacing, s/m: 1 ms at 10,000 particles.
const DT_MAX_S_PER_M: f64 = 0.14;

/// The dam break in salva2d.
pub struct Peer {
    world: LiquidWorld,
    water: FluidHandle,
    spacing_m: f64,
}

impl Peer {
    /// The column at rest, on the same lattice of points as ours.
    pub fn new(particles: usize) -> Self {
        let spacing_m = dam_break(particles).domain.cell_m / 2.0;
        let radius_m = (spacing_m / 2.0) as f32;
        let count = |length_m: f64| (length_m / spacing_m).round() as i64;
        let at = |i: i64, j: i64| {
            let metres = |index: i64| ((index as f64 + 0.5) * spacing_m) as f32;
            Vector::new(metres(i), metres(j))
        };

        let (columns, rows) = (count(COLUMN_M), count(2.0 * COLUMN_M));
        let lattice = (0..rows).flat_map(|j| (0..columns).map(move |i| at(i, j))).collect();
        let mut water = Fluid::new(lattice, radius_m, 1000.0, InteractionGroups::default());
        water.volumes.fill((spacing_m * spacing_m) as f32);

        let (columns, rows) = (count(BOX_M[0]), count(BOX_M[1]));
        let inside = |i, j| (0..columns).contains(&i) && (0..rows).contains(&j);
        let walls = (-WALL_ROWS..rows + WALL_ROWS)
            .flat_map(|j| (-WALL_ROWS..columns + WALL_ROWS).map(move |i| (i, j)))
            .filter(|&(i, j)| !inside(i, j))
            .map(|(i, j)| at(i, j))
            .collect();

        let solver: DFSPHSolver = DFSPHSolver::new();
        let mut world = LiquidWorld::new(solver, radius_m, SMOOTHING_FACTOR, 1.0);
        let water = world.add_fluid(water);
        world.add_boundary(Boundary::new(walls, InteractionGroups::default()));
        Self { world, water, spacing_m }
    }

    /// Simulates `duration_s` more, in equal steps as long as the settings allow.
    pub fn advance(&mut self, duration_s: f64) {
        let mut left_s = duration_s;
        while left_s > 1e-9 {
            let dt_s = left_s / (left_s / self.dt_limit_s()).ceil();
            self.world.step(dt_s as f32, &Vector::new(0.0, -9.81));
            left_s -= dt_s;
        }
    }

    /// Particle positions, metres.
    pub fn positions_m(&self) -> impl Iterator<Item = [f32; 2]> {
        self.fluid().positions.iter().map(|p| [p.x, p.y])
    }

    fn dt_limit_s(&self) -> f64 {
        let squares = self.fluid().velocities.iter().map(|v| v.norm_squared());
        let top_m_s = f64::from(squares.fold(0.0, f32::max)).sqrt();
        (CFL * self.spacing_m / top_m_s).min(DT_MAX_S_PER_M * self.spacing_m)
    }

    fn fluid(&self) -> &Fluid {
        self.world.fluids().get(self.water).expect("added when the world was made")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dam_break::{escaped, particle_count};

    /// A peer that stood still would look very fast.
    #[test]
    fn the_peer_really_simulates_the_dam_break() {
        let mut peer = Peer::new(600);
        let front = |peer: &Peer| peer.positions_m().map(|p| p[0]).fold(0.0, f32::max);
        assert_eq!(peer.positions_m().count(), particle_count(600));
        assert!(f64::from(front(&peer)) < COLUMN_M);
        peer.advance(0.3);
        assert_eq!(escaped(peer.positions_m()), 0);
        // Shallow-water and inviscid solutions both put the front near 2.5 a by then.
        let front = f64::from(front(&peer)) / COLUMN_M;
        assert!((2.2..2.8).contains(&front), "front at {front} a");
    }
}
