//! The few checks that most keys need. Keys are built only for an error.

use std::ops::RangeInclusive;

use super::EDGE_TOLERANCE_M;
use crate::{Domain, SceneError};

/// Refuses NaN and the infinities.
pub(super) fn finite(value: f64, key: impl FnOnce() -> String) -> Result<(), SceneError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(SceneError::new(key(), value, "a finite number"))
}

/// A number of `range`, both ends included.
pub(super) fn within(
    value: f64,
    range: RangeInclusive<f64>,
    unit: &str,
    key: impl FnOnce() -> String,
) -> Result<(), SceneError> {
    if range.contains(&value) {
        return Ok(());
    }
    let takes = format!("{:?} to {:?} {unit}", range.start(), range.end());
    Err(SceneError::new(key(), format!("{value:?}"), takes))
}

/// A number above zero and up to `most`.
pub(super) fn above_zero(
    value: f64,
    most: f64,
    unit: &str,
    key: impl FnOnce() -> String,
) -> Result<(), SceneError> {
    if value > 0.0 && value <= most {
        return Ok(());
    }
    let takes = format!("a number above 0, up to {most:?} {unit}");
    Err(SceneError::new(key(), format!("{value:?}"), takes))
}

/// A list no longer than a limit.
pub(super) fn at_most(
    length: usize,
    limit: usize,
    key: impl FnOnce() -> String,
) -> Result<(), SceneError> {
    if length <= limit {
        return Ok(());
    }
    Err(SceneError::new(key(), format!("a list of {length}"), format!("at most {limit}")))
}

/// A finite point in the rectangle or on its edge. `key` is the point's.
pub(super) fn in_domain(
    point_m: [f64; 2],
    domain: &Domain,
    key: impl Fn() -> String,
) -> Result<(), SceneError> {
    let sizes_m = [domain.width_m, domain.height_m];
    for axis in 0..2 {
        let [value, size_m] = [point_m[axis], sizes_m[axis]];
        if !(-EDGE_TOLERANCE_M..=size_m + EDGE_TOLERANCE_M).contains(&value) {
            let takes = format!("0.0 to {size_m:?} m, inside the domain");
            return Err(SceneError::new(format!("{}[{axis}]", key()), format!("{value:?}"), takes));
        }
    }
    Ok(())
}

/// A rectangle from `min_m` to `max_m` in the domain, at least `thinnest_m` either way.
pub(super) fn rectangle(
    min_m: [f64; 2],
    max_m: [f64; 2],
    thinnest_m: f64,
    domain: &Domain,
    key: impl Fn() -> String,
) -> Result<(), SceneError> {
    in_domain(min_m, domain, || format!("{}.min_m", key()))?;
    in_domain(max_m, domain, || format!("{}.max_m", key()))?;
    for axis in 0..2 {
        let [low, high] = [min_m[axis], max_m[axis]];
        let key = || format!("{}.max_m[{axis}]", key());
        if high <= low {
            let takes = format!("a number above min_m[{axis}] = {low:?}");
            return Err(SceneError::new(key(), format!("{high:?}"), takes));
        }
        // Half a billionth of slack: 0.3 - 0.2 is less than 0.1.
        if high - low < thinnest_m * (1.0 - 1e-9) {
            let got = format!("{high:?}, {:?} m past min_m", high - low);
            let takes = format!("at least a particle spacing, {thinnest_m:?} m, past min_m");
            return Err(SceneError::new(key(), got, takes));
        }
    }
    Ok(())
}

/// A velocity whose components are within `most`, m/s. `key` is the vector's.
pub(super) fn velocity(
    velocity_m_s: [f64; 2],
    most_m_s: f64,
    key: impl Fn() -> String,
) -> Result<(), SceneError> {
    for (axis, component) in velocity_m_s.into_iter().enumerate() {
        within(component, -most_m_s..=most_m_s, "m/s", || format!("{}[{axis}]", key()))?;
    }
    Ok(())
}
