//! Files that are either whole or not there.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::{Builder, NamedTempFile};

use crate::failure::Failure;

/// A file under a temporary name beside its destination. [`NewFile::keep`]
/// gives it its own name in one step; dropped before that, it is gone.
///
/// It is made when the run starts, so that a destination that cannot be written
/// is known before the work, not after.
pub struct NewFile {
    temporary: NamedTempFile,
    destination: PathBuf,
}

impl NewFile {
    /// Makes the temporary file for `destination`, which the user gave as `flag`.
    ///
    /// # Errors
    /// [`Failure::BadInput`] if the folder does not exist or takes no files, or
    /// the destination is a folder.
    pub fn create(flag: &str, destination: &Path) -> Result<Self, Failure> {
        let refuse = |why: &str| {
            let got = destination.display();
            Failure::BadInput(format!("{flag}: got {got}, takes a file {why}"))
        };
        if destination.is_dir() {
            return Err(refuse("name, and that is a folder"));
        }
        let folder = match destination.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(refuse(&format!(
                "in a folder that exists, and {} does not",
                folder.display()
            )));
        }
        let mut builder = Builder::new();
        builder.prefix(".weir-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file, not private as temporary files are; the umask still applies.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let temporary = builder
            .tempfile_in(folder)
            .map_err(|error| refuse(&format!("in a folder that can be written to: {error}")))?;
        Ok(Self { temporary, destination: destination.to_path_buf() })
    }

    /// Where the file is for now.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Where it will be.
    pub fn destination(&self) -> &Path {
        &self.destination
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        self.temporary.as_file_mut()
    }

    /// Gives the file its name, replacing what had it.
    ///
    /// # Errors
    /// The rename fails.
    pub fn keep(self) -> anyhow::Result<()> {
        let Self { temporary, destination } = self;
        temporary
            .persist(&destination)
            .with_context(|| format!("giving {} its name", destination.display()))?;
        Ok(())
    }
}
