//! Files and what identifies them.

use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::RegistryError;

/// Name of the file that describes a model.
pub const CONFIG_FILE: &str = "model.toml";
/// Name of the file with its weights.
pub const WEIGHTS_FILE: &str = "model.safetensors";
/// Name of the file with what the gate measured and said.
pub const GATE_FILE: &str = "gate.json";

/// SHA-256 of bytes, hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file, hexadecimal.
///
/// # Errors
/// It cannot be read.
pub fn sha256_of(path: &Path) -> Result<String, RegistryError> {
    let read = RegistryError::file("read", path);
    each_piece(path, |_| Ok(())).map_err(read)
}

/// Copies a file to the disk; returns the SHA-256 of what went there.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<String, RegistryError> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(RegistryError::file("create", folder))?;
    }
    let mut file = File::create(to).map_err(RegistryError::file("create", to))?;
    let copied = each_piece(from, |piece| file.write_all(piece));
    let sha256 = copied.map_err(RegistryError::file("copy", from))?;
    file.sync_all().map_err(RegistryError::file("write", to))?;
    Ok(sha256)
}

fn each_piece(
    path: &Path,
    mut then: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<String> {
    let (mut reader, mut hash) = (BufReader::new(File::open(path)?), Sha256::new());
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = reader.read(&mut piece)?;
        if read == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&piece[..read]);
        then(&piece[..read])?;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether this is a SHA-256 as we write it: it becomes the name of a folder.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether this is a path that stays where it is put, on any system and server.
pub(crate) fn is_plain(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let part = |part: &str| !matches!(part, "" | "." | "..") && part.chars().all(word);
    name.split('/').all(part)
}

/// A new folder beside others, with the rights of any folder.
pub(crate) fn stage(within: &Path) -> Result<tempfile::TempDir, RegistryError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".staged-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    builder.tempdir_in(within).map_err(RegistryError::file("create a folder in", within))
}

/// Has the entries of a folder written to the disk, where a system can be asked for that.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), RegistryError> {
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(RegistryError::file("write", folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_hash_of_its_bytes_also_where_it_is_copied() {
        let folder = tempfile::tempdir().expect("a folder");
        let [from, to] = ["a", "b/c"].map(|name| folder.path().join(name));
        let bytes: Vec<u8> = (0..200_000_u32).map(|k| (k % 251) as u8).collect();
        fs::write(&from, &bytes).expect("a file");
        let all =
            [sha256(&bytes), sha256_of(&from).expect("read"), copy(&from, &to).expect("copied")];
        assert!(all.iter().all(|hash| *hash == all[0] && is_sha256(hash)), "{all:?}");
        assert_eq!(fs::read(&to).expect("the copy"), bytes);
        // FIPS 180-2, appendix B.1.
        assert!(sha256(b"abc").starts_with("ba7816bf8f01cfea414140de5dae2223"));
        assert!(!is_sha256(&"A".repeat(64)) && !is_sha256("../"));
    }

    #[test]
    fn only_plain_paths_are_plain() {
        for good in ["gate.json", "failures/a-1.png"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "../a", "a/../b", ".", "a\\b", "a b", "C:a"] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
