//! What people draw, by the shape they have in mind.

use serde::{Deserialize, Serialize};

use super::{Path, bends, meetings, slopes, stairs, vessels};
use crate::dice::Dice;

/// A kind of figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// A straight line that slants.
    Ramp,
    /// A line that is meant to be level.
    Shelf,
    /// A line that is meant to be upright.
    Wall,
    /// A part of a bow: a slide.
    Curve,
    /// A bow that holds water.
    Bowl,
    /// A bow that sheds it.
    Dome,
    /// A few periods of a wave.
    Wave,
    /// A slide that curls up at its end.
    Hook,
    /// A line that goes where it likes.
    Wander,
    /// A vessel with a flat bottom, open above.
    Cup,
    /// Two lines that narrow to a gap.
    Funnel,
    /// An outline that closes.
    ClosedCup,
    /// More than one turn inwards.
    Spiral,
    /// Stairs.
    Steps,
    /// Teeth.
    Zigzag,
    /// A line that ends on another.
    Fork,
    /// Two lines that cross.
    Cross,
}

type Draw = fn(&mut Dice) -> Vec<Path>;

/// Every family, its name in a recipe, and what makes its paths.
const FAMILIES: [(Family, &str, Draw); 17] = [
    (Family::Ramp, "ramp", slopes::ramp),
    (Family::Shelf, "shelf", slopes::shelf),
    (Family::Wall, "wall", slopes::wall),
    (Family::Curve, "curve", bends::curve),
    (Family::Bowl, "bowl", bends::bowl),
    (Family::Dome, "dome", bends::dome),
    (Family::Wave, "wave", bends::wave),
    (Family::Hook, "hook", bends::hook),
    (Family::Wander, "wander", bends::wander),
    (Family::Cup, "cup", vessels::cup),
    (Family::Funnel, "funnel", vessels::funnel),
    (Family::ClosedCup, "closed-cup", vessels::closed_cup),
    (Family::Spiral, "spiral", bends::spiral),
    (Family::Steps, "steps", stairs::steps),
    (Family::Zigzag, "zigzag", stairs::zigzag),
    (Family::Fork, "fork", meetings::fork),
    (Family::Cross, "cross", meetings::cross),
];

impl Family {
    /// Every family.
    pub fn all() -> impl Iterator<Item = Self> {
        FAMILIES.iter().map(|(family, ..)| *family)
    }

    /// The name in a recipe.
    pub fn name(self) -> &'static str {
        FAMILIES[self as usize].1
    }

    /// Whether the last point is meant to meet the first.
    pub(crate) fn closes(self) -> bool {
        self == Self::ClosedCup
    }

    /// The paths of one such figure, about the origin and of extent 1 or so.
    /// Which way it leans or opens is a matter of chance.
    pub(crate) fn paths(self, dice: &mut Dice) -> Vec<Path> {
        let mut paths = (FAMILIES[self as usize].2)(dice);
        let mirror = dice.sign();
        paths.iter_mut().flatten().for_each(|point| point[0] *= mirror);
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_families() {
        for (i, (family, name, _)) in FAMILIES.iter().enumerate() {
            assert_eq!(*family as usize, i);
            let written = serde_json::to_string(family).expect("JSON");
            assert_eq!(written, format!("\"{name}\""));
        }
    }

    #[test]
    fn every_figure_has_points_and_an_extent_of_about_one() {
        for family in Family::all() {
            for scene in 0..200 {
                let paths = family.paths(&mut Dice::new(3, scene));
                assert!((1..=2).contains(&paths.len()) && paths.iter().all(|path| path.len() >= 2));
                let most = paths.iter().flatten().flatten().fold(0.0, |m: f64, v| m.max(v.abs()));
                assert!((0.2..0.9).contains(&most), "{}: reaches {most}", family.name());
            }
        }
    }
}
