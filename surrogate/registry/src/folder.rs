//! A registry in a folder: `PLACE/NAME/registry.json`, and `PLACE/NAME/versions/N/…` with the
//! files of each version.
//!
//! What is read is whole, because a file that changes is written beside itself and renamed.
//! Who changes something holds a lock, so that nobody's word is lost between reading and
//! writing. A version's files come before the word about it: what a cut leaves behind is a
//! folder that nobody speaks of.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::book::Book;
use crate::files::{self, CONFIG_FILE, WEIGHTS_FILE};
use crate::version::{Files, New};
use crate::{Alias, RegistryError, Version};

const BOOK: &str = "registry.json";
const LOCK: &str = ".lock";
const VERSIONS: &str = "versions";
/// How often somebody else's change is waited for, and how long each time.
const PATIENCE: (u32, Duration) = (300, Duration::from_millis(100));

#[derive(Clone, Debug)]
pub(crate) struct Folder {
    place: PathBuf,
    name: String,
    /// The step before which a test cuts the next change off.
    #[cfg(test)]
    cut: Option<&'static str>,
}

impl Folder {
    pub fn new(place: &Path, name: &str) -> Self {
        Self {
            place: place.to_owned(),
            name: name.to_owned(),
            #[cfg(test)]
            cut: None,
        }
    }

    pub fn place(&self) -> &Path {
        &self.place
    }

    fn home(&self) -> PathBuf {
        self.place.join(&self.name)
    }

    fn version(&self, number: u32) -> PathBuf {
        self.home().join(VERSIONS).join(number.to_string())
    }

    fn read(&self) -> Result<Book, RegistryError> {
        let path = self.home().join(BOOK);
        match fs::read_to_string(&path) {
            Ok(text) => Book::read(&text, &self.name).map_err(|got| {
                let takes = format!("a registry of {:?} as this program writes it", self.name);
                RegistryError::Damaged { what: path.display().to_string(), got, takes }
            }),
            // A folder that is not there may be a disk that is not: nothing follows from that.
            Err(error) if error.kind() == ErrorKind::NotFound && !self.place.is_dir() => {
                Err(RegistryError::NoPlace(self.place.clone()))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Book::empty(&self.name)),
            Err(error) => Err(RegistryError::file("read", path)(error)),
        }
    }

    pub fn alias(&self, alias: Alias) -> Result<Option<Version>, RegistryError> {
        Ok(self.read()?.alias(alias))
    }

    pub fn versions(&self) -> Result<Vec<Version>, RegistryError> {
        Ok(self.read()?.versions())
    }

    /// Copies the files of a model.
    pub fn bring(&self, number: u32, into: &Path) -> Result<(), RegistryError> {
        for name in [CONFIG_FILE, WEIGHTS_FILE] {
            files::copy(&self.version(number).join(name), &into.join(name))?;
        }
        Ok(())
    }

    pub fn add(&self, new: &New, sources: &Files) -> Result<Version, RegistryError> {
        let home = self.home();
        fs::create_dir_all(home.join(VERSIONS)).map_err(RegistryError::file("create", &home))?;
        self.change(|book| {
            if let Some(version) = book.find(new) {
                return Ok(version);
            }
            // A folder beyond the last number is of an addition that was cut off. Nobody needs
            // it, and nobody deletes it: it may also be all that is left of a lost book.
            let mut number = book.next();
            while self.version(number).exists() {
                number += 1;
            }
            let staged = files::stage(&home)?;
            for (name, source) in sources {
                let got = files::copy(source, &staged.path().join(name))?;
                let takes = match name.as_str() {
                    WEIGHTS_FILE => &new.sha256,
                    CONFIG_FILE => &new.config_sha256,
                    _ => continue,
                };
                if got != *takes {
                    // Somebody trains into the folder at this moment.
                    let (what, takes) = (source.display().to_string(), takes.clone());
                    return Err(RegistryError::Damaged { what, got, takes });
                }
            }
            files::sync_folder(staged.path())?;
            self.may("files")?;
            let place = self.version(number);
            let named = fs::rename(staged.path(), &place);
            named.map_err(RegistryError::file("rename the finished folder to", &place))?;
            files::sync_folder(&home.join(VERSIONS))?;
            book.add(number, new.clone());
            Ok(new.numbered(number, Vec::new()))
        })
    }

    pub fn point(&self, alias: Alias, version: u32) -> Result<(), RegistryError> {
        self.change(|book| book.point(alias, version))
    }

    pub fn promote(&self, version: u32) -> Result<(), RegistryError> {
        self.change(|book| book.promote(version))
    }

    pub fn rollback(&self) -> Result<Version, RegistryError> {
        self.change(|book| {
            book.rollback()?;
            let alias = Alias::Champion;
            let none = || RegistryError::NoWayBack { name: self.name.clone(), alias };
            book.alias(alias).ok_or_else(none)
        })
    }

    /// Changes the book while nobody else does. It is written in one step, or not at all.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Book) -> Result<T, RegistryError>,
    ) -> Result<T, RegistryError> {
        // First, for what it says if there is no such place.
        self.read()?;
        let home = self.home();
        fs::create_dir_all(&home).map_err(RegistryError::file("create", &home))?;
        let _lock = lock(&home)?;
        let mut book = self.read()?;
        let before = book.clone();
        let done = change(&mut book)?;
        if book != before {
            self.write(&book)?;
        }
        Ok(done)
    }

    fn write(&self, book: &Book) -> Result<(), RegistryError> {
        let (home, path) = (self.home(), self.home().join(BOOK));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".registry-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut file =
            builder.tempfile_in(&home).map_err(RegistryError::file("create a file in", &home))?;
        let written =
            file.write_all(book.text().as_bytes()).and_then(|()| file.as_file().sync_all());
        written.map_err(RegistryError::file("write", file.path()))?;
        self.may("book")?;
        let named = file.persist(&path).map_err(|error| error.error);
        named.map_err(RegistryError::file("rename the finished file to", &path))?;
        files::sync_folder(&home)
    }

    /// Whether a step may be gone: always, but for a test that cuts one off.
    #[cfg(test)]
    fn may(&self, step: &'static str) -> Result<(), RegistryError> {
        if self.cut == Some(step) {
            return Err(RegistryError::Busy(format!("cut before {step}").into()));
        }
        Ok(())
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "a test's says no")]
    fn may(&self, _step: &'static str) -> Result<(), RegistryError> {
        Ok(())
    }
}

/// Holds the lock of a folder until it is dropped, or this process ends.
fn lock(home: &Path) -> Result<File, RegistryError> {
    let path = home.join(LOCK);
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(RegistryError::file("open", &path))?;
    for _ in 0..PATIENCE.0 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => sleep(PATIENCE.1),
            Err(TryLockError::Error(error)) => {
                return Err(RegistryError::file("lock", path)(error));
            }
        }
    }
    Err(RegistryError::Busy(home.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{About, Registry, Verdict, sha256};

    struct Place {
        folder: tempfile::TempDir,
        registry: Registry,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let place = folder.path().join("registry");
            let registry = Registry::open(place.to_str().expect("text"), "weir").expect("a place");
            Self { folder, registry }
        }

        fn model(&self, weights: &str) -> PathBuf {
            let folder = self.folder.path().join(weights);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(WEIGHTS_FILE), weights).expect("a file");
            fs::write(folder.join(CONFIG_FILE), "config").expect("a file");
            folder
        }

        fn add(&self, weights: &str) -> Result<Version, RegistryError> {
            self.registry.add(&self.model(weights), &About::default())
        }

        /// The same registry, cut off before a step.
        fn cut(&self, step: &'static str) -> Registry {
            let mut folder = Folder::new(&self.folder.path().join("registry"), "weir");
            folder.cut = Some(step);
            Registry { name: "weir".to_owned(), place: crate::Place::Folder(folder) }
        }

        fn at(&self) -> [Option<u32>; 3] {
            let number = |alias| Some(self.registry.alias(alias).expect("a place")?.number);
            Alias::ALL.map(number)
        }
    }

    #[test]
    fn a_version_is_what_was_added_and_lies_in_the_cache_as_such() {
        let place = Place::new();
        assert!(place.registry.versions().is_err_and(|error| error.is_lacking()), "no folder yet");
        let [gate, card] = ["gate.json", "card.md"].map(|name| place.folder.path().join(name));
        fs::write(&gate, "{}").expect("a file");
        fs::write(&card, "# card").expect("a file");
        let about = About {
            note: "first".to_owned(),
            gate: Verdict::Passed,
            forced: None,
            files: vec![("gate.json".to_owned(), gate), ("card.md".to_owned(), card)],
        };
        let added = place.registry.add(&place.model("one"), &about).expect("a version");
        assert_eq!((added.number, &added.sha256), (1, &sha256(b"one")));
        assert!(added.made_s > 1_700_000_000 && added.aliases.is_empty());
        assert_eq!(place.registry.versions().expect("one"), std::slice::from_ref(&added));
        let home = place.folder.path().join("registry/weir/versions/1");
        assert_eq!(fs::read_to_string(home.join("card.md")).expect("a card"), "# card");
        let cache = place.folder.path().join("cache");
        let fetched = place.registry.fetch(&added, &cache).expect("files");
        assert_eq!(fs::read(fetched.join(WEIGHTS_FILE)).expect("weights"), b"one");
        // What lies in the registry is believed as little as what comes from a server.
        fs::write(home.join(WEIGHTS_FILE), "two").expect("a file");
        fs::remove_dir_all(&cache).expect("no cache");
        let error = place.registry.fetch(&added, &cache).expect_err("damaged");
        assert!(matches!(error, RegistryError::Damaged { .. }), "{error}");
        let json = serde_json::to_string(&added).expect("JSON");
        assert_eq!(serde_json::from_str::<Version>(&json).expect("a version"), added);
    }

    #[test]
    fn the_same_is_there_once_and_another_word_makes_another() {
        let place = Place::new();
        let first = place.add("one").expect("a version");
        assert_eq!(place.add("one").expect("the same"), first);
        let about = About { forced: Some("because".to_owned()), ..About::default() };
        let again = place.registry.add(&place.model("one"), &about).expect("a version");
        assert_eq!((again.number, again.sha256), (2, first.sha256));
    }

    #[test]
    fn what_a_cut_leaves_is_mended_by_saying_it_again() {
        let place = Place::new();
        for weights in ["one", "two"] {
            let version = place.add(weights).expect("a version");
            place.registry.promote(version.number).expect("promoted");
        }
        let before = place.registry.versions().expect("two");
        let about = About::default();
        for step in ["files", "book"] {
            let cut = place.cut(step);
            cut.add(&place.model("three"), &about).expect_err("cut");
            assert_eq!(place.registry.versions().expect("two"), before, "before {step}");
        }
        let third = place.add("three").expect("a version");
        // The folder of the addition that was cut is left alone.
        assert_eq!((third.number, &third.sha256), (4, &sha256(b"three")));
        let cut = place.cut("book");
        cut.promote(4).expect_err("cut");
        cut.rollback().map(drop).expect_err("cut");
        cut.point(Alias::Challenger, 4).expect_err("cut");
        assert_eq!(place.at(), [Some(2), None, Some(1)], "there is a champion all the time");
        place.registry.promote(4).expect("promoted");
        assert_eq!(place.at(), [Some(4), None, Some(2)]);
        assert_eq!(place.registry.rollback().expect("a way back").number, 2);
        assert_eq!(place.at(), [Some(2), None, Some(4)]);
        let home = fs::read_dir(place.folder.path().join("registry/weir")).expect("a folder");
        let mut names: Vec<_> = home.map(|e| e.expect("an entry").file_name()).collect();
        names.sort();
        assert_eq!(names, [LOCK, BOOK, VERSIONS], "and nothing else lies there");
    }

    #[test]
    fn nobody_loses_the_word_of_another() {
        let place = Place::new();
        let models: Vec<PathBuf> = (0..8).map(|k| place.model(&format!("model-{k}"))).collect();
        std::thread::scope(|scope| {
            for model in &models {
                scope.spawn(|| {
                    let version = place.registry.add(model, &About::default()).expect("added");
                    place.registry.promote(version.number).expect("promoted");
                });
            }
        });
        let versions = place.registry.versions().expect("all");
        let mut numbers: Vec<u32> = versions.iter().map(|version| version.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
        let [champion, _, previous] = place.at();
        assert!(champion.is_some() && previous.is_some() && champion != previous);
    }

    #[test]
    fn a_damaged_book_is_refused_by_its_name_and_never_written_over() {
        let place = Place::new();
        place.add("one").expect("a version");
        let book = place.folder.path().join("registry/weir").join(BOOK);
        fs::write(&book, "{").expect("damage");
        for error in [
            place.registry.versions().map(drop).expect_err("damaged"),
            place.registry.promote(1).expect_err("damaged"),
            place.add("two").map(drop).expect_err("damaged"),
        ] {
            assert!(error.to_string().contains(BOOK) && !error.is_lacking(), "{error}");
        }
        assert_eq!(fs::read_to_string(&book).expect("the file"), "{");
    }

    #[test]
    fn a_folder_without_a_model_and_names_that_lead_elsewhere_are_refused() {
        let place = Place::new();
        let model = place.model("one");
        for name in ["../x", WEIGHTS_FILE, "/x"] {
            let about = About { files: vec![(name.to_owned(), model.clone())], ..About::default() };
            place.registry.add(&model, &about).expect_err(name);
        }
        let about = About { note: "x".repeat(1001), ..About::default() };
        assert!(place.registry.add(&model, &about).is_err(), "a note of a thousand words");
        fs::remove_file(model.join(CONFIG_FILE)).expect("a file");
        let error = place.registry.add(&model, &About::default()).expect_err("no model");
        assert!(error.to_string().contains(CONFIG_FILE) && !error.is_lacking(), "{error}");
    }
}
