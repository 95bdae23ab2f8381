//! The files of a model, believed only if they are known.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::OpenError;

/// A file that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// Its name in the folder.
    pub file: &'static str,
    /// Its SHA-256 in hexadecimal.
    pub sha256: &'static str,
}

/// Files of `sentence-transformers/all-MiniLM-L6-v2`, revision 1110a243.
pub const PINS: [Pin; 4] = [
    Pin {
        file: "config.json",
        sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    },
    Pin {
        file: "tokenizer.json",
        sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    Pin {
        file: "vocab.txt",
        sha256: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
    Pin {
        file: "model.safetensors",
        sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    },
];

/// Which files are believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those of [`PINS`].
    #[default]
    Pinned,
    /// Any, such as those of a model that was tuned. They are checked as all others are, and can
    /// only be wrong: a file has nothing in it that is run.
    AllowUnpinned,
}

/// A file that was read.
pub(crate) struct File {
    /// For errors.
    pub path: String,
    pub bytes: Vec<u8>,
    /// In hexadecimal.
    pub sha256: String,
}

impl File {
    /// Reads a file of a folder.
    pub fn read(folder: &Path, name: &str, trust: Trust) -> Result<Self, OpenError> {
        let path = folder.join(name);
        let (bytes, path) = (std::fs::read(&path), path.display().to_string());
        let bytes = bytes.map_err(|source| OpenError::Read { file: path.clone(), source })?;
        let sha256: String =
            Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let is_known = PINS.iter().any(|pin| pin.file == name && pin.sha256 == sha256);
        match trust {
            Trust::Pinned if !is_known => Err(OpenError::Unpinned { file: path, sha256 }),
            Trust::Pinned | Trust::AllowUnpinned => Ok(Self { path, bytes, sha256 }),
        }
    }

    /// That this file is not what its name says.
    pub fn malformed(&self, why: impl ToString) -> OpenError {
        OpenError::Malformed { file: self.path.clone(), why: why.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_read_only_if_that_is_allowed() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("vocab.txt"), "[PAD]\n").expect("a file");
        let read = |name, trust| File::read(folder.path(), name, trust).map(|file| file.sha256);
        let refused = read("vocab.txt", Trust::Pinned).expect_err("unknown").to_string();
        let hash = read("vocab.txt", Trust::AllowUnpinned).expect("a file");
        assert!(refused.contains("vocab.txt") && refused.contains(&hash), "{refused}");
        let missing = read("config.json", Trust::AllowUnpinned).expect_err("no file");
        assert!(matches!(missing, OpenError::Read { .. }) && missing.to_string().contains("json"));
    }
}
