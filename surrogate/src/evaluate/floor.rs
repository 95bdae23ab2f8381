//! What a network has to be better than: the same machinery, with nothing learned.

use weir_scene::Scene;

use crate::model::{Model, ModelConfig};
use crate::network::{Shape, UNet};

/// A network that answers zero: water falls freely and stops at lines. What has
/// come too close stays so.
pub fn ballistic(model: &Model) -> Model {
    let mut config: ModelConfig = model.config.clone();
    config.name = "ballistic".to_owned();
    config.motion.blend = 0.0;
    config.motion.relax_rate = 0.0;
    config.motion.apart = 0.0;
    config.motion.lossy = false;
    // As small as can be: its answer is zero, whatever it sees.
    let shape = Shape { channels: vec![1], convolutions: 1, ..config.shape };
    config.shape = shape;
    let net = UNet::new(&config.shape, model.device());
    Model::new(config, net, model.device().clone())
}

/// The scene in which free fall is motion in a straight line.
pub fn without_gravity(scene: &Scene) -> Scene {
    Scene { gravity_m_s2: [0.0; 2], ..scene.clone() }
}

#[cfg(test)]
mod tests {
    use weir_scene::rollout;

    use super::*;
    use crate::{Surrogate, device};

    fn last(scene: &Scene) -> weir_scene::Frame {
        let device = device::open("flex").expect("the processor");
        let floor = ballistic(&Model::open("default", &device).expect("a model"));
        let mut water = Surrogate::new(floor, scene).expect("a floor");
        let run = rollout(&mut water, 12).expect("frames");
        assert_eq!(water.totals().line_crossings, 0);
        run.frames.last().cloned().expect("a frame")
    }

    #[test]
    fn floors_fall_or_go_on_and_stop_at_lines() {
        let scene = Scene::from_toml(
            "version = 1
            domain = { width_m = 0.5, height_m = 1.0, cell_m = 0.015625 }
            stroke = [{ points_m = [[0.0, 0.5], [0.25, 0.5]] }]
            water = [{ kind = \"block\", min_m = [0.2, 0.6], max_m = [0.3, 0.7], velocity_m_s = [0.5, 0.0] }]",
        );
        let scene = scene.expect("a scene");
        let fallen = last(&scene);
        let first = Surrogate::new(
            ballistic(&Model::open("default", &device::open("flex").expect("cpu")).expect("model")),
            &scene,
        );
        let mut start = weir_scene::Frame::default();
        weir_scene::Advance::snapshot(&first.expect("a floor"), &mut start);
        let t = 0.2_f32;
        let free = start.positions_m.iter().zip(&fallen.positions_m).filter(|(p, q)| {
            (q[0] - p[0] - 0.5 * t).abs() < 1e-3 && (q[1] - p[1] + 4.905 * t * t).abs() < 1e-3
        });
        assert!(free.count() > 50, "what the line lets by falls freely");
        let above = fallen.positions_m.iter().filter(|p| p[0] < 0.2 && p[1] < 0.5);
        assert_eq!(above.count(), 0, "the line holds");
        let straight = last(&without_gravity(&scene));
        for (p, q) in start.positions_m.iter().zip(&straight.positions_m) {
            assert!((q[0] - p[0] - 0.5 * t).abs() < 1e-4 && (q[1] - p[1]).abs() < 1e-6);
        }
    }
}
