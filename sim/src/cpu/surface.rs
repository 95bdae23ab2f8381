//! Which components hold water, and how far the surface is from each.
//!
//! Behind a flat surface the tent-weighted density rises as
//! S(d) = ½ + d − d|d|/2 with the depth d of the sample point in cells. Its
//! inverse turns density into a signed distance that is exact for a flat
//! surface along the grid, and smooth in the particles' positions.

use rayon::prelude::*;

use crate::particles::Particles;
use weir_ground::{Obstacles, Topology};

/// Least distance from a sample point to the surface, as a share of the way to
/// the neighbour; a smaller one would make the pressure system stiff.
const THETA_MIN: f32 = 0.1;

/// Share of a cut component's open sides that must border water for it to count
/// as water although no particle is in it. Slivers that hold none would
/// otherwise act as air, at no pressure, inside the water.
const SLIVER_SHARE: f32 = 0.7;

/// Where the water is.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// Whether each component holds water.
    pub fluid: Vec<bool>,
    /// Signed distance from the centre of each component's cell to the surface, in
    /// cells, negative in the water, within ±1. The centre may lie behind a line:
    /// pressure counts as if the water went on there.
    distance: Vec<f32>,
    films: Vec<u32>,
}

impl Surface {
    /// Classifies components by particles, by `density` (ρ/ρ₀), and by how much
    /// `deeper` than there the centre of the cell is.
    pub fn run(
        &mut self,
        topology: &Topology,
        obstacles: &Obstacles,
        particles: &Particles,
        density: &[f32],
        deeper: &[f32],
    ) {
        let Self { fluid, distance, .. } = self;
        distance.resize(density.len(), 0.0);
        fluid.clear();
        fluid.resize(density.len(), false);
        let depths = density.par_iter().zip(deeper).with_min_len(16_384);
        distance.par_iter_mut().zip(depths).for_each(|(distance, (&density, &deeper))| {
            *distance = (-depth(density) - deeper).clamp(-1.0, 1.0);
        });
        for (component, (fluid, &distance)) in fluid.iter_mut().zip(&*distance).enumerate() {
            *fluid = distance < 0.0 && topology.exists(component);
        }
        self.keep_films(topology, obstacles, particles);
        self.fill_slivers(topology);
    }

    fn fill_slivers(&mut self, topology: &Topology) {
        let fluid = &self.fluid;
        let wet = |component: usize| {
            let (mut open, mut wet) = (0.0, 0.0);
            topology.for_links(component, |link| {
                open += link.aperture;
                wet += if fluid[link.other as usize] { link.aperture } else { 0.0 };
            });
            open > 0.0 && wet >= SLIVER_SHARE * open
        };
        let dry = topology.cut_components().filter(|&c| !fluid[c as usize]);
        self.films.clear();
        self.films.extend(dry.filter(|&c| wet(c as usize)));
        self.films.iter().for_each(|&component| self.fluid[component as usize] = true);
    }

    /// Where particles lie with no water under their surface to carry them (a film
    /// on a floor, a drop), their own component is water, or nothing would keep
    /// the film from thinning without end.
    fn keep_films(&mut self, topology: &Topology, obstacles: &Obstacles, particles: &Particles) {
        let cells = topology.grid().nx * topology.grid().ny;
        self.films.clear();
        for cell in (0..cells).filter(|&cell| !particles.in_cell(cell).is_empty()) {
            if !topology.is_cut(cell) {
                self.films.extend((!self.fluid[cell]).then_some(cell as u32));
                continue;
            }
            for k in particles.in_cell(cell) {
                let own = topology.component_at(obstacles, cell, particles.position(k));
                self.films.extend(own.filter(|&own| !self.fluid[own as usize]));
            }
        }
        let carried = |component: u32| {
            let mut carried = false;
            topology
                .for_links(component as usize, |link| carried |= self.fluid[link.other as usize]);
            carried
        };
        let mut films = std::mem::take(&mut self.films);
        films.retain(|&component| !carried(component));
        films.iter().for_each(|&component| self.fluid[component as usize] = true);
        self.films = films;
    }

    /// Share of the way from a wet component to a dry one at which the surface lies.
    #[inline]
    pub fn theta(&self, wet: usize, dry: usize) -> f32 {
        let (inside, outside) = (self.distance[wet], self.distance[dry]);
        if inside >= 0.0 {
            return THETA_MIN;
        }
        (inside / (inside - outside.max(0.0))).clamp(THETA_MIN, 1.0)
    }

    /// Drop of `value` (zero in air) over the side between two components, per
    /// cell width: value(high) − value(low), with the surface where it is.
    #[inline]
    pub fn drop(&self, value: &[f32], low: usize, high: usize) -> f32 {
        match (self.fluid[low], self.fluid[high]) {
            (true, true) => value[high] - value[low],
            (true, false) => -value[low] / self.theta(low, high),
            (false, true) => value[high] / self.theta(high, low),
            (false, false) => 0.0,
        }
    }
}

/// Inverse of S: depth in cells below a flat surface, from density.
pub fn depth(density: f32) -> f32 {
    let above_half = (density - 0.5).clamp(-0.5, 0.5);
    above_half.signum() * (1.0 - (1.0 - 2.0 * above_half.abs()).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_inverts_the_density_behind_a_flat_surface() {
        for k in -10..=10 {
            let d = k as f32 / 10.0;
            let density = 0.5 + d - d * d.abs() / 2.0;
            assert!((depth(density) - d).abs() < 2e-3, "{d}: {}", depth(density));
        }
    }
}
