//! The network's loads: the same column of water, on the cells that it knows.
//!
//! The network has learned on one size of cell, so that more water is a larger box
//! here, and not a finer grid. The solver runs in the same box with the same cells.

use burn::tensor::Device;
use weir_scene::{Advance, Frame, Scene, rollout_with};
use weir_sim::{Backend, Solver, SolverConfig};
use weir_surrogate::network::{Shape, UNet};
use weir_surrogate::train::{Clip, TrainConfig, Trainer};
use weir_surrogate::{Model, ModelConfig, Surrogate, device};

use crate::dam_break::{BOX_M, COLUMN_M, DURATION_S, dam_break};
use crate::measure::{PARTS, Run};

/// The model whose cost is measured: the one that ships.
pub const MODEL: &str = "default";
/// Frames a second of what is learned from.
const FPS: f64 = 120.0;

/// The dam break with about `particles` particles on cells of `cell_m`.
pub fn scene(particles: usize, cell_m: f64) -> Scene {
    let mut scene = dam_break(particles);
    let scale = cell_m / scene.domain.cell_m;
    scene.domain.width_m *= scale;
    scene.domain.height_m *= scale;
    scene.domain.cell_m = cell_m;
    for water in &mut scene.water {
        if let weir_scene::Water::Block { max_m, .. } = water {
            *max_m = [COLUMN_M * scale, 2.0 * COLUMN_M * scale];
        }
    }
    scene
}

/// The model that ships, on the processor.
pub fn model() -> Model {
    Model::open(MODEL, &processor()).expect("the model that ships")
}

/// Where networks run that are not on a card.
pub fn processor() -> Device {
    device::open("flex").expect("a processor")
}

/// A model of this shape that has learned nothing, which costs as much to ask.
pub fn untaught(shape: Shape) -> Model {
    let device = processor();
    let net = UNet::seeded(&shape, 1, &device);
    let name = "untaught".to_owned();
    let config = ModelConfig { name, shape, origin: Default::default(), ..model().config };
    Model::new(config, net, device)
}

/// A run in a box as large as its water needs.
struct Flowing<P> {
    producer: P,
    frame: Frame,
    box_m: [f64; 2],
}

impl<P: Advance> Flowing<P> {
    fn next_part(&mut self) {
        let frames = (DURATION_S / PARTS as f64 / self.producer.frame_dt_s()).round() as usize;
        for _ in 0..frames {
            self.producer.advance(&mut self.frame).expect("the dam break stays finite");
        }
    }

    fn escaped(&self) -> usize {
        let inside =
            |p: &[f32; 2]| (0..2).all(|k| (0.0..=self.box_m[k]).contains(&f64::from(p[k])));
        self.frame.positions_m.iter().filter(|p| !inside(p)).count()
    }
}

fn flowing<P>(scene: &Scene, producer: P) -> Flowing<P> {
    let box_m = [scene.domain.width_m, scene.domain.height_m];
    Flowing { producer, frame: Frame::default(), box_m }
}

/// The network: transfers, calls and collisions.
pub struct Network(Flowing<Surrogate>);

/// The solver in the same box.
pub struct Solved(Flowing<Solver>);

impl Run for Network {
    fn start(particles: usize) -> Self {
        let model = model();
        let scene = scene(particles, model.config.scales.cell_m);
        let network = Surrogate::new(model, &scene).expect("a scene for the network");
        Self(flowing(&scene, network))
    }

    fn next_part(&mut self) {
        self.0.next_part();
    }

    fn escaped(&self) -> usize {
        self.0.escaped()
    }
}

impl Run for Solved {
    fn start(particles: usize) -> Self {
        let scene = scene(particles, model().config.scales.cell_m);
        let solver = Solver::new(&scene, Backend::Cpu).expect("a valid scene");
        Self(flowing(&scene, solver))
    }

    fn next_part(&mut self) {
        self.0.next_part();
    }

    fn escaped(&self) -> usize {
        self.0.escaped()
    }
}

/// A network that learns the dam break.
pub struct Learning {
    trainer: Trainer,
    clips: Vec<Clip>,
    /// Samples a step.
    pub batch: usize,
    _folder: tempfile::TempDir,
}

impl Learning {
    /// Of the smallest shape, with the settings that are the defaults.
    pub fn new(particles: usize, device: &Device) -> Self {
        let config = TrainConfig::default();
        let cell_m = config.scales.cell_m;
        let scene = scene(particles, cell_m);
        let settings = SolverConfig { fps: FPS, ..SolverConfig::default() };
        let mut solver =
            Solver::with_config(&scene, Backend::Cpu, settings).expect("a valid scene");
        let (mut positions, mut velocities, mut frames) = (Vec::new(), Vec::new(), 0);
        rollout_with(&mut solver, (DURATION_S * FPS) as usize, |_, frame| {
            // By identity: a frame has them in any order.
            let mut order: Vec<usize> = (0..frame.ids.len()).collect();
            order.sort_unstable_by_key(|&k| frame.ids[k]);
            positions.extend(order.iter().map(|&k| frame.positions_m[k]));
            velocities.extend(order.iter().map(|&k| frame.velocities_m_s[k]));
            frames += 1;
            std::ops::ControlFlow::Continue(())
        })
        .expect("the dam break stays finite");
        let folder = tempfile::tempdir().expect("a folder");
        let batch = config.batch;
        let clips = vec![Clip::new(&scene, &config, frames, &positions, &velocities)];
        let trainer = Trainer::new(config, device, folder.path()).expect("a trainer");
        Self { trainer, clips, batch, _folder: folder }
    }

    /// Takes a step.
    pub fn step(&mut self) {
        self.trainer.step(&self.clips).expect("a step");
    }
}

/// Columns and rows of the canvas on which single calls are timed: 1.5 m by 1 m.
pub const CANVAS: [usize; 2] = [96, 64];

/// Size of the largest box, metres, as the table says it.
pub fn box_m(particles: usize, cell_m: f64) -> [f64; 2] {
    let scale = cell_m / dam_break(particles).domain.cell_m;
    BOX_M.map(|side| side * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dam_break::particle_count;

    #[test]
    fn both_start_with_the_same_water_on_the_same_cells() {
        let cell_m = model().config.scales.cell_m;
        assert_eq!(scene(2_000, cell_m).domain.cell_m, cell_m);
        let [width, _] = box_m(2_000, cell_m);
        assert!((scene(2_000, cell_m).domain.width_m - width).abs() < 1e-12);
        let (mut network, mut solved) = (Network::start(2_000), Solved::start(2_000));
        network.next_part();
        solved.next_part();
        let count = particle_count(2_000);
        assert_eq!(network.0.frame.positions_m.len(), count);
        assert_eq!(solved.0.frame.positions_m.len(), count);
        assert_eq!(network.0.frame.time_s, solved.0.frame.time_s);
        assert_eq!((network.escaped(), solved.escaped()), (0, 0));
    }

    #[test]
    fn it_learns() {
        Learning::new(500, &processor()).step();
    }
}
