//! What can be told from frames alone, whoever made them.

use serde::Serialize;
use weir_scene::{Frame, GridField, Scene};

/// Density of water, kg/m³.
const WATER_KG_M3: f64 = 1000.0;
/// A cell holds water if it is filled to this share.
const HOLDS_WATER: f32 = 0.5;

/// Energy of the water, kinetic and potential above the origin, joules per metre of depth.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Energy {
    /// In the first frame.
    pub first: f64,
    /// In the last frame.
    pub last: f64,
}

/// Keeps an eye on the frames that pass.
pub struct Measured {
    /// Particles in the last frame.
    pub particles: usize,
    first: Option<f64>,
    last: f64,
    particle_kg: f64,
    gravity_m_s2: [f64; 2],
}

impl Measured {
    /// Nothing seen yet of `scene`.
    pub fn new(scene: &Scene) -> Self {
        Self {
            particles: 0,
            first: None,
            last: 0.0,
            particle_kg: WATER_KG_M3 * scene.domain.particle_spacing_m().powi(2),
            gravity_m_s2: scene.gravity_m_s2,
        }
    }

    /// Takes note of a frame.
    pub fn see(&mut self, frame: &Frame) {
        self.particles = frame.positions_m.len();
        self.last = self.energy_of(frame);
        self.first.get_or_insert(self.last);
    }

    /// Energy of the first and of the last frame.
    pub fn energy(&self) -> Energy {
        Energy { first: self.first.unwrap_or_default(), last: self.last }
    }

    fn energy_of(&self, frame: &Frame) -> f64 {
        let [gx, gy] = self.gravity_m_s2;
        let states = frame.positions_m.iter().zip(&frame.velocities_m_s);
        let per_kg = states.map(|(p, v)| {
            let ([x, y], [u, v]) = (p.map(f64::from), v.map(f64::from));
            0.5 * (u * u + v * v) - gx * x - gy * y
        });
        // An empty sum is -0.0.
        self.particle_kg * per_kg.sum::<f64>() + 0.0
    }
}

/// How much more room the water takes than it should, as a share: the number of
/// full cells over the water in them, less one. Negative if it is compressed.
///
/// Full cells are those with water in all eight neighbours, so that neither the
/// free surface nor spray counts. `None` if there are none.
pub fn volume_drift(density: &GridField) -> Option<f64> {
    let (nx, ny) = (density.grid.nx, density.grid.ny);
    let holds = |i: usize, j: usize| density.values[density.grid.cell(i, j)] >= HOLDS_WATER;
    let full = |i: usize, j: usize| {
        // Beyond the edge of the grid is wall, which is no air.
        (j.saturating_sub(1)..(j + 2).min(ny))
            .all(|b| (i.saturating_sub(1)..(i + 2).min(nx)).all(|a| holds(a, b)))
    };
    let (mut cells, mut water) = (0.0, 0.0);
    for j in 0..ny {
        for i in 0..nx {
            if full(i, j) {
                cells += 1.0;
                water += f64::from(density.values[density.grid.cell(i, j)]);
            }
        }
    }
    (cells > 0.0).then(|| cells / water - 1.0)
}

#[cfg(test)]
mod tests {
    use weir_scene::{Grid, Stagger};

    use super::*;

    fn density(of_row: impl Fn(usize) -> f32) -> GridField {
        let grid = Grid { nx: 8, ny: 10, cell_m: 0.1 };
        let values = (0..80).map(|i| of_row(i / 8)).collect();
        GridField { name: "density ratio", unit: "1", grid, stagger: Stagger::Centre, values }
    }

    #[test]
    fn only_full_cells_count() {
        let pool = density(|row| if row < 5 { 1.0 } else { 0.0 });
        assert_eq!(volume_drift(&pool), Some(0.0));
        let ragged = density(|row| [1.0, 1.0, 1.0, 0.7, 0.1].get(row).copied().unwrap_or(0.0));
        assert_eq!(volume_drift(&ragged), Some(0.0), "the surface is no loss");
        let squeezed = density(|row| if row < 5 { 1.25 } else { 0.0 });
        assert!((volume_drift(&squeezed).unwrap_or_default() + 0.2).abs() < 1e-6);
        assert_eq!(volume_drift(&density(|_| 0.2)), None);
    }
}
