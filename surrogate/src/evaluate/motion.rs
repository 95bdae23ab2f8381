//! Sums over the water: energy, momentum, the fastest.

use weir_scene::{Frame, Scene};

/// Density of water, kg/m³.
const WATER_KG_M3: f64 = 1000.0;

/// The water of a frame as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Motion {
    /// Kinetic energy, joules per metre of depth.
    pub kinetic_j: f64,
    /// Potential energy above the origin, joules per metre of depth.
    pub potential_j: f64,
    /// Momentum, kg·m/s per metre of depth.
    pub momentum_kg_m_s: [f64; 2],
    /// Mass, kg per metre of depth.
    pub mass_kg: f64,
    /// The fastest particle, m/s.
    pub fastest_m_s: f64,
    /// Particles.
    pub particles: usize,
}

/// Mass of a particle that stands for a square `side_m` wide, kg per metre of depth.
pub fn particle_kg(side_m: f64) -> f64 {
    WATER_KG_M3 * side_m * side_m
}

impl Motion {
    /// The sums of `frame`, whose particles weigh `particle_kg` each.
    pub fn of(frame: &Frame, gravity_m_s2: [f64; 2], particle_kg: f64) -> Self {
        let mut sum = Self { particles: frame.positions_m.len(), ..Self::default() };
        for (p, v) in frame.positions_m.iter().zip(&frame.velocities_m_s) {
            let (p, v) = (p.map(f64::from), v.map(f64::from));
            let squared = v[0] * v[0] + v[1] * v[1];
            sum.kinetic_j += 0.5 * squared;
            sum.potential_j -= gravity_m_s2[0] * p[0] + gravity_m_s2[1] * p[1];
            (0..2).for_each(|k| sum.momentum_kg_m_s[k] += v[k]);
            // Unlike f64::max, this keeps what is not a number.
            if squared > sum.fastest_m_s || squared.is_nan() {
                sum.fastest_m_s = squared;
            }
        }
        sum.fastest_m_s = sum.fastest_m_s.sqrt();
        sum.kinetic_j *= particle_kg;
        sum.potential_j *= particle_kg;
        sum.momentum_kg_m_s.iter_mut().for_each(|p| *p *= particle_kg);
        sum.mass_kg = particle_kg * sum.particles as f64;
        sum
    }

    /// Kinetic and potential energy, joules per metre of depth.
    pub fn energy_j(&self) -> f64 {
        self.kinetic_j + self.potential_j
    }

    /// Momentum of this mass if all of it went the same way with this energy.
    pub fn momentum_scale(&self) -> f64 {
        (2.0 * self.mass_kg * self.kinetic_j).sqrt()
    }
}

/// Water that is no faster than this is at rest, m/s. Rounding moves it, and what moves it is
/// no energy out of nothing, not even where nothing pulls.
pub const STILL_M_S: f64 = 0.01;

/// A speed that no water of `scene` reaches unless something is wrong, m/s: three
/// times what falling through the whole rectangle adds to the speed it came with.
pub fn speed_limit_m_s(scene: &Scene) -> f64 {
    let fastest = scene.water.iter().map(|water| match *water {
        weir_scene::Water::Block { velocity_m_s: [u, v], .. } => u.hypot(v),
        weir_scene::Water::Emitter { speed_m_s, .. } => speed_m_s,
    });
    let [gx, gy] = scene.gravity_m_s2.map(f64::abs);
    let fall = 2.0 * (gx * scene.domain.width_m + gy * scene.domain.height_m);
    3.0 * (fall.sqrt() + fastest.fold(0.0, f64::max)).max(STILL_M_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_particle_has_the_energy_of_a_point() {
        let frame = Frame {
            positions_m: vec![[0.5, 2.0]],
            velocities_m_s: vec![[3.0, -4.0]],
            ids: vec![0],
            ..Frame::default()
        };
        let motion = Motion::of(&frame, [0.0, -10.0], particle_kg(0.1));
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(motion.kinetic_j, 10.0 * 12.5) && close(motion.potential_j, 10.0 * 20.0));
        assert!(close(motion.fastest_m_s, 5.0) && close(motion.momentum_scale(), 50.0));
        assert!(close(motion.momentum_kg_m_s[1], -40.0));
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        let frame = Frame {
            positions_m: vec![[0.0; 2]; 2],
            velocities_m_s: vec![[f32::NAN, 0.0], [1.0, 0.0]],
            ids: vec![0, 1],
            ..Frame::default()
        };
        assert!(!Motion::of(&frame, [0.0; 2], 1.0).kinetic_j.is_finite());
    }
}
