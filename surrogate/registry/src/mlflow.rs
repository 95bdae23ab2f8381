//! A registry on an MLflow server: a registered model, its versions and their aliases.
//!
//! A version is a logged model with the files as `weir train --track` logs them. What they are
//! by SHA-256 is said by tags, and checked by whoever fetches them.
//!
//! A server has no call that moves two aliases, so moving them is several calls, in an order in
//! which there is always a champion, and after which what was cut off is seen and mended by
//! the same command. To go back, champion and previous change places; where a cut left off is
//! noted by a fourth alias while that goes on.

use std::path::Path;

use mlflow_client::blocking::Client;
use mlflow_client::{
    Environment, Error, LoggedModelStatus, ModelVersion, NewLoggedModel, NewModelVersion, Tag,
};

use crate::files::{CONFIG_FILE, WEIGHTS_FILE};
use crate::version::{Files, New};
use crate::{Alias, RegistryError, Verdict, Version};

/// Experiment of models where `MLFLOW_EXPERIMENT_NAME` names none; that of training runs.
const EXPERIMENT: &str = "weir";
/// The kind of model, as training runs log it.
const KIND: &str = "weir";
/// Points to what is gone back from, while that goes on.
const LEAVING: &str = "leaving";

const SHA256: &str = "weir.sha256";
const CONFIG_SHA256: &str = "weir.config_sha256";
const GATE_SHA256: &str = "weir.gate_sha256";
const GATE: &str = "weir.gate";
const FORCED: &str = "weir.forced";
const NOTE: &str = "weir.note";

#[derive(Clone, Debug)]
pub(crate) struct Mlflow {
    client: Client,
    name: String,
    experiment: String,
}

impl Mlflow {
    pub fn new(address: &str, name: &str) -> Result<Self, RegistryError> {
        let mut environment = Environment::read();
        environment.tracking_uri = Some(address.to_owned());
        let client = environment.client().and_then(|client| Client::wrap(&client));
        let client = client.map_err(|error| told("an MLflow server", &error))?;
        let experiment = environment.experiment_name.unwrap_or_else(|| EXPERIMENT.to_owned());
        Ok(Self { client, name: name.to_owned(), experiment })
    }

    pub fn address(&self) -> &str {
        self.client.inner().tracking_uri()
    }

    fn told(&self, error: Error) -> RegistryError {
        told(self.address(), &error)
    }

    pub fn alias(&self, alias: Alias) -> Result<Option<Version>, RegistryError> {
        let Some(found) = self.at(alias.name())? else { return Ok(None) };
        let mut version = read(&found)?.0;
        if !version.aliases.contains(&alias) {
            version.aliases.push(alias);
            version.aliases.sort_unstable();
        }
        Ok(Some(version))
    }

    fn at(&self, alias: &str) -> Result<Option<ModelVersion>, RegistryError> {
        match self.client.version_by_alias(&self.name, alias) {
            Ok(version) => Ok(Some(version)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(self.told(error)),
        }
    }

    fn number_at(&self, alias: &str) -> Result<Option<u32>, RegistryError> {
        self.at(alias)?.map(|version| number(&version)).transpose()
    }

    pub fn versions(&self) -> Result<Vec<Version>, RegistryError> {
        Ok(self.all()?.into_iter().map(|(version, _)| version).collect())
    }

    /// All versions, each also as it would be added.
    fn all(&self) -> Result<Vec<(Version, New)>, RegistryError> {
        let model = match self.client.registered_model(&self.name) {
            Ok(model) => model,
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(self.told(error)),
        };
        let filter = format!("name = '{}'", self.name);
        let (mut all, mut page) = (Vec::new(), None);
        loop {
            let found = self.client.search_model_versions(&filter, page.as_deref());
            let found = found.map_err(|error| self.told(error))?;
            for version in found.items.iter().filter(|version| version.name == self.name) {
                all.push(read(version)?);
            }
            page = found.next;
            if page.is_none() {
                break;
            }
        }
        for (version, _) in &mut all {
            // A search leaves them out.
            let number = version.number.to_string();
            let here = model.aliases.iter().filter(|alias| alias.version == number);
            version.aliases = here.filter_map(|alias| Alias::of(&alias.alias)).collect();
            version.aliases.sort_unstable();
        }
        all.sort_by_key(|(version, _)| std::cmp::Reverse(version.number));
        Ok(all)
    }

    /// Downloads the files of a model.
    pub fn bring(&self, number: u32, into: &Path) -> Result<(), RegistryError> {
        let version = self.version(number)?;
        let id = version.model_id().ok_or_else(|| RegistryError::Damaged {
            what: format!("source of version {number}"),
            got: format!("{:?}", version.source),
            takes: "a logged model, models:/m-…".to_owned(),
        })?;
        let model = self.client.logged_model(id).map_err(|error| self.told(error))?;
        let root = model.artifacts().map_err(|error| self.told(error))?;
        for name in [CONFIG_FILE, WEIGHTS_FILE] {
            let brought = self.client.download_artifact(&root, name, &into.join(name));
            brought.map_err(|error| self.told(error))?;
        }
        Ok(())
    }

    fn version(&self, number: u32) -> Result<ModelVersion, RegistryError> {
        self.client.model_version(&self.name, &number.to_string()).map_err(|error| {
            if error.is_not_found() {
                RegistryError::NoVersion { name: self.name.clone(), number }
            } else {
                self.told(error)
            }
        })
    }

    pub fn add(&self, new: &New, sources: &Files) -> Result<Version, RegistryError> {
        if let Some((version, _)) = self.all()?.into_iter().find(|(_, other)| new.is_like(other)) {
            return Ok(version);
        }
        let added = self.send(new, sources).map_err(|error| self.told(error))?;
        Ok(read(&added)?.0)
    }

    fn send(&self, new: &New, sources: &Files) -> Result<ModelVersion, Error> {
        let experiment = self.client.get_or_create_experiment(&self.experiment)?;
        let mut model = NewLoggedModel::new(&experiment.experiment_id, &self.name).model_type(KIND);
        model.tags = tags(new);
        let model = self.client.create_logged_model(&model)?;
        let root = model.artifacts()?;
        for (name, source) in sources {
            self.client.log_artifact(&root, name, source)?;
        }
        let ready = LoggedModelStatus::Ready;
        let model = self.client.finalize_logged_model(&model.model_id, ready)?;
        // Only now: a version whose files are not all there is not seen by anybody.
        self.client.get_or_create_registered_model(&self.name)?;
        let mut version = NewModelVersion::of(&self.name, &model);
        version.tags = tags(new);
        self.client.create_model_version(&version)
    }

    pub fn point(&self, alias: Alias, version: u32) -> Result<(), RegistryError> {
        self.version(version)?;
        self.set(alias.name(), version)
    }

    fn set(&self, alias: &str, version: u32) -> Result<(), RegistryError> {
        let set = self.client.set_alias(&self.name, alias, &version.to_string());
        set.map_err(|error| self.told(error))
    }

    fn forget(&self, alias: &str) -> Result<(), RegistryError> {
        self.client.delete_alias(&self.name, alias).map_err(|error| self.told(error))
    }

    /// In the order: `previous`, then `champion`, then what is no more. Cut off anywhere, the
    /// old champion is still champion or the new one is already, and the same call goes on.
    pub fn promote(&self, version: u32) -> Result<(), RegistryError> {
        self.version(version)?;
        let champion = self.number_at(Alias::Champion.name())?;
        if champion != Some(version) {
            if let Some(champion) = champion {
                self.set(Alias::Previous.name(), champion)?;
            }
            self.set(Alias::Champion.name(), version)?;
        }
        if self.number_at(Alias::Challenger.name())? == Some(version) {
            self.forget(Alias::Challenger.name())?;
        }
        if self.at(LEAVING)?.is_some() {
            // Somebody began to go back, and was cut off: that is settled now.
            self.forget(LEAVING)?;
        }
        self.stands(Alias::Champion, version)
    }

    /// `leaving` says what is gone back from until `previous` does.
    pub fn rollback(&self) -> Result<Version, RegistryError> {
        let at = |alias: Alias| {
            let none = RegistryError::NoWayBack { name: self.name.clone(), alias };
            self.number_at(alias.name())?.ok_or(none)
        };
        let champion = at(Alias::Champion)?;
        let (from, to) = match self.number_at(LEAVING)? {
            // Cut off after the champion had changed.
            Some(leaving) if leaving != champion => (leaving, champion),
            _ => (champion, at(Alias::Previous)?),
        };
        if from == to {
            // A promotion was cut off: who was before is not known any more, but to its author.
            let (name, alias) = (self.name.clone(), Alias::Previous);
            return Err(RegistryError::NoWayBack { name, alias });
        }
        self.set(LEAVING, from)?;
        self.set(Alias::Champion.name(), to)?;
        self.set(Alias::Previous.name(), from)?;
        self.forget(LEAVING)?;
        self.stands(Alias::Champion, to)?;
        let number = to;
        let none = || RegistryError::NoVersion { name: self.name.clone(), number };
        self.alias(Alias::Champion)?.ok_or_else(none)
    }

    /// Whether an alias is where it was put: nobody holds a lock on a server.
    fn stands(&self, alias: Alias, wanted: u32) -> Result<(), RegistryError> {
        match self.number_at(alias.name())? {
            Some(got) if got == wanted => Ok(()),
            got => {
                let got = got.map_or_else(|| "none".to_owned(), |got| got.to_string());
                Err(RegistryError::Raced { alias, wanted, got })
            }
        }
    }
}

fn tags(new: &New) -> Vec<Tag> {
    let mut tags = vec![
        Tag::new(SHA256, &new.sha256),
        Tag::new(CONFIG_SHA256, &new.config_sha256),
        Tag::new(GATE, new.gate.name()),
        Tag::new(GATE_SHA256, &new.gate_sha256),
        Tag::new(NOTE, &new.note),
    ];
    tags.extend(new.forced.as_ref().map(|reason| Tag::new(FORCED, reason)));
    tags
}

fn number(version: &ModelVersion) -> Result<u32, RegistryError> {
    version.version.parse().map_err(|_| RegistryError::Damaged {
        what: format!("a version of {}", version.name),
        got: format!("{:?}", version.version),
        takes: "a number".to_owned(),
    })
}

/// A version as the server has it. One that somebody else registered has no tags of ours: it is
/// seen, and cannot be fetched.
fn read(version: &ModelVersion) -> Result<(Version, New), RegistryError> {
    let tag =
        |key: &str| version.tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.clone());
    let text = |key: &str| tag(key).unwrap_or_default();
    let made_ms = version.creation_timestamp.unwrap_or_default();
    let new = New {
        sha256: text(SHA256),
        config_sha256: text(CONFIG_SHA256),
        gate_sha256: text(GATE_SHA256),
        made_s: u64::try_from(made_ms / 1000).unwrap_or_default(),
        note: text(NOTE),
        gate: Verdict::of(&text(GATE)),
        forced: tag(FORCED),
    };
    let mut aliases: Vec<Alias> =
        version.aliases.iter().filter_map(|alias| Alias::of(alias)).collect();
    aliases.sort_unstable();
    Ok((new.numbered(number(version)?, aliases), new))
}

fn told(address: &str, error: &Error) -> RegistryError {
    let (address, why) = (address.to_owned(), error.to_string());
    let is_ours = matches!(error, Error::Thread(_) | Error::Setup(_) | Error::File { .. });
    if is_ours || error.is_transient() || error.is_denied() {
        RegistryError::Away { address, why }
    } else {
        RegistryError::Refused { address, why }
    }
}
