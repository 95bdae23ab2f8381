//! Runs: one training, one evaluation.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::backoff::Repeat;
use crate::number::whole;
use crate::{ArtifactRoot, Client, DatasetInput, Metric, Page, Param, Result, Tag, limits};

/// How a run stands. A word that the server does not know it would ignore with a
/// 200, so there is no way to say one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunStatus {
    /// It goes on.
    Running,
    /// It is going to.
    Scheduled,
    /// It came to its end.
    Finished,
    /// It ended in an error.
    Failed,
    /// It was ended from outside.
    Killed,
}

/// What a run is, less what was logged to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RunInfo {
    /// Its id.
    pub run_id: String,
    /// Its name, which need not be unique.
    #[serde(default)]
    pub run_name: String,
    /// The experiment that it belongs to.
    pub experiment_id: String,
    /// How it stands.
    pub status: RunStatus,
    /// When it began, milliseconds since 1970.
    #[serde(default, deserialize_with = "whole::optional::deserialize")]
    pub start_time: Option<i64>,
    /// When it ended, milliseconds since 1970.
    #[serde(default, deserialize_with = "whole::optional::deserialize")]
    pub end_time: Option<i64>,
    /// Where its artifacts lie; see [`RunInfo::artifacts`].
    #[serde(default)]
    pub artifact_uri: String,
    /// `"active"`, or `"deleted"` while it can still be restored.
    #[serde(default)]
    pub lifecycle_stage: String,
}

impl RunInfo {
    /// Where the run's artifacts go.
    ///
    /// # Errors
    ///
    /// [`Error::NotProxied`](crate::Error::NotProxied) when that is not behind
    /// the tracking server.
    pub fn artifacts(&self) -> Result<ArtifactRoot> {
        ArtifactRoot::from_uri(&self.artifact_uri)
    }
}

/// What was logged to a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RunData {
    /// The last value of each metric. An infinity comes back as the largest
    /// finite value of its sign, because the server's database has none.
    pub metrics: Vec<Metric>,
    /// What it was run with.
    pub params: Vec<Param>,
    /// What it is tagged with.
    pub tags: Vec<Tag>,
}

/// The data sets of a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RunInputs {
    /// One for each that was logged.
    pub dataset_inputs: Vec<DatasetInput>,
}

/// What a run brought forth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RunOutputs {
    /// One for each model that was logged.
    pub model_outputs: Vec<ModelOutput>,
}

/// A logged model that a run brought forth.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ModelOutput {
    /// The model's id, `"m-…"`.
    pub model_id: String,
    /// The step at which it was made.
    #[serde(default, deserialize_with = "crate::number::whole::deserialize")]
    pub step: i64,
}

/// A run and all that was logged to it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Run {
    /// What it is.
    pub info: RunInfo,
    /// What was logged to it.
    #[serde(default)]
    pub data: RunData,
    /// What it was given.
    #[serde(default)]
    pub inputs: RunInputs,
    /// What it brought forth.
    #[serde(default)]
    pub outputs: RunOutputs,
}

impl Run {
    /// The last value of a metric.
    #[must_use]
    pub fn metric(&self, key: &str) -> Option<f64> {
        self.data.metrics.iter().find(|metric| metric.key == key).map(|metric| metric.value)
    }

    /// The value of a param.
    #[must_use]
    pub fn param(&self, key: &str) -> Option<&str> {
        self.data.params.iter().find(|param| param.key == key).map(|param| &*param.value)
    }

    /// The value of a tag.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.data.tags.iter().find(|tag| tag.key == key).map(|tag| &*tag.value)
    }
}

/// A run to be made.
///
/// The server's pages know some tags: `mlflow.user`, `mlflow.source.name`,
/// `mlflow.source.git.commit`, `mlflow.note.content` (Markdown) and
/// `mlflow.parentRunId`, which nests a run below another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewRun {
    /// The experiment that it belongs to.
    pub experiment_id: String,
    /// Its name; the server makes one up for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_name: Option<String>,
    /// When it began, milliseconds since 1970.
    pub start_time: i64,
    /// What it is tagged with.
    pub tags: Vec<Tag>,
}

impl NewRun {
    /// A run that begins now.
    #[must_use]
    pub fn new(experiment_id: &str) -> Self {
        Self {
            experiment_id: experiment_id.to_owned(),
            run_name: None,
            start_time: crate::clock::now_ms(),
            tags: Vec::new(),
        }
    }

    /// Names it.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.run_name = Some(name.to_owned());
        self
    }

    /// Tags it.
    #[must_use]
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.push(Tag::new(key, value));
        self
    }
}

/// Which runs to look for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunSearch {
    /// In these experiments.
    pub experiment_ids: Vec<String>,
    /// Only those, in the server's own language; names with other characters
    /// than letters stand in backticks: ``metrics.`val/rollout_mse` < 0.01``.
    /// See <https://mlflow.org/docs/latest/search-runs.html>.
    pub filter: String,
    /// In this order, ``["metrics.`val/rollout_mse` ASC"]``.
    pub order_by: Vec<String>,
    /// Runs on a page, at most 50,000.
    pub max_results: u32,
}

impl RunSearch {
    /// All runs of an experiment, latest first, 1000 on a page.
    #[must_use]
    pub fn new(experiment_id: &str) -> Self {
        Self {
            experiment_ids: vec![experiment_id.to_owned()],
            filter: String::new(),
            order_by: Vec::new(),
            max_results: 1000,
        }
    }

    /// Only runs that fit.
    #[must_use]
    pub fn filter(mut self, filter: &str) -> Self {
        self.filter = filter.to_owned();
        self
    }

    /// In this order.
    #[must_use]
    pub fn order_by(mut self, order: &str) -> Self {
        self.order_by.push(order.to_owned());
        self
    }

    /// So many on a page.
    #[must_use]
    pub fn max_results(mut self, max_results: u32) -> Self {
        self.max_results = max_results;
        self
    }
}

#[derive(Deserialize)]
struct Holder {
    run: Run,
}

impl Client {
    /// Makes a run.
    ///
    /// # Errors
    ///
    /// A timeout leaves open whether there is a run now; see
    /// [`Backoff`](crate::Backoff).
    pub async fn create_run(&self, run: &NewRun) -> Result<Run> {
        for Tag { key, value } in &run.tags {
            limits::key("tag", key)?;
            limits::length("tag", key, value, limits::TAG_VALUE)?;
        }
        let Holder { run } = self.ask(Method::POST, "runs/create", run, Repeat::Creates).await?;
        Ok(run)
    }

    /// A run and all that was logged to it, with the last value of each metric.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) when there is none.
    pub async fn run(&self, run_id: &str) -> Result<Run> {
        let Holder { run } = self.get("runs/get", &[("run_id", run_id)]).await?;
        Ok(run)
    }

    /// Changes how a run stands; `end_time_ms` (since 1970) belongs to one that
    /// has ended.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn update_run(
        &self,
        run_id: &str,
        status: RunStatus,
        end_time_ms: Option<i64>,
    ) -> Result<()> {
        #[derive(Serialize)]
        struct Body<'a> {
            run_id: &'a str,
            status: RunStatus,
            #[serde(skip_serializing_if = "Option::is_none")]
            end_time: Option<i64>,
        }
        let body = Body { run_id, status, end_time: end_time_ms };
        self.tell(Method::POST, "runs/update", &body, Repeat::Harmless).await
    }

    /// Ends a run now.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn finish_run(&self, run_id: &str, status: RunStatus) -> Result<()> {
        self.update_run(run_id, status, Some(crate::clock::now_ms())).await
    }

    /// Moves a run to the bin.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn delete_run(&self, run_id: &str) -> Result<()> {
        let body = serde_json::json!({ "run_id": run_id });
        self.tell(Method::POST, "runs/delete", &body, Repeat::Harmless).await
    }

    /// Takes a run out of the bin.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn restore_run(&self, run_id: &str) -> Result<()> {
        let body = serde_json::json!({ "run_id": run_id });
        self.tell(Method::POST, "runs/restore", &body, Repeat::Harmless).await
    }

    /// One page of the runs that fit; `page` is [`Page::next`] of the page before.
    ///
    /// # Errors
    ///
    /// As the server's, among others for a filter that it cannot read.
    pub async fn search_runs(&self, search: &RunSearch, page: Option<&str>) -> Result<Page<Run>> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(flatten)]
            search: &'a RunSearch,
            #[serde(skip_serializing_if = "Option::is_none")]
            page_token: Option<&'a str>,
        }
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            runs: Vec<Run>,
            next_page_token: Option<String>,
        }
        let body = Body { search, page_token: page };
        let answer: Answer = self.ask(Method::POST, "runs/search", &body, Repeat::Harmless).await?;
        Ok(Page::new(answer.runs, answer.next_page_token))
    }

    /// The first `at_most` runs that fit, from as many pages as it takes.
    ///
    /// # Errors
    ///
    /// As [`search_runs`](Self::search_runs).
    pub async fn all_runs(&self, search: &RunSearch, at_most: usize) -> Result<Vec<Run>> {
        let (mut runs, mut token) = (Vec::new(), None);
        loop {
            let page = self.search_runs(search, token.as_deref()).await?;
            runs.extend(page.items);
            token = page.next;
            if runs.len() >= at_most || token.is_none() {
                runs.truncate(at_most);
                return Ok(runs);
            }
        }
    }
}
