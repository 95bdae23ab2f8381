//! The environment variables that every user of MLflow knows.

use crate::{Client, Error, Result};

/// What the environment says about tracking.
///
/// | variable | meaning |
/// |---|---|
/// | `MLFLOW_TRACKING_URI` | where the server is, `http://` or `https://` |
/// | `MLFLOW_TRACKING_USERNAME`, `MLFLOW_TRACKING_PASSWORD` | HTTP Basic; wins over the token |
/// | `MLFLOW_TRACKING_TOKEN` | HTTP Bearer |
/// | `MLFLOW_EXPERIMENT_NAME` | the experiment to log to |
/// | `MLFLOW_RUN_ID` | the run to go on with |
///
/// An empty variable counts as one that is not set.
#[derive(Clone, Default)]
pub struct Environment {
    /// `MLFLOW_TRACKING_URI`.
    pub tracking_uri: Option<String>,
    /// `MLFLOW_TRACKING_USERNAME`.
    pub username: Option<String>,
    /// `MLFLOW_TRACKING_PASSWORD`.
    pub password: Option<String>,
    /// `MLFLOW_TRACKING_TOKEN`.
    pub token: Option<String>,
    /// `MLFLOW_EXPERIMENT_NAME`.
    pub experiment_name: Option<String>,
    /// `MLFLOW_RUN_ID`.
    pub run_id: Option<String>,
}

impl Environment {
    /// Reads the variables of this process.
    #[must_use]
    pub fn read() -> Self {
        Self::from_lookup(|variable| std::env::var(variable).ok())
    }

    /// Reads variables from elsewhere.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let set = |variable| lookup(variable).filter(|value| !value.trim().is_empty());
        Self {
            tracking_uri: set("MLFLOW_TRACKING_URI"),
            username: set("MLFLOW_TRACKING_USERNAME"),
            password: set("MLFLOW_TRACKING_PASSWORD"),
            token: set("MLFLOW_TRACKING_TOKEN"),
            experiment_name: set("MLFLOW_EXPERIMENT_NAME"),
            run_id: set("MLFLOW_RUN_ID"),
        }
    }

    /// A client for the server that is named here.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when no address is set, or one that is not HTTP.
    pub fn client(&self) -> Result<Client> {
        let uri = self.tracking_uri.as_deref().ok_or(Error::Setting {
            setting: "MLFLOW_TRACKING_URI",
            got: "nothing".to_owned(),
            takes: "the address of a server, http://… or https://…",
        })?;
        let mut builder = Client::builder(uri);
        if let (Some(username), Some(password)) = (&self.username, &self.password) {
            builder = builder.basic_auth(username, password);
        } else if let Some(token) = &self.token {
            builder = builder.bearer_auth(token);
        }
        builder.build()
    }
}

impl std::fmt::Debug for Environment {
    /// Secrets are not shown.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden = |secret: &Option<String>| secret.as_ref().map(|_| "hidden");
        formatter
            .debug_struct("Environment")
            .field("tracking_uri", &self.tracking_uri.as_deref().map(without_credentials))
            .field("username", &self.username)
            .field("password", &hidden(&self.password))
            .field("token", &hidden(&self.token))
            .field("experiment_name", &self.experiment_name)
            .field("run_id", &self.run_id)
            .finish()
    }
}

/// An address less the user name and password that may stand in it.
fn without_credentials(uri: &str) -> String {
    match (uri.split_once("://"), uri.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => uri.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::from_lookup(|wanted| {
            pairs.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn no_address_is_an_error_that_names_the_variable() {
        for pairs in [&[][..], &[("MLFLOW_TRACKING_URI", " ")]] {
            let error = environment(pairs).client().expect_err("no address");
            assert!(error.to_string().starts_with("MLFLOW_TRACKING_URI: got nothing"), "{error}");
        }
    }

    #[test]
    fn only_http_is_an_address() {
        for uri in ["databricks", "file:///tmp/mlruns", "sqlite:///mlflow.db", "localhost:5000"] {
            let error = environment(&[("MLFLOW_TRACKING_URI", uri)]).client();
            assert!(matches!(error, Err(Error::Setting { .. })), "{uri}");
        }
    }

    #[test]
    fn secrets_stay_hidden() -> Result<()> {
        let environment = environment(&[
            ("MLFLOW_TRACKING_URI", "https://ann:first-secret@example.org/mlflow"),
            ("MLFLOW_TRACKING_USERNAME", "ann"),
            ("MLFLOW_TRACKING_PASSWORD", "second-secret"),
            ("MLFLOW_TRACKING_TOKEN", "third-secret"),
        ]);
        let shown = format!("{:?}", environment.client()?);
        assert!(!shown.contains("secret"), "{shown}");
        assert!(shown.contains("https://example.org/mlflow"), "{shown}");
        let shown = format!("{environment:?}");
        assert!(!shown.contains("secret"), "{shown}");
        Ok(())
    }
}
