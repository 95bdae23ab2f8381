//! Files that are dropped on the window or chosen, while and after they are read.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use weir_scene::{Scene, Trajectory};
use weir_surrogate::Model;
use weir_surrogate::checkpoints::Checkpoint;

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

/// A file that is being read by somebody else than the window.
pub struct Opening {
    /// The file.
    pub path: PathBuf,
    read: Receiver<Result<Opened, String>>,
}

impl Opening {
    /// A file, and where its reader leaves what it was.
    pub fn of(path: PathBuf) -> (Self, Sender<Result<Opened, String>>) {
        let (sender, read) = channel();
        (Self { path, read }, sender)
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

/// A scene from the bytes of a file of this name.
///
/// # Errors
/// It is none, in words that begin with what is wrong.
pub fn scene(name: &str, bytes: &[u8]) -> Result<Opened, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| format!("is no text: {error}"))?;
    let scene = Scene::parse(name, text).map_err(|error| error.to_string())?;
    Ok(Opened::Scene(Box::new(scene)))
}
