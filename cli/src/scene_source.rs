//! From what the user typed to a scene: a file, or the name of an example.

use std::fs;
use std::path::Path;

use weir_scene::Scene;

use crate::failure::Failure;

/// Reads the scene that `given` names: a file if there is one, else an example.
///
/// # Errors
/// [`Failure::BadInput`]: no such file or example, or the scene is refused; the
/// text is `file: key: got …, takes …`.
pub fn load(given: &str) -> Result<Scene, Failure> {
    let path = Path::new(given);
    if path.is_file() {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::BadInput(format!("{given}: cannot be read: {error}")))?;
        return parse(given, given, &text);
    }
    if let Some(example) = Scene::examples().iter().find(|example| example.name == given) {
        return parse(given, &format!("{given}.toml"), example.text);
    }
    Err(unknown(given))
}

fn parse(label: &str, file_name: &str, text: &str) -> Result<Scene, Failure> {
    Scene::parse(file_name, text).map_err(|error| Failure::BadInput(format!("{label}: {error}")))
}

/// The refusal of a name that is neither a file nor an example, with what may have been meant.
pub fn unknown(given: &str) -> Failure {
    let meant = Scene::examples()
        .iter()
        .map(|example| (edits(given, example.name), example.name))
        .min()
        .filter(|&(edits, name)| edits <= name.len().div_ceil(3))
        .map_or(String::new(), |(_, name)| format!("; did you mean {name}?"));
    Failure::BadInput(format!(
        "scene: got {given}, takes a file or one of the names that `weir scenes` lists{meant}"
    ))
}

/// Letters to insert, delete or change to get from `a` to `b` (Levenshtein 1966).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::edits;

    #[test]
    fn edits_count_letters() {
        assert_eq!(edits("dam-brake", "dam-break"), 2);
        assert_eq!(edits("", "mill"), 4);
        assert_eq!(edits("maze", "maze"), 0);
    }
}
