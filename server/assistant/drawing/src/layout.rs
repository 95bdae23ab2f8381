//! Where things go: boxes in a rectangle of 1.5 m × 1 m.

use crate::noun::Noun;
use crate::sentence::{Level, Relation, Side, Thing};
use crate::shape::size_m;

/// The rectangle, in metres.
pub const WIDTH_M: f64 = 1.5;
/// Its height, in metres.
pub const HEIGHT_M: f64 = 1.0;
/// What stays free around all that is drawn, in metres.
const MARGIN_M: f64 = 0.04;
/// What stays free above it, for the water to come from, in metres.
const SKY_M: f64 = 0.14;
/// Between two things that stand to one another, in metres.
const GAP_M: f64 = 0.06;

/// One thing in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// What it is.
    pub noun: Noun,
    /// Its middle, in metres.
    pub centre_m: [f64; 2],
    /// Half its width and half its height, in metres.
    pub half_m: [f64; 2],
    /// Which side it leads down to.
    pub leads: Side,
}

impl Placed {
    /// A point of its box, which goes from -1 to 1.
    pub fn point_m(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.centre_m[0] + x * self.half_m[0], self.centre_m[1] + y * self.half_m[1]]
    }

    /// Its upper edge, in metres.
    pub fn top_m(&self) -> f64 {
        self.centre_m[1] + self.half_m[1]
    }

    /// Whether some place is in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        (0..2).all(|axis| {
            let apart = (self.centre_m[axis] - other.centre_m[axis]).abs();
            apart < self.half_m[axis] + other.half_m[axis]
        })
    }
}

/// All things, each as often as it is there, within the rectangle.
pub fn place(things: &[Thing]) -> Vec<Placed> {
    let mut groups: Vec<Option<Vec<Placed>>> = vec![None; things.len()];
    let sides = shares(things);
    // Who stands to another comes after it, in whatever order they were said. What is left when
    // nothing more can be placed stands to itself by others, and is placed like the rest.
    for is_last in [false, true] {
        for _ in 0..things.len() {
            for (k, thing) in things.iter().enumerate() {
                if groups[k].is_some() {
                    continue;
                }
                let beside = thing.relation.map(|(relation, to)| (relation, groups[to].as_deref()));
                groups[k] = match beside {
                    None => Some(alone(thing, sides[k])),
                    Some((relation, Some(other))) => Some(related(thing, relation, other)),
                    Some((_, None)) if is_last => Some(alone(thing, sides[k])),
                    Some((_, None)) => None,
                };
            }
        }
    }
    let mut placed: Vec<Placed> = groups.into_iter().flatten().flatten().collect();
    fit(&mut placed);
    placed
}

/// Where from left to right each thing goes of which nothing was said: side by side with those at
/// its level.
fn shares(things: &[Thing]) -> Vec<f64> {
    let is_free = |thing: &Thing| thing.relation.is_none() && thing.side.is_none();
    let at = |thing: &Thing| level_m(thing.noun, thing.level);
    let share = |k: usize| {
        let beside = |(_, other): &(usize, &Thing)| {
            let is_water = other.noun.is_water() == things[k].noun.is_water();
            is_free(other) && is_water && (at(other) - at(&things[k])).abs() < 0.1
        };
        let row: Vec<usize> = things.iter().enumerate().filter(beside).map(|(k, _)| k).collect();
        let place = row.iter().position(|other| *other == k).unwrap_or_default();
        WIDTH_M * (place + 1) as f64 / (row.len() + 1) as f64
    };
    (0..things.len()).map(share).collect()
}

/// The height of the middle, in metres.
fn level_m(noun: Noun, level: Option<Level>) -> f64 {
    match (level, noun) {
        (Some(Level::Top), _) | (None, Noun::Tap) => 0.8,
        (None, Noun::Ramp | Noun::Shelf | Noun::Roof | Noun::Stairs) => 0.5,
        (None, Noun::Pegs | Noun::Pipe) => 0.5,
        (None, Noun::Funnel) => 0.62,
        (Some(Level::Bottom), _) | (None, Noun::Cup | Noun::Bowl) => 0.2,
        // They stand on the ground.
        (None, Noun::Wall | Noun::Gate | Noun::Pool) => 0.0,
    }
}

fn half_m(thing: &Thing) -> [f64; 2] {
    let [width, height] = size_m(thing.noun);
    [(width * thing.width).min(0.45 * WIDTH_M), (height * thing.height).min(0.4 * HEIGHT_M)]
}

/// A thing that stands to no other.
fn alone(thing: &Thing, share_m: f64) -> Vec<Placed> {
    let half = half_m(thing);
    let x = match thing.side {
        Some(Side::Left) => MARGIN_M + half[0].max(0.2),
        Some(Side::Right) => WIDTH_M - MARGIN_M - half[0].max(0.2),
        Some(Side::Centre) => WIDTH_M / 2.0,
        None => share_m,
    };
    let y = level_m(thing.noun, thing.level);
    let stands = y < half[1];
    group(thing, [x, if stands { half[1] } else { y }])
}

/// A thing that stands to another, which may be several.
fn related(thing: &Thing, relation: Relation, others: &[Placed]) -> Vec<Placed> {
    let half = half_m(thing);
    let bounds = |axis: usize| {
        let low = others.iter().map(|other| other.centre_m[axis] - other.half_m[axis]);
        let high = others.iter().map(|other| other.centre_m[axis] + other.half_m[axis]);
        (low.fold(f64::INFINITY, f64::min), high.fold(f64::NEG_INFINITY, f64::max))
    };
    let ((left, right), (bottom, top)) = (bounds(0), bounds(1));
    let middle = [(left + right) / 2.0, (bottom + top) / 2.0];
    // Under a ramp, where the water leaves it.
    let last = others.last().filter(|other| other.noun.leads());
    let below = last.map_or(middle[0], |other| match other.leads {
        Side::Left => other.centre_m[0] - other.half_m[0],
        _ => other.centre_m[0] + other.half_m[0],
    });
    let centre = match relation {
        Relation::Under => [below, bottom - GAP_M - half[1]],
        Relation::Above => [middle[0], top + GAP_M + half[1]],
        Relation::LeftOf => [left - GAP_M - half[0], middle[1]],
        Relation::RightOf => [right + GAP_M + half[0], middle[1]],
        Relation::In => middle,
    };
    group(thing, centre)
}

/// As many as there are: what leads down one below the other, to both sides in turn; the rest
/// side by side.
fn group(thing: &Thing, centre: [f64; 2]) -> Vec<Placed> {
    let (half, count) = (half_m(thing), thing.count.max(1));
    let one = |k: usize| {
        let from_middle = k as f64 - (count - 1) as f64 / 2.0;
        let first = thing.leads.unwrap_or(if thing.side == Some(Side::Right) {
            Side::Left
        } else {
            Side::Right
        });
        if thing.noun.leads() {
            let leads = if k.is_multiple_of(2) { first } else { first.other() };
            let shift = if count == 1 { 0.0 } else { 0.75 * half[0] };
            let x = if leads == Side::Right { centre[0] - shift } else { centre[0] + shift };
            let y = centre[1] - from_middle * (2.0 * half[1] + GAP_M);
            return Placed { noun: thing.noun, centre_m: [x, y], half_m: half, leads };
        }
        let apart = (2.0 * half[0] + GAP_M).max(0.12);
        Placed {
            noun: thing.noun,
            centre_m: [centre[0] + from_middle * apart, centre[1]],
            half_m: half,
            leads: first,
        }
    };
    (0..count).map(one).collect()
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Centre => Self::Centre,
            Self::Right => Self::Left,
        }
    }
}

/// Moves what hangs out into the rectangle, and makes everything smaller if that is not enough.
fn fit(placed: &mut [Placed]) {
    for axis in 0..2 {
        let (least, most) =
            if axis == 0 { (MARGIN_M, WIDTH_M - MARGIN_M) } else { (0.0, HEIGHT_M - SKY_M) };
        let low = |one: &Placed| one.centre_m[axis] - one.half_m[axis];
        let high = |one: &Placed| one.centre_m[axis] + one.half_m[axis];
        // Water is where it was asked for, and may be in the sky.
        let lines = || placed.iter().filter(|one| !one.noun.is_water());
        let (from, to) =
            (lines().map(low).fold(least, f64::min), lines().map(high).fold(most, f64::max));
        let (from, to) = (from.min(least), to.max(most));
        let scale = (most - least) / (to - from);
        for one in placed.iter_mut().filter(|one| !one.noun.is_water()) {
            one.centre_m[axis] = least + (one.centre_m[axis] - from) * scale;
            one.half_m[axis] *= scale;
        }
        for one in placed.iter_mut().filter(|one| one.noun.is_water()) {
            let (least, most) = (
                one.half_m[axis] + MARGIN_M,
                [WIDTH_M, HEIGHT_M][axis] - one.half_m[axis] - MARGIN_M,
            );
            one.centre_m[axis] = one.centre_m[axis].clamp(least, most.max(least));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentence::Sentence;

    fn bottom_m(one: &Placed) -> f64 {
        one.centre_m[1] - one.half_m[1]
    }

    fn placed(text: &str) -> Vec<Placed> {
        place(&Sentence::of(text).things)
    }

    #[test]
    fn what_is_said_to_be_under_is_under() {
        for text in ["a funnel and a cup under it", "a huge funnel and a huge cup under it"] {
            let all = placed(text);
            assert!(all[1].top_m() < bottom_m(&all[0]), "{text}: {all:?}");
            assert!((all[1].centre_m[0] - all[0].centre_m[0]).abs() < 1e-9, "{text}");
        }
        let all = placed("a cup under a funnel");
        assert!(all[0].top_m() < bottom_m(&all[1]));
        let all = placed("a tall wall and a cup left of it and a bowl right of the wall");
        assert!(all[1].centre_m[0] < all[0].centre_m[0] && all[0].centre_m[0] < all[2].centre_m[0]);
        // Each under the other cannot be; they are placed all the same.
        assert_eq!(placed("a cup under a bowl under it").len(), 2);
    }

    #[test]
    fn a_mirrored_sentence_gives_a_mirrored_picture() {
        for text in [
            "a cup on the left and a wall on the right",
            "a ramp down to the left and a tap on the right",
            "two ramps on the left and a bowl right of them",
        ] {
            let mirrored: Vec<&str> = text
                .split(' ')
                .map(|word| match word {
                    "left" => "right",
                    "right" => "left",
                    other => other,
                })
                .collect();
            let (one, other) = (placed(text), placed(&mirrored.join(" ")));
            for (one, other) in one.iter().zip(&other) {
                let apart = (one.centre_m[0] + other.centre_m[0] - WIDTH_M).abs();
                assert!(apart < 1e-9, "{text}: {one:?} {other:?}");
            }
        }
    }
}
