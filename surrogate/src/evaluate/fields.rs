//! What the particles add up to inside the water: density and divergence.
//!
//! Particles are spread bilinearly over the centres of cells for density and
//! over their sides for velocity. Only *full* cells count, which have water in
//! all eight cells around and lie away from lines and walls: what a surface or a
//! line makes of such sums says nothing about the water.

use weir_scene::{Frame, Grid, Stagger};

use crate::bed::{Bed, REACH};
use crate::transfer::VOLUME;

/// Share that each of the nine cells of a full one is filled to.
const HOLDS_WATER: f32 = 0.5;
/// Distance that a full cell keeps from lines and walls, cells.
const CLEAR: f32 = 1.5;

/// The cells of a grid where a field can be judged.
#[derive(Clone, Debug)]
pub struct Interior {
    grid: Grid,
    clear: Vec<bool>,
}

/// Sums over the full cells of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fields {
    /// Full cells.
    pub full: usize,
    /// Mean of |ρ/ρ₀ − 1|.
    pub density_error: f64,
    /// Mean of ρ/ρ₀ − 1.
    pub compression: f64,
    /// Root mean square of ∇·u, 1/s.
    pub divergence_per_s: f64,
}

impl Interior {
    /// The cells of `bed` that are away from its lines and walls.
    pub fn new(bed: &Bed) -> Self {
        let cells = bed.grid().nx * bed.grid().ny;
        let clear = bed.maps[..cells].iter().map(|distance| distance * REACH >= CLEAR).collect();
        Self { grid: *bed.grid(), clear }
    }

    /// Sums of `frame`, whose particles stand four to a cell; `None` if no cell is full.
    pub fn fields(&self, frame: &Frame) -> Option<Fields> {
        let Grid { nx, ny, cell_m } = self.grid;
        let density = spread(frame, &self.grid, Stagger::Centre, |_| 1.0).0;
        let mean = |stagger, axis: usize| {
            let (sum, weight) = spread(frame, &self.grid, stagger, |v| v[axis]);
            sum.iter().zip(&weight).map(|(s, w)| if *w > 0.0 { s / w } else { 0.0 }).collect()
        };
        let (u, v): (Vec<f32>, Vec<f32>) = (mean(Stagger::FaceX, 0), mean(Stagger::FaceY, 1));
        let mut sums = Fields::default();
        for j in 1..ny.saturating_sub(1) {
            for i in 1..nx.saturating_sub(1) {
                let cell = self.grid.cell(i, j);
                let holds = |(a, b)| VOLUME * density[self.grid.cell(a, b)] >= HOLDS_WATER;
                let around = (j - 1..=j + 1).flat_map(|b| (i - 1..=i + 1).map(move |a| (a, b)));
                if !self.clear[cell] || !around.into_iter().all(holds) {
                    continue;
                }
                let excess = f64::from(VOLUME * density[cell] - 1.0);
                let faces = [
                    u[self.grid.face_x(i + 1, j)] - u[self.grid.face_x(i, j)],
                    v[self.grid.face_y(i, j + 1)] - v[self.grid.face_y(i, j)],
                ];
                let divergence = f64::from(faces[0] + faces[1]) / cell_m;
                sums.full += 1;
                sums.density_error += excess.abs();
                sums.compression += excess;
                sums.divergence_per_s += divergence * divergence;
            }
        }
        let cells = sums.full as f64;
        (sums.full > 0).then(|| Fields {
            full: sums.full,
            density_error: sums.density_error / cells,
            compression: sums.compression / cells,
            divergence_per_s: (sums.divergence_per_s / cells).sqrt(),
        })
    }
}

/// Bilinear sums of `value(velocity)`, m/s, and of the weights.
fn spread(
    frame: &Frame,
    grid: &Grid,
    stagger: Stagger,
    value: impl Fn([f32; 2]) -> f32,
) -> (Vec<f32>, Vec<f32>) {
    let [columns, rows] = grid.shape(stagger);
    let first = grid.cells_from_index(stagger, 0, 0).map(|c| c as f32);
    let (mut sum, mut weights) = (vec![0.0; columns * rows], vec![0.0; columns * rows]);
    for (p, v) in frame.positions_m.iter().zip(&frame.velocities_m_s) {
        let at = [0, 1].map(|k| p[k] / grid.cell_m as f32 - first[k]);
        if !at.iter().all(|c| c.is_finite()) {
            continue;
        }
        let (corner, value) = (at.map(f32::floor), value(*v));
        for (right, up) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (i, j) = (corner[0] as i64 + right, corner[1] as i64 + up);
            if i < 0 || j < 0 || i >= columns as i64 || j >= rows as i64 {
                continue;
            }
            let along = |k: usize, far: i64| {
                let inside = at[k] - corner[k];
                if far == 1 { inside } else { 1.0 - inside }
            };
            let weight = along(0, right) * along(1, up);
            let index = j as usize * columns + i as usize;
            sum[index] += weight * value;
            weights[index] += weight;
        }
    }
    (sum, weights)
}

#[cfg(test)]
mod tests {
    use weir_scene::Scene;

    use super::*;
    use crate::bed::Sight;

    fn interior() -> Interior {
        let text = "version = 1\ndomain = { width_m = 1.0, height_m = 1.0, cell_m = 0.0625 }";
        let scene = Scene::from_toml(text).expect("a scene");
        Interior::new(&Bed::new(&scene, &[], Sight::default()))
    }

    /// A full rectangle whose particles are `stretch` times farther apart than at rest.
    fn water(stretch: f32, velocity: impl Fn([f32; 2]) -> [f32; 2]) -> Frame {
        let side = 0.03125 * stretch;
        let n = (1.0 / side) as usize;
        let at = |k: usize| (k as f32 + 0.5) * side;
        let positions_m: Vec<_> = (0..n * n).map(|k| [at(k % n), at(k / n)]).collect();
        let velocities_m_s = positions_m.iter().map(|&p| velocity(p)).collect();
        Frame { positions_m, velocities_m_s, ..Frame::default() }
    }

    #[test]
    fn water_at_rest_is_as_dense_as_it_should_be_and_still() {
        let fields = interior().fields(&water(1.0, |_| [0.0; 2])).expect("full cells");
        assert!(fields.density_error < 1e-5 && fields.divergence_per_s == 0.0, "{fields:?}");
    }

    #[test]
    fn a_source_has_its_divergence_and_a_whirl_and_a_stream_have_none() {
        let divergence = |velocity: fn([f32; 2]) -> [f32; 2]| {
            let fields = interior().fields(&water(1.0, velocity)).expect("full cells");
            fields.divergence_per_s
        };
        assert!((divergence(|p| [2.0 * p[0], p[1]]) - 3.0).abs() < 1e-3);
        assert!(divergence(|p| [-p[1], p[0]]) < 1e-3);
        assert!(divergence(|_| [1.0, -2.0]) < 1e-3);
    }

    #[test]
    fn squeezed_water_is_denser() {
        let fields = interior().fields(&water(0.9, |_| [0.0; 2])).expect("full cells");
        assert!((fields.compression - (1.0 / 0.81 - 1.0)).abs() < 0.02, "{fields:?}");
        assert_eq!(interior().fields(&Frame::default()), None);
    }
}
