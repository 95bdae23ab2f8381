//! The shipped scenes, damaged at random: each result is a scene that reads back
//! as itself or an error that says something. Nothing panics.

use proptest::prelude::*;
use weir_scene::{Scene, SceneError};

/// Values that files get wrong, and some that are right elsewhere.
const VALUES: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "0.5",
    "1e-300",
    "1e300",
    "-0.0",
    "nan",
    "inf",
    "-inf",
    "18446744073709551616",
    "true",
    "\"\"",
    "\"block\"",
    "[]",
    "[0.1]",
    "[0.1, 0.2]",
    "[0.1, 0.2, 0.3]",
    "[[0.1, 0.2]]",
    "[[0.1, 0.2], [0.3, 0.4]]",
    "{}",
    "{ kind = \"ball\", radius_m = 0.1 }",
    "1979-05-27",
];

fn example() -> impl Strategy<Value = String> {
    prop::sample::select(Scene::examples()).prop_map(|example| example.text.to_owned())
}

fn refused_well_or_read_back(result: Result<Scene, SceneError>) -> Result<(), TestCaseError> {
    match result {
        Ok(scene) => {
            let toml = scene.to_toml().expect("a valid scene as TOML");
            prop_assert_eq!(Scene::from_toml(&toml), Ok(scene.clone()));
            let json = scene.to_json().expect("a valid scene as JSON");
            prop_assert_eq!(Scene::from_json(&json), Ok(scene));
        }
        Err(SceneError { key, got, takes }) => {
            prop_assert!(!key.is_empty() && !got.is_empty() && !takes.is_empty());
            let line = format!("{key}{got}{takes}");
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn bytes_changed(text in example(), changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6)) {
        let mut bytes = text.into_bytes();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        refused_well_or_read_back(Scene::from_toml(&String::from_utf8_lossy(&bytes)))?;
    }

    #[test]
    fn bytes_changed_in_json(text in example(), changes in prop::collection::vec((any::<usize>(), 32..127_u8), 1..4)) {
        let json = Scene::from_toml(&text).and_then(|scene| scene.to_json()).expect("an example");
        let mut bytes = json.into_bytes();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        refused_well_or_read_back(Scene::from_json(&String::from_utf8_lossy(&bytes)))?;
    }

    #[test]
    fn lines_lost_and_doubled(text in example(), lost in any::<usize>(), doubled in any::<usize>()) {
        let mut lines: Vec<&str> = text.lines().collect();
        let again = lines[doubled % lines.len()];
        lines.insert(doubled % lines.len(), again);
        lines.remove(lost % lines.len());
        refused_well_or_read_back(Scene::from_toml(&lines.join("\n")))?;
    }

    #[test]
    fn cut_off(text in example(), at in any::<usize>()) {
        let at = text.floor_char_boundary(at % text.len());
        refused_well_or_read_back(Scene::from_toml(&text[..at]))?;
    }

    #[test]
    fn values_replaced(text in example(), which in any::<usize>(), value in prop::sample::select(VALUES)) {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let keys: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].contains(" = ")).collect();
        let line = &mut lines[keys[which % keys.len()]];
        let after_key = line.find(" = ").map_or(0, |at| at + 3);
        line.replace_range(after_key.., value);
        refused_well_or_read_back(Scene::from_toml(&lines.join("\n")))?;
    }

    #[test]
    fn numbers_replaced(text in example(), which in any::<usize>(), number in any::<f64>()) {
        let starts: Vec<usize> = text
            .match_indices(|c: char| c.is_ascii_digit())
            .map(|(at, _)| at)
            .filter(|&at| !text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '.'))
            .collect();
        let start = starts[which % starts.len()];
        let length = text[start..].find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(0);
        let changed = format!("{}{number:?}{}", &text[..start], &text[start + length..]);
        refused_well_or_read_back(Scene::from_toml(&changed))?;
    }

    #[test]
    fn any_text_at_all(text in "\\PC{0,200}") {
        refused_well_or_read_back(Scene::from_toml(&text))?;
        refused_well_or_read_back(Scene::from_json(&text))?;
    }
}
