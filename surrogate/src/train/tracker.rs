//! Where a run is written down.

use std::path::Path;

/// Takes notes of a run. Nothing that goes wrong with notes stops a run.
pub trait Tracker {
    /// A number that decides the run.
    fn parameter(&mut self, key: &str, value: &str);
    /// A number that the run yields at a step.
    fn metric(&mut self, key: &str, value: f64, step: u64);
    /// A file that the run made, under `folder` of its notes.
    fn artifact(&mut self, file: &Path, folder: &str);
}

/// Takes no notes.
pub struct NoTracker;

impl Tracker for NoTracker {
    fn parameter(&mut self, _key: &str, _value: &str) {}
    fn metric(&mut self, _key: &str, _value: f64, _step: u64) {}
    fn artifact(&mut self, _file: &Path, _folder: &str) {}
}
