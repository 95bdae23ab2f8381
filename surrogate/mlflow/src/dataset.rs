//! Data sets that a run was given.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backoff::Repeat;
use crate::{Client, Error, Result, Tag, limits};

/// What a data set is for; the server's page of a run shows it.
const CONTEXT: &str = "mlflow.data.context";

/// A data set, and what the run used it for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatasetInput {
    /// The data set.
    pub dataset: Dataset,
    /// What the run used it for.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// A data set. Name and digest are its identity: the same ones in two runs are
/// one data set on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    /// Its name, at most [`limits::DATASET_NAME`] characters.
    pub name: String,
    /// A hash of what is in it, at most [`limits::DATASET_DIGEST`] characters.
    pub digest: String,
    /// What kind of thing `source` names: `"local"`, `"http"`, `"s3"`, `"code"`.
    pub source_type: String,
    /// Where it came from: JSON, as a string.
    pub source: String,
    /// What its entries are: JSON, as a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// How many there are and the like: JSON, as a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

impl DatasetInput {
    /// A data set that the run used for `context`, `"training"` or
    /// `"validation"`; `source` like `json!({"uri": "runs/*.h5"})`.
    #[must_use]
    pub fn new(name: &str, digest: &str, source_type: &str, source: &Value, context: &str) -> Self {
        Self {
            dataset: Dataset {
                name: name.to_owned(),
                digest: digest.to_owned(),
                source_type: source_type.to_owned(),
                source: source.to_string(),
                schema: None,
                profile: None,
            },
            tags: vec![Tag::new(CONTEXT, context)],
        }
    }

    /// Says what its entries are.
    #[must_use]
    pub fn schema(mut self, schema: &Value) -> Self {
        self.dataset.schema = Some(schema.to_string());
        self
    }

    /// Says how many there are, and the like: `json!({"num_rows": 4800})`.
    #[must_use]
    pub fn profile(mut self, profile: &Value) -> Self {
        self.dataset.profile = Some(profile.to_string());
        self
    }

    /// What the run used it for.
    #[must_use]
    pub fn context(&self) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key == CONTEXT).map(|tag| &*tag.value)
    }

    pub(crate) fn check(&self) -> Result<()> {
        let Dataset { name, digest, source, schema, .. } = &self.dataset;
        for (what, empty) in
            [("dataset name", name.is_empty()), ("dataset digest", digest.is_empty())]
        {
            if empty {
                return Err(Error::Name { what, name: name.clone(), reason: "is empty" });
            }
        }
        limits::length("dataset name", name, name, limits::DATASET_NAME)?;
        limits::length("dataset digest", name, digest, limits::DATASET_DIGEST)?;
        limits::length("dataset source", name, source, limits::DATASET_SOURCE)?;
        let schema = schema.as_deref().unwrap_or_default();
        limits::length("dataset schema", name, schema, limits::DATASET_SCHEMA)
    }
}

impl Client {
    /// Says what data sets a run was given.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] and [`Error::Name`] before anything is sent; after that
    /// as the server's.
    pub async fn log_inputs(&self, run_id: &str, datasets: &[DatasetInput]) -> Result<()> {
        #[derive(Serialize)]
        struct Body<'a> {
            run_id: &'a str,
            datasets: &'a [DatasetInput],
        }
        datasets.iter().try_for_each(DatasetInput::check)?;
        let body = Body { run_id, datasets };
        self.tell(Method::POST, "runs/log-inputs", &body, Repeat::Harmless).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_server_wants_as_text_is_text() {
        let input =
            DatasetInput::new("basins", "9f3c", "local", &json!({"uri": "a.h5"}), "training")
                .profile(&json!({"num_rows": 3}));
        let sent = serde_json::to_value(&input).expect("an input is JSON");
        assert_eq!(sent["dataset"]["source"], r#"{"uri":"a.h5"}"#);
        assert_eq!(sent["dataset"]["profile"], r#"{"num_rows":3}"#);
        assert_eq!(input.context(), Some("training"));
    }

    #[test]
    fn a_digest_has_a_limit() {
        let long = "0".repeat(37);
        let input = DatasetInput::new("basins", &long, "local", &json!({}), "training");
        assert!(matches!(input.check(), Err(Error::Limit { got: 37, max: 36, .. })));
        let none = DatasetInput::new("basins", "", "local", &json!({}), "training");
        assert!(matches!(none.check(), Err(Error::Name { .. })));
    }
}
