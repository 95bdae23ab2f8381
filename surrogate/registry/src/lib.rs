#![doc = include_str!("../README.md")]

mod alias;
mod book;
mod cache;
mod error;
mod files;
mod folder;
mod mlflow;
mod version;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

pub use alias::Alias;
pub use error::RegistryError;
pub use files::{CONFIG_FILE, GATE_FILE, WEIGHTS_FILE, sha256, sha256_of};
pub use version::{About, Verdict, Version};

use folder::Folder;
use mlflow::Mlflow;

/// Longest name of a registered model.
const LONGEST_NAME: usize = 100;
/// Longest note or reason, in characters.
const LONGEST_WORDS: usize = 1000;

/// Versions of one model, and which of them is the champion.
///
/// It is cheap to clone. All its calls block: on a file system, or on a server. A call that
/// was cut off half-way is made again; none leaves the model without a champion that had one.
#[derive(Clone, Debug)]
pub struct Registry {
    name: String,
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Folder(Folder),
    Mlflow(Mlflow),
}

impl Registry {
    /// The registry of the model `name` in `place`: a folder, or the address of an MLflow
    /// server, `http://…` or `https://…`, whose user name and password or token are those of
    /// `MLFLOW_TRACKING_USERNAME` and its kin. Nothing is read yet.
    ///
    /// # Errors
    /// It is no such place, or no such name.
    pub fn open(place: &str, name: &str) -> Result<Self, RegistryError> {
        let word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let is_name = !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(word);
        if !is_name || name.starts_with('.') {
            return Err(RegistryError::Setting {
                what: "name",
                got: format!("{name:?}"),
                takes: "letters, digits, - _ . and none of . at the beginning",
            });
        }
        let refused = |got: String| RegistryError::Setting {
            what: "registry",
            got,
            takes: "a folder, or the address of an MLflow server, http://… or https://…",
        };
        let place = match place.split_once("://") {
            // What follows may hold a password.
            Some((scheme @ ("http" | "https"), _)) => {
                let server = Mlflow::new(place, name);
                Place::Mlflow(server.map_err(|_| refused(format!("{scheme}://…")))?)
            }
            Some((scheme, _)) => return Err(refused(format!("{scheme}://…"))),
            None if place.trim().is_empty() => return Err(refused("nothing".to_owned())),
            None => Place::Folder(Folder::new(Path::new(place), name)),
        };
        Ok(Self { name: name.to_owned(), place })
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The place, without user name and password.
    pub fn place(&self) -> String {
        match &self.place {
            Place::Folder(folder) => folder.place().display().to_string(),
            Place::Mlflow(server) => server.address().to_owned(),
        }
    }

    /// The version that `alias` points to; `None` if it points to none.
    ///
    /// # Errors
    /// The place cannot be reached, or what is there cannot be read.
    pub fn alias(&self, alias: Alias) -> Result<Option<Version>, RegistryError> {
        match &self.place {
            Place::Folder(folder) => folder.alias(alias),
            Place::Mlflow(server) => server.alias(alias),
        }
    }

    /// All versions, the newest first, with their aliases.
    ///
    /// # Errors
    /// The place cannot be reached, or what is there cannot be read.
    pub fn versions(&self) -> Result<Vec<Version>, RegistryError> {
        match &self.place {
            Place::Folder(folder) => folder.versions(),
            Place::Mlflow(server) => server.versions(),
        }
    }

    /// The files of a version, in the folder `cache/<sha256>`. What lies there already is
    /// checked and taken; else it is brought, checked by SHA-256, and put there in one step.
    ///
    /// # Errors
    /// The place cannot be reached, or what comes from there is not what `version` says.
    pub fn fetch(&self, version: &Version, cache: &Path) -> Result<PathBuf, RegistryError> {
        cache::fetch(version, cache, |into| match &self.place {
            Place::Folder(folder) => folder.bring(version.number, into),
            Place::Mlflow(server) => server.bring(version.number, into),
        })
    }

    /// Puts the model in `folder` there as a new version, with what is to be said about it.
    /// The same model with the same words is there once, however often it is added.
    ///
    /// # Errors
    /// There is no model in the folder, or the place does not take it.
    pub fn add(&self, folder: &Path, about: &About) -> Result<Version, RegistryError> {
        about.check(LONGEST_WORDS)?;
        let made_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let files = about.all_files(folder)?;
        let new = version::New::of(folder, about, made_s)?;
        match &self.place {
            Place::Folder(place) => place.add(&new, &files),
            Place::Mlflow(server) => server.add(&new, &files),
        }
    }

    /// Points `alias` to a version, wherever it pointed before.
    ///
    /// # Errors
    /// There is no such version, or the place cannot be reached.
    pub fn point(&self, alias: Alias, version: u32) -> Result<(), RegistryError> {
        match &self.place {
            Place::Folder(folder) => folder.point(alias, version),
            Place::Mlflow(server) => server.point(alias, version),
        }
    }

    /// Promotes a version: what was `champion` becomes `previous`, and `version` becomes
    /// `champion` and is `challenger` no more. Said again, it changes nothing.
    ///
    /// # Errors
    /// There is no such version, the place cannot be reached, or somebody else promoted
    /// another at the same time.
    pub fn promote(&self, version: u32) -> Result<(), RegistryError> {
        match &self.place {
            Place::Folder(folder) => folder.promote(version),
            Place::Mlflow(server) => server.promote(version),
        }
    }

    /// What was `previous` becomes `champion`, and the other way round. Returns the new
    /// champion.
    ///
    /// # Errors
    /// There is no `previous`, the place cannot be reached, or somebody else promoted another
    /// at the same time.
    pub fn rollback(&self) -> Result<Version, RegistryError> {
        match &self.place {
            Place::Folder(folder) => folder.rollback(),
            Place::Mlflow(server) => server.rollback(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_folder_or_a_server_and_keeps_its_password_to_itself() {
        fn shared<T: Clone + std::fmt::Debug + Send + Sync>(_: &T) {}
        let folder = Registry::open("some/where", "weir").expect("a folder");
        shared(&folder);
        assert_eq!((folder.name(), &*folder.place()), ("weir", "some/where"));
        let server = Registry::open("http://ann:secret@127.0.0.1:1/ml", "weir").expect("a server");
        assert_eq!(server.place(), "http://127.0.0.1:1/ml");
        assert!(!format!("{server:?}").contains("secret"));
        for place in ["", " ", "ftp://ann:secret@x", "s3://bucket", "http://", "https://:80:80"] {
            let error = Registry::open(place, "weir").expect_err(place);
            let text = error.to_string();
            assert!(text.contains("takes a folder") && !text.contains("secret"), "{text}");
            assert!(!error.is_lacking());
        }
    }

    #[test]
    fn a_name_is_one_folder() {
        for name in ["", ".", "..", "a/b", "a\\b", ".hidden", "ü", "a b", &"a".repeat(101)] {
            assert!(Registry::open("x", name).is_err(), "{name:?}");
        }
    }
}
