//! What a run writes down, for all who take notes of it. Nothing that goes wrong with notes stops
//! a run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_surrogate::checkpoints::folder_name;
use weir_surrogate::train::{
    DataUsed, Mark, MlflowTracker, ModelMade, Step, Tracker, TrackingError,
};
use weir_surrogate::{CONFIG_FILE, WEIGHTS_FILE};

use crate::Plan;
use crate::data::Data;

/// The folder of a run that keeps its notes.
pub const FOLDER: &str = "tracking";
/// Mean loss over water of a batch.
pub const LOSS: &str = "train/loss";
/// The same for water that falls freely.
pub const FREE_FALL: &str = "train/loss_of_free_fall";
/// Learning rate.
pub const LEARNING_RATE: &str = "train/learning_rate";
/// Norm of the gradient of all parameters, before it is clipped.
pub const GRADIENT: &str = "train/gradient_norm";
/// What stands before the name of a layer for the norm of its gradient.
pub const LAYER_GRADIENT: &str = "gradient_norm/";
/// Samples that are learned from in a second.
pub const PACE: &str = "train/samples_per_s";
/// Mean loss over water of scenes that are never learned from.
pub const VALIDATION_LOSS: &str = "validation/loss";
/// The same for water that falls freely.
pub const VALIDATION_FREE_FALL: &str = "validation/loss_of_free_fall";

/// Notes in the folder of a run, from which they are sent to a server.
pub struct Kept {
    /// Who takes them; none where that is not possible.
    pub tracker: Option<Arc<MlflowTracker>>,
    /// What there is to say of it.
    pub said: Vec<String>,
}

impl Kept {
    /// Begins notes of the run called `name` in its `folder`, or goes on with them. They are sent
    /// to `server`, else to `MLFLOW_TRACKING_URI`, else kept for later.
    ///
    /// # Errors
    /// `server` is no address. All else is said, and the run goes on with fewer notes or none.
    pub fn open(folder: &Path, name: &str, server: Option<&str>) -> Result<Self, TrackingError> {
        let folder = folder.join(FOLDER);
        let mut said = Vec::new();
        let opened = match MlflowTracker::open(&folder, name, server) {
            Err(error @ TrackingError::Address(_)) if server.is_some() => return Err(error),
            Err(TrackingError::Address(error)) => {
                said.push(format!("tracking: {error}; notes are kept in the run's folder"));
                MlflowTracker::keep(&folder, name)
            }
            opened => opened,
        };
        said.push(match &opened {
            Ok(tracker) => {
                let to = tracker.server().map_or(String::new(), |server| format!(" and {server}"));
                format!("notes go to {}{to}", folder.display())
            }
            Err(error) => format!("no notes are taken: {error}"),
        });
        Ok(Self { tracker: opened.ok().map(Arc::new), said })
    }

    /// Ends the notes, when all others have let go of the tracker. Says in a line what of them is
    /// not on a server.
    pub fn finish(self, is_complete: bool) -> Option<String> {
        self.tracker.and_then(Arc::into_inner)?.finish(is_complete)
    }
}

/// Where the notes of a run are, given its folder or their own.
pub fn folder_of(run: &Path) -> PathBuf {
    let inside = run.join(FOLDER);
    if inside.is_dir() { inside } else { run.to_owned() }
}

/// All who take notes of a run, as one.
#[derive(Clone, Default)]
pub struct Notes(Vec<Arc<dyn Tracker>>);

impl Notes {
    /// Lets one more take them.
    pub(crate) fn add(&mut self, tracker: Arc<dyn Tracker>) {
        self.0.push(tracker);
    }

    /// A step is done.
    pub(crate) fn step(&self, step: &Step) {
        for tracker in self.0.iter().filter(|t| step.step.is_multiple_of(t.every().max(1))) {
            tracker.metric(LOSS, step.loss.into(), step.step);
            tracker.metric(FREE_FALL, step.free_fall.into(), step.step);
            tracker.metric(LEARNING_RATE, step.learning_rate, step.step);
            tracker.metric(GRADIENT, step.gradient.norm.into(), step.step);
            for (layer, norm) in &step.gradient.layers {
                tracker.metric(&format!("{LAYER_GRADIENT}{layer}"), (*norm).into(), step.step);
            }
        }
    }

    /// How fast the run is.
    pub(crate) fn pace(&self, samples_per_s: f64, step: u64) {
        self.metric(PACE, samples_per_s, step);
    }

    /// The network was examined after so many steps.
    pub(crate) fn mark(&self, mark: &Mark, steps: u64) {
        self.metric(VALIDATION_LOSS, mark.loss.into(), steps);
        self.metric(VALIDATION_FREE_FALL, mark.free_fall.into(), steps);
    }

    /// The model as it is after so many steps.
    pub(crate) fn checkpoint(&self, model: &Path, steps: u64) {
        let folder = format!("checkpoints/{}", folder_name(steps));
        for file in [CONFIG_FILE, WEIGHTS_FILE] {
            self.artifact(&model.join(file), &folder);
        }
    }

    /// What the run has brought forth at its end.
    pub(crate) fn made(
        &self,
        plan: &Plan,
        folder: &Path,
        steps: u64,
        origin: &BTreeMap<String, String>,
    ) {
        let files = &[CONFIG_FILE, WEIGHTS_FILE];
        files.iter().for_each(|file| self.artifact(&folder.join(file), "model"));
        let (name, registered) = (&*plan.config.name, plan.register.as_deref());
        self.model(&ModelMade { name, steps, folder, files, origin, registered });
    }
}

impl Tracker for Notes {
    fn parameter(&self, key: &str, value: &str) {
        self.0.iter().for_each(|tracker| tracker.parameter(key, value));
    }

    fn tag(&self, key: &str, value: &str) {
        self.0.iter().for_each(|tracker| tracker.tag(key, value));
    }

    fn metric(&self, key: &str, value: f64, step: u64) {
        self.0.iter().for_each(|tracker| tracker.metric(key, value, step));
    }

    fn data(&self, data: &DataUsed) {
        self.0.iter().for_each(|tracker| tracker.data(data));
    }

    fn artifact(&self, file: &Path, folder: &str) {
        self.0.iter().for_each(|tracker| tracker.artifact(file, folder));
    }

    fn picture(&self, key: &str, step: u64, png: &Path) {
        self.0.iter().for_each(|tracker| tracker.picture(key, step, png));
    }

    fn model(&self, model: &ModelMade<'_>) {
        self.0.iter().for_each(|tracker| tracker.model(model));
    }
}

/// Tells a tracker what decides the run.
pub(crate) fn describe(tracker: &dyn Tracker, plan: &Plan, data: &Data) {
    // By way of text, in which a short number stays short.
    let text = serde_json::to_string(&plan.config).unwrap_or_default();
    let keys = serde_json::from_str(&text).unwrap_or_default();
    flatten("", &keys, &mut |key, value| tracker.parameter(key, value));
    for (key, value) in
        [("device", &*plan.device), ("data", data.name()), ("data_digest", &data.digest())]
    {
        tracker.parameter(key, value);
    }
    for (key, value) in tags(plan) {
        tracker.tag(key, &value);
    }
    data.used().iter().for_each(|used| tracker.data(used));
    if let Some(file) = &plan.config_file {
        tracker.artifact(file, "config");
    }
    tracker.artifact(&data.manifest(), "data");
}

/// What is found by: who ran what, from which commit.
fn tags(plan: &Plan) -> Vec<(&'static str, String)> {
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|key| std::env::var(key).ok());
    let command = plan.command();
    let mut tags = vec![
        ("mlflow.source.type", "LOCAL".to_owned()),
        ("mlflow.source.name", command.clone()),
        ("mlflow.note.content", format!("`{command}`, weir {}", env!("CARGO_PKG_VERSION"))),
    ];
    tags.extend(user.map(|user| ("mlflow.user", user)));
    tags.extend(plan.commit.map(|commit| ("mlflow.source.git.commit", commit.to_owned())));
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
