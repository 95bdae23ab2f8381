//! Sentences spoken on this machine, so that there is something to hear whose words are known.

use std::process::{Command, Stdio};

use crate::{Clip, Limits, SAMPLE_RATE, SpeechError};

/// How to get the program.
const INSTALL: &str = "apt install flite";
/// Silence after a sentence, in samples: half a second.
const SILENCE: usize = SAMPLE_RATE as usize / 2;

/// What a voice of the program `flite`, such as `slt`, says, and half a second of silence. It takes
/// some hundredths of a second, in which the thread waits.
///
/// # Errors
/// The program is not installed ([`SpeechError::Missing`] says what to do), has no such voice, or
/// writes no sound.
pub fn say(voice: &str, text: &str) -> Result<Clip, SpeechError> {
    let failed = |why: String| SpeechError::Failed(format!("flite: {why}"));
    let folder = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let path = folder.path().join("said.wav");
    let mut command = Command::new("flite");
    command.args(["-voice", voice, "-t", text, "-o"]).arg(&path);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().map_err(|error| {
        SpeechError::Missing(format!("flite cannot be started ({error}): {INSTALL}"))
    })?;
    if !status.success() {
        return Err(failed(format!("the voice {voice} ends with {status}")));
    }
    let file = std::fs::read(&path).map_err(|error| failed(error.to_string()))?;
    let mut clip = Clip::read(&file, &Limits::default())?;
    clip.samples.extend([0; SILENCE]);
    Ok(clip)
}
