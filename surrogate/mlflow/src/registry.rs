//! The registry: names that outlive runs, their versions, and aliases by which a
//! program asks for "the best one".

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::backoff::Repeat;
use crate::number::whole;
use crate::{Client, LoggedModel, Page, Result, Tag, limits};

/// A name in the registry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RegisteredModel {
    /// The name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Which version each alias points to.
    #[serde(default)]
    pub aliases: Vec<Alias>,
    /// What it is tagged with.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// An alias of a version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Alias {
    /// The alias.
    pub alias: String,
    /// The number of the version.
    pub version: String,
}

/// One version of a registered model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ModelVersion {
    /// The registered model.
    pub name: String,
    /// Its number, from 1; the server writes it as text.
    pub version: String,
    /// Where its files are, `"models:/m-…"`.
    #[serde(default)]
    pub source: String,
    /// The run that brought it forth.
    #[serde(default)]
    pub run_id: String,
    /// `"READY"` when its files can be used.
    #[serde(default)]
    pub status: String,
    /// When it was made, milliseconds since 1970.
    #[serde(default, deserialize_with = "whole::optional::deserialize")]
    pub creation_timestamp: Option<i64>,
    /// What it is tagged with.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Its aliases. A search may leave them out.
    #[serde(default)]
    pub aliases: Vec<String>,
}

impl ModelVersion {
    /// The logged model that it is. Most answers of the server leave it out, so
    /// it is read from the source.
    #[must_use]
    pub fn model_id(&self) -> Option<&str> {
        self.source.strip_prefix("models:/").filter(|id| id.starts_with("m-"))
    }
}

/// A version to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewModelVersion {
    /// The registered model.
    pub name: String,
    /// Where its files are, `"models:/m-…"`.
    pub source: String,
    /// The run that brought it forth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The logged model that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<String>,
    /// What is to be said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it is tagged with.
    pub tags: Vec<Tag>,
}

impl NewModelVersion {
    /// A version of `name` that is this logged model.
    #[must_use]
    pub fn of(name: &str, model: &LoggedModel) -> Self {
        Self {
            name: name.to_owned(),
            source: model.uri(),
            run_id: Some(model.source_run_id.clone()).filter(|run_id| !run_id.is_empty()),
            model_id: Some(model.model_id.clone()),
            description: None,
            tags: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct Model {
    registered_model: RegisteredModel,
}

#[derive(Deserialize)]
struct Version {
    model_version: ModelVersion,
}

impl Client {
    /// Makes a name in the registry.
    ///
    /// # Errors
    ///
    /// [`Error::is_already_there`](crate::Error::is_already_there) when it is.
    pub async fn create_registered_model(
        &self,
        name: &str,
        description: &str,
    ) -> Result<RegisteredModel> {
        let body = serde_json::json!({ "name": name, "description": description });
        let Model { registered_model } =
            self.ask(Method::POST, "registered-models/create", &body, Repeat::Creates).await?;
        Ok(registered_model)
    }

    /// A name of the registry, with its aliases.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) when there is none.
    pub async fn registered_model(&self, name: &str) -> Result<RegisteredModel> {
        let Model { registered_model } =
            self.get("registered-models/get", &[("name", name)]).await?;
        Ok(registered_model)
    }

    /// A name of the registry, made if there is none. Any number of processes may
    /// do so at once.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn get_or_create_registered_model(&self, name: &str) -> Result<RegisteredModel> {
        match self.registered_model(name).await {
            Err(error) if error.is_not_found() => {
                match self.create_registered_model(name, "").await {
                    // Somebody else was faster.
                    Err(error) if error.is_already_there() => self.registered_model(name).await,
                    answer => answer,
                }
            }
            answer => answer,
        }
    }

    /// Makes the next version of a registered model.
    ///
    /// # Errors
    ///
    /// As the server's. A timeout leaves open whether there is a version now; see
    /// [`Backoff`](crate::Backoff).
    pub async fn create_model_version(&self, version: &NewModelVersion) -> Result<ModelVersion> {
        let Version { model_version } =
            self.ask(Method::POST, "model-versions/create", version, Repeat::Creates).await?;
        Ok(model_version)
    }

    /// One version of a registered model.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) when there is none.
    pub async fn model_version(&self, name: &str, version: &str) -> Result<ModelVersion> {
        let query = [("name", name), ("version", version)];
        let Version { model_version } = self.get("model-versions/get", &query).await?;
        Ok(model_version)
    }

    /// One page of the versions that fit a filter, `"name = 'water'"`; `page` is
    /// [`Page::next`] of the page before.
    ///
    /// # Errors
    ///
    /// As the server's, among others for a filter that it cannot read.
    pub async fn search_model_versions(
        &self,
        filter: &str,
        page: Option<&str>,
    ) -> Result<Page<ModelVersion>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            model_versions: Vec<ModelVersion>,
            next_page_token: Option<String>,
        }
        let mut query = vec![("filter", filter)];
        query.extend(page.map(|token| ("page_token", token)));
        let answer: Answer = self.get("model-versions/search", &query).await?;
        Ok(Page::new(answer.model_versions, answer.next_page_token))
    }

    /// Points an alias to a version, wherever it pointed before.
    ///
    /// # Errors
    ///
    /// [`Error::Name`](crate::Error::Name) for an alias that is reserved
    /// (`latest`, `v9`) or malformed; after that as the server's.
    pub async fn set_alias(&self, name: &str, alias: &str, version: &str) -> Result<()> {
        limits::alias(alias)?;
        let body = serde_json::json!({ "name": name, "alias": alias, "version": version });
        self.tell(Method::POST, "registered-models/alias", &body, Repeat::Harmless).await
    }

    /// The version that an alias points to.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) when it points to none.
    pub async fn version_by_alias(&self, name: &str, alias: &str) -> Result<ModelVersion> {
        limits::alias(alias)?;
        let query = [("name", name), ("alias", alias)];
        let Version { model_version } = self.get("registered-models/alias", &query).await?;
        Ok(model_version)
    }

    /// Takes an alias away. One that is not there stays so.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn delete_alias(&self, name: &str, alias: &str) -> Result<()> {
        limits::alias(alias)?;
        let body = serde_json::json!({ "name": name, "alias": alias });
        self.tell(Method::DELETE, "registered-models/alias", &body, Repeat::Harmless).await
    }

    /// Tags a version.
    ///
    /// # Errors
    ///
    /// As the server's.
    pub async fn set_version_tag(&self, name: &str, version: &str, tag: &Tag) -> Result<()> {
        tag.check()?;
        let Tag { key, value } = tag;
        let body =
            serde_json::json!({ "name": name, "version": version, "key": key, "value": value });
        self.tell(Method::POST, "model-versions/set-tag", &body, Repeat::Harmless).await
    }
}
