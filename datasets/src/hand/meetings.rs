//! Two lines that meet.

use super::Path;
use crate::dice::Dice;
use crate::plane::turned;

/// A line, and another that ends somewhere along it.
pub(super) fn fork(dice: &mut Dice) -> Vec<Path> {
    let trunk = through(dice.between(-50.0, 50.0), [0.0; 2], 0.5);
    let along = dice.between(0.15, 0.85);
    let joint = [0, 1].map(|axis| trunk[0][axis] + along * (trunk[1][axis] - trunk[0][axis]));
    let away = turned([dice.between(0.25, 0.45), 0.0], dice.between(40.0_f64, 140.0).to_radians());
    vec![trunk, vec![[joint[0] + away[0], joint[1] + away[1]], joint]]
}

/// Two lines that cross.
pub(super) fn cross(dice: &mut Dice) -> Vec<Path> {
    let first_degrees = dice.between(-45.0, 45.0);
    let second_degrees = first_degrees + dice.between(40.0, 100.0);
    let middle = [dice.between(-0.1, 0.1), dice.between(-0.1, 0.1)];
    let (long, short) = (dice.between(0.4, 0.5), dice.between(0.25, 0.45));
    vec![through(first_degrees, [0.0; 2], long), through(second_degrees, middle, short)]
}

/// A line through a point, `half` to either side.
fn through(degrees: f64, middle: [f64; 2], half: f64) -> Path {
    let [x, y] = turned([half, 0.0], degrees.to_radians());
    vec![[middle[0] - x, middle[1] - y], [middle[0] + x, middle[1] + y]]
}
