//! The recipes that come with the crate, and what any recipe draws.

use weir_datasets::{Family, Recipe};
use weir_scene::{Limits, Scene, Stroke, Water};

fn shipped() -> impl Iterator<Item = Recipe> {
    Recipe::SHIPPED.iter().map(|(name, text)| {
        let recipe = Recipe::from_toml(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(recipe.name, *name);
        recipe
    })
}

/// Every place on a line that is within a particle's distance of another on it.
fn points_along(stroke: &Stroke, spacing_m: f64) -> Vec<[f64; 2]> {
    stroke.resampled(spacing_m).points_m
}

fn assert_in_order(recipe: &Recipe, scene: &Scene) {
    scene.validate(&Limits::default()).expect("a valid scene");
    assert!(recipe.particles.contains(scene.particles_expected() as usize), "{}", scene.name);
    assert!(!scene.strokes.is_empty() && !scene.water.is_empty(), "{}", scene.name);
    let cell_m = scene.domain.cell_m;
    for water in &scene.water {
        let (min, max) = match *water {
            Water::Block { min_m, max_m, .. } => (min_m, max_m),
            Water::Emitter { from_m, to_m, .. } => {
                ([0, 1].map(|k| from_m[k].min(to_m[k])), [0, 1].map(|k| from_m[k].max(to_m[k])))
            }
        };
        let near = |p: &[f64; 2]| {
            (0..2).all(|k| (min[k] - 0.9 * cell_m..max[k] + 0.9 * cell_m).contains(&p[k]))
        };
        let on_a_line =
            scene.strokes.iter().flat_map(|s| points_along(s, 0.1 * cell_m)).any(|p| near(&p));
        assert!(!on_a_line, "{}: water starts on a line", scene.name);
    }
    assert_eq!(Scene::from_json(&scene.to_json().expect("JSON")).as_ref(), Ok(scene));
}

#[test]
fn five_hundred_seeds_of_every_recipe_draw_scenes_in_order() {
    for recipe in shipped() {
        for seed in 0..500 {
            let recipe = Recipe { seed, ..recipe.clone() };
            let scene = recipe.scene(seed as usize % recipe.scene_count());
            assert_in_order(&recipe, &scene.unwrap_or_else(|error| panic!("{seed}: {error}")));
        }
    }
}

#[test]
fn bodies_come_when_they_are_asked_for() {
    let mut recipe = Recipe::shipped("drawn").expect("shipped").expect("a recipe");
    assert!((0..50).all(|index| recipe.scene(index).expect("a scene").bodies.is_empty()));
    recipe.bodies.as_mut().expect("bodies").share = 1.0;
    let scenes: Vec<Scene> = (0..100).map(|index| recipe.scene(index).expect("a scene")).collect();
    scenes.iter().for_each(|scene| assert_in_order(&recipe, scene));
    assert!(scenes.iter().filter(|scene| !scene.bodies.is_empty()).count() > 90);
}

#[test]
fn training_never_sees_what_is_held_out() {
    let recipe = |name| Recipe::shipped(name).expect("shipped").expect("a recipe");
    let (drawn, heldout) = (recipe("drawn"), recipe("heldout"));
    for family in [Family::Funnel, Family::Spiral, Family::ClosedCup] {
        assert!(!drawn.lines.families.contains_key(&family));
        assert!(heldout.lines.families[&family] > 0.0);
    }
    assert_eq!(heldout.scenes.train, 0);
    assert_ne!(drawn.seed, heldout.seed);
}

#[test]
fn a_wrong_recipe_is_refused_with_its_key() {
    let (_, text) = Recipe::SHIPPED[0];
    let told = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Recipe::from_toml(&text.replacen(from, to, 1)).expect_err("refused").to_string()
    };
    for (from, to, key) in [
        ("version = 1", "version = 2", "version: got 2, takes 1"),
        ("fps = 120.0", "fps = 0.0", "fps: got 0.0, takes 1.0 to 10000.0"),
        ("fps = 120.0", "fps = nan", "fps: got NaN"),
        ("seed = 7", "", "line 1: missing field `seed`"),
        ("seed = 7", "seed = 7\nsed = 8", "sed: unknown field `sed`"),
        ("aloft = 0.8", "aloft = 1.5", "blocks.aloft: got 1.5"),
        ("count = [1, 2]", "count = [2, 1]", "blocks.count: got [2, 1], takes [low, high]"),
        ("width_m = [0.1, 0.25]", "width_m = [0.1, 2.5]", "blocks.width_m: got [0.1, 2.5]"),
        ("ramp = 2.0", "rmp = 2.0", "unknown variant `rmp`"),
        ("ramp = 2.0", "ramp = -2.0", "lines.families.ramp: got -2.0"),
        ("name = \"tiny\"", "name = \"../tiny\"", "name: got \"../tiny\""),
        ("train = 4", "train = 400000", "scenes: got 400002 in all"),
        ("[scenes]", "[scenes", "line "),
    ] {
        let line = told(from, to);
        assert!(line.contains(key) && !line.contains('\n'), "{to:?} → {line}");
    }
}

#[test]
fn a_recipe_that_leaves_no_room_says_so() {
    let mut recipe = Recipe::shipped("tiny").expect("shipped").expect("a recipe");
    recipe.particles = weir_datasets::recipe::Count::new(100_000, 200_000);
    let error = recipe.scene(3).expect_err("too tight").to_string();
    assert!(error.starts_with("scene 3: drawn 200 times"), "{error}");
}

#[test]
fn scenes_differ_from_each_other() {
    let recipe = Recipe::shipped("drawn").expect("shipped").expect("a recipe");
    let mut texts: Vec<String> = (0..100)
        .map(|index| format!("{:?}", recipe.scene(index).expect("a scene").strokes))
        .collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 100);
}
