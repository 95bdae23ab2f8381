//! The load: a column of water, twice as high as wide, let go in a closed box.
//!
//! ```text
//!      ┌───────────────────────────┐
//!      │                           │
//!      ├──────┐                    │ 3a
//!   2a │ water│                    │
//!      │      │                    │
//!      └──────┴────────────────────┘
//!         a            4a
//! ```
//!
//! The box is the same at every resolution; only the cell changes, so that the
//! cost grows for the reasons it grows in use: more water and shorter steps.

use weir_scene::{Domain, Scene, Walls, Water};

/// Width a of the column, metres.
pub const COLUMN_M: f64 = 0.5;
/// Width and height of the box, metres.
pub const BOX_M: [f64; 2] = [4.0 * COLUMN_M, 3.0 * COLUMN_M];
/// Length of the run that is timed, seconds. The front meets the far wall about half way.
pub const DURATION_S: f64 = 1.0;

/// The dam break with about `particles` particles: the nearest number that
/// fills whole cells, four to each.
pub fn dam_break(particles: usize) -> Scene {
    let columns = cells_across(particles);
    Scene {
        version: 1,
        name: format!("dam break, {} particles", particle_count(particles)),
        gravity_m_s2: [0.0, -9.81],
        duration_s: DURATION_S,
        viscosity_m2_s: 1.0e-6,
        domain: Domain {
            width_m: BOX_M[0],
            height_m: BOX_M[1],
            cell_m: COLUMN_M / columns as f64,
            walls: Walls::Slip,
            periodic_x: false,
            lid_speed_m_s: 0.0,
        },
        water: vec![Water::Block {
            min_m: [0.0, 0.0],
            max_m: [COLUMN_M, 2.0 * COLUMN_M],
            velocity_m_s: [0.0, 0.0],
        }],
        drains: Vec::new(),
        strokes: Vec::new(),
        bodies: Vec::new(),
        joints: Vec::new(),
    }
}

/// How many particles [`dam_break`] really has when asked for `particles`.
pub fn particle_count(particles: usize) -> usize {
    8 * cells_across(particles).pow(2)
}

/// How many positions are not inside the box, or not numbers at all.
pub fn escaped(positions_m: impl Iterator<Item = [f32; 2]>) -> usize {
    let inside = |p: [f32; 2]| (0..2).all(|k| (0.0..=BOX_M[k]).contains(&f64::from(p[k])));
    positions_m.filter(|&p| !inside(p)).count()
}

/// Cells across the column: it is `n × 2n` cells of four particles.
fn cells_across(particles: usize) -> usize {
    ((particles as f64 / 8.0).sqrt().round() as usize).max(1)
}

#[cfg(test)]
mod tests {
    use weir_scene::{Advance, Frame};
    use weir_sim::{Backend, Solver};

    use super::*;

    #[test]
    fn a_position_outside_or_without_a_value_has_escaped() {
        let positions = [[0.0, 0.0], [2.0, 1.5], [-0.001, 1.0], [1.0, 1.6], [f32::NAN, 1.0]];
        assert_eq!(escaped(positions.into_iter()), 3);
    }

    #[test]
    fn the_solver_fills_the_column_with_the_particles_that_were_asked_for() {
        for asked in [2_500, 10_000] {
            let solver = Solver::new(&dam_break(asked), Backend::Cpu).expect("a valid scene");
            let mut frame = Frame::default();
            solver.snapshot(&mut frame);
            let got = frame.positions_m.len();
            assert_eq!(got, particle_count(asked));
            assert!((got as f64 / asked as f64 - 1.0).abs() < 0.05, "asked {asked}, got {got}");
        }
    }
}
