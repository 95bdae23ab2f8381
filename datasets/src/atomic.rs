//! Files that are there whole or not at all.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::{Fault, FileError};

/// Writes a file beside `path`, and renames it over `path` when it is whole and
/// on the disk. When `fill` fails, or the process ends, what stood at `path`
/// still does. `fill` does its own buffering.
pub(crate) fn write(
    path: &Path,
    fill: impl FnOnce(&mut File) -> Result<(), Fault>,
) -> Result<(), Fault> {
    // The same folder, because a rename does not reach across file systems.
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".weir-").suffix(".partial");
    // The temporary file becomes the real one, so it takes a file's usual rights.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(Fault::io("create a file in its folder"))?;
    fill(file.as_file_mut())?;
    file.as_file().sync_all().map_err(Fault::io("write to the disk"))?;
    let renamed = file.persist(path).map_err(|error| error.error);
    renamed.map(drop).map_err(Fault::io("rename the finished file"))
}

/// Writes `bytes` at `path`: all of them, or what stood there before still does.
///
/// # Errors
/// The file system refuses.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write(path, |file| write_all(file, bytes)).map_err(|fault| fault.of(path))
}

/// For `fill`: a file that is in memory.
pub(crate) fn write_all(file: &mut File, bytes: &[u8]) -> Result<(), Fault> {
    file.write_all(bytes).map_err(Fault::io("write"))
}
