//! Sums over the water: energy, momentum, density, volume.

use std::ops::Range;

use crate::cpu::surface::Surface;
use crate::geometry::Topology;
use crate::particles::Particles;

/// Most particles that one partial sum covers.
const CHUNK: usize = 4096;

/// Sums over particles, in cells, cells/s and particles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Motion {
    /// Σ |v|²/2.
    pub kinetic: f64,
    /// Σ x.
    pub position: [f64; 2],
    /// Σ v.
    pub velocity: [f64; 2],
    /// max |v|; NaN if any velocity or position is not finite.
    pub fastest: f64,
}

impl Motion {
    /// Sums over all particles.
    pub fn of(particles: &Particles) -> Self {
        let mut total = Self::over(particles, 0..particles.len());
        let finite = total.kinetic.is_finite() && total.position.iter().all(|c| c.is_finite());
        total.fastest = if finite { total.fastest.sqrt() } else { f64::NAN };
        total
    }

    /// Halves the range down to [`CHUNK`]: a fixed tree, so that sums have the
    /// same bits for any number of threads. `fastest` is still squared.
    fn over(particles: &Particles, range: Range<usize>) -> Self {
        if range.len() > CHUNK {
            let middle = range.start + range.len() / 2;
            let (a, b) = rayon::join(
                || Self::over(particles, range.start..middle),
                || Self::over(particles, middle..range.end),
            );
            return Self {
                kinetic: a.kinetic + b.kinetic,
                position: [0, 1].map(|k| a.position[k] + b.position[k]),
                velocity: [0, 1].map(|k| a.velocity[k] + b.velocity[k]),
                fastest: a.fastest.max(b.fastest),
            };
        }
        let mut sum = Self::default();
        for particle in &particles.all[range] {
            let (p, v) = (particle.position.map(f64::from), particle.velocity.map(f64::from));
            let squared = v[0] * v[0] + v[1] * v[1];
            sum.kinetic += 0.5 * squared;
            for axis in 0..2 {
                sum.position[axis] += p[axis];
                sum.velocity[axis] += v[axis];
            }
            sum.fastest = sum.fastest.max(squared);
        }
        sum
    }
}

/// The speed that all but `share` of the particles stay below, cells/s.
/// `scratch` is memory to reuse.
pub fn bulk_speed(particles: &Particles, share: f64, scratch: &mut Vec<f32>) -> f64 {
    scratch.clear();
    scratch.extend(particles.all.iter().map(|p| p.velocity[0].powi(2) + p.velocity[1].powi(2)));
    if scratch.is_empty() {
        return 0.0;
    }
    let rank = ((scratch.len() as f64 * (1.0 - share)) as usize).min(scratch.len() - 1);
    let (_, squared, _) = scratch.select_nth_unstable_by(rank, f32::total_cmp);
    f64::from(*squared).sqrt()
}

/// How far density is from rest density over components that are full: wet,
/// with nothing but full water a cell around.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DensityErrors {
    /// How many components are full.
    pub count: usize,
    /// Mean of ρ/ρ₀ − 1.
    pub of_mean: f64,
    /// Mean of |ρ/ρ₀ − 1|.
    pub mean: f64,
    /// 99th percentile of |ρ/ρ₀ − 1|.
    pub p99: f64,
}

impl DensityErrors {
    /// Errors of the ρ/ρ₀ of `full` components. `scratch` is memory to reuse.
    pub fn of(full: impl Iterator<Item = f32>, scratch: &mut Vec<f32>) -> Self {
        scratch.clear();
        scratch.extend(full.map(|d| d - 1.0));
        if scratch.is_empty() {
            return Self::default();
        }
        let count = scratch.len() as f64;
        let of_mean = scratch.iter().map(|&e| f64::from(e)).sum::<f64>() / count;
        scratch.iter_mut().for_each(|e| *e = e.abs());
        let mean = scratch.iter().map(|&e| f64::from(e)).sum::<f64>() / count;
        let rank = scratch.len() * 99 / 100;
        let p99 = f64::from(*scratch.select_nth_unstable_by(rank, f32::total_cmp).1);
        Self { count: scratch.len(), of_mean, mean, p99 }
    }
}

/// Area that water covers, in cells: each component counts with the share that
/// lies below its surface.
pub fn volume(topology: &Topology, surface: &Surface) -> f64 {
    (0..surface.distance.len())
        .filter(|&c| topology.exists(c))
        .map(|c| {
            let covered = (0.5 - surface.distance[c]).clamp(0.0, 1.0);
            topology.area(c) * f64::from(covered)
        })
        .sum()
}
