//! Sums over the water: energy, momentum, density, volume.

use crate::cpu::surface::depth;
use crate::particles::Particle;
use weir_ground::Topology;

/// Sums over particles, in cells, cells/s and particles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Motion {
    /// Σ |v|²/2.
    pub kinetic: f64,
    /// Σ x.
    pub position: [f64; 2],
    /// Σ v.
    pub velocity: [f64; 2],
    /// max |v|².
    pub fastest_squared: f64,
}

impl Motion {
    /// Adds a particle, and returns its |v|².
    pub fn add(&mut self, position: [f32; 2], velocity: [f32; 2]) -> f32 {
        let (p, v) = (position.map(f64::from), velocity.map(f64::from));
        let squared = v[0] * v[0] + v[1] * v[1];
        self.kinetic += 0.5 * squared;
        for axis in 0..2 {
            self.position[axis] += p[axis];
            self.velocity[axis] += v[axis];
        }
        self.fastest_squared = self.fastest_squared.max(squared);
        squared as f32
    }

    /// Sums over `particles`, whose |v|² go to `squares`.
    pub fn of(particles: &[Particle], squares: &mut [f32]) -> Self {
        let mut sum = Self::default();
        for (particle, square) in particles.iter().zip(squares) {
            *square = sum.add(particle.position, particle.velocity);
        }
        sum
    }

    /// max |v|; NaN if any velocity or position is not finite.
    pub fn fastest(&self) -> f64 {
        let finite = self.kinetic.is_finite() && self.position.iter().all(|c| c.is_finite());
        if finite { self.fastest_squared.sqrt() } else { f64::NAN }
    }
}

impl std::ops::AddAssign for Motion {
    fn add_assign(&mut self, other: Self) {
        self.kinetic += other.kinetic;
        for axis in 0..2 {
            self.position[axis] += other.position[axis];
            self.velocity[axis] += other.velocity[axis];
        }
        self.fastest_squared = self.fastest_squared.max(other.fastest_squared);
    }
}

/// The speed that all but `share` of the particles stay below, cells/s, from
/// their |v|², which it reorders.
pub fn bulk_speed(squares: &mut [f32], share: f64) -> f64 {
    if squares.is_empty() {
        return 0.0;
    }
    let rank = ((squares.len() as f64 * (1.0 - share)) as usize).min(squares.len() - 1);
    let (_, squared, _) = squares.select_nth_unstable_by(rank, f32::total_cmp);
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
pub fn volume(topology: &Topology, density: &[f32]) -> f64 {
    let wet = density.iter().enumerate().filter(|&(c, &d)| d > 0.0 && topology.exists(c));
    let covered = |density| f64::from((0.5 + depth(density)).clamp(0.0, 1.0));
    wet.map(|(component, &density)| topology.area(component) * covered(density)).sum()
}
