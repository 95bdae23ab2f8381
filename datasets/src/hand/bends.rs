//! Lines that bend.

use std::f64::consts::{PI, TAU};

use super::Path;
use crate::dice::Dice;
use crate::plane::{Point, turned};

/// Points along a bend; the hand rounds what remains of corners.
const POINTS: usize = 48;

/// A slide: a quadratic Bézier curve from high on the left to low on the right.
pub(super) fn curve(dice: &mut Dice) -> Vec<Path> {
    let (high, low) = (dice.between(0.15, 0.4), -dice.between(0.1, 0.35));
    let knee: Point = [dice.between(-0.35, 0.35), dice.between(-0.5, 0.45)];
    vec![bezier([-0.5, high], knee, [0.5, low])]
}

/// An arc that opens upwards.
pub(super) fn bowl(dice: &mut Dice) -> Vec<Path> {
    let half_rad = dice.between(50.0_f64, 100.0).to_radians();
    let lean_rad = dice.between(-12.0_f64, 12.0).to_radians();
    vec![arc(-PI / 2.0 + lean_rad, half_rad)]
}

/// An arc that opens downwards: an umbrella.
pub(super) fn dome(dice: &mut Dice) -> Vec<Path> {
    let half_rad = dice.between(35.0_f64, 85.0).to_radians();
    let lean_rad = dice.between(-15.0_f64, 15.0).to_radians();
    vec![arc(PI / 2.0 + lean_rad, half_rad)]
}

/// A wave about a line that may slant.
pub(super) fn wave(dice: &mut Dice) -> Vec<Path> {
    let periods = dice.between(1.0, 3.2);
    let height = dice.between(0.15, 0.35) / periods;
    let (phase, fall) = (dice.between(0.0, TAU), dice.between(0.0, 0.5));
    let path = shares(POINTS).map(|share| {
        let x = share - 0.5;
        [x, height * (TAU * periods * share + phase).sin() - fall * x]
    });
    vec![path.collect()]
}

/// A ramp that curls up at its end.
pub(super) fn hook(dice: &mut Dice) -> Vec<Path> {
    let fall_rad = dice.between(15.0_f64, 40.0).to_radians();
    let radius = dice.between(0.08, 0.16);
    let curl_rad = dice.between(80.0_f64, 190.0).to_radians();
    let start = turned([-0.6, 0.0], -fall_rad);
    let mut path = vec![[start[0], start[1]]];
    // The centre of the curl is to the left of the ramp's end.
    let centre = turned([0.0, radius], -fall_rad);
    path.extend(shares(POINTS / 2).map(|share| {
        let spoke = turned([0.0, -radius], curl_rad * share - fall_rad);
        [centre[0] + spoke[0], centre[1] + spoke[1]]
    }));
    let lift = -0.3 * fall_rad.sin();
    path.iter_mut().for_each(|point| *point = [point[0] + 0.25, point[1] + lift]);
    vec![path]
}

/// A walk whose direction drifts: a doodle.
pub(super) fn wander(dice: &mut Dice) -> Vec<Path> {
    let mut heading_rad = dice.between(-0.6, 0.6);
    let mut turn_rad = 0.0;
    let mut path: Path = vec![[0.0, 0.0]];
    for k in 0..POINTS {
        turn_rad = 0.85 * turn_rad + 0.09 * dice.normal();
        // Pulled back to the level, or most would be loops.
        heading_rad += turn_rad - 0.05 * heading_rad;
        let step = turned([1.0 / POINTS as f64, 0.0], heading_rad);
        path.push([path[k][0] + step[0], path[k][1] + step[1]]);
    }
    vec![centred(path)]
}

/// An Archimedean spiral, open at a random side.
pub(super) fn spiral(dice: &mut Dice) -> Vec<Path> {
    let turns = dice.between(1.3, 2.3);
    let start_rad = dice.between(0.0, TAU);
    let inner = dice.between(0.08, 0.16);
    let points = (POINTS as f64 * turns) as usize;
    let path = shares(points).map(|share| {
        let radius = 0.5 + (inner - 0.5) * share;
        turned([radius, 0.0], start_rad + TAU * turns * share)
    });
    vec![path.collect()]
}

/// `count` numbers from 0 to 1.
fn shares(count: usize) -> impl Iterator<Item = f64> {
    (0..count).map(move |k| k as f64 / (count - 1) as f64)
}

fn bezier(from: Point, knee: Point, to: Point) -> Path {
    let at = |share: f64, axis: usize| {
        let rest = 1.0 - share;
        rest * rest * from[axis] + 2.0 * rest * share * knee[axis] + share * share * to[axis]
    };
    shares(POINTS).map(|share| [at(share, 0), at(share, 1)]).collect()
}

/// The part of a circle of diameter 1 within `half_rad` of a direction, centred.
fn arc(towards_rad: f64, half_rad: f64) -> Path {
    let spoke = |share: f64| turned([0.5, 0.0], towards_rad + half_rad * (2.0 * share - 1.0));
    centred(shares(POINTS).map(spoke).collect())
}

/// The path, moved so that its bounding box is about the origin, and shrunk to extent 1.
fn centred(path: Path) -> Path {
    let empty = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
    let [low, high] = path.iter().fold(empty, |[low, high], p| {
        [[low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])]]
    });
    let extent = (high[0] - low[0]).max(high[1] - low[1]).max(1e-3);
    let place = |p: Point| {
        [(p[0] - 0.5 * (low[0] + high[0])) / extent, (p[1] - 0.5 * (low[1] + high[1])) / extent]
    };
    path.into_iter().map(place).collect()
}
