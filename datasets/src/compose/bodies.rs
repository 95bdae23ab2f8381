//! Boxes and balls.

use std::f64::consts::PI;

use weir_scene::{Body, Motion, Scene, Shape};

use super::site::Site;
use super::{PLACES, rounded};
use crate::dice::Dice;
use crate::plane::Rect;
use crate::recipe::Bodies;

/// Places bodies, as far as there is room.
pub(super) fn bodies(recipe: &Bodies, site: &mut Site, scene: &mut Scene, dice: &mut Dice) {
    if !dice.chance(recipe.share) {
        return;
    }
    for _ in 0..dice.whole(recipe.count) {
        let found = (0..PLACES).find_map(|_| {
            let body = body(recipe, site, dice);
            let [min, max] = body.bounds_m();
            let bounds = Rect { min, max };
            site.takes_body(bounds).then_some((body, bounds))
        });
        if let Some((body, bounds)) = found {
            site.add_body(bounds);
            scene.bodies.push(body);
        }
    }
}

fn body(recipe: &Bodies, site: &Site, dice: &mut Dice) -> Body {
    let half_m = 0.5 * dice.of(recipe.size_m);
    let shape = if dice.chance(0.5) {
        Shape::Ball { radius_m: rounded([half_m, 0.0])[0] }
    } else {
        // Not so flat that a cell's width is lost on it.
        let other_m = (half_m * dice.between(0.3, 1.0)).max(site.cell_m);
        Shape::Box { half_extents_m: rounded([half_m, other_m]) }
    };
    Body {
        shape,
        position_m: rounded([dice.unit() * site.width_m, dice.unit() * site.height_m]),
        angle_rad: (dice.between(-PI, PI) * 1e3).round() / 1e3,
        density_kg_m3: dice.of(recipe.density_kg_m3).round(),
        velocity_m_s: [0.0; 2],
        angular_velocity_rad_s: 0.0,
        motion: Motion::Dynamic,
    }
}
