//! Any text is a scene that reads back as itself, or an error that says something.

#![no_main]

use libfuzzer_sys::fuzz_target;
use weir_scene::{Scene, SceneError};

fuzz_target!(|text: &str| {
    check(Scene::from_toml(text));
    check(Scene::from_json(text));
});

fn check(result: Result<Scene, SceneError>) {
    match result {
        Ok(scene) => {
            let toml = scene.to_toml().expect("a valid scene as TOML");
            assert_eq!(Scene::from_toml(&toml).as_ref(), Ok(&scene));
            let json = scene.to_json().expect("a valid scene as JSON");
            assert_eq!(Scene::from_json(&json).as_ref(), Ok(&scene));
        }
        Err(SceneError { key, got, takes }) => {
            assert!(!key.is_empty() && !got.is_empty() && !takes.is_empty());
        }
    }
}
