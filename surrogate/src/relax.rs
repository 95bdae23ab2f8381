//! Density relaxation: what has been carried too close together is moved apart.
//!
//! The network's answer is nearly free of divergence; what is left over adds up
//! from call to call, and water would slowly shrink. Where a node holds more than
//! its room, ∇²φ = 1 − ρ/ρ₀ over the water, φ = 0 in air, closed where a line is,
//! gives the displacement −∇φ that spreads it (as in Kugelstadt et al. 2019, with a
//! few sweeps instead of a solve; Toshev et al. 2024 found the like to be what keeps
//! long rollouts of learned water together).

use crate::bed::{Bed, MAPS};
use crate::transfer::Shares;

/// ρ/ρ₀ from which a node counts as water.
const WATER: f32 = 0.5;
/// Over-relaxation of the sweeps.
const OMEGA: f32 = 1.6;
/// Largest excess or lack that is mended at once.
const MOST: f32 = 0.5;
/// Farthest that a particle is moved, cells.
pub const FARTHEST: f32 = 0.25;

/// The displacement of nodes that evens out `density` (ρ/ρ₀), cells along x and y.
/// `rate` is the share of the excess to mend.
pub fn displacement(bed: &Bed, density: &[f32], rate: f32, sweeps: usize) -> [Vec<f32>; 2] {
    let grid = bed.grid();
    let (nx, ny) = (grid.nx, grid.ny);
    let nodes = nx * ny;
    let map = |name: &str| {
        let k = MAPS.iter().position(|n| *n == name).unwrap_or_default();
        &bed.maps[k * nodes..(k + 1) * nodes]
    };
    let (right, up) = (map("aperture-right"), map("aperture-up"));
    let open = |i: usize, j: usize| -> [(usize, f32); 4] {
        let node = grid.cell(i, j);
        [
            (node + 1, right[node]),
            (node.wrapping_sub(1), if i > 0 { right[node - 1] } else { 0.0 }),
            (node + nx, up[node]),
            (node.wrapping_sub(nx), if j > 0 { up[node - nx] } else { 0.0 }),
        ]
    };
    let wet = |node: usize| density[node] >= WATER;
    let error: Vec<f32> = (0..nodes)
        .map(|node| {
            let (i, j) = (node % nx, node / nx);
            let deep = open(i, j).iter().all(|&(other, aperture)| aperture == 0.0 || wet(other));
            let least = if deep { -MOST } else { 0.0 };
            (density[node] - 1.0).clamp(least, MOST) * rate
        })
        .collect();
    let mut potential = vec![0.0_f32; nodes];
    for _ in 0..sweeps {
        for parity in [0, 1] {
            for j in 0..ny {
                for i in ((j + parity) % 2..nx).step_by(2) {
                    let node = grid.cell(i, j);
                    if !wet(node) {
                        continue;
                    }
                    let (mut sum, mut weight) = (error[node], 0.0);
                    for (other, aperture) in open(i, j) {
                        if aperture > 0.0 {
                            sum += aperture * potential[other];
                            weight += aperture;
                        }
                    }
                    if weight > 0.0 {
                        potential[node] += OMEGA * (sum / weight - potential[node]);
                    }
                }
            }
        }
    }
    let mut way = [vec![0.0; nodes], vec![0.0; nodes]];
    for j in 0..ny {
        for i in 0..nx {
            let node = grid.cell(i, j);
            let drop = |(other, aperture): (usize, f32)| {
                if aperture > 0.0 { aperture * (potential[node] - potential[other]) } else { 0.0 }
            };
            let [east, west, north, south] = open(i, j).map(drop);
            way[0][node] = 0.5 * (east - west);
            way[1][node] = 0.5 * (north - south);
        }
    }
    way
}

/// The displacement of one particle, cells.
pub fn of_particle(shares: &Shares, way: &[Vec<f32>; 2]) -> [f32; 2] {
    let [x, y] = [shares.read(&way[0]), shares.read(&way[1])];
    let length = x.hypot(y);
    let scale = if length > FARTHEST { FARTHEST / length } else { 1.0 };
    [x * scale, y * scale]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::ten_by_ten as bed;

    #[test]
    fn water_at_rest_density_stays() {
        let bed = bed("");
        let way = displacement(&bed, &[1.0; 100], 0.5, 10);
        assert!(way.iter().flatten().all(|d| *d == 0.0));
    }

    #[test]
    fn an_excess_spreads_away_from_itself_and_not_through_a_line() {
        let bed = bed("stroke = [{ points_m = [[0.0, 0.5], [1.0, 0.5]] }]");
        let mut density = [1.0; 100];
        density[4 * 10 + 5] = 1.4;
        let [x, y] = displacement(&bed, &density, 0.5, 30);
        assert!(x[46] > 0.0 && x[44] < 0.0, "to both sides");
        assert!(y[35] < 0.0, "down");
        assert!((50..100).all(|n| x[n] == 0.0 && y[n] == 0.0), "nothing beyond the line");
    }
}
