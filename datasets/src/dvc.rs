//! A data set under DVC: what `dvc add` would have written, without DVC.
//!
//! DVC names each file by its MD5 and keeps it under
//! `.dvc/cache/files/md5/ab/cdef…`; a folder is a JSON list of its files, kept in
//! the same way with `.dir` after its name; and `data.dvc` beside the folder
//! `data` says which list is meant. With the three in place, plain `dvc status`,
//! `dvc push` and `dvc pull` do the rest.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use crate::atomic;
use crate::digest::hexadecimal;
use crate::{Fault, FileError};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// The `.dvc` file.
    pub pointer: PathBuf,
    /// The cache that has the contents.
    pub cache: PathBuf,
    /// Files in the folder.
    pub files: usize,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// Puts the folder's files into the cache of the DVC repository that it is in,
/// and writes its `.dvc` file beside it.
///
/// # Errors
/// The folder is not in a DVC repository (`dvc init` makes one), or a file
/// cannot be read or written.
pub fn track(folder: &Path) -> Result<Tracked, FileError> {
    let absolute = fs::canonicalize(folder).map_err(|error| Fault::io("find")(error).of(folder))?;
    let inside = || Fault::Absent.of(&folder.join(".dvc"));
    let repository = absolute.ancestors().skip(1).find(|above| above.join(".dvc").is_dir());
    let cache = repository.ok_or_else(inside)?.join(".dvc/cache/files/md5");
    let name = absolute.file_name().and_then(|name| name.to_str()).ok_or_else(inside)?;

    let mut names = Vec::new();
    list(&absolute, "", &mut names)?;
    // As Python sorts them: by code points, which UTF-8 keeps in order.
    names.sort();
    let mut bytes = 0;
    let mut listing = Vec::new();
    for relpath in &names {
        let path = absolute.join(relpath);
        let (md5, length) = store(&path, &cache)?;
        bytes += length;
        let text = |text: &str| serde_json::Value::from(text).to_string();
        listing.push(format!("{{\"md5\": \"{md5}\", \"relpath\": {}}}", text(relpath)));
    }
    // To the byte what Python's `json` writes, or the checksum would be another.
    let listing = format!("[{}]", listing.join(", "));
    let md5 = hexadecimal(&Md5::digest(listing.as_bytes()));
    let object = object(&cache, &format!("{md5}.dir"));
    put(&object, listing.as_bytes())?;

    let pointer = absolute.with_file_name(format!("{name}.dvc"));
    let text = format!(
        "outs:\n- md5: {md5}.dir\n  size: {bytes}\n  nfiles: {}\n  hash: md5\n  path: {}\n",
        names.len(),
        serde_json::Value::from(name)
    );
    put(&pointer, text.as_bytes())?;
    Ok(Tracked { pointer, cache, files: names.len(), bytes })
}

/// The files under a folder, by names relative to the first, with `/` between.
fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), FileError> {
    let failed = |error| Fault::io("list")(error).of(folder);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            let reason = "a name that is not UTF-8".to_owned();
            return Err(Fault::Text { kind: "file name", reason }.of(&path));
        };
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            list(&path, &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// Copies a file into the cache unless it is there; its MD5 and length.
fn store(path: &Path, cache: &Path) -> Result<(String, u64), FileError> {
    let failed = |error| Fault::io("read")(error).of(path);
    let mut file = fs::File::open(path).map_err(failed)?;
    let (mut md5, mut length) = (Md5::new(), 0);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed(error)),
        };
        md5.update(&buffer[..read]);
        length += read as u64;
    }
    let md5 = hexadecimal(&md5.finalize());
    let object = object(cache, &md5);
    if fs::metadata(&object).is_ok_and(|there| there.len() == length) {
        return Ok((md5, length));
    }
    make_folder(&object)?;
    let copied = atomic::write(&object, |out| {
        // Through the kernel, which shares the blocks where the file system can.
        let mut from = fs::File::open(path).map_err(Fault::io("read"))?;
        std::io::copy(&mut from, out).map_err(Fault::io("write")).map(drop)
    });
    copied.map_err(|fault| fault.of(&object))?;
    Ok((md5, length))
}

fn object(cache: &Path, name: &str) -> PathBuf {
    cache.join(&name[..2]).join(&name[2..])
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    make_folder(path)?;
    atomic::write_whole(path, bytes)
}

fn make_folder(of: &Path) -> Result<(), FileError> {
    let made = of.parent().map_or(Ok(()), fs::create_dir_all);
    made.map_err(|error| Fault::io("make its folder")(error).of(of))
}
