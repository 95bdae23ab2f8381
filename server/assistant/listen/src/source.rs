//! Where sound comes from.

use std::path::PathBuf;

use async_trait::async_trait;
use weir_live::{CHANNELS, RATE};
use weir_speech::SpeechError;

/// Samples of a [`Moment`]: a tenth of a second, which is what the server's ears take at a time.
pub const MOMENT: usize = RATE as usize / 10;

/// What both voices say at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Samples at [`RATE`], [`MOMENT`] of each voice; the last of a call may have less. Both have
    /// as many.
    pub voices: [Vec<i16>; CHANNELS],
}

/// Two voices, as time goes by.
#[async_trait]
pub trait Source: Send {
    /// The next moment, when its time has come; none after the last. Who stops waiting for it
    /// loses nothing: it comes when it is asked for again.
    ///
    /// # Errors
    /// No more can be had.
    async fn next(&mut self) -> Result<Option<Moment>, SourceError>;
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no sound.
    #[error("{path}: {source}")]
    Sound {
        /// Which.
        path: PathBuf,
        /// Why.
        source: SpeechError,
    },
    /// A file has another number of voices.
    #[error("{path}: got {got} channels, takes {takes}")]
    Channels {
        /// Which.
        path: PathBuf,
        /// How many it has.
        got: u16,
        /// How many were meant.
        takes: u16,
    },
    /// A device gives no sound.
    #[cfg(feature = "microphone")]
    #[error("{device}: {why}")]
    Device {
        /// Its name.
        device: String,
        /// Why.
        why: String,
    },
    /// Nobody took the sound of a device for so long that there is no room for more.
    #[cfg(feature = "microphone")]
    #[error("{device}: nothing was taken of its sound for {held_s} s, so the call ends here")]
    Overrun {
        /// Its name.
        device: String,
        /// Seconds of sound that there is room for.
        held_s: u32,
    },
}
