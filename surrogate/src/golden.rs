//! A short run that any machine can make again, to see that it computes what it should.
//!
//! Machines round differently, and water is chaotic: after a second no particle is where another
//! machine has it. So particles are compared after the first call of the network, and the water
//! as a whole at the end.

use serde::{Deserialize, Serialize};
use weir_scene::{Advance, Frame, Scene};

use crate::evaluate::occupancy::Occupancy;
use crate::{FPS, Model, ModelError, Surrogate};

/// Frames of the run.
pub const FRAMES: usize = 60;
/// How far 99 of 100 particles may be from where they should be after the first call, cells.
pub const MOST_ASTRAY_CELLS: f64 = 0.02;
/// How far the water's centre may be from where it should be at the end, cells.
pub const MOST_SHIFT_CELLS: f64 = 0.5;
/// Which share of the wet cells has to be the same at the end.
pub const LEAST_OVERLAP: f64 = 0.85;

/// A run that was made where the network is known to compute what it should.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// The scene.
    pub scene: Scene,
    /// Frames of the network's first call.
    pub first_frames: usize,
    /// Where particles are then by their ids, metres.
    pub first_m: Vec<(u32, [f32; 2])>,
    /// Where particles are after [`FRAMES`], metres.
    pub last_m: Vec<[f32; 2]>,
}

/// How far a run is from the golden one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deviation {
    /// Of 99 of 100 particles after the first call at most, cells; infinite if one is missing.
    pub astray_cells: f64,
    /// Of the water's centre at the end, cells.
    pub shift_cells: f64,
    /// Share of the wet cells that is the same at the end.
    pub overlap: f64,
}

impl Deviation {
    /// Whether it is no more than machines may differ.
    pub fn is_small(&self) -> bool {
        self.astray_cells <= MOST_ASTRAY_CELLS
            && self.shift_cells <= MOST_SHIFT_CELLS
            && self.overlap >= LEAST_OVERLAP
    }
}

impl Golden {
    /// Makes the run: a dam breaks.
    ///
    /// # Errors
    /// The device failed, or the network moves no such scene.
    pub fn of(model: &Model) -> Result<Self, ModelError> {
        let run = |error: &dyn std::fmt::Display| ModelError::Run(error.to_string());
        let example = Scene::examples().iter().find(|example| example.name == "dam-break");
        let example = example.ok_or_else(|| run(&"there is no scene dam-break"))?;
        let scene = Scene::from_toml(example.text).map_err(|error| run(&error))?;
        let mut surrogate = Surrogate::new(model.clone(), &scene)?;
        let first_frames = ((model.call_s() * FPS).round() as usize).clamp(1, FRAMES);
        let (mut first_m, mut frame) = (Vec::new(), Frame::default());
        for k in 1..=FRAMES {
            surrogate.advance(&mut frame).map_err(|error| run(&error))?;
            if k == first_frames {
                first_m = by_id(&frame);
            }
        }
        Ok(Self { scene, first_frames, first_m, last_m: frame.positions_m })
    }

    /// How far another run of the scene is from this one: its frame after
    /// [`first_frames`](Self::first_frames), and its last.
    pub fn deviation(&self, first: &Frame, last: &Frame) -> Deviation {
        let domain = &self.scene.domain;
        let (grid, side_m) = (domain.grid(), domain.particle_spacing_m());
        let should = Frame { positions_m: self.last_m.clone(), ..Frame::default() };
        let filled = |frame: &Frame| Occupancy::of(frame, grid, side_m);
        let [there, here] = [&should, last].map(centre_m);
        Deviation {
            astray_cells: self.astray_m(first) / domain.cell_m,
            shift_cells: (there[0] - here[0]).hypot(there[1] - here[1]) / domain.cell_m,
            overlap: filled(&should).overlap(&filled(last)),
        }
    }

    fn astray_m(&self, first: &Frame) -> f64 {
        let found = by_id(first);
        if found.iter().map(|one| one.0).ne(self.first_m.iter().map(|one| one.0)) {
            return f64::INFINITY;
        }
        let pairs = found.iter().zip(&self.first_m);
        let apart = |a: [f32; 2], b: [f32; 2]| f64::from(a[0] - b[0]).hypot(f64::from(a[1] - b[1]));
        let mut apart: Vec<f64> = pairs.map(|((_, a), (_, b))| apart(*a, *b)).collect();
        apart.sort_unstable_by(f64::total_cmp);
        apart.get(apart.len() * 99 / 100).copied().unwrap_or(0.0)
    }
}

fn by_id(frame: &Frame) -> Vec<(u32, [f32; 2])> {
    let mut all: Vec<_> = frame.ids.iter().copied().zip(frame.positions_m.clone()).collect();
    all.sort_unstable_by_key(|one| one.0);
    all
}

fn centre_m(frame: &Frame) -> [f64; 2] {
    let count = frame.positions_m.len().max(1) as f64;
    let sum = |k: usize| frame.positions_m.iter().map(|p| f64::from(p[k])).sum::<f64>();
    [sum(0) / count, sum(1) / count]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device;

    fn model() -> Model {
        Model::open("default", &device::open("flex").expect("a processor")).expect("a model")
    }

    /// The run's frames that are compared.
    fn run(golden: &Golden, model: Model) -> (Frame, Frame) {
        let mut surrogate = Surrogate::new(model, &golden.scene).expect("water");
        let (mut first, mut frame) = (Frame::default(), Frame::default());
        for k in 1..=FRAMES {
            surrogate.advance(&mut frame).expect("a frame");
            if k == golden.first_frames {
                first.clone_from(&frame);
            }
        }
        (first, frame)
    }

    #[test]
    fn the_same_machine_makes_the_same_run() {
        let golden = Golden::of(&model()).expect("a run");
        let (first, last) = run(&golden, model());
        let same = Deviation { astray_cells: 0.0, shift_cells: 0.0, overlap: 1.0 };
        assert_eq!(golden.deviation(&first, &last), same);
        let text = serde_json::to_string(&golden).expect("text");
        assert_eq!(serde_json::from_str::<Golden>(&text).expect("a run"), golden);
    }

    #[test]
    fn another_network_is_noticed_and_other_rounding_is_not() {
        let golden = Golden::of(&model()).expect("a run");
        let folder = tempfile::tempdir().expect("a folder");
        // Weights of 16 bits are off by 1 in 2,000: more than any machine rounds.
        model().save_half(folder.path()).expect("files");
        let half = Model::load(folder.path(), &device::open("flex").expect("a processor"));
        let (first, last) = run(&golden, half.expect("a model"));
        let off = golden.deviation(&first, &last);
        assert!(off.is_small() && off.astray_cells > 0.0, "{off:?}");
        let mut other = model();
        other.config.scales.change_m_s *= 1.05;
        let (first, last) = run(&golden, other);
        let off = golden.deviation(&first, &last);
        assert!(!off.is_small(), "{off:?}");
        assert!(!golden.deviation(&Frame::default(), &last).is_small());
    }
}
