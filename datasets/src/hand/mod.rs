//! A hand that draws lines.
//!
//! People do not draw what they mean. The line wobbles slowly, because an arm
//! turns about joints; it trembles; corners are cut, since the pen is already
//! turning; ends run past where they should stop; and the points come close
//! together where the hand is slow, at ends and in bends, and far apart where it
//! is fast. [`Hand::draw`] does that to a path that was meant.

mod bends;
mod family;
mod meetings;
mod slopes;
mod stairs;
mod vessels;

use std::f64::consts::TAU;

use crate::dice::Dice;
use crate::plane::{Point, add, distance, scale, sub, unit};
use crate::recipe;

pub use family::Family;

/// A line as it was meant: corner points.
pub(crate) type Path = Vec<Point>;

/// How finely a path is followed, metres.
const STEP_M: f64 = 0.004;
/// Wavelengths of the slow wobble, metres.
const WAVES_M: [f64; 2] = [0.12, 0.6];
/// Reports of a pointer per second.
const REPORTS_1_S: f64 = 90.0;
/// Speeds of a drawing hand, m/s of the scene.
const PACE_M_S: [f64; 2] = [0.35, 1.6];

/// One person's hand on one day.
pub(crate) struct Hand {
    wobble: f64,
    tremor_m: f64,
    rounding_m: f64,
    overshoot_m: recipe::Span,
    pace_m_s: f64,
}

impl Hand {
    /// Someone of those whom the recipe describes.
    pub(crate) fn of(recipe: &recipe::Hand, dice: &mut Dice) -> Self {
        Self {
            wobble: dice.of(recipe.wobble),
            tremor_m: dice.of(recipe.tremor_m),
            rounding_m: dice.of(recipe.rounding_m),
            overshoot_m: recipe.overshoot_m,
            pace_m_s: dice.between(PACE_M_S[0], PACE_M_S[1]),
        }
    }

    /// What the hand makes of a path of extent `size_m`.
    pub(crate) fn draw(&self, meant: &[Point], size_m: f64, dice: &mut Dice) -> Path {
        let ends = [dice.of(self.overshoot_m), dice.of(self.overshoot_m)];
        let path = evenly(&overshot(meant, ends));
        let path = rounded(&path, (self.rounding_m / STEP_M).round() as usize);
        let path = self.wobbled(&path, size_m, dice);
        self.reported(&path, dice)
    }

    /// Slow waves across the path, and tremor.
    fn wobbled(&self, path: &[Point], size_m: f64, dice: &mut Dice) -> Path {
        let waves: [[f64; 3]; 3] = std::array::from_fn(|_| {
            let wave_m = dice.between(WAVES_M[0], WAVES_M[1]);
            // Long waves are the strong ones.
            let amplitude_m = self.wobble * size_m * dice.normal() * wave_m / WAVES_M[1];
            [TAU / wave_m, dice.between(0.0, TAU), amplitude_m]
        });
        let mut tremor = [0.0; 2];
        let moved = path.iter().enumerate().map(|(i, &point)| {
            let along_m = i as f64 * STEP_M;
            let sway = waves.iter().map(|[k, phase, a]| a * (k * along_m + phase).sin()).sum();
            for shake in &mut tremor {
                *shake = 0.7 * *shake + 0.7 * self.tremor_m * dice.normal();
            }
            let [x, y] = direction(path, i);
            add(add(point, scale([-y, x], sway)), tremor)
        });
        moved.collect()
    }

    /// The points that a pointer reports on the way: few where the hand is fast.
    fn reported(&self, path: &[Point], dice: &mut Dice) -> Path {
        let Some((&first, &last)) = path.first().zip(path.last()) else { return Path::new() };
        let (end, mut at) = ((path.len() - 1) as f64, 0.0_f64);
        let mut points = vec![first];
        let mut mood = 1.0;
        loop {
            // Slow at both ends, and never twice at the same speed.
            let from_end = at.min(end - at) * STEP_M;
            let eased = 0.25 + (from_end / 0.08).min(1.0);
            mood = f64::clamp(mood + 0.15 * dice.normal(), 0.5, 1.6);
            at += (self.pace_m_s * eased * mood / REPORTS_1_S / STEP_M).max(0.25);
            if at >= end {
                break;
            }
            let (whole, rest) = (at.floor() as usize, at.fract());
            points.push(add(path[whole], scale(sub(path[whole + 1], path[whole]), rest)));
        }
        points.push(last);
        points
    }
}

/// The path, with both ends moved outwards along it.
fn overshot(path: &[Point], [start_m, end_m]: [f64; 2]) -> Path {
    let mut path = path.to_vec();
    let count = path.len();
    if count >= 2 {
        let out = |end: Point, before: Point, by_m: f64| {
            // A short piece is not turned round by falling short of its end.
            let by_m = by_m.max(-0.5 * distance(end, before));
            add(end, scale(unit(sub(end, before)), by_m))
        };
        path[0] = out(path[0], path[1], start_m);
        path[count - 1] = out(path[count - 1], path[count - 2], end_m);
    }
    path
}

/// Points a step apart, with both ends.
fn evenly(path: &[Point]) -> Path {
    let mut points: Path = path.first().copied().into_iter().collect();
    for pair in path.windows(2) {
        let steps = (distance(pair[0], pair[1]) / STEP_M).ceil().max(1.0);
        let way = sub(pair[1], pair[0]);
        points.extend((1..=steps as usize).map(|k| add(pair[0], scale(way, k as f64 / steps))));
    }
    points
}

/// The mean over `reach` neighbours on both sides; ends stay.
fn rounded(path: &[Point], reach: usize) -> Path {
    let mean = |i: usize| {
        let reach = reach.min(i).min(path.len() - 1 - i);
        let near = &path[i - reach..=i + reach];
        scale(near.iter().fold([0.0; 2], |sum, &point| add(sum, point)), 1.0 / near.len() as f64)
    };
    (0..path.len()).map(mean).collect()
}

/// Where the path goes at point `i`: of length 1, or 0 on a path of one point.
fn direction(path: &[Point], i: usize) -> Point {
    unit(sub(path[(i + 1).min(path.len() - 1)], path[i.saturating_sub(1)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand(wobble: f64) -> Hand {
        let overshoot_m = recipe::Span::new(0.0, 0.0);
        Hand { wobble, tremor_m: 0.0, rounding_m: 0.0, overshoot_m, pace_m_s: 1.0 }
    }

    const LINE: [Point; 2] = [[0.2, 0.5], [0.8, 0.3]];

    #[test]
    fn a_perfect_hand_draws_what_was_meant_but_at_its_own_pace() {
        let drawn = hand(0.0).draw(&LINE, 0.6, &mut Dice::new(1, 1));
        assert_eq!((drawn[0], drawn[drawn.len() - 1]), (LINE[0], LINE[1]));
        for [x, y] in &drawn {
            assert!((y - (0.5 - (x - 0.2) / 3.0)).abs() < 1e-12);
        }
        let gaps: Vec<f64> = drawn.windows(2).map(|pair| distance(pair[0], pair[1])).collect();
        assert!(gaps[0] < 0.7 * gaps[gaps.len() / 2], "slow at the start: {gaps:?}");
    }

    #[test]
    fn a_shaky_hand_stays_near_what_was_meant() {
        for scene in 0..50 {
            let drawn = hand(0.01).draw(&LINE, 0.6, &mut Dice::new(1, scene));
            let off = |p: &Point| (p[1] - (0.5 - (p[0] - 0.2) / 3.0)).abs();
            let most = drawn.iter().map(off).fold(0.0, f64::max);
            assert!((1e-5..0.06).contains(&most), "{most}");
        }
    }

    #[test]
    fn corners_are_cut_and_ends_run_on() {
        let corner = evenly(&[[0.0, 0.0], [0.2, 0.0], [0.2, 0.2]]);
        let nearest = |path: &[Point]| {
            path.iter().map(|&p| distance(p, [0.2, 0.0])).fold(f64::INFINITY, f64::min)
        };
        assert!(nearest(&corner) < 1e-9 && nearest(&rounded(&corner, 5)) > 0.005);
        let longer = overshot(&LINE, [0.01, -0.01]);
        assert!((distance(longer[0], LINE[0]) - 0.01).abs() < 1e-12);
        assert!(distance(longer[0], longer[1]) - distance(LINE[0], LINE[1]) < 1e-12);
    }
}
