//! From what the user typed to a scene: a file, or the name of an example.

use std::fs;
use std::path::Path;

use weir_scene::Scene;

use crate::failure::Failure;

/// Reads the scene that `given` names: an example, or a file. A file that is called like an
/// example (the program itself may lie there as `weir`) is `./weir`.
///
/// # Errors
/// [`Failure::BadInput`]: no such file or example, or the scene is refused; the
/// text is `file: key: got …, takes …`.
pub fn load(given: &str) -> Result<Scene, Failure> {
    let is_example = Scene::examples().iter().any(|example| example.name == given);
    if !is_example && Path::new(given).is_file() {
        let text = fs::read_to_string(given)
            .map_err(|error| Failure::BadInput(format!("{given}: cannot be read: {error}")))?;
        return parse(given, given, &text);
    }
    example(given)
}

/// The example of this name, whatever files there are.
///
/// # Errors
/// There is none.
pub fn example(name: &str) -> Result<Scene, Failure> {
    let found = Scene::examples().iter().find(|example| example.name == name);
    let found = found.ok_or_else(|| unknown(name))?;
    parse(name, &format!("{name}.toml"), found.text)
}

fn parse(label: &str, file_name: &str, text: &str) -> Result<Scene, Failure> {
    Scene::parse(file_name, text).map_err(|error| Failure::BadInput(format!("{label}: {error}")))
}

/// The refusal of a name that is neither a file nor an example, with what may have been meant.
pub fn unknown(given: &str) -> Failure {
    let meant = Scene::example_like(given);
    let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
    Failure::BadInput(format!(
        "scene: got {given}, takes a file or one of the names that `weir scenes` lists{meant}"
    ))
}
