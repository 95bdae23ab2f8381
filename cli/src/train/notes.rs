//! Notes of a run. Whatever goes wrong with them is said, and the run goes on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_surrogate::checkpoints::folder_name;
use weir_surrogate::train::{
    Mark, MlflowTracker, ModelMade, NoTracker, Step, Tracker, TrackingError, TrainConfig,
};
use weir_surrogate::{CONFIG_FILE, WEIGHTS_FILE};

use super::Args;
use super::data::Data;
use super::machine::Watch;
use super::origin::COMMIT;
use crate::beside::Outcome;
use crate::failure::Failure;
use crate::output;

/// Steps between two that are noted.
const EVERY: u64 = 10;
/// The folder of a run that keeps its notes.
pub const FOLDER: &str = "tracking";

/// What a run writes down, where there is somebody who takes it.
pub struct Notes {
    kept: Option<Arc<MlflowTracker>>,
    machine: Option<Watch>,
}

impl Notes {
    /// Begins notes in the folder of a run, or goes on with them.
    ///
    /// # Errors
    /// [`Failure::BadInput`] if `--track` is no address. All else is said, and the run
    /// goes on with fewer notes or none.
    pub fn open(args: &Args, config: &TrainConfig, folder: &Path) -> Result<Self, Failure> {
        let folder = folder.join(FOLDER);
        let named = args.track.as_deref();
        let opened = match MlflowTracker::open(&folder, &config.name, named) {
            Err(TrackingError::Address(error)) if named.is_some() => {
                let text = format!("--track: {error}").replace("MLFLOW_TRACKING_URI: ", "");
                return Err(Failure::BadInput(text));
            }
            Err(TrackingError::Address(error)) => {
                output::notice(&format!("tracking: {error}; notes are kept in the run's folder"));
                MlflowTracker::keep(&folder, &config.name)
            }
            opened => opened,
        };
        match &opened {
            Ok(tracker) => {
                let to = tracker.server().map_or(String::new(), |server| format!(" and {server}"));
                output::notice(&format!("notes go to {}{to}", folder.display()));
            }
            Err(error) => output::notice(&format!("no notes are taken: {error}")),
        }
        Ok(Self { kept: opened.ok().map(Arc::new), machine: None })
    }

    fn tracker(&self) -> &dyn Tracker {
        self.kept.as_ref().map_or(&NoTracker, |kept| &**kept)
    }

    /// Notes what decides the run, and begins to look at the machine.
    pub fn describe(&mut self, args: &Args, config: &TrainConfig, data: &Data, step: u64) {
        let tracker = self.tracker();
        // By way of text, in which a short number stays short.
        let text = serde_json::to_string(config).unwrap_or_default();
        let keys = serde_json::from_str(&text).unwrap_or_default();
        flatten("", &keys, &mut |key, value| tracker.parameter(key, value));
        for (key, value) in [
            ("device", &args.device),
            ("data", &data.name().to_owned()),
            ("data_digest", &data.digest()),
        ] {
            tracker.parameter(key, value);
        }
        for (key, value) in tags(args) {
            tracker.tag(key, &value);
        }
        data.used().iter().for_each(|used| tracker.data(used));
        tracker.artifact(&args.config, "config");
        tracker.artifact(&data.manifest(), "data");
        if let Some(kept) = &self.kept {
            let tracker: Arc<dyn Tracker> = Arc::clone(kept) as _;
            self.machine = Some(Watch::start(tracker, args.device != "flex", step));
        }
    }

    /// A step is done.
    pub fn step(&self, step: &Step) {
        if let Some(machine) = &self.machine {
            machine.at(step.step);
        }
        if step.step.is_multiple_of(EVERY) {
            let tracker = self.tracker();
            tracker.metric("train/loss", step.loss.into(), step.step);
            tracker.metric("train/loss_of_free_fall", step.free_fall.into(), step.step);
            tracker.metric("train/learning_rate", step.learning_rate, step.step);
        }
    }

    /// How fast the run is.
    pub fn pace(&self, samples_per_s: f64, step: u64) {
        self.tracker().metric("train/samples_per_s", samples_per_s, step);
    }

    /// The network was examined after so many steps.
    pub fn mark(&self, mark: &Mark, steps: u64) {
        let tracker = self.tracker();
        tracker.metric("validation/loss", mark.loss.into(), steps);
        tracker.metric("validation/loss_of_free_fall", mark.free_fall.into(), steps);
    }

    /// The network has flowed in a scene after so many steps.
    pub fn sample(&self, name: &str, sampled: &Outcome, steps: u64) {
        let tracker = self.tracker();
        let folder = format!("rollouts/{}", folder_name(steps));
        tracker.artifact(&sampled.picture, &folder);
        if let Some(film) = &sampled.film {
            tracker.artifact(film, &folder);
        }
        tracker.picture(&format!("rollout/{name}"), steps, &sampled.picture);
        let metric = |key: &str, value: f64| {
            tracker.metric(&format!("rollout/{name}/{key}"), value, steps);
        };
        metric("centre_off_m", sampled.centre_off_m);
        metric("lasted_s", sampled.lasted_s);
        metric("line_crossings", sampled.line_crossings as f64);
    }

    /// The model as it is after so many steps.
    pub fn checkpoint(&self, model: &Path, steps: u64) {
        let folder = format!("checkpoints/{}", folder_name(steps));
        for file in [CONFIG_FILE, WEIGHTS_FILE] {
            self.tracker().artifact(&model.join(file), &folder);
        }
    }

    /// What the run has brought forth at its end.
    pub fn model(
        &self,
        args: &Args,
        name: &str,
        folder: &Path,
        steps: u64,
        origin: &BTreeMap<String, String>,
    ) {
        let files = &[CONFIG_FILE, WEIGHTS_FILE];
        files.iter().for_each(|file| self.tracker().artifact(&folder.join(file), "model"));
        let registered = args.register.as_deref();
        self.tracker().model(&ModelMade { name, steps, folder, files, origin, registered });
    }

    /// Ends the notes, and says what of them is not on a server.
    pub fn finish(mut self, complete: bool) {
        drop(self.machine.take());
        let kept = self.kept.take().and_then(Arc::into_inner);
        if let Some(said) = kept.and_then(|kept| kept.finish(complete)) {
            output::notice(&said);
        }
    }
}

/// Where the notes of a run are, given its folder or their own.
pub fn folder_of(run: &Path) -> PathBuf {
    let inside = run.join(FOLDER);
    if inside.is_dir() { inside } else { run.to_owned() }
}

/// What is found by: who ran what, from which commit.
fn tags(args: &Args) -> Vec<(&'static str, String)> {
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|key| std::env::var(key).ok());
    let (config, data) = (args.config.display(), args.data.display());
    let from = args.from.as_ref().map_or(String::new(), |from| format!(" --from {from}"));
    let command = format!("weir train {config} --data {data} --device {}{from}", args.device);
    let mut tags = vec![
        ("mlflow.source.type", "LOCAL".to_owned()),
        ("mlflow.source.name", command.clone()),
        ("mlflow.note.content", format!("`{command}`, weir {}", env!("CARGO_PKG_VERSION"))),
    ];
    tags.extend(user.map(|user| ("mlflow.user", user)));
    tags.extend(COMMIT.map(|commit| ("mlflow.source.git.commit", commit.to_owned())));
    tags
}

/// Calls `note` with each value and its key, those of tables as `table.key`.
fn flatten(key: &str, value: &serde_json::Value, note: &mut impl FnMut(&str, &str)) {
    match value {
        serde_json::Value::Object(table) => {
            for (inner, value) in table {
                let key = if key.is_empty() { inner.clone() } else { format!("{key}.{inner}") };
                flatten(&key, value, note);
            }
        }
        serde_json::Value::String(text) => note(key, text),
        other => note(key, &other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_become_keys_with_points() {
        let mut seen = Vec::new();
        let value = serde_json::json!({ "a": { "b": 1, "c": [2, 3] }, "d": "e" });
        flatten("", &value, &mut |key, value| seen.push(format!("{key}={value}")));
        assert_eq!(seen, ["a.b=1", "a.c=[2,3]", "d=e"]);
    }
}
