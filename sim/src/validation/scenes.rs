//! Short words for the scenes of the cases.

use weir_scene::{Body, Domain, Motion, Scene, Shape, Stroke, Walls, Water};

use super::geometry::Point;

/// Standard gravity of the scenes, m/s².
pub(super) const GRAVITY_M_S2: f64 = 9.81;

/// An empty rectangle, of whole cells no smaller than `size_m`: slip walls,
/// water's kinematic viscosity, gravity downwards.
pub(super) fn empty(name: &str, size_m: Point, cell_m: f64) -> Scene {
    let [width_m, height_m] = size_m.map(|side| (side / cell_m - 1e-6).ceil() * cell_m);
    Scene {
        version: 1,
        name: name.to_owned(),
        gravity_m_s2: [0.0, -GRAVITY_M_S2],
        duration_s: 60.0,
        viscosity_m2_s: 1.0e-6,
        domain: Domain {
            width_m,
            height_m,
            cell_m,
            walls: Walls::Slip,
            periodic_x: false,
            lid_speed_m_s: 0.0,
        },
        water: Vec::new(),
        drains: Vec::new(),
        strokes: Vec::new(),
        bodies: Vec::new(),
        joints: Vec::new(),
    }
}

/// A rectangle filled to the brim, without gravity: the scene of the viscous cases.
pub(super) fn brimful(name: &str, size_m: Point, cell_m: f64, viscosity_m2_s: f64) -> Scene {
    let mut scene = empty(name, size_m, cell_m);
    scene.gravity_m_s2 = [0.0, 0.0];
    scene.viscosity_m2_s = viscosity_m2_s;
    scene.water.push(block([0.0, 0.0], size_m));
    scene
}

/// Water at rest in a rectangle.
pub(super) fn block(min_m: Point, max_m: Point) -> Water {
    moving_block(min_m, max_m, [0.0, 0.0])
}

/// Water in a rectangle, all at one velocity.
pub(super) fn moving_block(min_m: Point, max_m: Point, velocity_m_s: Point) -> Water {
    Water::Block { min_m, max_m, velocity_m_s }
}

/// A line of no thickness.
pub(super) fn line(points_m: Vec<Point>) -> Stroke {
    Stroke { points_m, thickness_m: 0.0, closed: false }
}

/// A closed line of no thickness.
pub(super) fn ring(points_m: Vec<Point>) -> Stroke {
    Stroke { points_m, thickness_m: 0.0, closed: true }
}

/// A body at rest.
pub(super) fn body(shape: Shape, position_m: Point, density_kg_m3: f64) -> Body {
    Body {
        shape,
        position_m,
        angle_rad: 0.0,
        density_kg_m3,
        velocity_m_s: [0.0, 0.0],
        angular_velocity_rad_s: 0.0,
        motion: Motion::Dynamic,
    }
}
