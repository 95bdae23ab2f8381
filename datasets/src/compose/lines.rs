//! Figures, drawn by hand where water will come, or anywhere.

use weir_scene::{Limits, Scene, Stroke};

use super::site::Site;
use super::{PLACES, rounded};
use crate::dice::Dice;
use crate::hand::{Family, Hand};
use crate::plane::{Point, add, scale, sub, turned};
use crate::recipe::{Lines, Recipe};

/// Most that a figure is turned from how it is meant to stand, degrees.
const TURN_DEGREES: f64 = 12.0;
/// Least distance of a figure's middle from the walls, metres.
const MARGIN_M: f64 = 0.06;

/// Draws the figures; `None` if fewer fit than the recipe asks for.
pub(super) fn figures(
    recipe: &Recipe,
    site: &mut Site,
    scene: &mut Scene,
    dice: &mut Dice,
) -> Option<()> {
    let families: Vec<(Family, f64)> =
        recipe.lines.families.iter().map(|(&family, &weight)| (family, weight)).collect();
    let hand = Hand::of(&recipe.hand, dice);
    let thickness_m = (dice.of(recipe.lines.thickness_m) * 1e4).round() / 1e4;
    let mut drawn = 0;
    for _ in 0..dice.whole(recipe.lines.count) {
        let family = dice.weighted(&families)?;
        // The first is always in the way, or water might meet none.
        let in_the_way = if drawn == 0 { 1.0 } else { recipe.lines.in_the_way };
        let lines = Lines { in_the_way, ..recipe.lines.clone() };
        let figure = Figure { family, hand: &hand, thickness_m };
        let placed = (0..PLACES).find_map(|_| figure.place(&lines, site, scene, dice));
        if let Some(strokes) = placed {
            strokes.iter().for_each(|stroke| site.add_line(stroke));
            scene.strokes.extend(strokes);
            drawn += 1;
        }
    }
    (drawn >= recipe.lines.count.low()).then_some(())
}

struct Figure<'a> {
    family: Family,
    hand: &'a Hand,
    thickness_m: f64,
}

impl Figure<'_> {
    /// Draws the figure at some place; `None` if something is in the way there.
    fn place(
        &self,
        lines: &Lines,
        site: &Site,
        scene: &Scene,
        dice: &mut Dice,
    ) -> Option<Vec<Stroke>> {
        let size_m = dice.of(lines.size_m);
        let turn_rad = (TURN_DEGREES * dice.between(-1.0, 1.0)).to_radians();
        let paths = self.family.paths(dice);
        let placed = |point: Point| scale(turned(point, turn_rad), size_m);
        let paths: Vec<Vec<Point>> =
            paths.iter().map(|path| path.iter().map(|&point| placed(point)).collect()).collect();

        let joined = dice.chance(lines.joined) && site.segment_count() > 0;
        let offset = if joined {
            let on = site.point_on_a_line(dice.below(site.segment_count()), dice.unit())?;
            // One of its points lies there: an end more often than not.
            let path = dice.pick(&paths)?;
            let end = if dice.chance(0.7) { path.first() } else { dice.pick(path) };
            sub(on, *end?)
        } else if dice.chance(lines.in_the_way) {
            in_the_way(site, dice)
        } else {
            anywhere(site, dice)
        };
        let mut strokes = Vec::new();
        for path in &paths {
            let meant: Vec<Point> = path.iter().map(|&point| add(point, offset)).collect();
            strokes.extend(self.stroke(&meant, size_m, scene, dice)?);
        }
        let fits =
            !strokes.is_empty() && strokes.iter().all(|stroke| site.takes_line(stroke, joined));
        fits.then_some(strokes)
    }

    /// What the hand draws, made into strokes just as a visitor's line is.
    fn stroke(
        &self,
        meant: &[Point],
        size_m: f64,
        scene: &Scene,
        dice: &mut Dice,
    ) -> Option<Vec<Stroke>> {
        let mut points_m = self.hand.draw(meant, size_m, dice);
        if self.family.closes() {
            // A finger that comes round is taken for one that meant to close.
            points_m.pop();
        }
        let drawn =
            Stroke { points_m, thickness_m: self.thickness_m, closed: self.family.closes() };
        let mut strokes = drawn.fitted(&scene.domain, &Limits::default()).ok()?;
        for stroke in &mut strokes {
            stroke.points_m.iter_mut().for_each(|point| *point = rounded(*point));
        }
        // Most of a figure has to be in the picture.
        let seen_m: f64 = strokes.iter().map(Stroke::length_m).sum();
        (seen_m >= 0.6 * drawn.length_m()).then_some(strokes)
    }
}

/// A place below a source, or beside one that stands on the floor.
fn in_the_way(site: &Site, dice: &mut Dice) -> Point {
    let Some(source) = dice.pick(&site.sources).copied() else { return anywhere(site, dice) };
    let rect = source.rect;
    let below = rect.min[1];
    let [x, y] = if below > 4.0 * site.cell_m {
        let drift_m = 0.25 * source.towards_x + 0.14 * dice.normal();
        [rect.centre()[0] + drift_m, dice.between(MARGIN_M, below)]
    } else {
        let beside_m = dice.between(0.08, 0.5);
        let right = dice.unit() * site.width_m > rect.centre()[0];
        let x = if right { rect.max[0] + beside_m } else { rect.min[0] - beside_m };
        [x, dice.between(0.02, 0.8 * (rect.max[1] - rect.min[1]))]
    };
    [x.clamp(MARGIN_M, site.width_m - MARGIN_M), y.clamp(MARGIN_M, site.height_m - MARGIN_M)]
}

fn anywhere(site: &Site, dice: &mut Dice) -> Point {
    [dice.between(MARGIN_M, site.width_m - MARGIN_M), dice.between(MARGIN_M, 0.85 * site.height_m)]
}
