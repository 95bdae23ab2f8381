//! The registry that a server follows.

use std::path::{Path, PathBuf};

use weir_registry::{Alias, Registry, RegistryError};
use weir_server::config::RegistryConfig;
use weir_server::{Fault, Role, Version};

use crate::failure::Failure;

/// A registry as a server sees it.
pub struct Followed(Registry);

/// The registry that a server is set up to follow, if it is.
///
/// # Errors
/// It is no such place.
pub fn open(config: &RegistryConfig) -> Result<Option<Followed>, Failure> {
    if config.place.is_empty() {
        return Ok(None);
    }
    let opened = Registry::open(&config.place, &config.name);
    let registry = opened.map_err(|error| Failure::BadInput(format!("registry: {error}")))?;
    Ok(Some(Followed(registry)))
}

fn fault(error: &RegistryError) -> Fault {
    let text = error.to_string();
    if error.is_lacking() { Fault::Lacking(text) } else { Fault::Wrong(text) }
}

impl weir_server::Registry for Followed {
    fn version(&self, role: Role) -> Result<Option<Version>, Fault> {
        let alias = match role {
            Role::Champion => Alias::Champion,
            Role::Challenger => Alias::Challenger,
        };
        let found = self.0.alias(alias).map_err(|error| fault(&error))?;
        Ok(found.map(|version| Version { number: version.number, sha256: version.sha256 }))
    }

    fn fetch(&self, version: &Version, cache: &Path) -> Result<PathBuf, Fault> {
        let Version { number, sha256 } = version;
        let versions = self.0.versions().map_err(|error| fault(&error))?;
        let found = versions.iter().find(|v| v.number == *number && v.sha256 == *sha256);
        let found = found.ok_or_else(|| Fault::Wrong(format!("there is no version {number}")))?;
        self.0.fetch(found, cache).map_err(|error| fault(&error))
    }
}
