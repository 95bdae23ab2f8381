//! Blocks, emitters and a drain.

use std::f64::consts::TAU;

use weir_scene::{Drain, Scene, Water};

use super::site::{Site, Source};
use super::{PLACES, rounded};
use crate::dice::Dice;
use crate::plane::{Point, Rect, add, scale, turned};
use crate::recipe::{Blocks, Drains, Emitters};

/// Room ahead of a mouth that stays free, metres.
const AHEAD_M: f64 = 0.1;
/// Distance of a mouth from the wall behind it, metres.
const FROM_WALL_M: f64 = 0.02;

/// Places the blocks; `None` if they do not fit.
pub(super) fn blocks(
    recipe: &Blocks,
    site: &mut Site,
    scene: &mut Scene,
    dice: &mut Dice,
) -> Option<()> {
    for _ in 0..dice.whole(recipe.count) {
        let rect = (0..PLACES).map(|_| block(recipe, site, dice)).find(|r| site.takes_water(*r))?;
        site.add_water(rect);
        site.sources.push(Source { rect, towards_x: 0.0 });
        let velocity = turned([dice.of(recipe.speed_m_s), 0.0], dice.between(0.0, TAU));
        scene.water.push(Water::Block {
            min_m: rect.min,
            max_m: rect.max,
            velocity_m_s: rounded(velocity),
        });
    }
    Some(())
}

fn block(recipe: &Blocks, site: &Site, dice: &mut Dice) -> Rect {
    let size = [dice.of(recipe.width_m), dice.of(recipe.height_m)];
    let edge_m = site.cell_m;
    // On the floor a block leans on a wall now and then: a dam before it breaks.
    let aloft = dice.chance(recipe.aloft);
    let most_x = (site.width_m - size[0]).max(0.0);
    let x = match dice.below(5) {
        0 if !aloft => 0.0,
        1 if !aloft => most_x,
        _ => dice.between(edge_m, (most_x - edge_m).max(edge_m)),
    };
    let highest = (site.height_m - size[1] - edge_m).max(0.0);
    // High enough to fall, and for something to be below it.
    let y = if aloft { dice.between((0.4 * site.height_m).min(highest), highest) } else { 0.0 };
    let min = rounded([x.min(most_x), y]);
    Rect { min, max: rounded(add(min, size)) }
}

/// Places emitters along the walls and under the ceiling, as far as there is room.
pub(super) fn emitters(
    recipe: &Emitters,
    duration_s: f64,
    site: &mut Site,
    scene: &mut Scene,
    dice: &mut Dice,
) {
    if !dice.chance(recipe.share) {
        return;
    }
    for _ in 0..dice.whole(recipe.count) {
        let mouth = (0..PLACES).map(|_| Mouth::random(recipe, site, dice));
        let Some(mouth) = mouth.into_iter().find(|mouth| site.takes_water(mouth.kept_free()))
        else {
            continue;
        };
        site.add_water(mouth.kept_free());
        site.sources.push(Source { rect: mouth.kept_free(), towards_x: mouth.towards[0] });
        let open_s = dice.of(recipe.open_s).min(duration_s);
        let start_s = dice.between(0.0, duration_s - open_s);
        let [from_m, to_m] = mouth.ends();
        scene.water.push(Water::Emitter {
            from_m,
            to_m,
            speed_m_s: (dice.of(recipe.speed_m_s) * 1e3).round() / 1e3,
            start_s: (start_s * 1e3).round() / 1e3,
            stop_s: ((start_s + open_s) * 1e3).round() / 1e3,
        });
    }
}

/// Where an emitter's water comes out.
struct Mouth {
    middle: Point,
    /// Where the water goes; a length of 1.
    towards: Point,
    width_m: f64,
}

impl Mouth {
    fn random(recipe: &Emitters, site: &Site, dice: &mut Dice) -> Self {
        let width_m = dice.of(recipe.width_m);
        let margin_m = 0.5 * width_m + 2.0 * FROM_WALL_M;
        let tilt_rad = dice.between(-20.0_f64, 20.0).to_radians();
        let high = dice.between(0.45, 0.95) * site.height_m;
        let y = high.min(site.height_m - margin_m);
        let [side, middle] = match dice.below(3) {
            0 => [[1.0, 0.0], [FROM_WALL_M, y]],
            1 => [[-1.0, 0.0], [site.width_m - FROM_WALL_M, y]],
            _ => {
                let x = dice.between(margin_m, site.width_m - margin_m);
                [[0.0, -1.0], [x, site.height_m - FROM_WALL_M]]
            }
        };
        // A tilted mouth stands off the wall by what its end would reach into it.
        let off_m = 0.5 * width_m * tilt_rad.sin().abs();
        Self { middle: add(middle, scale(side, off_m)), towards: turned(side, tilt_rad), width_m }
    }

    /// `from` and `to`: water comes out to the right of the way between them.
    fn ends(&self) -> [Point; 2] {
        let along = scale(turned(self.towards, TAU / 4.0), 0.5 * self.width_m);
        [rounded(add(self.middle, scale(along, -1.0))), rounded(add(self.middle, along))]
    }

    /// The upright rectangle about the mouth and the room ahead of it.
    fn kept_free(&self) -> Rect {
        let ends = self.ends();
        let ahead = ends.map(|end| add(end, scale(self.towards, AHEAD_M)));
        let corners = [ends[0], ends[1], ahead[0], ahead[1]];
        let bound = |axis: usize, pick: fn(f64, f64) -> f64| {
            corners.iter().map(|corner| corner[axis]).reduce(pick).unwrap_or_default()
        };
        Rect {
            min: [bound(0, f64::min), bound(1, f64::min)],
            max: [bound(0, f64::max), bound(1, f64::max)],
        }
    }
}

/// Places a drain in the floor, if there is room for one.
pub(super) fn drain(recipe: &Drains, site: &mut Site, scene: &mut Scene, dice: &mut Dice) {
    if !dice.chance(recipe.share) {
        return;
    }
    let places = (0..PLACES).map(|_| {
        let size = [dice.of(recipe.width_m), dice.of(recipe.height_m)];
        // More often in a corner than anywhere else, as in a bath.
        let x = match dice.below(3) {
            0 => 0.0,
            1 => site.width_m - size[0],
            _ => dice.between(0.0, site.width_m - size[0]),
        };
        let min = rounded([x, 0.0]);
        Rect { min, max: rounded(add(min, size)) }
    });
    if let Some(rect) = places.into_iter().find(|rect| site.takes_water(*rect)) {
        site.add_water(rect);
        scene.drains.push(Drain { min_m: rect.min, max_m: rect.max });
    }
}
