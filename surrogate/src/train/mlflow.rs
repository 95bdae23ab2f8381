//! Notes of a run for MLflow: in the run's folder, and on a server when there is one. They are
//! written by [`MlflowTracker`], and read again by [`KeptRun`] and [`ServedRun`].

use std::path::{Path, PathBuf};

use mlflow_client::{
    ArtifactRoot, Backoff, Batch, Client, DatasetInput, Environment, Error, Metric, RecordedModel,
    Recorder, RunStatus, SpoolFault, blocking, spool,
};
use serde_json::json;

use super::{DataUsed, History, ModelMade, Tracker};
use crate::{CONFIG_FILE, WEIGHTS_FILE, checkpoints};

/// Experiment that runs belong to where `MLFLOW_EXPERIMENT_NAME` names none.
const EXPERIMENT: &str = "weir";

/// Takes notes in a folder, from which they are sent to a server now or later.
pub struct MlflowTracker {
    recorder: Recorder,
    server: Option<String>,
}

/// Why notes cannot be kept or sent.
#[derive(Debug, thiserror::Error)]
pub enum TrackingError {
    /// What was named is no address of a server, or none was.
    #[error("{0}")]
    Address(Error),
    /// The server cannot be reached, or is in trouble: later it may do.
    #[error("{0}")]
    Away(Error),
    /// Somebody records or sends in this folder at this moment.
    #[error("{0}: is being recorded, or sent, at this moment")]
    Busy(PathBuf),
    /// No run is kept in this folder.
    #[error("{0}: no run is kept there")]
    Empty(PathBuf),
    /// The server has no run of this id.
    #[error("the server has no run {0:?}")]
    NoRun(String),
    /// The run has brought forth no network yet.
    #[error("run {0:?} has no network among its files yet")]
    NoModel(String),
    /// Anything else.
    #[error("tracking: {0}")]
    Other(Error),
}

impl From<Error> for TrackingError {
    fn from(error: Error) -> Self {
        match error {
            Error::Setting { .. } => Self::Address(error),
            Error::Spool { folder, fault: SpoolFault::Busy } => Self::Busy(folder),
            Error::Spool { folder, fault: SpoolFault::Empty } => Self::Empty(folder),
            error if error.is_transient() => Self::Away(error),
            error => Self::Other(error),
        }
    }
}

/// What a server has of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The run's id there.
    pub run_id: String,
    /// Entries that went there just now.
    pub entries: u64,
    /// Entries that it has refused for good, now or before; `refused.jsonl` says why.
    pub refused: u64,
    /// Entries that were torn when a machine went down, and are lost.
    pub torn: u64,
}

/// The server called `server`, else the one that `MLFLOW_TRACKING_URI` names.
fn client(server: Option<&str>) -> Result<Option<Client>, Error> {
    let mut environment = Environment::read();
    if let Some(server) = server {
        environment.tracking_uri = Some(server.to_owned());
    }
    environment.tracking_uri.is_some().then(|| environment.client()).transpose()
}

/// Sends the notes that are kept in `folder` to `server`, else to `MLFLOW_TRACKING_URI`.
/// `watch` is told how many entries are done with, and how many there are. To send
/// twice does no harm.
///
/// # Errors
/// No address, no server there, no notes, or somebody is writing them.
pub fn send(
    folder: &Path,
    server: Option<&str>,
    mut watch: impl FnMut(u64, u64) + Send,
) -> Result<Sent, TrackingError> {
    // Without an address this says which variable is not set.
    let client = client(server)?.map_or_else(|| Environment::default().client(), Ok)?;
    let mut first = None;
    let sent = blocking::Client::wrap(&client)?.send_spool_with(folder, |done, of| {
        first.get_or_insert(done);
        watch(done, of);
    })?;
    let done = sent.accepted + sent.refused + sent.torn;
    let entries = done.saturating_sub(first.unwrap_or_default());
    Ok(Sent { run_id: sent.run_id, entries, refused: sent.refused, torn: sent.torn })
}

impl MlflowTracker {
    /// Notes of the run called `name` in `folder`, going on with those that are there.
    /// They are sent to `server`, else to `MLFLOW_TRACKING_URI`, else kept for later.
    ///
    /// # Errors
    /// The address is none, or the folder cannot be written to. A server that is
    /// away is no error.
    pub fn open(folder: &Path, name: &str, server: Option<&str>) -> Result<Self, TrackingError> {
        Self::start(folder, name, client(server)?)
    }

    /// Notes that are kept for later, whatever the environment says.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn keep(folder: &Path, name: &str) -> Result<Self, TrackingError> {
        Self::start(folder, name, None)
    }

    fn start(folder: &Path, name: &str, client: Option<Client>) -> Result<Self, TrackingError> {
        let environment = Environment::read();
        let server = client.as_ref().map(|client| client.tracking_uri().to_owned());
        match Recorder::resume(folder, client.clone()) {
            Ok(recorder) => return Ok(Self { recorder, server }),
            Err(Error::Spool { fault: SpoolFault::Empty, .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let experiment = environment.experiment_name.as_deref().unwrap_or(EXPERIMENT);
        let mut builder = Recorder::builder(experiment, folder).run_name(name);
        if let Some(id) = &environment.run_id {
            builder = builder.run_id(id);
        }
        if let Some(client) = client {
            builder = builder.client(client);
        }
        Ok(Self { recorder: builder.start()?, server })
    }

    /// The server that notes are sent to, if there is one.
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    /// Ends the notes. Says in a line what is not on a server.
    pub fn finish(self, complete: bool) -> Option<String> {
        let status = if complete { RunStatus::Finished } else { RunStatus::Killed };
        let report = self.recorder.finish(status);
        if report.is_complete() {
            return None;
        }
        let folder = report.folder.display();
        let mut said = Vec::new();
        if report.pending > 0 {
            let why = report.outage.unwrap_or_else(|| "no server was named".to_owned());
            let pending = report.pending;
            said.push(format!("{pending} entries are kept in {folder} for `weir send`: {why}"));
        }
        if report.refused > 0 {
            said.push(format!("the server refused {}: {folder}/refused.jsonl", report.refused));
        }
        if let Some(problem) = report.problems.first() {
            said.push(format!("{} could not be noted: {problem}", report.problem_count));
        }
        Some(format!("tracking: {}", said.join("; ")))
    }
}

fn signed(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

impl Tracker for MlflowTracker {
    fn parameter(&self, key: &str, value: &str) {
        self.recorder.param(key, value);
    }

    fn tag(&self, key: &str, value: &str) {
        self.recorder.tag(key, value);
    }

    fn metric(&self, key: &str, value: f64, step: u64) {
        self.recorder.metric(key, value, signed(step));
    }

    fn data(&self, data: &DataUsed) {
        let DataUsed { name, digest, source, purpose, scenes, frames } = data;
        let source = json!({ "uri": source });
        let input = DatasetInput::new(name, digest, "local", &source, purpose)
            .profile(&json!({ "scenes": scenes, "frames": frames }));
        self.recorder.input(input);
    }

    fn artifact(&self, file: &Path, folder: &str) {
        if let Some(name) = file.file_name() {
            self.recorder.artifact(&format!("{folder}/{}", name.to_string_lossy()), file);
        }
    }

    fn picture(&self, key: &str, step: u64, png: &Path) {
        match std::fs::read(png) {
            Ok(bytes) => self.recorder.image(key, step, &bytes, None),
            // Left to the recorder, which counts what could not be noted.
            Err(_) => self.recorder.artifact("images", png),
        }
    }

    fn model(&self, made: &ModelMade<'_>) {
        let mut model = RecordedModel::new(made.name, signed(made.steps)).model_type("weir");
        for name in made.files {
            model = model.file(name, made.folder.join(name));
        }
        for (key, value) in made.origin {
            model = model.param(key, value);
        }
        if let Some(name) = made.registered {
            model = model.registered_as(name);
        }
        self.recorder.model(model);
    }
}

/// A run whose notes are kept in a folder, as it is now and as it goes on.
pub struct KeptRun {
    reader: spool::Reader,
    history: History,
}

impl KeptRun {
    /// The run whose notes are in `folder`. Nobody is kept from writing them.
    ///
    /// # Errors
    /// No run is kept there.
    pub fn open(folder: &Path) -> Result<Self, TrackingError> {
        Ok(Self { reader: spool::Reader::open(folder)?, history: History::default() })
    }

    /// What the run has noted up to now.
    ///
    /// # Errors
    /// The notes cannot be read any more.
    pub fn read(&mut self) -> Result<&History, TrackingError> {
        let spool::Recorded { run_name, batch, status } = self.reader.read()?;
        let history = &mut self.history;
        history.name = run_name.unwrap_or(std::mem::take(&mut history.name));
        if let Some(status) = status {
            history.is_running = status == RunStatus::Running;
        }
        history.take(batch);
        Ok(history)
    }
}

impl History {
    fn take(&mut self, batch: Batch) {
        let parameters = batch.params.into_iter().map(|param| (param.key, param.value));
        self.parameters.extend(parameters);
        self.note_all(batch.metrics);
    }

    fn note_all(&mut self, metrics: Vec<Metric>) {
        for Metric { key, value, step, .. } in metrics {
            // Steps of ours are never less than none.
            self.note(&key, u64::try_from(step).unwrap_or_default(), value);
        }
    }
}

/// A run on a server.
pub struct ServedRun {
    client: blocking::Client,
    run_id: String,
}

impl ServedRun {
    /// The run called `run_id` on `server`, else on the one that `MLFLOW_TRACKING_URI` names.
    ///
    /// # Errors
    /// No address is named. Whether a server is there [`ServedRun::read`] says.
    pub fn new(server: Option<&str>, run_id: &str) -> Result<Self, TrackingError> {
        let client = client(server)?.map_or_else(|| Environment::default().client(), Ok)?;
        // Somebody waits for the answer, and can ask again.
        let client = blocking::Client::wrap(&client.with_backoff(Backoff::never()))?;
        Ok(Self { client, run_id: run_id.to_owned() })
    }

    /// What the run has noted up to now, less how busy its machine was.
    ///
    /// # Errors
    /// No server there, or no such run.
    pub fn read(&self) -> Result<History, TrackingError> {
        let run = self.run()?;
        let mut history = History {
            name: run.info.run_name,
            is_running: run.info.status == RunStatus::Running,
            ..History::default()
        };
        let keys: Vec<String> = run.data.metrics.into_iter().map(|metric| metric.key).collect();
        history.take(Batch { params: run.data.params, ..Batch::default() });
        for key in keys.iter().filter(|key| !key.starts_with("system/")) {
            let mut page = None;
            loop {
                let found = self.client.metric_history(&self.run_id, key, page.as_deref())?;
                history.note_all(found.items);
                page = found.next;
                if page.is_none() {
                    break;
                }
            }
        }
        Ok(history)
    }

    /// Downloads the run's network, as it is at the end or else as it was last, into the folder
    /// `model` in `into`, and what it was on its way beside it.
    ///
    /// # Errors
    /// No server, no such run, or it has no network yet.
    pub fn download(&self, into: &Path) -> Result<PathBuf, TrackingError> {
        let root = self.run()?.info.artifacts()?;
        let kept = self.client.list_artifacts(&root, Some(checkpoints::FOLDER))?;
        let mut kept: Vec<String> = kept.into_iter().map(|folder| folder.name).collect();
        // What else a server says is there goes into no folder of ours.
        kept.retain(|name| checkpoints::steps_of(name).is_some());
        // Names of checkpoints sort like their steps.
        kept.sort();
        for name in &kept {
            let folder = format!("{}/{name}", checkpoints::FOLDER);
            self.download_model(&root, &folder, &into.join(&folder))?;
        }
        let has_model = !self.client.list_artifacts(&root, Some("model"))?.is_empty();
        let last = kept.last().map(|name| format!("{}/{name}", checkpoints::FOLDER));
        let from = if has_model { Some("model".to_owned()) } else { last };
        let from = from.ok_or_else(|| TrackingError::NoModel(self.run_id.clone()))?;
        let model = into.join("model");
        self.download_model(&root, &from, &model)?;
        Ok(model)
    }

    fn download_model(
        &self,
        root: &ArtifactRoot,
        from: &str,
        into: &Path,
    ) -> Result<(), TrackingError> {
        std::fs::create_dir_all(into).map_err(|source| {
            let (path, doing) = (into.to_owned(), "create");
            Error::File { path, doing, source }
        })?;
        for file in [CONFIG_FILE, WEIGHTS_FILE] {
            self.client.download_artifact(root, &format!("{from}/{file}"), &into.join(file))?;
        }
        Ok(())
    }

    fn run(&self) -> Result<mlflow_client::Run, TrackingError> {
        self.client.run(&self.run_id).map_err(|error| {
            if error.is_not_found() {
                TrackingError::NoRun(self.run_id.clone())
            } else {
                error.into()
            }
        })
    }
}
