//! Rigid bodies.

use super::check::{above_zero, finite, velocity, within};
use super::{EDGE_TOLERANCE_M, SPEED_MAX_M_S};
use crate::geometry::polygon_area;
use crate::{Body, Domain, Scene, SceneError, Shape, Stroke};

/// The lightest body, kg/m³: air. Lighter ones have no inertia to integrate.
const DENSITY_MIN_KG_M3: f64 = 1.0;
/// The heaviest body, kg/m³; osmium has 22,590.
const DENSITY_MAX_KG_M3: f64 = 25_000.0;
/// The fastest spin, rad/s.
const SPIN_MAX_RAD_S: f64 = 1_000.0;
/// The largest angle, radians, either way; precision is lost in whole turns.
const ANGLE_MAX_RAD: f64 = 1_000.0;
/// The least area of a polygon, relative to the square about it.
const AREA_MIN: f64 = 1e-6;

pub(super) fn check(scene: &Scene) -> Result<(), SceneError> {
    for (i, body) in scene.bodies.iter().enumerate() {
        check_body(body, &scene.domain, |field| format!("body[{i}].{field}"))?;
    }
    Ok(())
}

fn check_body(
    body: &Body,
    domain: &Domain,
    key: impl Fn(&str) -> String,
) -> Result<(), SceneError> {
    check_shape(&body.shape, domain, |field| key(&format!("shape.{field}")))?;
    for axis in 0..2 {
        finite(body.position_m[axis], || key(&format!("position_m[{axis}]")))?;
    }
    let angles = -ANGLE_MAX_RAD..=ANGLE_MAX_RAD;
    within(body.angle_rad, angles, "rad", || key("angle_rad"))?;
    let densities = DENSITY_MIN_KG_M3..=DENSITY_MAX_KG_M3;
    within(body.density_kg_m3, densities, "kg/m³", || key("density_kg_m3"))?;
    velocity(body.velocity_m_s, SPEED_MAX_M_S, || key("velocity_m_s"))?;
    let spins = -SPIN_MAX_RAD_S..=SPIN_MAX_RAD_S;
    within(body.angular_velocity_rad_s, spins, "rad/s", || key("angular_velocity_rad_s"))?;
    let [min_m, max_m] = body.bounds_m();
    let sizes_m = [domain.width_m, domain.height_m];
    for axis in 0..2 {
        if min_m[axis] < -EDGE_TOLERANCE_M || max_m[axis] > sizes_m[axis] + EDGE_TOLERANCE_M {
            let got = format!(
                "{:?}, where the body reaches from {:?} to {:?}",
                body.position_m[axis], min_m[axis], max_m[axis]
            );
            let takes = format!(
                "a place where all of it is inside the domain, 0.0 to {:?} m",
                sizes_m[axis]
            );
            return Err(SceneError::new(key(&format!("position_m[{axis}]")), got, takes));
        }
    }
    Ok(())
}

fn check_shape(
    shape: &Shape,
    domain: &Domain,
    key: impl Fn(&str) -> String,
) -> Result<(), SceneError> {
    let largest_m = domain.width_m.max(domain.height_m);
    match shape {
        Shape::Box { half_extents_m } => (0..2).try_for_each(|axis| {
            let key = || key(&format!("half_extents_m[{axis}]"));
            above_zero(half_extents_m[axis], largest_m, "m", key)
        }),
        Shape::Ball { radius_m } => above_zero(*radius_m, largest_m, "m", || key("radius_m")),
        Shape::Polygon { points_m } => check_polygon(points_m, largest_m, || key("points_m")),
    }
}

fn check_polygon(
    points_m: &[[f64; 2]],
    largest_m: f64,
    key: impl Fn() -> String,
) -> Result<(), SceneError> {
    if points_m.len() < 3 {
        let got = format!("a list of {}", points_m.len());
        return Err(SceneError::new(key(), got, "3 or more points"));
    }
    for (j, point_m) in points_m.iter().enumerate() {
        for (axis, &value) in point_m.iter().enumerate() {
            let key = || format!("{}[{j}][{axis}]", key());
            within(value, -2.0 * largest_m..=2.0 * largest_m, "m", key)?;
        }
    }
    let farthest_m = points_m.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
    if polygon_area(points_m).abs() <= AREA_MIN * farthest_m * farthest_m {
        return Err(SceneError::new(key(), "a polygon of no area", "one that encloses some"));
    }
    for (j, point_m) in points_m.iter().enumerate() {
        if *point_m == points_m[(j + 1) % points_m.len()] {
            let takes = "a point other than the next; the first is not repeated at the end";
            return Err(SceneError::new(format!("{}[{j}]", key()), "the next point again", takes));
        }
    }
    let outline = Stroke { points_m: points_m.to_vec(), thickness_m: 0.0, closed: true };
    if let Some(crossing) = outline.self_crossings().first() {
        let [x, y] = crossing.at_m;
        let got = format!("sides that touch at [{x:?}, {y:?}]");
        return Err(SceneError::new(key(), got, "a polygon that does not meet itself"));
    }
    Ok(())
}
