//! Which network is the champion: `weir promote`, `weir rollback` and `weir models`.
//!
//! What a registry is [`weir_registry`] knows, and what is worth promoting
//! [`weir_surrogate::gate`]; here the two meet.

pub mod models;
pub mod promote;
pub mod rollback;
pub mod source;

use weir_registry::{Registry, RegistryError};

use crate::failure::Failure;

/// The variables of a server's configuration that name its registry.
const PLACE: &str = "WEIR_REGISTRY__PLACE";
const NAME: &str = "WEIR_REGISTRY__NAME";

/// Name of the registered model, where none is said.
const DEFAULT_NAME: &str = "weir";

/// Where the registry is.
#[derive(clap::Args)]
pub struct Where {
    /// The registry: a folder, or http(s)://… of an MLflow server [default: WEIR_REGISTRY__PLACE]
    #[arg(long, value_name = "PLACE")]
    registry: Option<String>,
    /// The registered model [default: WEIR_REGISTRY__NAME, else weir]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

impl Where {
    /// The registry.
    ///
    /// # Errors
    /// None is named, or what is named is none.
    pub fn open(&self) -> Result<Registry, Failure> {
        let opened = self.open_if_named()?;
        opened.ok_or_else(|| {
            let takes = "a folder, or http(s)://… of an MLflow server";
            Failure::BadInput(format!("--registry: got nothing, takes {takes}; so does {PLACE}"))
        })
    }

    /// The registry, if one is named.
    ///
    /// # Errors
    /// What is named is none.
    pub fn open_if_named(&self) -> Result<Option<Registry>, Failure> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let Some(place) = self.registry.clone().or_else(|| set(PLACE)) else { return Ok(None) };
        let name = self.name.clone().or_else(|| set(NAME));
        let name = name.unwrap_or_else(|| DEFAULT_NAME.to_owned());
        Registry::open(&place, &name).map(Some).map_err(|error| match error {
            RegistryError::Setting { .. } => Failure::BadInput(format!("--{error}")),
            error => refusal(error),
        })
    }
}

/// What is lacking is told apart from what was asked for wrongly.
pub fn refusal(error: RegistryError) -> Failure {
    let text = error.to_string();
    if error.is_lacking() { Failure::Lacking(text) } else { Failure::BadInput(text) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn registry_and_network_speak_of_the_same_files() {
        assert_eq!(weir_registry::CONFIG_FILE, weir_surrogate::CONFIG_FILE);
        assert_eq!(weir_registry::WEIGHTS_FILE, weir_surrogate::WEIGHTS_FILE);
    }
}
