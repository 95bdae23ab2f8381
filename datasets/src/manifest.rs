//! What a data set consists of, and how to know that it is whole.

use serde::{Deserialize, Serialize};

use crate::digest::sha256;
use crate::motion::Motion;
use crate::recipe::{Card, Scenes};
use crate::storage::{Storage, require};
use crate::{Fault, FileError, Recipe, Split};

/// The version of `manifest.json` that this crate writes and reads.
pub const MANIFEST_VERSION: i64 = 1;

pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const METADATA: &str = "metadata.json";

/// The contents of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub schema_version: i64,
    /// Version of the crate that wrote it.
    pub weir_version: String,
    /// Commit that the crate was built from, if known.
    pub commit: Option<String>,
    /// Name of the data set.
    pub name: String,
    /// What people should know of it.
    pub card: Card,
    /// How many scenes there are to be.
    pub expected: Scenes,
    /// Frames per simulated second.
    pub fps: f64,
    /// Frames of a scene after the initial state.
    pub sequence_length: usize,
    /// Lowest and highest coordinate, by axis, metres.
    pub bounds_m: [[f64; 2]; 2],
    /// Side of a grid cell, metres: two distances of particles.
    pub cell_m: f64,
    /// What it was drawn from; nothing if the scenes came from elsewhere.
    pub recipe: Option<Recipe>,
    /// Whether every expected scene is there.
    pub complete: bool,
    /// The scenes that are there, by index.
    pub scenes: Vec<Entry>,
}

/// What a manifest says about a scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Number of the scene in its recipe.
    pub index: usize,
    /// The file, relative to the manifest.
    pub file: String,
    /// What the scene is for.
    pub split: Split,
    /// The recipe's seed.
    pub seed: u64,
    /// What made the frames, with its version.
    pub producer: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// Checksum of the file, hexadecimal.
    pub sha256: String,
    /// Checksum of the scene's JSON, hexadecimal.
    pub scene_sha256: String,
    /// Frames in the file, the initial state included.
    pub frames: usize,
    /// Particles that ever lived.
    pub particles: usize,
    /// Rigid bodies.
    pub bodies: usize,
    /// How particles move.
    pub motion: Motion,
}

/// What graph networks ask of a data set, by the names that GNS and
/// LagrangeBench gave them. Velocities are ways from frame to frame, metres.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Lowest and highest coordinate, by axis, metres.
    pub bounds: [[f64; 2]; 2],
    /// Time between two frames, seconds.
    pub dt: f64,
    /// Axes.
    pub dim: usize,
    /// Frames of a scene after the initial state.
    pub sequence_length: usize,
    /// Within which particles count as neighbours, metres: a cell and a half,
    /// three distances of particles in a full block.
    pub default_connectivity_radius: f64,
    /// Mean way in a frame, by axis.
    pub vel_mean: [f64; 2],
    /// Its standard deviation.
    pub vel_std: [f64; 2],
    /// Mean change of the way in a frame, by axis.
    pub acc_mean: [f64; 2],
    /// Its standard deviation.
    pub acc_std: [f64; 2],
}

/// Cells within which particles count as neighbours.
const CONNECTIVITY_CELLS: f64 = 1.5;

impl Entry {
    /// The file of scene `index`.
    pub(crate) fn file_name(index: usize) -> String {
        format!("scenes/{index:05}.h5")
    }

    /// The receipt of scene `index`: its entry, written when its file is whole.
    /// Machines that make different scenes never write the same file.
    pub(crate) fn receipt_name(index: usize) -> String {
        format!("receipts/{index:05}.json")
    }

    /// The receipt of scene `index`; `None` if there is none that can be read.
    pub(crate) fn receipt(storage: &dyn Storage, index: usize) -> Result<Option<Self>, FileError> {
        let text = storage.get(&Self::receipt_name(index))?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }

    /// Writes the receipt.
    pub(crate) fn hand_out(&self, storage: &dyn Storage) -> Result<(), FileError> {
        let name = Self::receipt_name(self.index);
        storage.put(&name, json(&name, self)?)
    }

    /// Checks a file's bytes against the entry.
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.len() as u64 != self.bytes {
            return Err(Fault::Size { got: bytes.len() as u64, takes: self.bytes });
        }
        let got = sha256(bytes);
        if got != self.sha256 {
            return Err(Fault::Checksum { got, takes: self.sha256.clone() });
        }
        Ok(())
    }
}

impl Manifest {
    /// Collects the receipts of all scenes, whoever made them, and writes
    /// `manifest.json` and `metadata.json` for what there is.
    pub(crate) fn publish(
        recipe: &Recipe,
        commit: Option<&str>,
        storage: &dyn Storage,
    ) -> Result<Self, FileError> {
        let mut scenes = Vec::new();
        for index in 0..recipe.scene_count() {
            scenes.extend(Entry::receipt(storage, index)?);
        }
        let manifest = Self {
            schema_version: MANIFEST_VERSION,
            weir_version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: commit.map(str::to_owned),
            name: recipe.name.clone(),
            card: recipe.card.clone(),
            expected: recipe.scenes,
            fps: recipe.fps,
            sequence_length: recipe.frames() - 1,
            bounds_m: [[0.0, recipe.domain.width_m.high()], [0.0, recipe.domain.height_m.high()]],
            cell_m: recipe.domain.cell_m,
            recipe: Some(recipe.clone()),
            complete: scenes.len() == recipe.scene_count(),
            scenes,
        };
        manifest.write(storage)?;
        Ok(manifest)
    }

    /// Writes `metadata.json` and `manifest.json`.
    pub(crate) fn write(&self, storage: &dyn Storage) -> Result<(), FileError> {
        storage.put(METADATA, json(METADATA, &self.metadata())?)?;
        storage.put(MANIFEST, json(MANIFEST, self)?)
    }

    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// It is not there, is not one, or is another version's.
    pub fn read(storage: &dyn Storage) -> Result<Self, FileError> {
        #[derive(Deserialize)]
        struct Versioned {
            schema_version: i64,
        }
        let text = require(storage, MANIFEST)?;
        let parse = || {
            let unreadable = |error: serde_json::Error| Fault::Text {
                kind: "manifest",
                reason: error.to_string(),
            };
            let version = serde_json::from_slice::<Versioned>(&text).map_err(unreadable)?;
            if version.schema_version != MANIFEST_VERSION {
                let item = "`schema_version`".to_owned();
                let (got, takes) = (version.schema_version, MANIFEST_VERSION);
                return Err(Fault::Version { item, got, takes });
            }
            serde_json::from_slice(&text).map_err(unreadable)
        };
        parse().map_err(|fault| fault.of(MANIFEST.as_ref()))
    }

    /// Numbers to normalise by: of the training scenes, or of all if there are none.
    pub fn metadata(&self) -> Metadata {
        let mut motion = Motion::default();
        let train = self.scenes.iter().filter(|entry| entry.split == Split::Train);
        train.for_each(|entry| motion.join(&entry.motion));
        if motion.velocity.count == 0 {
            self.scenes.iter().for_each(|entry| motion.join(&entry.motion));
        }
        Metadata {
            bounds: self.bounds_m,
            dt: 1.0 / self.fps,
            dim: 2,
            sequence_length: self.sequence_length,
            default_connectivity_radius: CONNECTIVITY_CELLS * self.cell_m,
            vel_mean: motion.velocity.mean(),
            vel_std: motion.velocity.deviation(),
            acc_mean: motion.acceleration.mean(),
            acc_std: motion.acceleration.deviation(),
        }
    }

    /// Expected scenes that are not there.
    pub fn missing(&self) -> Vec<usize> {
        let mut present = self.scenes.iter().map(|entry| entry.index).peekable();
        (0..self.expected.count()).filter(|index| present.next_if_eq(index).is_none()).collect()
    }
}

/// Lines of JSON, with one at the end.
fn json(name: &str, value: &impl Serialize) -> Result<Vec<u8>, FileError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| {
        Fault::Text { kind: "JSON value", reason: error.to_string() }.of(name.as_ref())
    })?;
    text.push(b'\n');
    Ok(text)
}
