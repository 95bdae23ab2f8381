//! Files of a machine with a disk.

use std::path::{Path, PathBuf};

use eframe::egui::DroppedFileHandle;
use weir_scene::{Limits, Scene};
use weir_surrogate::{Model, checkpoints, device};

use crate::open::{self, Opened, Opening};
use crate::worker::Wake;

/// Begins to read a file, on a thread of its own. `wake` is called at the end.
///
/// # Errors
/// The machine gives no thread.
pub fn open(path: PathBuf, wake: Wake) -> Result<Opening, String> {
    let (opening, sender) = Opening::of(path.clone());
    let thread = std::thread::Builder::new().name("weir opens".to_owned()).spawn(move || {
        // Nobody waits any more if the window was closed.
        let _ = sender.send(read(&path));
        wake();
    });
    thread.map(|_| opening).map_err(|error| error.to_string())
}

/// Begins to read a file that was dropped on the window.
///
/// # Errors
/// See [`fn@open`].
pub fn open_dropped(file: &DroppedFileHandle, wake: Wake) -> Result<Opening, String> {
    open(file.path().to_owned(), wake)
}

/// Reads a scene (.toml, .json), a trajectory (.h5) or a model's folder.
///
/// # Errors
/// It is none of these, or cannot be read; in words.
pub fn read(path: &Path) -> Result<Opened, String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    if path.is_dir() {
        let device = device::open("flex").map_err(|error| named(&error))?;
        let model = Model::load(path, &device).map_err(|error| error.to_string())?;
        let name = path.to_string_lossy();
        let before = checkpoints::of(&model, &name).map_err(|error| error.to_string())?;
        return Ok(Opened::Model(Box::new(model), before));
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension {
        "h5" | "hdf5" => {
            let stored = weir_datasets::read(path).map_err(|error| error.to_string())?;
            let scene = Scene::from_json(&stored.scene_json).map_err(|error| named(&error))?;
            Ok(Opened::Recording(Box::new(scene), stored.to_trajectory()))
        }
        "toml" | "json" => {
            let most = Limits::default().text_bytes as u64;
            // Asked before it is read: it may be larger than memory.
            let bytes = std::fs::metadata(path).map_err(|error| named(&error))?.len();
            if bytes > most {
                return Err(named(&format!("got {bytes} bytes, a scene takes {most}")));
            }
            let bytes = std::fs::read(path).map_err(|error| named(&error))?;
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            open::scene(name, &bytes).map_err(|error| named(&error))
        }
        _ => Err(named(&"takes a scene (.toml, .json), a trajectory (.h5) or a model's folder")),
    }
}

/// Writes a file, all of it or nothing.
///
/// # Errors
/// What cannot be written, and why.
pub fn save(path: &Path, text: &str) -> Result<(), String> {
    weir_datasets::write_whole(path, text.as_bytes()).map_err(|error| error.to_string())
}
