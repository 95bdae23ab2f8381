//! `gate.json`: what was measured, and what was decided.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use weir_surrogate::gate::{Decision, Limits, Measured};

use crate::failure::Failure;
use crate::new_file::NewFile;

/// Version of the file.
pub const VERSION: u32 = 1;
const JSON: &str = "gate.json";
const CARD: &str = "card.md";

/// All of a gate. It has what its decision follows from, so that anybody can decide again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateFile {
    /// [`VERSION`].
    pub version: u32,
    /// When it was made, seconds since 1970.
    pub made_s: u64,
    /// The version of weir.
    pub weir: String,
    /// The commit that it was built from, if that was known.
    pub commit: Option<String>,
    /// Names of the data sets.
    pub data: Vec<String>,
    /// Last frame that was compared with the reference.
    pub frames: usize,
    /// Frames that the networks ran on for.
    pub long_frames: usize,
    /// What it takes.
    pub limits: Limits,
    /// The network that was judged.
    pub candidate: Measured,
    /// The network that it was compared with.
    pub champion: Measured,
    /// What came of it.
    pub decision: Decision,
}

impl GateFile {
    /// Reads one, strictly.
    ///
    /// # Errors
    /// It is not there, or none.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let refused = |why: String| Failure::BadInput(format!("{}: {why}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        let none = |error: serde_json::Error| refused(format!("is no gate.json: {error}"));
        let Head { version } = serde_json::from_str(&text).map_err(none)?;
        if version != VERSION {
            return Err(refused(format!("is of version {version}, takes {VERSION}")));
        }
        serde_json::from_str(&text).map_err(none)
    }
}

/// Limits from a file.
///
/// # Errors
/// It is not there, or a limit cannot be.
pub fn limits(path: &Path) -> Result<Limits, Failure> {
    let refused = |why: String| Failure::BadInput(format!("{}: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    Limits::from_toml(&text).map_err(refused)
}

/// Refuses a folder before the work, not after.
///
/// # Errors
/// It takes no files.
pub fn takes_files(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| {
        Failure::BadInput(format!("--out: {}: takes no files: {error}", folder.display()))
    })?;
    for name in [JSON, CARD] {
        NewFile::create("--out", &folder.join(name))?;
    }
    Ok(())
}

/// Writes the card, and then the file that promotes it.
///
/// # Errors
/// One cannot be written.
pub fn save(gate: &GateFile, card: &str, folder: &Path) -> anyhow::Result<()> {
    let json = serde_json::to_string_pretty(gate)? + "\n";
    for (name, text) in [(CARD, card), (JSON, &json)] {
        let path = folder.join(name);
        let mut file = NewFile::create("--out", &path)?;
        let written = file.file().write_all(text.as_bytes());
        written.with_context(|| format!("writing {}", path.display()))?;
        file.keep()?;
    }
    Ok(())
}
