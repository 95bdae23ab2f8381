//! Where a run is written down.

use std::collections::BTreeMap;
use std::path::Path;

/// Takes notes of a run, from any of its threads. Nothing that goes wrong with notes
/// stops a run.
pub trait Tracker: Send + Sync {
    /// Steps between two of which it takes the losses: a file or a server keeps every tenth.
    fn every(&self) -> u64 {
        10
    }
    /// A number that decides the run.
    fn parameter(&self, key: &str, value: &str);
    /// Something to find the run by.
    fn tag(&self, key: &str, value: &str);
    /// A number that the run yields at a step.
    fn metric(&self, key: &str, value: f64, step: u64);
    /// Data that the run was given.
    fn data(&self, data: &DataUsed);
    /// A file that the run made, under `folder` of its notes.
    fn artifact(&self, file: &Path, folder: &str);
    /// A picture of how far the run is, as a PNG.
    fn picture(&self, key: &str, step: u64, png: &Path);
    /// What the run brought forth.
    fn model(&self, model: &ModelMade<'_>);
}

/// Data that a run was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataUsed {
    /// Name of the data set.
    pub name: String,
    /// What identifies it, at most 36 characters.
    pub digest: String,
    /// Where it lies.
    pub source: String,
    /// What the run uses it for: `training` or `validation`.
    pub purpose: &'static str,
    /// Scenes of it that the run is given.
    pub scenes: usize,
    /// Frames of these.
    pub frames: usize,
}

/// A model that a run brought forth.
#[derive(Clone, Copy, Debug)]
pub struct ModelMade<'a> {
    /// Its name.
    pub name: &'a str,
    /// Steps that it has learned for.
    pub steps: u64,
    /// The folder with its files.
    pub folder: &'a Path,
    /// Names of the files.
    pub files: &'a [&'a str],
    /// Where it comes from.
    pub origin: &'a BTreeMap<String, String>,
    /// Its name in the registry, if it is to be there.
    pub registered: Option<&'a str>,
}
