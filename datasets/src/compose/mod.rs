//! From a recipe and a number to a scene.
//!
//! Water is placed first, then what it runs against: a good part of the figures
//! goes where water will come. Whatever would touch water at the start, or crowd
//! what is already there, is drawn anew; a scene that ends up outside the recipe
//! is drawn anew as a whole.

mod bodies;
mod lines;
mod site;
mod water;

use weir_scene::{Domain, Limits, Scene};

use crate::dice::Dice;
use crate::plane::Point;
use crate::recipe::{Domains, Recipe, RecipeError, Span};
use site::Site;

/// How often a scene is drawn before the recipe is called too tight.
const ATTEMPTS: usize = 200;
/// How often one thing of a scene is placed anew before it is left out.
const PLACES: usize = 40;
/// Cells that a side is rounded to.
const SIDE_CELLS: f64 = 8.0;

/// Draws scene `index` of a recipe.
pub(crate) fn scene(recipe: &Recipe, index: usize) -> Result<Scene, RecipeError> {
    let mut dice = Dice::new(recipe.seed, index as u64);
    let drawn = (0..ATTEMPTS).find_map(|_| attempt(recipe, index, &mut dice));
    drawn.ok_or_else(|| {
        let reason = format!(
            "drawn {ATTEMPTS} times, and never with {} to {} particles and {} to {} figures",
            recipe.particles.low(),
            recipe.particles.high(),
            recipe.lines.count.low(),
            recipe.lines.count.high()
        );
        RecipeError::new(format!("scene {index}"), reason)
    })
}

fn attempt(recipe: &Recipe, index: usize, dice: &mut Dice) -> Option<Scene> {
    let mut scene = Scene {
        name: format!("{} {index:05}", recipe.name),
        duration_s: recipe.duration_s,
        domain: domain(&recipe.domain, dice),
        ..Scene::default()
    };
    let mut site = Site::new(&scene.domain);
    water::blocks(&recipe.blocks, &mut site, &mut scene, dice)?;
    if let Some(emitters) = &recipe.emitters {
        water::emitters(emitters, recipe.duration_s, &mut site, &mut scene, dice);
    }
    if let Some(drains) = &recipe.drains {
        water::drain(drains, &mut site, &mut scene, dice);
    }
    if !recipe.particles.contains(scene.particles_expected() as usize) {
        return None;
    }
    lines::figures(recipe, &mut site, &mut scene, dice)?;
    if let Some(wanted) = &recipe.bodies {
        bodies::bodies(wanted, &mut site, &mut scene, dice);
    }
    scene.validate(&Limits::default()).is_ok().then_some(scene)
}

fn domain(domains: &Domains, dice: &mut Dice) -> Domain {
    let step_m = SIDE_CELLS * domains.cell_m;
    let mut side = |span: Span| (dice.of(span) / step_m).round().max(1.0) * step_m;
    Domain {
        width_m: side(domains.width_m),
        height_m: side(domains.height_m),
        cell_m: domains.cell_m,
        walls: domains.walls,
        ..Domain::default()
    }
}

/// To a tenth of a millimetre: finer than anybody draws, coarser than the last
/// digits in which one machine's sine differs from another's.
fn rounded(point: Point) -> Point {
    point.map(|value| (value * 1e4).round() / 1e4)
}
