//! Files of versions on this machine, so that whoever serves one does not depend on the
//! registry being there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::files::{self, CONFIG_FILE, WEIGHTS_FILE};
use crate::{RegistryError, Version};

/// The folder `cache/<sha256>` with the files of `version`. `bring` puts them into a folder.
pub(crate) fn fetch(
    version: &Version,
    cache: &Path,
    bring: impl FnOnce(&Path) -> Result<(), RegistryError>,
) -> Result<PathBuf, RegistryError> {
    // It becomes the name of a folder, and comes from a server.
    if ![&version.sha256, &version.config_sha256].into_iter().all(|hash| files::is_sha256(hash)) {
        return Err(RegistryError::Unsigned { number: version.number });
    }
    let place = cache.join(&version.sha256);
    if check(version, &place).is_ok() {
        return Ok(place);
    }
    fs::create_dir_all(cache).map_err(RegistryError::file("create", cache))?;
    let staged = files::stage(cache)?;
    bring(staged.path())?;
    check(version, staged.path())?;
    files::sync_folder(staged.path())?;
    let aside = files::stage(cache)?;
    // What is there is damaged, or of another description. Nothing there is no fault.
    let _ = fs::rename(&place, aside.path().join("old"));
    match fs::rename(staged.path(), &place) {
        Ok(()) => {}
        // Somebody else was faster, with the same.
        Err(_) if check(version, &place).is_ok() => {}
        Err(error) => {
            return Err(RegistryError::file("rename the finished folder to", &place)(error));
        }
    }
    files::sync_folder(cache)?;
    Ok(place)
}

/// Whether the files in `folder` are those of `version`.
fn check(version: &Version, folder: &Path) -> Result<(), RegistryError> {
    for (name, takes) in [(WEIGHTS_FILE, &version.sha256), (CONFIG_FILE, &version.config_sha256)] {
        let got = files::sha256_of(&folder.join(name))?;
        if got != *takes {
            let what = format!("SHA-256 of {name} of version {}", version.number);
            return Err(RegistryError::Damaged { what, got, takes: takes.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Verdict, sha256};

    fn version() -> Version {
        Version {
            number: 3,
            sha256: sha256(b"weights"),
            config_sha256: sha256(b"config"),
            made_s: 0,
            note: String::new(),
            gate: Verdict::None,
            forced: None,
            aliases: Vec::new(),
        }
    }

    fn bring(weights: &'static str) -> impl Fn(&Path) -> Result<(), RegistryError> {
        move |into| {
            fs::write(into.join(WEIGHTS_FILE), weights).expect("a place");
            fs::write(into.join(CONFIG_FILE), "config").expect("a place");
            Ok(())
        }
    }

    fn nobody(_: &Path) -> Result<(), RegistryError> {
        Err(RegistryError::NoPlace("away".into()))
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into()).collect()
    }

    #[test]
    fn what_is_there_is_taken_while_the_place_is_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = folder.path().join("models");
        assert!(fetch(&version(), &cache, nobody).is_err_and(|e| e.is_lacking()));
        let first = fetch(&version(), &cache, bring("weights")).expect("brought");
        assert_eq!(first, cache.join(version().sha256));
        assert_eq!(fetch(&version(), &cache, nobody).expect("there"), first);
        assert_eq!(names(&cache), [version().sha256]);
    }

    #[test]
    fn what_is_damaged_is_brought_anew_and_what_comes_damaged_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = fetch(&version(), folder.path(), bring("weights")).expect("brought");
        fs::write(place.join(WEIGHTS_FILE), "weightz").expect("damage");
        let error = fetch(&version(), folder.path(), bring("others")).expect_err("others");
        assert!(error.to_string().contains(&sha256(b"others")), "{error}");
        assert!(!error.is_lacking());
        assert_eq!(names(folder.path()), [version().sha256], "and nothing is left behind");
        fetch(&version(), folder.path(), bring("weights")).expect("brought anew");
        assert_eq!(fs::read(place.join(WEIGHTS_FILE)).expect("weights"), b"weights");
    }

    #[test]
    fn another_description_of_the_same_weights_is_another_model() {
        let folder = tempfile::tempdir().expect("a folder");
        fetch(&version(), folder.path(), bring("weights")).expect("brought");
        let other = Version { config_sha256: sha256(b"slower"), ..version() };
        let error = fetch(&other, folder.path(), bring("weights")).expect_err("other");
        assert!(error.to_string().contains(CONFIG_FILE), "{error}");
    }

    #[test]
    fn a_version_without_a_hash_goes_nowhere() {
        let folder = tempfile::tempdir().expect("a folder");
        for hash in ["", "..", "../../etc"] {
            let version = Version { sha256: hash.to_owned(), ..version() };
            let error = fetch(&version, folder.path(), bring("weights")).expect_err("unsigned");
            assert!(matches!(error, RegistryError::Unsigned { number: 3 }), "{error}");
        }
        assert!(names(folder.path()).is_empty());
    }
}
