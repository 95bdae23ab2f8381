//! Files that are dropped on the window or chosen from a list.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use weir_scene::{Scene, Trajectory};
use weir_surrogate::checkpoints::Checkpoint;
use weir_surrogate::{Model, checkpoints, device};

/// Largest scene that is read, bytes: as text it is long before it is large.
const MOST_SCENE_BYTES: u64 = 8 << 20;

/// What a file was.
#[derive(Debug)]
pub enum Opened {
    /// A scene.
    Scene(Box<Scene>),
    /// A run with the scene that it was of.
    Recording(Box<Scene>, Trajectory),
    /// A network, and what it was on its way.
    Model(Box<Model>, Vec<Checkpoint>),
}

/// A file that is being read, on a thread of its own.
pub struct Opening {
    /// The file.
    pub path: PathBuf,
    read: Receiver<Result<Opened, String>>,
}

impl Opening {
    /// Begins to read. `wake` is called at the end.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn begin(path: PathBuf, wake: impl FnOnce() + Send + 'static) -> std::io::Result<Self> {
        let (sender, read) = channel();
        let file = path.clone();
        std::thread::Builder::new().name("weir opens".to_owned()).spawn(move || {
            // Nobody waits any more if the window was closed.
            let _ = sender.send(open(&file));
            wake();
        })?;
        Ok(Self { path, read })
    }

    /// What it was, once it has been read.
    pub fn result(&self) -> Option<Result<Opened, String>> {
        match self.read.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Err(format!("{}: reading it failed", self.path.display())))
            }
        }
    }
}

/// Reads a scene (.toml, .json), a trajectory (.h5) or a model's folder.
///
/// # Errors
/// It is none of these, or cannot be read; in words.
pub fn open(path: &Path) -> Result<Opened, String> {
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
            let bytes = std::fs::metadata(path).map_err(|error| named(&error))?.len();
            if bytes > MOST_SCENE_BYTES {
                let takes = format!("got {bytes} bytes, a scene takes {MOST_SCENE_BYTES}");
                return Err(named(&takes));
            }
            let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let scene = Scene::parse(name, &text).map_err(|error| named(&error))?;
            Ok(Opened::Scene(Box::new(scene)))
        }
        _ => Err(named(&"takes a scene (.toml, .json), a trajectory (.h5) or a model's folder")),
    }
}
