//! What numbers of a configuration may be. Errors name the key, what it got and what
//! it takes.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// Refuses `got` unless it `holds`.
pub fn check(key: &str, holds: bool, got: impl Display, takes: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{key}: got {got}, takes {takes}")) }
}

/// Above zero, and finite.
pub fn positive(key: &str, got: impl Into<f64>) -> Result<(), String> {
    let got = got.into();
    check(key, got > 0.0 && got.is_finite(), got, "a number above 0")
}

/// A part of a whole.
pub fn share(key: &str, got: impl Into<f64>) -> Result<(), String> {
    let got = got.into();
    check(key, (0.0..=1.0).contains(&got), got, "0 to 1")
}

/// So many.
pub fn count(key: &str, got: usize, takes: RangeInclusive<usize>) -> Result<(), String> {
    let words = match (takes.start(), takes.end()) {
        (low, &usize::MAX) => format!("at least {low}"),
        (low, high) => format!("{low} to {high}"),
    };
    check(key, takes.contains(&got), got, &words)
}
