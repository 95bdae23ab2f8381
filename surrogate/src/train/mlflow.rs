//! Notes of a run for MLflow: in the run's folder, and on a server when there is one.

use std::path::Path;

use mlflow_client::{Client, Environment, Recorder, RunStatus};

use super::Tracker;

/// Experiment that runs belong to where `MLFLOW_EXPERIMENT_NAME` names none.
const EXPERIMENT: &str = "weir";

/// Takes notes in a folder, from which they are sent to a server now or later.
pub struct MlflowTracker(Recorder);

/// Where notes are kept and sent.
#[derive(Debug, thiserror::Error)]
#[error("tracking: {0}")]
pub struct TrackingError(#[from] mlflow_client::Error);

impl MlflowTracker {
    /// Notes of the run called `name` in `folder`, going on with those that are there.
    /// They are sent to `server`, else to `MLFLOW_TRACKING_URI`, else kept for later.
    ///
    /// # Errors
    /// The address is none, or the folder cannot be written to. A server that is
    /// away is no error.
    pub fn open(folder: &Path, name: &str, server: Option<&str>) -> Result<Self, TrackingError> {
        let environment = Environment::read();
        let client = match server {
            Some(uri) => Some(Client::new(uri)?),
            None => environment.tracking_uri.is_some().then(|| environment.client()).transpose()?,
        };
        if folder.exists() {
            return Ok(Self(Recorder::resume(folder, client)?));
        }
        let experiment = environment.experiment_name.as_deref().unwrap_or(EXPERIMENT);
        let mut builder = Recorder::builder(experiment, folder).run_name(name);
        if let Some(id) = &environment.run_id {
            builder = builder.run_id(id);
        }
        if let Some(client) = client {
            builder = builder.client(client);
        }
        Ok(Self(builder.start()?))
    }

    /// Ends the notes. Says in a line what is not on a server.
    pub fn finish(self, complete: bool) -> Option<String> {
        let status = if complete { RunStatus::Finished } else { RunStatus::Killed };
        let report = self.0.finish(status);
        if report.is_complete() {
            return None;
        }
        let why = report.outage.unwrap_or_else(|| "no server was named".to_owned());
        let (pending, folder) = (report.pending, report.folder.display());
        Some(format!("tracking: {pending} entries are kept in {folder}: {why}"))
    }
}

impl Tracker for MlflowTracker {
    fn parameter(&mut self, key: &str, value: &str) {
        self.0.param(key, value);
    }

    fn metric(&mut self, key: &str, value: f64, step: u64) {
        self.0.metric(key, value, i64::try_from(step).unwrap_or(i64::MAX));
    }

    fn artifact(&mut self, file: &Path, folder: &str) {
        if let Some(name) = file.file_name() {
            self.0.artifact(&format!("{folder}/{}", name.to_string_lossy()), file);
        }
    }
}
