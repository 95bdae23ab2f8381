//! One version, and what is said about it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files::{self, CONFIG_FILE, GATE_FILE, WEIGHTS_FILE};
use crate::{Alias, RegistryError};

/// What the gate said of a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is worth promoting.
    Passed,
    /// It is not.
    Failed,
    /// Nobody asked.
    #[default]
    None,
}

impl Verdict {
    /// As registries write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::None => "none",
        }
    }

    pub(crate) fn of(name: &str) -> Self {
        [Self::Passed, Self::Failed].into_iter().find(|v| v.name() == name).unwrap_or_default()
    }
}

/// A version of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// Its number, from 1.
    pub number: u32,
    /// SHA-256 of its file of weights; empty where nobody has said it, and then it cannot be
    /// fetched.
    pub sha256: String,
    /// SHA-256 of its description: the same weights with another motion are another model.
    pub config_sha256: String,
    /// When it was added, seconds since 1970.
    pub made_s: u64,
    /// What is to be said about it.
    pub note: String,
    /// What the gate said.
    pub gate: Verdict,
    /// Why it was promoted whatever the gate said.
    pub forced: Option<String>,
    /// What points to it.
    pub aliases: Vec<Alias>,
}

/// What is said about a model that is added.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// A word on what it is.
    pub note: String,
    /// What the gate said.
    pub gate: Verdict,
    /// Why it is added whatever the gate said.
    pub forced: Option<String>,
    /// Files to keep with it, by their names there: `gate.json`, `card.md`,
    /// `failures/worst.png`.
    pub files: Vec<(String, PathBuf)>,
}

impl About {
    /// Refuses words that are too long, and names of files that lead elsewhere.
    pub(crate) fn check(&self, longest: usize) -> Result<(), RegistryError> {
        for (what, words) in [("note", Some(&self.note)), ("reason", self.forced.as_ref())] {
            let length = words.map_or(0, |words| words.chars().count());
            if length > longest {
                let (got, takes) = (format!("{length} characters"), "at most 1000");
                return Err(RegistryError::Setting { what, got, takes });
            }
        }
        for (name, _) in &self.files {
            if !files::is_plain(name) || [CONFIG_FILE, WEIGHTS_FILE].contains(&name.as_str()) {
                let (got, takes) = (format!("{name:?}"), "a plain path that is not the model's");
                return Err(RegistryError::Setting { what: "file", got, takes });
            }
        }
        Ok(())
    }

    /// All files of the version, by their names in it.
    pub(crate) fn all_files(&self, folder: &Path) -> Result<Files, RegistryError> {
        let mut all = Files::new();
        for file in [CONFIG_FILE, WEIGHTS_FILE] {
            let path = folder.join(file);
            if !path.is_file() {
                return Err(RegistryError::NoModel { folder: folder.to_owned(), file });
            }
            all.push((file.to_owned(), path));
        }
        all.extend(self.files.iter().cloned());
        Ok(all)
    }
}

/// Files by their names in a version.
pub(crate) type Files = Vec<(String, PathBuf)>;

/// A version that has no number yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct New {
    pub sha256: String,
    pub config_sha256: String,
    /// SHA-256 of what the gate wrote; empty if it was not asked.
    pub gate_sha256: String,
    pub made_s: u64,
    pub note: String,
    pub gate: Verdict,
    pub forced: Option<String>,
}

impl New {
    pub fn of(folder: &Path, about: &About, made_s: u64) -> Result<Self, RegistryError> {
        let gate = about.files.iter().find(|(name, _)| name == GATE_FILE);
        Ok(Self {
            sha256: files::sha256_of(&folder.join(WEIGHTS_FILE))?,
            config_sha256: files::sha256_of(&folder.join(CONFIG_FILE))?,
            gate_sha256: gate.map_or(Ok(String::new()), |(_, path)| files::sha256_of(path))?,
            made_s,
            note: about.note.clone(),
            gate: about.gate,
            forced: about.forced.clone(),
        })
    }

    /// Whether it is all the same but when it was made.
    pub fn is_like(&self, other: &Self) -> bool {
        *self == Self { made_s: self.made_s, ..other.clone() }
    }

    pub fn numbered(&self, number: u32, aliases: Vec<Alias>) -> Version {
        Version {
            number,
            sha256: self.sha256.clone(),
            config_sha256: self.config_sha256.clone(),
            made_s: self.made_s,
            note: self.note.clone(),
            gate: self.gate,
            forced: self.forced.clone(),
            aliases,
        }
    }
}
