//! The sound of calls, where somebody keeps it.

use async_trait::async_trait;

/// Why sound is not kept, or not deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sound of a call: {0}")]
pub struct SoundError(pub String);

/// Keeps the sound of calls as long as the calls are kept.
#[async_trait]
pub trait Recorder: std::fmt::Debug + Send + Sync {
    /// A call begins: what keeps its sound, if sound is kept. Nothing is written yet.
    fn begin(&self, call_id: &str) -> Option<Box<dyn Tape>>;

    /// Deletes all sound of a call; there may be none.
    ///
    /// # Errors
    /// Some is left; it can be deleted again.
    async fn delete(&self, call_id: &str) -> Result<(), SoundError>;
}

/// Keeps the sound of one call, as it comes.
#[async_trait]
pub trait Tape: Send {
    /// The next samples of a channel, at [`RATE`](crate::RATE). It may take as long as the place
    /// takes to write.
    ///
    /// # Errors
    /// They are not kept, and neither will be what follows.
    async fn keep(&mut self, channel: usize, samples: &[i16]) -> Result<(), SoundError>;

    /// No more comes: what was not written yet is.
    ///
    /// # Errors
    /// The end is not kept.
    async fn finish(&mut self) -> Result<(), SoundError>;
}
