//! The solver as a teacher of the network.

use std::sync::Arc;

use weir_scene::{Advance, Frame, Scene, Water as Source};
use weir_sim::{Backend, Solver, SolverConfig};
use weir_surrogate::encode::Water;
use weir_surrogate::train::{Course, Teacher};
use weir_training::MakeTeacher;

/// Lets the solver teach.
pub fn make() -> MakeTeacher {
    Arc::new(|scenes, config| {
        Box::new(SolverTeacher::new(scenes, config.scales.cell_m, config.motion.sub_frame_s))
    })
}

/// Solves what comes next.
struct SolverTeacher {
    /// The scene of each clip, without its emitters: who answers what becomes of
    /// the water that is there need not let in more.
    scenes: Vec<Scene>,
    fps: f64,
}

impl SolverTeacher {
    /// A teacher for the clips of these scenes, on cells of `cell_m`, whose frames
    /// are `frame_s` apart.
    fn new(scenes: Vec<Scene>, cell_m: f64, frame_s: f64) -> Self {
        let prepare = |mut scene: Scene| {
            scene.domain.cell_m = cell_m;
            scene.water.retain(|water| !matches!(water, Source::Emitter { .. }));
            scene
        };
        Self { scenes: scenes.into_iter().map(prepare).collect(), fps: 1.0 / frame_s }
    }
}

impl Teacher for SolverTeacher {
    fn follow(&self, clip: usize, water: &Water, frames: usize) -> Result<Course, String> {
        let scene = self.scenes.get(clip).ok_or("no such clip")?;
        let config = SolverConfig { fps: self.fps, audit: false, ..SolverConfig::default() };
        let refuse = |e: &dyn std::error::Error| e.to_string();
        let cell_m = scene.domain.cell_m as f32;
        let in_metres = |all: &[[f32; 2]]| all.iter().map(|v| v.map(|c| c * cell_m)).collect();
        let mut frame = Frame {
            positions_m: in_metres(&water.position),
            velocities_m_s: in_metres(&water.velocity),
            ids: (0..water.len() as u32).collect(),
            ..Frame::default()
        };
        let mut solver =
            Solver::with_config(scene, Backend::Cpu, config).map_err(|e| refuse(&e))?;
        solver.set_water(&frame).map_err(|e| refuse(&e))?;
        let mut course = Course::default();
        course.position.extend(&water.position);
        course.velocity.extend(&water.velocity);
        for _ in 0..frames {
            solver.advance(&mut frame).map_err(|e| refuse(&e))?;
            let first = course.position.len();
            let all = first + water.len();
            course.position.resize(all, [f32::NAN; 2]);
            course.velocity.resize(all, [f32::NAN; 2]);
            for (k, &id) in frame.ids.iter().enumerate() {
                let at = first + id as usize;
                course.position[at] = frame.positions_m[k].map(|c| c / cell_m);
                course.velocity[at] = frame.velocities_m_s[k].map(|c| c / cell_m);
            }
        }
        Ok(course)
    }
}
