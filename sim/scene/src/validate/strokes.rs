//! Drawn lines.

use super::EDGE_TOLERANCE_M;
use super::check::{in_domain, within};
use crate::{Domain, Scene, SceneError, Stroke};

pub(super) fn check(scene: &Scene) -> Result<(), SceneError> {
    scene
        .strokes
        .iter()
        .enumerate()
        .try_for_each(|(i, stroke)| check_stroke(stroke, &scene.domain, || format!("stroke[{i}]")))
}

impl Stroke {
    /// Checks a line that is drawn into a running scene; errors name it `stroke`.
    ///
    /// # Errors
    /// The first key that cannot be, what it holds and what it may hold.
    pub fn validate(&self, domain: &Domain) -> Result<(), SceneError> {
        check_stroke(self, domain, || "stroke".to_owned())
    }
}

/// Checks one line. Lines may cross themselves and each other, and neighbouring
/// points may coincide. `key` names the line.
pub(crate) fn check_stroke(
    stroke: &Stroke,
    domain: &Domain,
    key: impl Fn() -> String,
) -> Result<(), SceneError> {
    let points_key = || format!("{}.points_m", key());
    let points_m = &stroke.points_m;
    let fewest = if stroke.closed { 3 } else { 2 };
    if points_m.len() < fewest {
        let line = if stroke.closed { "a closed line" } else { "a line" };
        let got = format!("a list of {}", points_m.len());
        let takes = format!("{fewest} or more points for {line}");
        return Err(SceneError::new(points_key(), got, takes));
    }
    for (j, &point_m) in points_m.iter().enumerate() {
        in_domain(point_m, domain, || format!("{}[{j}]", points_key()))?;
    }
    if points_m.iter().all(|point_m| point_m == &points_m[0]) {
        let got = format!("{} times the same point", points_m.len());
        return Err(SceneError::new(points_key(), got, "two different points or more"));
    }
    let thickest_m = domain.width_m.min(domain.height_m);
    let thickness_key = || format!("{}.thickness_m", key());
    within(stroke.thickness_m, 0.0..=thickest_m, "m", thickness_key)?;
    if domain.periodic_x { check_seam(stroke, domain, points_key) } else { Ok(()) }
}

/// Where the left and right sides are one, a line may end on the seam but not
/// lie across or along it: it has no continuation on the other side.
fn check_seam(
    stroke: &Stroke,
    domain: &Domain,
    points_key: impl Fn() -> String,
) -> Result<(), SceneError> {
    let half_m = 0.5 * stroke.thickness_m;
    let nearest_m = half_m - EDGE_TOLERANCE_M;
    let allowed = nearest_m..=domain.width_m - nearest_m;
    for (j, point_m) in stroke.points_m.iter().enumerate() {
        if !allowed.contains(&point_m[0]) {
            let takes =
                format!("a thick line {half_m:?} m or more from the seam of a periodic domain");
            let got = format!("{:?}", point_m[0]);
            return Err(SceneError::new(format!("{}[{j}][0]", points_key()), got, takes));
        }
    }
    let on_seam = |point_m: [f64; 2]| {
        point_m[0] <= EDGE_TOLERANCE_M || point_m[0] >= domain.width_m - EDGE_TOLERANCE_M
    };
    let along = stroke.segments().any(|[from_m, to_m]| {
        on_seam(from_m) && on_seam(to_m) && (to_m[0] - from_m[0]).abs() <= 2.0 * EDGE_TOLERANCE_M
    });
    if along {
        let takes = "a line that only ends on the seam of a periodic domain";
        return Err(SceneError::new(points_key(), "a line along the seam", takes));
    }
    Ok(())
}
