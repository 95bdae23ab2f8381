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
    let open = Open::new(bed);
    let colours = wet_cells(&open, density, rate);
    let mut potential = vec![0.0_f32; density.len()];
    for _ in 0..sweeps {
        for cell in colours.iter().flatten() {
            let terms = cell.beside.iter().map(|&(other, a)| a * potential[other as usize]);
            let mean = terms.fold(cell.error, |sum, term| sum + term) / cell.weight;
            let own = &mut potential[cell.node as usize];
            *own += OMEGA * (mean - *own);
        }
    }
    let mut way = [vec![0.0; density.len()], vec![0.0; density.len()]];
    for node in 0..density.len() {
        let drop = |(other, a): (u32, f32)| a * (potential[node] - potential[other as usize]);
        let [east, west, north, south] = open.beside(node).map(drop);
        way[0][node] = 0.5 * (east - west);
        way[1][node] = 0.5 * (north - south);
    }
    way
}

/// How open the sides of the nodes are.
struct Open<'a> {
    nx: usize,
    right: &'a [f32],
    up: &'a [f32],
}

impl<'a> Open<'a> {
    fn new(bed: &'a Bed) -> Self {
        let nodes = bed.room.len();
        let map = |name: &str| {
            let k = MAPS.iter().position(|n| *n == name).unwrap_or_default();
            &bed.maps[k * nodes..(k + 1) * nodes]
        };
        Self { nx: bed.grid().nx, right: map("aperture-right"), up: map("aperture-up") }
    }

    /// The nodes to the right, to the left, above and below, and how open the way there
    /// is. Where it is closed, the node itself.
    fn beside(&self, node: usize) -> [(u32, f32); 4] {
        let to = |other: usize, aperture: f32| {
            if aperture > 0.0 { (other as u32, aperture) } else { (node as u32, 0.0) }
        };
        let from = |map: &[f32], step: usize, there: bool| {
            if there { to(node - step, map[node - step]) } else { to(node, 0.0) }
        };
        [
            to(node + 1, self.right[node]),
            from(self.right, 1, !node.is_multiple_of(self.nx)),
            to(node + self.nx, self.up[node]),
            from(self.up, self.nx, node >= self.nx),
        ]
    }
}

/// A node with water, as a sweep needs it.
struct Wet {
    node: u32,
    beside: [(u32, f32); 4],
    /// What there is too much of, times the rate.
    error: f32,
    /// Sum of the apertures.
    weight: f32,
}

/// Nodes with water, in the two colours of a chessboard: no two of one colour are beside
/// each other.
fn wet_cells(open: &Open, density: &[f32], rate: f32) -> [Vec<Wet>; 2] {
    let wet = |node: usize| density[node] >= WATER;
    let mut colours = [Vec::new(), Vec::new()];
    for node in (0..density.len()).filter(|&node| wet(node)) {
        let beside = open.beside(node);
        let weight = beside.iter().map(|&(_, aperture)| aperture).sum();
        if weight <= 0.0 {
            continue;
        }
        let deep = beside.iter().all(|&(other, _)| wet(other as usize));
        let least = if deep { -MOST } else { 0.0 };
        let error = (density[node] - 1.0).clamp(least, MOST) * rate;
        let colour = (node % open.nx + node / open.nx) % 2;
        colours[colour].push(Wet { node: node as u32, beside, error, weight });
    }
    colours
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
