//! What a run is asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_scene::Scene;
use weir_surrogate::train::{STATE_FOLDER, Teacher, TrainConfig};

use crate::RunError;

/// Makes a teacher for clips of these scenes; the configuration says on which cells, and how far
/// apart frames are.
pub type MakeTeacher = Arc<dyn Fn(Vec<Scene>, &TrainConfig) -> Box<dyn Teacher> + Send + Sync>;

/// What a run is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// How to train.
    pub config: TrainConfig,
    /// The file that says so, if one does.
    pub config_file: Option<PathBuf>,
    /// The folder of the data set.
    pub data: PathBuf,
    /// Whether a data set will do of which not all scenes are made yet.
    pub is_part: bool,
    /// The folder of the run.
    pub folder: PathBuf,
    /// What computes, by the name that [`weir_surrogate::device::open`] takes.
    pub device: String,
    /// A network to start from, by its name or folder.
    pub from: Option<String>,
    /// How often the run pauses to show what its network makes of a scene.
    pub samples: u64,
    /// The name under which the network is registered when it is done.
    pub register: Option<String>,
    /// The commit that the program was built from, if that is known.
    pub commit: Option<&'static str>,
}

impl Plan {
    /// A run on the processor, from the beginning, with nothing that it does not need.
    pub fn new(config: TrainConfig, data: PathBuf, folder: PathBuf) -> Self {
        Self {
            config,
            config_file: None,
            data,
            is_part: false,
            folder,
            device: "flex".to_owned(),
            from: None,
            samples: 0,
            register: None,
            commit: None,
        }
    }

    /// The configuration in a file (.toml); an empty file means the defaults.
    ///
    /// # Errors
    /// It cannot be read, or holds none; the message names the key.
    pub fn read_config(path: &Path) -> Result<TrainConfig, RunError> {
        let refuse = |what: String| RunError::Config { path: path.to_owned(), what };
        let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
        let config: TrainConfig =
            toml::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        config.validate().map_err(refuse)?;
        Ok(config)
    }

    /// The command that asks for the same.
    pub fn command(&self) -> String {
        let config = self.config_file.as_deref().map_or("-".into(), Path::to_string_lossy);
        let from = self.from.as_ref().map_or(String::new(), |from| format!(" --from {from}"));
        format!("weir train {config} --data {} --device {}{from}", self.data.display(), self.device)
    }
}

/// Whether a run has begun in this folder, so that it would be gone on with.
pub fn is_begun(folder: &Path) -> bool {
    folder.join(STATE_FOLDER).exists()
}
