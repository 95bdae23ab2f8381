//! A run with everything that a file can hold.

use weir_scene::{Frame, Pose, Trajectory};

pub const SCENE_JSON: &str =
    r#"{"version":1,"name":"Überlauf","domain":{"width_m":1.5,"height_m":1.0}}"#;

/// Three frames: particle 2 is born in the second, particle 0 drained in the
/// third, and the order within a frame is not that of ids.
pub fn run() -> Trajectory {
    let lives: [&[u32]; 3] = [&[1, 0], &[2, 0, 1], &[1, 2]];
    let mut trajectory = Trajectory::new(1.0 / 60.0);
    for (t, ids) in lives.into_iter().enumerate() {
        let value = |id: u32, offset: f32| [id as f32 + 0.25 * t as f32, offset - t as f32];
        trajectory.push(&Frame {
            time_s: t as f64 * trajectory.dt_s,
            positions_m: ids.iter().map(|&id| value(id, 0.5)).collect(),
            velocities_m_s: ids.iter().map(|&id| value(id, -3.0)).collect(),
            ids: ids.to_vec(),
            body_poses: vec![
                Pose { position_m: [0.1 * t as f32, 0.2], angle_rad: 0.3 },
                Pose { position_m: [1.0, 0.5], angle_rad: -1.5 * t as f32 },
            ],
            fields: Vec::new(),
        });
    }
    trajectory
}
