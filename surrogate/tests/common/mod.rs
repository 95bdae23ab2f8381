//! Small scenes, and runs of them to learn from.

use weir_scene::Scene;
use weir_surrogate::encode::Scales;
use weir_surrogate::network::Shape;
use weir_surrogate::train::{Clip, TrainConfig};

/// Side of a cell, metres.
pub const CELL_M: f64 = 1.0 / 16.0;

/// A rectangle of 1 m × 1 m with these strokes and water.
pub fn scene(rest: &str) -> Scene {
    let text = format!(
        "version = 1\n{rest}\n[domain]\nwidth_m = 1.0\nheight_m = 1.0\ncell_m = {CELL_M}\n"
    );
    Scene::from_toml(&text).expect("a scene")
}

/// A network that learns in no time.
pub fn config() -> TrainConfig {
    TrainConfig {
        name: "tiny".to_owned(),
        shape: Shape::plain(vec![8, 12], 1, 2),
        scales: Scales { cell_m: CELL_M, velocity_m_s: 1.0, change_m_s: 0.1 },
        steps: 100,
        batch: 2,
        warm_up: 5,
        pushforward_calls: 2,
        ..TrainConfig::default()
    }
}

/// Water that rests on the floor for a while: every particle stays where it is.
pub fn rest() -> Clip {
    let mut positions = Vec::new();
    const FRAMES: usize = 24;
    for _ in 0..FRAMES {
        for k in 0..16 * 32 {
            let [column, row] = [k % 32, k / 32].map(|n| (n as f32 + 0.5) / 2.0);
            positions.push([column * CELL_M as f32, row * CELL_M as f32]);
        }
    }
    let velocities = vec![[0.0; 2]; positions.len()];
    let scene = scene("gravity_m_s2 = [0.0, -9.81]");
    Clip::new(&scene, &config(), FRAMES, &positions, &velocities)
}

/// A graphics card, opened once for all tests of a program.
#[cfg(feature = "wgpu")]
pub fn card() -> &'static weir_gpu::Gpu {
    static CARD: std::sync::OnceLock<weir_gpu::Gpu> = std::sync::OnceLock::new();
    CARD.get_or_init(|| weir_gpu::Gpu::open().expect("a graphics card, or mesa-vulkan-drivers"))
}

/// The same network on it.
#[cfg(feature = "wgpu")]
pub fn on_card(card: &weir_gpu::Gpu, model: &weir_surrogate::Model) -> weir_surrogate::Model {
    let (config, weights) = model.to_bytes().expect("a model");
    let device = weir_surrogate::device::on(card).expect("burn on the same card");
    weir_surrogate::Model::from_bytes("a test", &config, weights, &device).expect("a model")
}
