//! Where a data set is kept: a folder, or a bucket by its URL.

mod bucket;
mod folder;

use crate::{Fault, FileError};

pub use bucket::Bucket;
pub use folder::Folder;

/// A place for named files. Names are relative and use `/`.
pub trait Storage: Sync {
    /// Keeps a file, whole or not at all.
    ///
    /// # Errors
    /// The place does not take it; what had the name before still has it.
    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), FileError>;

    /// A file's contents; `None` if it is not there.
    ///
    /// # Errors
    /// It is there and cannot be read.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, FileError>;
}

/// Opens the place that `out` names: a URL such as `s3://bucket/water`, or else a
/// folder, which is made if it is not there.
///
/// # Errors
/// A URL of a kind that this build does not know, or a folder that cannot be made.
pub fn open(out: &str) -> Result<Box<dyn Storage>, FileError> {
    // A letter and a colon are a Windows drive.
    match url::Url::parse(out) {
        Ok(url) if url.scheme().len() > 1 => Ok(Box::new(Bucket::open(&url)?)),
        _ => Ok(Box::new(Folder::create(out)?)),
    }
}

/// Reads a file that has to be there.
pub(crate) fn require(storage: &dyn Storage, name: &str) -> Result<Vec<u8>, FileError> {
    storage.get(name)?.ok_or_else(|| Fault::Absent.of(name.as_ref()))
}
