//! What holds water, or lets it through a gap.

use std::f64::consts::TAU;

use super::Path;
use crate::dice::Dice;
use crate::plane::turned;

/// A bottom and two sides.
pub(super) fn cup(dice: &mut Dice) -> Vec<Path> {
    let (mouth, bottom) = (dice.between(0.35, 0.5), dice.between(0.12, 0.35));
    let heights = [dice.between(0.3, 0.7), dice.between(0.3, 0.7)];
    let tilt = dice.between(-0.05, 0.05);
    vec![vec![
        [-mouth, heights[0] - 0.3],
        [-bottom, -0.3 + tilt],
        [bottom, -0.3 - tilt],
        [mouth, heights[1] - 0.3],
    ]]
}

/// Two slanted lines with a gap between them, with or without a neck.
pub(super) fn funnel(dice: &mut Dice) -> Vec<Path> {
    let gap = dice.between(0.05, 0.12);
    let (mouth, fall) = (dice.between(0.38, 0.5), dice.between(0.2, 0.45));
    let neck = if dice.chance(0.5) { dice.between(0.08, 0.25) } else { 0.0 };
    let side = |sign: f64| {
        let mut path = vec![[sign * mouth, 0.5 * fall], [sign * gap, -0.5 * fall]];
        if neck > 0.0 {
            path.push([sign * gap, -0.5 * fall - neck]);
        }
        path
    };
    vec![side(-1.0), side(1.0)]
}

/// An outline that closes on itself: a round one or one with corners.
pub(super) fn closed_cup(dice: &mut Dice) -> Vec<Path> {
    let corners = if dice.chance(0.5) { 40 } else { 3 + dice.below(4) };
    let (flat, start_rad) = (dice.between(0.55, 1.0), dice.between(0.0, TAU));
    let corner = |k: usize| {
        let spoke = turned([0.45, 0.0], start_rad + TAU * k as f64 / corners as f64);
        [spoke[0], flat * spoke[1]]
    };
    vec![(0..=corners).map(corner).collect()]
}
