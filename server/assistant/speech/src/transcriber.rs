//! What makes text of sound.

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::{Clip, SpeechError, Transcript};

/// What makes text of a clip that is all there.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// What it is called, where what it heard is shown.
    fn id(&self) -> &str;

    /// What is said in a clip: an empty transcript where nothing is.
    ///
    /// # Errors
    /// It cannot be told.
    async fn transcribe(&self, clip: &Clip) -> Result<Transcript, SpeechError>;
}

/// Something that was heard. Utterances of an ear are numbered from 0 in their order; each begins
/// once and ends with one `Final`.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// Somebody began to speak.
    Started {
        /// Which utterance begins.
        utterance: u64,
        /// When: seconds of sound before it.
        at_s: f32,
    },
    /// What seems to have been said so far; later words may change it.
    Partial {
        /// Of which utterance.
        utterance: u64,
        /// All of it so far.
        text: String,
    },
    /// What was said. The text is empty where it turned out to be no speech.
    Final {
        /// Of which utterance.
        utterance: u64,
        /// When it began: seconds of sound before it.
        start_s: f32,
        /// When it ended.
        end_s: f32,
        /// What was said.
        transcript: Transcript,
    },
    /// Work lies this far behind the sound, in seconds. Nothing is lost.
    Lag {
        /// Seconds of sound that wait.
        behind_s: f32,
    },
    /// All that was heard has been told, after [`Ear::finish`].
    Ended {
        /// Seconds of sound that were heard.
        heard_s: f32,
    },
    /// Nothing more comes.
    Failed(SpeechError),
}

/// One stream of sound that is listened to. Dropping it ends it.
#[async_trait]
pub trait Ear: Send {
    /// Hears the next samples. Waits where more would have to be kept than is sensible, so that
    /// memory stays bounded; drops nothing.
    ///
    /// # Errors
    /// Nobody listens any more; a [`Heard::Failed`] says why.
    async fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError>;

    /// Ends the utterance that is being spoken here and now.
    ///
    /// # Errors
    /// Nobody listens any more.
    async fn end_utterance(&mut self) -> Result<(), SpeechError>;

    /// No more comes: what was heard is told, then [`Heard::Ended`].
    ///
    /// # Errors
    /// Nobody listens any more.
    async fn finish(&mut self) -> Result<(), SpeechError>;
}

/// What listens while somebody speaks.
#[async_trait]
pub trait StreamingTranscriber: Send + Sync {
    /// What it is called, where what it heard is shown.
    fn id(&self) -> &str;

    /// Begins to listen: an ear for one voice, and what it hears.
    ///
    /// # Errors
    /// It cannot, and why.
    async fn listen(&self) -> Result<(Box<dyn Ear>, mpsc::Receiver<Heard>), SpeechError>;
}
