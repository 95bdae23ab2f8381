//! Logged models: what a run brought forth, with metrics and files of its own.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::backoff::Repeat;
use crate::{ArtifactRoot, Client, Page, Param, Result, Tag};

/// How a logged model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LoggedModelStatus {
    /// Its files are being uploaded.
    #[serde(rename = "LOGGED_MODEL_PENDING")]
    Pending,
    /// Its files are there.
    #[serde(rename = "LOGGED_MODEL_READY")]
    Ready,
    /// Its upload failed.
    #[serde(rename = "LOGGED_MODEL_UPLOAD_FAILED")]
    UploadFailed,
}

/// A logged model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LoggedModel {
    /// Its id, `"m-…"`.
    pub model_id: String,
    /// The experiment that it belongs to.
    pub experiment_id: String,
    /// Its name, which need not be unique.
    #[serde(default)]
    pub name: String,
    /// Where its files lie; see [`LoggedModel::artifacts`].
    #[serde(default)]
    pub artifact_uri: String,
    /// How it stands.
    pub status: LoggedModelStatus,
    /// The run that brought it forth.
    #[serde(default)]
    pub source_run_id: String,
    /// What it is tagged with.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

impl LoggedModel {
    /// Where the model's files go.
    ///
    /// # Errors
    ///
    /// [`Error::NotProxied`](crate::Error::NotProxied) when that is not behind
    /// the tracking server.
    pub fn artifacts(&self) -> Result<ArtifactRoot> {
        ArtifactRoot::from_uri(&self.artifact_uri)
    }

    /// Its address in the registry, `"models:/m-…"`.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("models:/{}", self.model_id)
    }
}

/// A logged model to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewLoggedModel {
    /// The experiment that it belongs to.
    pub experiment_id: String,
    /// Its name.
    pub name: String,
    /// What kind it is, a word of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_type: Option<String>,
    /// The run that brought it forth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_run_id: Option<String>,
    /// What it was made with.
    pub params: Vec<Param>,
    /// What it is tagged with.
    pub tags: Vec<Tag>,
}

impl NewLoggedModel {
    /// A model of this name.
    #[must_use]
    pub fn new(experiment_id: &str, name: &str) -> Self {
        Self {
            experiment_id: experiment_id.to_owned(),
            name: name.to_owned(),
            model_type: None,
            source_run_id: None,
            params: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// Brought forth by a run.
    #[must_use]
    pub fn of_run(mut self, run_id: &str) -> Self {
        self.source_run_id = Some(run_id.to_owned());
        self
    }

    /// Of a kind, a word of your own.
    #[must_use]
    pub fn model_type(mut self, model_type: &str) -> Self {
        self.model_type = Some(model_type.to_owned());
        self
    }
}

#[derive(Deserialize)]
struct Info {
    info: LoggedModel,
}

#[derive(Deserialize)]
struct Holder {
    model: Info,
}

impl Client {
    /// Makes a logged model; it is pending until its files are uploaded and
    /// [`finalize_logged_model`](Self::finalize_logged_model) says so.
    ///
    /// # Errors
    ///
    /// [`Error::Name`](crate::Error::Name) and [`Error::Limit`](crate::Error::Limit)
    /// before anything is sent; after that as the server's.
    pub async fn create_logged_model(&self, model: &NewLoggedModel) -> Result<LoggedModel> {
        model.params.iter().try_for_each(Param::check)?;
        model.tags.iter().try_for_each(Tag::check)?;
        let Holder { model: Info { info } } =
            self.ask(Method::POST, "logged-models", model, Repeat::Creates).await?;
        Ok(info)
    }

    /// The logged model of this id.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) when there is none.
    pub async fn logged_model(&self, model_id: &str) -> Result<LoggedModel> {
        let Holder { model: Info { info } } =
            self.get(&format!("logged-models/{model_id}"), &[]).await?;
        Ok(info)
    }

    /// Says that a model's files are there, or that they will not be.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn finalize_logged_model(
        &self,
        model_id: &str,
        status: LoggedModelStatus,
    ) -> Result<LoggedModel> {
        #[derive(Serialize)]
        struct Body<'a> {
            model_id: &'a str,
            status: LoggedModelStatus,
        }
        let path = format!("logged-models/{model_id}");
        let body = Body { model_id, status };
        let Holder { model: Info { info } } =
            self.ask(Method::PATCH, &path, &body, Repeat::Harmless).await?;
        Ok(info)
    }

    /// Says that a run brought forth a model at a step. Said twice, the run has
    /// it twice.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn log_output(&self, run_id: &str, model_id: &str, step: i64) -> Result<()> {
        let body = serde_json::json!({
            "run_id": run_id,
            "models": [{ "model_id": model_id, "step": step }],
        });
        self.tell(Method::POST, "runs/outputs", &body, Repeat::Creates).await
    }

    /// One page of the logged models of an experiment that fit a filter of the
    /// server's own language, ``"metrics.`val/mse` < 0.1"``; `page` is
    /// [`Page::next`] of the page before.
    ///
    /// # Errors
    ///
    /// As the server's, among others for a filter that it cannot read.
    pub async fn search_logged_models(
        &self,
        experiment_id: &str,
        filter: &str,
        page: Option<&str>,
    ) -> Result<Page<LoggedModel>> {
        #[derive(Serialize)]
        struct Body<'a> {
            experiment_ids: [&'a str; 1],
            filter: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            page_token: Option<&'a str>,
        }
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            models: Vec<Info>,
            next_page_token: Option<String>,
        }
        let body = Body { experiment_ids: [experiment_id], filter, page_token: page };
        let answer: Answer =
            self.ask(Method::POST, "logged-models/search", &body, Repeat::Harmless).await?;
        let models = answer.models.into_iter().map(|model| model.info).collect();
        Ok(Page::new(models, answer.next_page_token))
    }
}
