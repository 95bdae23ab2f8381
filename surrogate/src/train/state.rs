//! A run on disk, from which it goes on as if it had never stopped.

use std::fs;
use std::path::{Path, PathBuf};

use burn::optim::ModuleOptimizer;
use burn::store::{BurnpackStore, ModuleSnapshot};
use serde::{Deserialize, Serialize};

use super::TrainConfig;
use crate::network::UNet;

/// Name of the folder of a run that holds its state.
pub const STATE_FOLDER: &str = "state";

/// Why a state could not be kept or taken up.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file cannot be read or written.
    #[error("{path}: {why}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The state belongs to another run.
    #[error(
        "{path}: the run there was started with another configuration; its {key} was {was}, is {is}"
    )]
    Other {
        /// The state.
        path: PathBuf,
        /// The first key that differs.
        key: String,
        /// Its value there.
        was: String,
        /// Its value here.
        is: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Progress {
    step: u64,
    config: TrainConfig,
}

/// What a run needs to go on.
pub struct State {
    pub step: u64,
    pub net: UNet,
    pub ema: UNet,
    /// The running mean as it was when the lessons began that are being learned.
    pub leader: UNet,
    pub optimizer: ModuleOptimizer,
}

fn file(path: &Path, error: impl std::fmt::Display) -> StateError {
    StateError::File { path: path.to_owned(), why: error.to_string() }
}

/// Writes a state under `run`. One that is there stays until the new one is whole.
pub fn save(
    run: &Path,
    config: &TrainConfig,
    step: u64,
    [net, ema, leader]: [&UNet; 3],
    optimizer: &ModuleOptimizer,
) -> Result<(), StateError> {
    let (path, partial) = (run.join(STATE_FOLDER), run.join("state.partial"));
    let old = run.join("state.old");
    let remove = |path: &Path| match fs::remove_dir_all(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(file(path, e)),
        _ => Ok(()),
    };
    remove(&partial)?;
    fs::create_dir_all(&partial).map_err(|e| file(&partial, e))?;
    for (name, weights) in [("net.bpk", net), ("ema.bpk", ema), ("leader.bpk", leader)] {
        let at = partial.join(name);
        weights.save_into(&mut BurnpackStore::from_file(&at)).map_err(|e| file(&at, e))?;
    }
    let at = partial.join("optimizer.bpk");
    optimizer.save(&at).map_err(|e| file(&at, e))?;
    let at = partial.join("progress.json");
    let progress = Progress { step, config: config.clone() };
    let text = serde_json::to_vec_pretty(&progress).map_err(|e| file(&at, e))?;
    fs::write(&at, text).map_err(|e| file(&at, e))?;
    remove(&old)?;
    if path.exists() {
        fs::rename(&path, &old).map_err(|e| file(&path, e))?;
    }
    fs::rename(&partial, &path).map_err(|e| file(&path, e))?;
    remove(&old)
}

/// The state under `run`, if there is one, in place of the fresh one given.
pub fn load(run: &Path, config: &TrainConfig, fresh: State) -> Result<State, StateError> {
    let place = [STATE_FOLDER, "state.old"].map(|name| run.join(name));
    let Some(path) = place.into_iter().find(|path| path.join("progress.json").exists()) else {
        return Ok(fresh);
    };
    let at = path.join("progress.json");
    let text = fs::read(&at).map_err(|e| file(&at, e))?;
    let progress: Progress = serde_json::from_slice(&text).map_err(|e| file(&at, e))?;
    refuse_another(&at, &progress.config, config)?;
    let State { mut net, mut ema, mut leader, optimizer, .. } = fresh;
    let nets = [("net.bpk", &mut net), ("ema.bpk", &mut ema), ("leader.bpk", &mut leader)];
    for (name, weights) in nets {
        let at = path.join(name);
        weights.load_from(&mut BurnpackStore::from_file(&at)).map_err(|e| file(&at, e))?;
    }
    let at = path.join("optimizer.bpk");
    let optimizer = optimizer.load(&at).map_err(|e| file(&at, e))?;
    Ok(State { step: progress.step, net, ema, leader, optimizer })
}

/// A run goes on with the configuration that it began with.
fn refuse_another(path: &Path, was: &TrainConfig, is: &TrainConfig) -> Result<(), StateError> {
    let map = |config: &TrainConfig| serde_json::to_value(config).unwrap_or_default();
    let (was, is) = (map(was), map(is));
    let keys = was.as_object().into_iter().flatten();
    let differs = keys.map(|(key, value)| (key, value, &is[key])).find(|(_, was, is)| was != is);
    match differs {
        None => Ok(()),
        Some((key, was, is)) => Err(StateError::Other {
            path: path.to_owned(),
            key: key.clone(),
            was: was.to_string(),
            is: is.to_string(),
        }),
    }
}
