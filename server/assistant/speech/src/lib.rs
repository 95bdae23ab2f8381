#![doc = include_str!("../README.md")]

mod assembly;
mod clip;
mod ear;
mod endpointed;
mod error;
mod flite;
mod language;
mod openai;
mod sound;
mod sphinx;
mod text;
mod transcriber;
mod transcript;
mod voice;
mod wer;

pub use assembly::{AssemblyAi, AssemblyAiConfig};
pub use clip::{Clip, SAMPLE_RATE};
pub use ear::Listening;
pub use endpointed::Endpointed;
pub use error::SpeechError;
pub use flite::say;
pub use language::Domain;
pub use openai::OpenAi;
pub use sound::Limits;
pub use sphinx::{Sphinx, SphinxConfig};
pub use text::spoken;
pub use transcriber::{Ear, Heard, StreamingTranscriber, Transcriber};
pub use transcript::{Transcript, Word};
pub use voice::Endpointing;
pub use wer::{WordErrors, wer};
