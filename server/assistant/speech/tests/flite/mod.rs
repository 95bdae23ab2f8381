//! Sentences spoken by `flite`.

use std::process::Command;

use weir_speech::{Clip, Limits};

/// What a voice says, and half a second of silence.
pub fn say(voice: &str, text: &str) -> Clip {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("said.wav");
    let status = Command::new("flite")
        .args(["-voice", voice, "-t", text, "-o"])
        .arg(&file)
        .status()
        .expect("flite is installed");
    assert!(status.success(), "flite says {text}");
    let file = std::fs::read(&file).expect("flite wrote it");
    let mut clip = Clip::read(&file, &Limits::default()).expect("flite writes WAV");
    clip.samples.extend([0; 8000]);
    clip
}
