//! What is logged to a run: metrics, params and tags.

use serde::{Deserialize, Serialize};

use crate::number::{float, whole};
use crate::{Result, clock, limits};

/// One value of a metric.
///
/// The server keeps one copy of those that agree in key, step, timestamp and
/// value, so that a batch that arrives twice changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Its key, at most [`limits::KEY`] of `[A-Za-z0-9_\-. :/]`. A `/` groups:
    /// `train/loss` and `train/error` share a section of the run's page, and
    /// what begins with `system/` goes to its page of system metrics.
    pub key: String,
    /// Its value; not-a-number and infinities are values too.
    #[serde(with = "float")]
    pub value: f64,
    /// When it was measured, milliseconds since 1970.
    #[serde(deserialize_with = "whole::deserialize")]
    pub timestamp: i64,
    /// The step of training that it belongs to.
    #[serde(default, deserialize_with = "whole::deserialize")]
    pub step: i64,
    /// The logged model that it says something about, `"m-…"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
}

impl Metric {
    /// A value measured now.
    #[must_use]
    pub fn new(key: impl Into<String>, value: f64, step: i64) -> Self {
        Self { key: key.into(), value, timestamp: clock::now_ms(), step, model_id: None }
    }

    /// Measured at another time, milliseconds since 1970.
    #[must_use]
    pub fn at(mut self, timestamp_ms: i64) -> Self {
        self.timestamp = timestamp_ms;
        self
    }

    /// Says something about a logged model.
    #[must_use]
    pub fn of_model(mut self, model_id: impl Into<String>) -> Self {
        self.model_id = Some(model_id.into());
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        limits::key("metric key", &self.key)
    }
}

/// Something that a run was run with. The server refuses to change it later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// Its key, at most [`limits::KEY`] of `[A-Za-z0-9_\-. :/]`.
    pub key: String,
    /// Its value, at most [`limits::PARAM_VALUE`] characters.
    #[serde(default)]
    pub value: String,
}

impl Param {
    /// A param; whatever can be printed can be its value.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl ToString) -> Self {
        Self { key: key.into(), value: value.to_string() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        limits::key("param key", &self.key)?;
        limits::length("param value", &self.key, &self.value, limits::PARAM_VALUE)
    }
}

/// Something to find a run, an experiment or a model by. It can be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Its key, at most [`limits::KEY`] of `[A-Za-z0-9_\-. :/]`.
    pub key: String,
    /// Its value, at most [`limits::TAG_VALUE`] characters on a run.
    #[serde(default)]
    pub value: String,
}

impl Tag {
    /// A tag; whatever can be printed can be its value.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl ToString) -> Self {
        Self { key: key.into(), value: value.to_string() }
    }

    pub(crate) fn check(&self) -> Result<()> {
        limits::key("tag key", &self.key)?;
        limits::length("tag value", &self.key, &self.value, limits::TAG_VALUE)
    }
}
