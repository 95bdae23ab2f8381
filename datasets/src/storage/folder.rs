//! A folder on this machine.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::Storage;
use crate::atomic::{self, write_all};
use crate::{Fault, FileError};

/// A folder on this machine. Files are on the disk before they have their names.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder, made if it is not there.
    ///
    /// # Errors
    /// It is not there and cannot be made.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, FileError> {
        let path = path.into();
        std::fs::create_dir_all(&path)
            .map_err(|error| Fault::io("make the folder")(error).of(&path))?;
        Ok(Self(path))
    }

    /// A folder that is there.
    ///
    /// # Errors
    /// It is not.
    pub fn existing(path: impl Into<PathBuf>) -> Result<Self, FileError> {
        let path = path.into();
        if path.is_dir() { Ok(Self(path)) } else { Err(Fault::Absent.of(&path)) }
    }
}

impl Storage for Folder {
    fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), FileError> {
        let path = self.0.join(name);
        let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder
            .map_err(Fault::io("make its folder"))
            .and_then(|()| atomic::write(&path, |file| write_all(file, &bytes)))
            .map_err(|fault| fault.of(&path))
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        let path = self.0.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Fault::io("read")(error).of(&path)),
        }
    }
}
