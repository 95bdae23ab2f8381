//! Experiments: what runs are filed under.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::backoff::Repeat;
use crate::number::whole;
use crate::{Client, Error, Result, Tag, limits};

/// An experiment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Experiment {
    /// Its id, by which runs name it.
    pub experiment_id: String,
    /// Its name, unique on the server.
    pub name: String,
    /// Where the artifacts of its runs lie.
    #[serde(default)]
    pub artifact_location: String,
    /// `"active"`, or `"deleted"` while it can still be restored.
    #[serde(default)]
    pub lifecycle_stage: String,
    /// When it was made, milliseconds since 1970.
    #[serde(default, deserialize_with = "whole::optional::deserialize")]
    pub creation_time: Option<i64>,
    /// What it is tagged with.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Holder {
    experiment: Experiment,
}

#[derive(Deserialize)]
struct Created {
    experiment_id: String,
}

impl Client {
    /// The experiment of this name.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when there is none.
    pub async fn experiment_by_name(&self, name: &str) -> Result<Experiment> {
        let query = [("experiment_name", name)];
        let Holder { experiment } = self.get("experiments/get-by-name", &query).await?;
        Ok(experiment)
    }

    /// The experiment of this id.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when there is none.
    pub async fn experiment(&self, experiment_id: &str) -> Result<Experiment> {
        let query = [("experiment_id", experiment_id)];
        let Holder { experiment } = self.get("experiments/get", &query).await?;
        Ok(experiment)
    }

    /// Makes an experiment, and returns its id.
    ///
    /// # Errors
    ///
    /// [`Error::is_already_there`] when one has this name, deleted ones included.
    pub async fn create_experiment(&self, name: &str, tags: &[Tag]) -> Result<String> {
        #[derive(Serialize)]
        struct Body<'a> {
            name: &'a str,
            tags: &'a [Tag],
        }
        limits::length("experiment name", name, name, limits::EXPERIMENT_NAME)?;
        let body = Body { name, tags };
        let Created { experiment_id } =
            self.ask(Method::POST, "experiments/create", &body, Repeat::Creates).await?;
        Ok(experiment_id)
    }

    /// The experiment of this name, made if there is none. Any number of
    /// processes may do so at once.
    ///
    /// # Errors
    ///
    /// As the server's; one in the bin is an error too, because nothing can be
    /// logged to it.
    pub async fn get_or_create_experiment(&self, name: &str) -> Result<Experiment> {
        let found = match self.experiment_by_name(name).await {
            Err(error) if error.is_not_found() => {
                match self.create_experiment(name, &[]).await {
                    Ok(experiment_id) => return self.experiment(&experiment_id).await,
                    // Somebody else was faster.
                    Err(error) if error.is_already_there() => self.experiment_by_name(name).await,
                    Err(error) => Err(error),
                }
            }
            answer => answer,
        }?;
        if found.lifecycle_stage == "deleted" {
            let reason = "is deleted on the server; restore it or take another name";
            return Err(Error::Name { what: "experiment", name: name.to_owned(), reason });
        }
        Ok(found)
    }
}
