#![doc = include_str!("../README.md")]

mod clip;
mod error;
mod transcriber;
mod transcript;

pub use clip::{Clip, SAMPLE_RATE};
pub use error::SpeechError;
pub use transcriber::{Ear, Heard, StreamingTranscriber, Transcriber};
pub use transcript::{Transcript, Word};
