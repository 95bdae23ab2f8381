//! A model to be recorded.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Param, Tag};

/// A model that a run brought forth, for [`Recorder::model`](crate::Recorder::model).
///
/// ```
/// use mlflow_client::RecordedModel;
///
/// let model = RecordedModel::new("water", 4000)
///     .file("weights.bin", "runs/baseline/weights.bin")
///     .param("layers", 10)
///     .registered_as("water");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct RecordedModel {
    /// Its name, which need not be unique.
    pub(crate) name: String,
    /// The step at which it was made.
    pub(crate) step: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) model_type: Option<String>,
    /// Its name in the registry, if it is to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) registered: Option<String>,
    #[serde(default)]
    pub(crate) params: Vec<Param>,
    #[serde(default)]
    pub(crate) tags: Vec<Tag>,
    /// Where each file belongs, and where it is.
    #[serde(skip)]
    pub(crate) files: Vec<(String, PathBuf)>,
}

impl RecordedModel {
    /// A model of this name, made at a step.
    pub fn new(name: &str, step: i64) -> Self {
        Self {
            name: name.to_owned(),
            step,
            model_type: None,
            registered: None,
            params: Vec::new(),
            tags: Vec::new(),
            files: Vec::new(),
        }
    }

    /// With a file, under `path` among the model's own.
    pub fn file(mut self, path: &str, file: impl AsRef<Path>) -> Self {
        self.files.push((path.to_owned(), file.as_ref().to_owned()));
        self
    }

    /// Of a kind, a word of your own.
    pub fn model_type(mut self, model_type: &str) -> Self {
        self.model_type = Some(model_type.to_owned());
        self
    }

    /// With something that it was made with.
    pub fn param(mut self, key: &str, value: impl ToString) -> Self {
        self.params.push(Param::new(key, value));
        self
    }

    /// With a tag.
    pub fn tag(mut self, key: &str, value: impl ToString) -> Self {
        self.tags.push(Tag::new(key, value));
        self
    }

    /// To be the next version of this name in the registry.
    pub fn registered_as(mut self, name: &str) -> Self {
        self.registered = Some(name.to_owned());
        self
    }
}
