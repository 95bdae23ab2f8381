//! A data set in a folder, as a trainer reads it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use weir_scene::{Scene, SceneError};

use crate::digest::sha256;
use crate::manifest::{Entry, Manifest, Metadata};
use crate::storage::Folder;
use crate::window::{Places, Window};
use crate::{Fault, FileError, Split, StoredTrajectory, trajectory};

/// A data set in a folder of this machine. Reading is safe from many threads.
#[derive(Debug)]
pub struct Dataset {
    folder: PathBuf,
    manifest: Manifest,
    /// For each entry: where its arrays are, once somebody has asked.
    places: Vec<OnceLock<Places>>,
}

impl Dataset {
    /// Opens a data set that is complete. Looks at every file's size, not at its
    /// contents; [`Dataset::verify`] does that.
    ///
    /// # Errors
    /// No manifest, one of another version, scenes that were never made, or a
    /// file that is gone or of another size.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, FileError> {
        let dataset = Self::open_part(folder)?;
        let missing = dataset.manifest.missing();
        if !missing.is_empty() {
            let expected = dataset.manifest.expected.count();
            return Err(Fault::MissingScenes { missing, expected }.of(&dataset.folder));
        }
        Ok(dataset)
    }

    /// As [`Dataset::open`], but takes a data set of which not all scenes are made yet.
    ///
    /// # Errors
    /// As [`Dataset::open`], except for scenes that were never made.
    pub fn open_part(folder: impl Into<PathBuf>) -> Result<Self, FileError> {
        let dataset = Self::open_unchecked(folder)?;
        for entry in &dataset.manifest.scenes {
            let path = dataset.folder.join(&entry.file);
            match std::fs::metadata(&path) {
                Ok(file) if file.len() == entry.bytes => {}
                Ok(file) => {
                    return Err(Fault::Size { got: file.len(), takes: entry.bytes }.of(&path));
                }
                Err(_) => return Err(Fault::Absent.of(&path)),
            }
        }
        Ok(dataset)
    }

    /// Opens a data set without a look at its files.
    pub(crate) fn open_unchecked(folder: impl Into<PathBuf>) -> Result<Self, FileError> {
        let folder = folder.into();
        let manifest = Manifest::read(&Folder::existing(&folder)?)
            .map_err(|error| error.fault.of(&folder.join(&error.path)))?;
        let places = manifest.scenes.iter().map(|_| OnceLock::new()).collect();
        Ok(Self { folder, manifest, places })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it consists of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Numbers to normalise by.
    pub fn metadata(&self) -> Metadata {
        self.manifest.metadata()
    }

    /// The scenes of a split, in order.
    pub fn scenes(&self, split: Split) -> impl Iterator<Item = SceneFile<'_>> {
        self.all_scenes().filter(move |scene| scene.entry.split == split)
    }

    /// All scenes, in order.
    pub fn all_scenes(&self) -> impl Iterator<Item = SceneFile<'_>> {
        let pairs = self.manifest.scenes.iter().zip(&self.places);
        pairs.map(|(entry, places)| SceneFile { dataset: self, entry, places })
    }

    /// Reads `frames` frames of a scene from `first_frame` on, and nothing else.
    ///
    /// # Errors
    /// The scene does not have these frames, or its file is gone, cut off,
    /// damaged or of another form.
    pub fn window(
        &self,
        scene: &SceneFile<'_>,
        first_frame: usize,
        frames: usize,
    ) -> Result<Window, FileError> {
        let mut window = Window::default();
        scene.read_window(first_frame, frames, &mut window)?;
        Ok(window)
    }

    /// Reads every file and compares its checksum.
    ///
    /// # Errors
    /// The first file that is not what was written.
    pub fn verify(&self) -> Result<(), FileError> {
        self.all_scenes().try_for_each(|scene| scene.verify())
    }
}

/// A scene of a data set, not read yet.
#[derive(Clone, Copy, Debug)]
pub struct SceneFile<'a> {
    dataset: &'a Dataset,
    entry: &'a Entry,
    places: &'a OnceLock<Places>,
}

impl SceneFile<'_> {
    /// What the manifest says about it.
    pub fn entry(&self) -> &Entry {
        self.entry
    }

    /// Its file.
    pub fn path(&self) -> PathBuf {
        self.dataset.folder.join(&self.entry.file)
    }

    /// The scene: drawn anew from the recipe, which reads no file, or taken from
    /// the file if something else drew it.
    ///
    /// # Errors
    /// The file has to be read and cannot be, or holds no scene.
    pub fn scene(&self) -> Result<Scene, FileError> {
        if let Some(recipe) = &self.dataset.manifest.recipe
            && let Ok(scene) = recipe.scene(self.entry.index)
            && let Ok(json) = scene.to_json()
            && sha256(json.as_bytes()) == self.entry.scene_sha256
        {
            return Ok(scene);
        }
        let unreadable = |error: SceneError| {
            Fault::Text { kind: "scene", reason: error.to_string() }.of(&self.path())
        };
        Scene::from_json(&self.read()?.scene_json).map_err(unreadable)
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// As [`crate::read`].
    pub fn read(&self) -> Result<StoredTrajectory, FileError> {
        trajectory::read(self.path())
    }

    /// As [`Dataset::window`], into memory that is used again.
    ///
    /// # Errors
    /// As [`Dataset::window`].
    pub fn read_window(
        &self,
        first_frame: usize,
        frames: usize,
        window: &mut Window,
    ) -> Result<(), FileError> {
        let path = self.path();
        let read = self.find(&path).and_then(|places| {
            places.read(&path, first_frame..first_frame.saturating_add(frames), window)
        });
        read.map_err(|fault| fault.of(&path))
    }

    /// Compares the file's checksum.
    ///
    /// # Errors
    /// The file is gone or is not what was written.
    pub fn verify(&self) -> Result<(), FileError> {
        let path = self.path();
        let bytes = std::fs::read(&path).map_err(|error| Fault::io("read")(error).of(&path))?;
        self.entry.check(&bytes).map_err(|fault| fault.of(&path))
    }

    fn find(&self, path: &Path) -> Result<&Places, Fault> {
        if let Some(places) = self.places.get() {
            return Ok(places);
        }
        let places = Places::find(path)?;
        let got = places.shape();
        let takes = [self.entry.frames, self.entry.particles];
        if got != takes {
            let (got, takes) = (format!("shape {got:?}"), format!("shape {takes:?}"));
            return Err(Fault::form("dataset `position`".to_owned(), got, takes));
        }
        Ok(self.places.get_or_init(|| places))
    }
}
