//! Rigid bodies.

use super::SPEED_MAX_M_S;
use super::check::{above_zero, finite, velocity, within};
use crate::geometry::{polygon_area, segments_touch};
use crate::{Body, Domain, Scene, SceneError, Shape};

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
        let edge_m = super::EDGE_TOLERANCE_M;
        if min_m[axis] < -edge_m || max_m[axis] > sizes_m[axis] + edge_m {
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
        return Err(SceneError::new(key(), format!("{} points", points_m.len()), "3 or more"));
    }
    for (j, point_m) in points_m.iter().enumerate() {
        for axis in 0..2 {
            let key = || format!("{}[{j}][{axis}]", key());
            within(point_m[axis], -2.0 * largest_m..=2.0 * largest_m, "m", key)?;
        }
    }
    let farthest_m = points_m.iter().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
    if polygon_area(points_m).abs() <= AREA_MIN * farthest_m * farthest_m {
        return Err(SceneError::new(key(), "a polygon of no area", "one that encloses some"));
    }
    if let Some((a, b)) = touching_sides(points_m) {
        let got = format!("sides that touch, those that start at [{a}] and [{b}]");
        return Err(SceneError::new(key(), got, "a simple polygon, its first point not repeated"));
    }
    Ok(())
}

/// Two sides that share a point where they should not: neighbours share one
/// corner, others none.
fn touching_sides(points_m: &[[f64; 2]]) -> Option<(usize, usize)> {
    let count = points_m.len();
    let side = |a: usize| [points_m[a], points_m[(a + 1) % count]];
    for a in 0..count {
        let [from_m, to_m] = side(a);
        if from_m == to_m {
            return Some((a, (a + 1) % count));
        }
        for b in a + 1..count {
            let touch = if b == a + 1 {
                // Neighbours fold back on each other when the far end of one lies on the other.
                folds_back(from_m, to_m, side(b)[1])
            } else if (b + 1) % count == a {
                folds_back(side(b)[0], from_m, to_m)
            } else {
                segments_touch(side(a), side(b))
            };
            if touch {
                return Some((a, b));
            }
        }
    }
    None
}

/// Whether the way from `corner` to `to` runs back along the way from `from`.
fn folds_back(from: [f64; 2], corner: [f64; 2], to: [f64; 2]) -> bool {
    let into = [corner[0] - from[0], corner[1] - from[1]];
    let out = [to[0] - corner[0], to[1] - corner[1]];
    crate::geometry::turn(from, corner, to) == 0.0 && into[0] * out[0] + into[1] * out[1] < 0.0
}
