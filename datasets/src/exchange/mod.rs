//! Data sets in the forms of others.
//!
//! Graph networks have no lines: what stands is made of particles that never
//! move. And their runs have the same particles throughout, so scenes in which
//! water comes or goes are left out, and counted.

mod gns;
mod import;
mod lagrangebench;
mod pickle;

use crate::plane::{Point, add, scale, sub};
use crate::{Fault, FileError, SceneFile};

pub use gns::export as gns;
pub use import::lagrangebench as import_lagrangebench;
pub use lagrangebench::export as lagrangebench;

/// What an export has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Files written, by name.
    pub files: Vec<String>,
    /// Scenes in them.
    pub scenes: usize,
    /// Scenes left out, because water comes or goes in them or a body moves.
    pub left_out: Vec<usize>,
}

/// A run of the same particles throughout, lines included.
struct Fixed {
    frames: usize,
    /// Water first, then what stands.
    particles: usize,
    water: usize,
    /// `frames × particles`, metres.
    positions_m: Vec<[f32; 2]>,
}

impl Fixed {
    /// Reads a scene; `None` if its particles or its solids do not stay the same.
    fn read(file: &SceneFile) -> Result<Option<Self>, FileError> {
        let run = file.read()?;
        let changes = run.positions_m.iter().any(|position| position[0].is_nan());
        if changes || run.bodies > 0 {
            return Ok(None);
        }
        let wrong = |error: weir_scene::SceneError| {
            Fault::Text { kind: "scene", reason: error.to_string() }.of(&file.path())
        };
        let scene = weir_scene::Scene::from_json(&run.scene_json).map_err(wrong)?;
        let spacing_m = scene.domain.particle_spacing_m();
        let walls: Vec<[f32; 2]> = scene
            .strokes
            .iter()
            .flat_map(|stroke| stroke.segments().flat_map(|segment| along(segment, spacing_m)))
            .map(|point| point.map(|value| value as f32))
            .collect();
        let particles = run.particles + walls.len();
        let mut positions_m = Vec::with_capacity(run.frames * particles);
        for t in 0..run.frames {
            positions_m.extend_from_slice(run.positions_m(t));
            positions_m.extend_from_slice(&walls);
        }
        Ok(Some(Self { frames: run.frames, particles, water: run.particles, positions_m }))
    }

    /// What each particle is.
    fn types(&self, water: i64, solid: i64) -> Vec<i64> {
        let kinds = [(water, self.water), (solid, self.particles - self.water)];
        kinds.iter().flat_map(|&(kind, count)| std::iter::repeat_n(kind, count)).collect()
    }
}

/// Points about `spacing_m` apart on a segment, its far end left to the next one.
fn along([from, to]: [Point; 2], spacing_m: f64) -> impl Iterator<Item = Point> {
    let way = sub(to, from);
    let pieces = (way[0].hypot(way[1]) / spacing_m).ceil().max(1.0);
    (0..pieces as usize).map(move |k| add(from, scale(way, k as f64 / pieces)))
}
