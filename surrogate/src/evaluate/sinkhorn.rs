//! How far one cloud of particles is from another, whoever is who.
//!
//! Water that is all in the right place is right, also where two particles have
//! changed places. The distance is that of optimal transport, with entropy so
//! that it can be computed (Cuturi 2013) and debiased so that a cloud is at
//! distance zero from itself (Feydy et al. 2019): with the cost |x − y|²,
//!
//! S(α, β) = OT(α, β) − ½ OT(α, α) − ½ OT(β, β),  in m².
//!
//! A cloud moved by d is at |d|² from where it was, exactly.
//!
//! Particles are first collected in bins, each of which becomes one point where
//! its particles are on average. So clouds of many and of few particles compare
//! fairly and without chance, which a random choice of particles would bring in.

use std::collections::BTreeMap;

/// Blur of the transport, metres: the square root of the entropy's weight. Two
/// cells of 1/64 m: finer differences are for the other measures.
pub const BLUR_M: f64 = 1.0 / 32.0;
/// Most points of a cloud.
const MOST: usize = 512;
/// By how much the entropy's weight shrinks from one scale to the next.
const SHRINK: f64 = 0.25;
/// Iterations at all scales but the last.
const ROUGH: usize = 8;
/// Most iterations at the last.
const FINE: usize = 400;
/// Share of the mass that may be out of place at the end.
const TOLERANCE: f64 = 1e-4;

/// Points with weights that sum to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    points: Vec<[f64; 2]>,
    weights: Vec<f64>,
    /// Transport of the cloud to itself.
    own: f64,
}

impl Cloud {
    /// Points of equal weight; `None` if there are none, or not finite.
    pub fn new(points: Vec<[f64; 2]>) -> Option<Self> {
        let weights = vec![1.0; points.len()];
        Self::weighted(points, weights)
    }

    /// Particles in bins of [`BLUR_M`], or of more if these are too many; `None`
    /// if there are no particles, or if they are not finite.
    pub fn of_particles(positions_m: &[[f32; 2]]) -> Option<Self> {
        if positions_m.iter().flatten().any(|c| !c.is_finite()) {
            return None;
        }
        let mut bin_m = BLUR_M;
        loop {
            let mut bins: BTreeMap<[i64; 2], [f64; 3]> = BTreeMap::new();
            for p in positions_m {
                let p = p.map(f64::from);
                let bin = bins.entry(p.map(|c| (c / bin_m).floor() as i64)).or_default();
                [1.0, p[0], p[1]].into_iter().zip(bin).for_each(|(v, sum)| *sum += v);
            }
            if bins.len() <= MOST {
                let points = bins.values().map(|[n, x, y]| [x / n, y / n]).collect();
                return Self::weighted(points, bins.values().map(|bin| bin[0]).collect());
            }
            bin_m *= 1.25;
        }
    }

    fn weighted(points: Vec<[f64; 2]>, mut weights: Vec<f64>) -> Option<Self> {
        let total: f64 = weights.iter().sum();
        let usable = total > 0.0 && points.iter().flatten().all(|c| c.is_finite());
        if !usable {
            return None;
        }
        weights.iter_mut().for_each(|w| *w /= total);
        let mut cloud = Self { points, weights, own: 0.0 };
        cloud.own = transport(&cloud, &cloud);
        Some(cloud)
    }

    /// The distance to another cloud, m².
    pub fn divergence(&self, other: &Self) -> f64 {
        // What is below zero is what the iterations left.
        (transport(self, other) - 0.5 * self.own - 0.5 * other.own).max(0.0)
    }
}

/// OT(α, β) at [`BLUR_M`]: the dual's value after Sinkhorn's iterations, on a
/// kernel into which the potentials have been absorbed (Schmitzer 2019).
fn transport(a: &Cloud, b: &Cloud) -> f64 {
    let cost: Vec<f64> = a
        .points
        .iter()
        .flat_map(|p| b.points.iter().map(|q| (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)))
        .collect();
    let farthest = cost.iter().copied().fold(0.0, f64::max);
    let last = BLUR_M * BLUR_M;
    let (mut f, mut g) = (vec![0.0; a.points.len()], vec![0.0; b.points.len()]);
    let mut weight = farthest.max(last);
    loop {
        let is_last = weight <= last;
        let epsilon = weight.max(last);
        relax(a, b, &cost, epsilon, if is_last { FINE } else { ROUGH }, &mut f, &mut g);
        if is_last {
            let sum = |w: &[f64], f: &[f64]| w.iter().zip(f).map(|(w, f)| w * f).sum::<f64>();
            return sum(&a.weights, &f) + sum(&b.weights, &g);
        }
        weight = (weight * SHRINK).max(last);
    }
}

/// Sinkhorn's iterations at one scale.
fn relax(
    a: &Cloud,
    b: &Cloud,
    cost: &[f64],
    epsilon: f64,
    most: usize,
    f: &mut [f64],
    g: &mut [f64],
) {
    let columns = g.len();
    soft_minimum(f, cost, epsilon, |cost, i| {
        (&cost[i * columns..(i + 1) * columns], 1, &*g, &b.weights)
    });
    soft_minimum(g, cost, epsilon, |cost, j| (&cost[j..], columns, &*f, &a.weights));
    // No entry is above some exp(few): each column has just been made to sum to one.
    let kernel: Vec<f64> = cost
        .chunks(columns)
        .zip(&*f)
        .flat_map(|(row, f)| row.iter().zip(&*g).map(move |(c, g)| ((f + g - c) / epsilon).exp()))
        .collect();
    let (mut u, mut v) = (vec![1.0; f.len()], vec![1.0; columns]);
    let mut into = vec![0.0; columns];
    for _ in 0..most {
        let mut wrong = 0.0;
        into.fill(0.0);
        for ((row, u), weight) in kernel.chunks(columns).zip(&mut u).zip(&a.weights) {
            let seen: f64 = row.iter().zip(&b.weights).zip(&v).map(|((k, w), v)| k * w * v).sum();
            wrong += weight * (*u * seen - 1.0).abs();
            *u = 1.0 / seen.max(f64::MIN_POSITIVE);
            let share = weight * *u;
            into.iter_mut().zip(row).for_each(|(sum, k)| *sum += share * k);
        }
        v.iter_mut().zip(&into).for_each(|(v, sum)| *v = 1.0 / sum.max(f64::MIN_POSITIVE));
        if wrong < TOLERANCE {
            break;
        }
    }
    f.iter_mut().zip(&u).for_each(|(f, u)| *f += epsilon * u.ln());
    g.iter_mut().zip(&v).for_each(|(g, v)| *g += epsilon * v.ln());
}

/// For each entry of `potential`: −ε ln Σ w exp((other − cost)/ε), without overflow.
/// `line` gives its costs with their stride, the other potential and its weights.
fn soft_minimum<'a>(
    potential: &mut [f64],
    cost: &'a [f64],
    epsilon: f64,
    line: impl Fn(&'a [f64], usize) -> (&'a [f64], usize, &'a [f64], &'a [f64]),
) {
    for (k, potential) in potential.iter_mut().enumerate() {
        let (costs, stride, other, weights) = line(cost, k);
        let terms = || costs.iter().step_by(stride).zip(other).map(|(c, other)| other - c);
        let largest = terms().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = terms().zip(weights).map(|(t, w)| w * ((t - largest) / epsilon).exp()).sum();
        *potential = -largest - epsilon * sum.ln();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    fn some_cloud(seed: u64, n: usize) -> Vec<[f64; 2]> {
        let mut dice = Dice::new(seed, 0, 0);
        (0..n).map(|_| [0.2 + 0.5 * dice.unit(), 0.3 * dice.unit()]).collect()
    }

    fn cloud(points: &[[f64; 2]]) -> Cloud {
        Cloud::new(points.to_vec()).expect("a cloud")
    }

    #[test]
    fn two_points_are_as_far_as_they_are() {
        let (a, b) = (cloud(&[[0.1, 0.2]]), cloud(&[[0.4, 0.6]]));
        assert!((a.divergence(&b) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_cloud_is_nowhere_else_and_a_shift_is_its_square() {
        let points = some_cloud(1, 150);
        let a = cloud(&points);
        assert_eq!(a.divergence(&a.clone()), 0.0);
        for d in [[0.01, 0.0], [0.3, -0.4]] {
            let shifted: Vec<_> = points.iter().map(|p| [p[0] + d[0], p[1] + d[1]]).collect();
            let (got, takes) = (a.divergence(&cloud(&shifted)), d[0] * d[0] + d[1] * d[1]);
            assert!((got / takes - 1.0).abs() < 0.01, "{got} for {takes}");
        }
    }

    #[test]
    fn it_asks_neither_for_order_nor_for_direction() {
        let (p, mut q) = (some_cloud(1, 90), some_cloud(2, 130));
        let (ab, ba) = (cloud(&p).divergence(&cloud(&q)), cloud(&q).divergence(&cloud(&p)));
        assert!(ab > 0.0 && (ab / ba - 1.0).abs() < 0.02, "{ab} {ba}");
        q.reverse();
        let reversed = cloud(&p).divergence(&cloud(&q));
        assert!((ab / reversed - 1.0).abs() < 1e-6);
    }

    #[test]
    fn half_of_the_water_that_went_astray_counts_half() {
        // Two heaps far apart; half of one has gone over to the other.
        let heaps = |left: usize| {
            let points = (0..100).map(|k| if k < left { [0.0, 0.0] } else { [0.5, 0.0] });
            cloud(&points.collect::<Vec<_>>())
        };
        let moved = heaps(50).divergence(&heaps(25));
        assert!((moved - 0.25 * 0.25).abs() < 1e-3, "{moved}");
    }

    #[test]
    fn fewer_and_heavier_particles_are_the_same_water() {
        let block = |spacing: f32| {
            let n = (0.25 / spacing) as usize;
            let at = move |k: usize| (k as f32 + 0.5) * spacing;
            let points: Vec<_> = (0..n * n).map(|k| [at(k % n), at(k / n)]).collect();
            Cloud::of_particles(&points).expect("a cloud")
        };
        let apart = block(1.0 / 128.0).divergence(&block(1.0 / 64.0));
        assert!(apart < 1e-6, "{apart}");
        assert_eq!(Cloud::of_particles(&[]), None);
        assert_eq!(Cloud::of_particles(&[[f32::NAN, 0.0]]), None);
    }
}
