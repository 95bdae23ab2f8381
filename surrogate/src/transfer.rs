//! Between particles and the nodes of the grid, never through a line.
//!
//! A particle shares itself among the four nodes around it by bilinear weights.
//! A node that a line hides gets nothing; the others get more, so that the
//! shares always sum to one and no water is lost in between. The same shares
//! carry the network's answer back.

use rayon::prelude::*;
use weir_scene::Grid;

use crate::bed::Bed;

/// Water that one particle stands for, in cells.
pub const VOLUME: f32 = 0.25;

/// The nodes that a particle belongs to, and how much to each. All zero where
/// lines hide every node.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    node: [u32; 4],
    weight: [f32; 4],
}

impl Shares {
    /// Calls `f` with each node and its share.
    #[inline]
    pub fn each(&self, mut f: impl FnMut(usize, f32)) {
        for (&node, &weight) in self.node.iter().zip(&self.weight) {
            f(node as usize, weight);
        }
    }

    /// Whether any node sees the particle.
    pub fn any(&self) -> bool {
        self.weight.iter().any(|&w| w > 0.0)
    }

    /// The field's value at the particle.
    #[inline]
    pub fn read(&self, field: &[f32]) -> f32 {
        let mut sum = 0.0;
        self.each(|node, weight| sum += weight * field[node]);
        sum
    }
}

/// Shares of a particle at `p`, in cells.
pub fn shares_at(bed: &Bed, p: [f32; 2]) -> Shares {
    let grid = bed.grid();
    let last = [grid.nx - 1, grid.ny - 1];
    let corner = [0, 1].map(|k| (p[k] - 0.5).floor());
    let inside = [0, 1].map(|k| p[k] - 0.5 - corner[k]);
    let cell = cell_of(grid, p);
    let clear = !bed.sight().line_aware || bed.obstacles().clear_near(cell);
    let mut shares = Shares::default();
    let mut total = 0.0;
    for (k, [right, up]) in [[0, 0], [1, 0], [0, 1], [1, 1]].into_iter().enumerate() {
        let at = [0, 1].map(|k| corner[k] as i32 + [right, up][k]);
        if (0..2).any(|k| at[k] < 0 || at[k] > last[k] as i32) {
            continue;
        }
        let node = grid.cell(at[0] as usize, at[1] as usize);
        let centre = at.map(|c| f64::from(c) + 0.5);
        if !clear && !bed.obstacles().sees(cell, p.map(f64::from), centre) {
            continue;
        }
        let along = |k: usize, far: i32| if far == 1 { inside[k] } else { 1.0 - inside[k] };
        shares.node[k] = node as u32;
        shares.weight[k] = along(0, right) * along(1, up);
        total += shares.weight[k];
    }
    if total > 1e-6 {
        shares.weight.iter_mut().for_each(|w| *w /= total);
    } else {
        shares.weight = [0.0; 4];
    }
    shares
}

/// The cell that a point lies in, or the nearest.
#[inline]
pub fn cell_of(grid: &Grid, p: [f32; 2]) -> usize {
    let i = (p[0].max(0.0) as usize).min(grid.nx - 1);
    let j = (p[1].max(0.0) as usize).min(grid.ny - 1);
    grid.cell(i, j)
}

/// Sums of particles at the nodes.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Water at each node, in cells.
    pub mass: Vec<f32>,
    /// Mean of each quantity over the water at each node; zero where there is none.
    pub mean: Vec<Vec<f32>>,
}

/// Brings `quantities` of the particles to the nodes.
pub fn gather<const N: usize>(
    nodes: usize,
    shares: &[Shares],
    quantities: &[[f32; N]],
) -> Gathered {
    let mut mass = vec![0.0; nodes];
    for shares in shares {
        shares.each(|node, weight| mass[node] += weight);
    }
    // A map is summed by one thread: in the same order however many there are.
    let map = |k: usize| {
        let mut sum = vec![0.0; nodes];
        for (shares, values) in shares.iter().zip(quantities) {
            shares.each(|node, weight| sum[node] += weight * values[k]);
        }
        sum.iter_mut().zip(&mass).for_each(|(v, m)| *v /= m.max(f32::MIN_POSITIVE));
        sum
    };
    let mean = (0..N).into_par_iter().map(map).collect();
    mass.iter_mut().for_each(|m| *m *= VOLUME);
    Gathered { mass, mean }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::ten_by_ten as bed;

    #[test]
    fn shares_sum_to_one_and_lie_around_the_particle() {
        let bed = bed("stroke = [{ points_m = [[0.1, 0.31], [0.9, 0.57]] }]");
        for k in 0..1000 {
            let p = [(k as f32 * 0.618).fract() * 10.0, (k as f32 * 0.414).fract() * 10.0];
            let shares = shares_at(&bed, p);
            let (mut sum, mut middle) = (0.0, [0.0; 2]);
            shares.each(|node, weight| {
                sum += weight;
                middle[0] += weight * ((node % 10) as f32 + 0.5);
                middle[1] += weight * ((node / 10) as f32 + 0.5);
            });
            assert!((sum - 1.0).abs() < 1e-5, "{p:?}");
            assert!((0..2).all(|k| (middle[k] - p[k]).abs() <= 1.0), "{p:?}");
        }
    }

    #[test]
    fn a_linear_field_is_read_exactly_in_the_open() {
        let bed = bed("");
        let field: Vec<f32> =
            (0..100).map(|n| 2.0 * ((n % 10) as f32) - 3.0 * ((n / 10) as f32)).collect();
        let value = shares_at(&bed, [4.3, 6.9]).read(&field);
        assert!((value - (2.0 * 3.8 - 3.0 * 6.4)).abs() < 1e-4);
    }

    #[test]
    fn nothing_passes_a_line() {
        let bed = bed("stroke = [{ points_m = [[0.0, 0.5], [1.0, 0.5]] }]");
        let shares = [shares_at(&bed, [5.2, 4.9]), shares_at(&bed, [5.2, 5.1])];
        let gathered = gather(100, &shares, &[[1.0], [-1.0]]);
        assert!((40..50).all(|n| gathered.mean[0][n] >= 0.0), "below only what is below");
        assert!((50..60).all(|n| gathered.mean[0][n] <= 0.0));
        let mass: f32 = gathered.mass.iter().sum();
        assert!((mass - 2.0 * VOLUME).abs() < 1e-6);
    }
}
