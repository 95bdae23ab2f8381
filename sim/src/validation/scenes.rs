//! Short words for the scenes of the cases.

use weir_scene::{Body, Domain, Motion, Scene, Shape, Stroke, Walls, Water};

use super::geometry::{Point, span_at};

/// Standard gravity of the scenes, m/s².
pub(super) const GRAVITY_M_S2: f64 = 9.81;

/// An empty rectangle of water's kinematic viscosity, slip walls, gravity downwards.
pub(super) fn empty(name: &str, size_m: Point, cell_m: f64) -> Scene {
    Scene {
        version: 1,
        name: name.to_owned(),
        gravity_m_s2: [0.0, -GRAVITY_M_S2],
        duration_s: 60.0,
        viscosity_m2_s: 1.0e-6,
        domain: Domain {
            width_m: size_m[0],
            height_m: size_m[1],
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

/// Water at rest in a convex polygon up to a level: one row of particles to a
/// block, as many as the row is wide, so that none sits outside.
pub(super) fn fill_convex(polygon: &[Point], level_m: f64, cell_m: f64) -> Vec<Water> {
    let spacing = cell_m / 2.0;
    let bottom = polygon.iter().map(|p| p[1]).fold(f64::MAX, f64::min);
    let rows = ((level_m - bottom) / spacing).round() as usize;
    (0..rows)
        .filter_map(|row| {
            let y = bottom + row as f64 * spacing;
            let [left, right] = span_at(polygon, y + spacing / 2.0)?;
            let columns = ((right - left) / spacing).round();
            let half_width = columns * spacing / 2.0;
            let middle = (left + right) / 2.0;
            (columns > 0.0)
                .then(|| block([middle - half_width, y], [middle + half_width, y + spacing]))
        })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::geometry::contains;

    #[test]
    fn rows_fill_a_v_to_its_area_and_stay_inside() {
        let slope = 30_f64.to_radians().tan();
        let v = [[1.0, 0.1], [1.0 + 1.0 / slope, 1.1], [1.0 - 1.0 / slope, 1.1]];
        let (cell, depth) = (1.0 / 64.0, 0.5);
        let mut filled = 0.0;
        for water in fill_convex(&v, 0.1 + depth, cell) {
            let Water::Block { min_m, max_m, .. } = water else { panic!("a block") };
            filled += (max_m[0] - min_m[0]) * (max_m[1] - min_m[1]);
            let y = (min_m[1] + max_m[1]) / 2.0;
            for x in [min_m[0] + cell / 4.0, max_m[0] - cell / 4.0] {
                assert!(contains(&v, [x, y]), "outermost particle at {x}, {y}");
            }
        }
        let exact = depth * depth / slope;
        assert!((filled / exact - 1.0).abs() < 2e-3, "{filled} of {exact} m²");
    }
}
