//! Straight lines.

use super::Path;
use crate::dice::Dice;

/// A line that slants downwards.
pub(super) fn ramp(dice: &mut Dice) -> Vec<Path> {
    straight(dice.between(6.0, 42.0))
}

/// A line that is meant to be level; nobody can.
pub(super) fn shelf(dice: &mut Dice) -> Vec<Path> {
    straight(dice.between(-4.0, 4.0))
}

/// A line that is meant to be upright, and shorter than a level one would be.
pub(super) fn wall(dice: &mut Dice) -> Vec<Path> {
    let height = dice.between(0.5, 0.9);
    let lean = height * dice.between(-10.0_f64, 10.0).to_radians().tan();
    vec![vec![[0.5 * lean, 0.5 * height], [-0.5 * lean, -0.5 * height]]]
}

/// A line of length 1, falling to the right by so many degrees.
fn straight(fall_degrees: f64) -> Vec<Path> {
    let (sin, cos) = fall_degrees.to_radians().sin_cos();
    vec![vec![[-0.5 * cos, 0.5 * sin], [0.5 * cos, -0.5 * sin]]]
}
