//! The scenes that come with weir: a first look, a gallery and a test suite.

use crate::Scene;
use crate::spelling::nearest;

/// A scene that ships with the crate, as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its file's name without `.toml`, `"dam-break"`.
    pub name: &'static str,
    /// TOML, for [`Scene::from_toml`].
    pub text: &'static str,
}

macro_rules! examples {
    ($($name:literal),* $(,)?) => {
        &[$(Example { name: $name, text: include_str!(concat!("../scenes/", $name, ".toml")) }),*]
    };
}

const EXAMPLES: &[Example] = examples![
    "dam-break",
    "two-ramps",
    "funnel",
    "mill",
    "cascade",
    "fountain",
    "v-basins",
    "closed-cup",
    "curves",
    "maze",
    "weir",
    "barge",
    "falling-bodies",
    "deer-scarer",
    "mixer",
    "still-pool",
];

impl Scene {
    /// The scenes in `scenes/`, in the order of a gallery. All are valid.
    pub fn examples() -> &'static [Example] {
        EXAMPLES
    }

    /// The example that a mistyped name was meant to be, if one is near enough.
    pub fn example_like(name: &str) -> Option<&'static str> {
        let names: Vec<&str> = EXAMPLES.iter().map(|example| example.name).collect();
        nearest(name, &names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::segments_touch;
    use crate::{Stroke, Water};

    /// Most particles an example starts with: a laptop's processor keeps up.
    const PARTICLES_AT_START: f64 = 5_500.0;

    fn scenes() -> impl Iterator<Item = (&'static str, Scene)> {
        EXAMPLES.iter().map(|example| match Scene::from_toml(example.text) {
            Ok(scene) => (example.name, scene),
            Err(error) => panic!("{}: {error}", example.name),
        })
    }

    #[test]
    fn every_file_is_listed_and_valid() {
        // Tests run in the crate's folder, wherever it was when they were built.
        let files = std::fs::read_dir("scenes").expect("the folder of scenes").count();
        assert_eq!(scenes().count(), files);
        assert!(files >= 12);
    }

    #[test]
    fn none_is_too_large_to_watch() {
        for (name, mut scene) in scenes() {
            scene.water.retain(|water| matches!(water, Water::Block { .. }));
            assert!(scene.particles_expected() <= PARTICLES_AT_START, "{name}");
        }
    }

    #[test]
    fn bodies_touch_no_line_and_no_other_body_at_the_start() {
        for (name, scene) in scenes() {
            let outlines: Vec<Stroke> = scene
                .bodies
                .iter()
                .map(|body| Stroke { points_m: body.outline_m(), thickness_m: 0.0, closed: true })
                .collect();
            for (i, outline) in outlines.iter().enumerate() {
                let others = scene.strokes.iter().chain(&outlines[..i]);
                let touched = others
                    .flat_map(Stroke::segments)
                    .any(|segment| outline.segments().any(|side| segments_touch(side, segment)));
                assert!(!touched, "{name}: body[{i}] touches something");
            }
        }
    }

    #[test]
    fn text_and_back_is_the_same_scene() {
        for (name, scene) in scenes() {
            let toml = scene.to_toml().expect("TOML");
            assert_eq!(Scene::from_toml(&toml).as_ref(), Ok(&scene), "{name}");
            let json = scene.to_json().expect("JSON");
            assert_eq!(Scene::from_json(&json).as_ref(), Ok(&scene), "{name}");
        }
    }
}
