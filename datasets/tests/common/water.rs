//! Water that is cheap to make: it falls, and stops at the floor.

use weir_datasets::SolverError;
use weir_scene::{Advance, AdvanceError, Frame, Scene, Water};

/// Falls freely, a frame of 1/120 s at a time, and knows no lines.
pub struct Falling(Frame);

pub const DT_S: f64 = 1.0 / 120.0;

impl Advance for Falling {
    fn frame_dt_s(&self) -> f64 {
        DT_S
    }

    fn snapshot(&self, frame: &mut Frame) {
        frame.clone_from(&self.0);
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        self.0.time_s += DT_S;
        let states = self.0.positions_m.iter_mut().zip(&mut self.0.velocities_m_s);
        for ([_, y], [_, v]) in states {
            *v = if *y > 0.0 { *v - (9.81 * DT_S) as f32 } else { 0.0 };
            *y = (*y + *v * DT_S as f32).max(0.0);
        }
        frame.clone_from(&self.0);
        Ok(())
    }
}

/// The blocks of a scene, falling.
pub fn falling(scene: &Scene) -> Result<Box<dyn Advance>, SolverError> {
    let mut frame = Frame::default();
    let spacing_m = scene.domain.particle_spacing_m();
    for water in &scene.water {
        let Water::Block { min_m, max_m, .. } = water else { continue };
        let mut y = min_m[1];
        while y < max_m[1] {
            let mut x = min_m[0];
            while x < max_m[0] {
                frame.ids.push(frame.ids.len() as u32);
                frame.positions_m.push([x as f32, y as f32]);
                frame.velocities_m_s.push([0.0; 2]);
                x += spacing_m;
            }
            y += spacing_m;
        }
    }
    Ok(Box::new(Falling(frame)))
}
