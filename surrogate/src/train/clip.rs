//! One recorded run, as training reads it.

use std::sync::Arc;

use weir_scene::Scene;

use super::TrainConfig;
use crate::bed::Bed;
use crate::encode::Water;

/// Where a run takes place.
#[derive(Debug)]
struct Place {
    /// Bed as recorded, and mirrored left to right.
    beds: [Bed; 2],
    /// Gravity, cells/s².
    gravity: [f64; 2],
}

/// A run in cells and cells/s, with its bed, and both in the mirror.
#[derive(Clone, Debug)]
pub struct Clip {
    place: Arc<Place>,
    frames: usize,
    particles: usize,
    /// `frames × particles`; NaN where a particle does not live.
    position: Vec<[f32; 2]>,
    velocity: Vec<[f32; 2]>,
}

impl Clip {
    /// A run of `frames × particles`, in metres and m/s, as a network of `config`
    /// sees it.
    pub fn new(
        scene: &Scene,
        config: &TrainConfig,
        frames: usize,
        positions_m: &[[f32; 2]],
        velocities_m_s: &[[f32; 2]],
    ) -> Self {
        let mut scene = scene.clone();
        let cell_m = config.scales.cell_m;
        scene.domain.cell_m = cell_m;
        let bed = Bed::new(&scene, &scene.strokes, config.sight);
        let width_m = scene.domain.grid().size_m()[0];
        let mut strokes = scene.strokes.clone();
        let points = strokes.iter_mut().flat_map(|stroke| &mut stroke.points_m);
        points.for_each(|p| p[0] = width_m - p[0]);
        let mirrored = Bed::new(&scene, &strokes, config.sight);
        let scale = (1.0 / cell_m) as f32;
        let cells = |all: &[[f32; 2]]| all.iter().map(|v| v.map(|c| c * scale)).collect();
        let gravity = scene.gravity_m_s2.map(|g| g / cell_m);
        let place = Arc::new(Place { beds: [bed, mirrored], gravity });
        Self::of(place, frames, cells(positions_m), cells(velocities_m_s))
    }

    /// Another run in the same place, of `frames × particles` in cells and cells/s.
    pub fn in_the_same_place(
        &self,
        frames: usize,
        position: Vec<[f32; 2]>,
        velocity: Vec<[f32; 2]>,
    ) -> Self {
        Self::of(Arc::clone(&self.place), frames, position, velocity)
    }

    fn of(
        place: Arc<Place>,
        frames: usize,
        position: Vec<[f32; 2]>,
        velocity: Vec<[f32; 2]>,
    ) -> Self {
        Self { place, frames, particles: position.len() / frames.max(1), position, velocity }
    }

    /// How many frames it has.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The bed, in the mirror or not.
    pub fn bed(&self, mirrored: bool) -> &Bed {
        &self.place.beds[usize::from(mirrored)]
    }

    /// Gravity, cells/s², in the mirror or not.
    pub fn gravity(&self, mirrored: bool) -> [f64; 2] {
        let [x, y] = self.place.gravity;
        if mirrored { [-x, y] } else { [x, y] }
    }

    /// Particles that live in frame `t`, with their numbers as ids.
    pub fn water(&self, t: usize, mirrored: bool) -> Water {
        let mut water = Water::default();
        for particle in 0..self.particles {
            if let Some((p, v)) = self.particle(t, particle, mirrored) {
                water.push(particle as u32, p, v);
            }
        }
        water
    }

    /// Position and velocity of one particle in frame `t`, if it lives then.
    pub fn particle(
        &self,
        t: usize,
        particle: usize,
        mirrored: bool,
    ) -> Option<([f32; 2], [f32; 2])> {
        let at = t * self.particles + particle;
        let (mut p, mut v) = (self.position[at], self.velocity[at]);
        if p[0].is_nan() {
            return None;
        }
        if mirrored {
            p[0] = self.place.beds[0].grid().nx as f32 - p[0];
            v[0] = -v[0];
        }
        Some((p, v))
    }
}
