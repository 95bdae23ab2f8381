//! Lines with corners in a row.

use super::Path;
use crate::dice::Dice;

/// Stairs that go down to the right; some have a lip that holds a little water.
pub(super) fn steps(dice: &mut Dice) -> Vec<Path> {
    let count = 3 + dice.below(4);
    let fall = dice.between(0.3, 0.7);
    let lip = if dice.chance(0.3) { dice.between(0.01, 0.04) } else { 0.0 };
    let (tread, riser) = (1.0 / count as f64, fall / count as f64);
    let mut path = Path::new();
    for k in 0..count {
        let (x, y) = (k as f64 * tread - 0.5, 0.5 * fall - k as f64 * riser);
        path.push([x, y]);
        path.push([x + tread, y]);
        if lip > 0.0 {
            path.push([x + tread, y + lip]);
        }
    }
    path.push([0.5, -0.5 * fall]);
    vec![path]
}

/// Teeth, more or less even, on a line that may slant.
pub(super) fn zigzag(dice: &mut Dice) -> Vec<Path> {
    let teeth = 4 + dice.below(6);
    let (height, fall) = (dice.between(0.06, 0.16), dice.between(-0.4, 0.4));
    let point = |k: usize| {
        let x = (k as f64 + dice.between(-0.15, 0.15)) / teeth as f64 - 0.5;
        let side = if k.is_multiple_of(2) { -1.0 } else { 1.0 };
        [x, side * height * dice.between(0.7, 1.2) - fall * x]
    };
    vec![(0..=teeth).map(point).collect()]
}
