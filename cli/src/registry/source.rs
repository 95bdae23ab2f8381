//! From what the user typed to a network with its files: a folder, the name of one that
//! ships, or what a registry calls it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use weir_registry::{Alias, CONFIG_FILE, Registry, Version, WEIGHTS_FILE, sha256_of};
use weir_surrogate::Model;

use super::refusal;
use crate::failure::Failure;
use crate::model_source;

/// A network with its files.
pub struct Source {
    /// What it is called in texts.
    pub name: String,
    /// The network.
    pub model: Model,
    /// The folder with its files.
    pub folder: PathBuf,
    /// SHA-256 of its weights.
    pub sha256: String,
    /// SHA-256 of its description.
    pub config_sha256: String,
    /// Size of both.
    pub bytes: u64,
    /// Which version it is, of one that a registry called so.
    pub version: Option<(Alias, Version)>,
}

impl Source {
    /// Opens `given`. Files that have to be made or fetched go into `scratch`.
    ///
    /// # Errors
    /// There is none, a registry is needed or cannot be reached, or no such device.
    pub fn open(
        given: &str,
        device: &str,
        registry: Option<&Registry>,
        scratch: &Path,
    ) -> anyhow::Result<Self> {
        if let Some(alias) = Alias::of(given) {
            return Self::called(alias, device, registry, scratch);
        }
        let model = model_source::load(given, device)?;
        let folder = if Model::is_shipped(given) {
            let folder = scratch.join(given);
            model.save(&folder).context("writing the network that ships")?;
            folder
        } else {
            PathBuf::from(given)
        };
        Self::of(model, folder, None)
    }

    fn called(
        alias: Alias,
        device: &str,
        registry: Option<&Registry>,
        scratch: &Path,
    ) -> anyhow::Result<Self> {
        let Some(registry) = registry else {
            let text = format!(
                "{alias}: is so in a registry, and --registry names none; ./{alias} is a folder"
            );
            return Err(Failure::BadInput(text).into());
        };
        let version = registry.alias(alias).map_err(refusal)?.ok_or_else(|| {
            let (name, place) = (registry.name(), registry.place());
            Failure::BadInput(format!("{place}: no version of {name} is called {alias}"))
        })?;
        let folder = registry.fetch(&version, &scratch.join("models")).map_err(refusal)?;
        let model = model_source::load(&folder.display().to_string(), device)?;
        Self::of(model, folder, Some((alias, version)))
    }

    fn of(
        model: Model,
        folder: PathBuf,
        version: Option<(Alias, Version)>,
    ) -> anyhow::Result<Self> {
        let [weights, config] = [WEIGHTS_FILE, CONFIG_FILE].map(|file| folder.join(file));
        let mut bytes = 0;
        for path in [&weights, &config] {
            let size = std::fs::metadata(path).map(|data| data.len());
            bytes += size.with_context(|| path.display().to_string())?;
        }
        let name = match &version {
            Some((_, version)) => format!("{} (version {})", model.config.name, version.number),
            None => model.config.name.clone(),
        };
        let (sha256, config_sha256) =
            (sha256_of(&weights).map_err(refusal)?, sha256_of(&config).map_err(refusal)?);
        Ok(Self { name, model, folder, sha256, config_sha256, bytes, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_that_ships_has_the_hash_that_its_card_says() {
        let scratch = tempfile::tempdir().expect("a folder");
        let source = Source::open("default", "flex", None, scratch.path()).expect("it ships");
        let card = include_str!("../../../surrogate/models/default/card.md");
        assert!(card.contains(&source.sha256), "{}", source.sha256);
        assert_eq!(sha256_of(&source.folder.join(WEIGHTS_FILE)).ok(), Some(source.sha256));
    }

    #[test]
    fn an_alias_needs_a_registry() {
        let error = Source::open("champion", "flex", None, Path::new("x")).err().expect("none");
        assert!(error.to_string().contains("--registry"), "{error}");
    }
}
