//! Text read aloud.

use async_trait::async_trait;
use bytes::Bytes;

use crate::ProviderError;

/// A text that was read aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Of what kind the bytes are, such as `audio/mpeg`.
    pub media_type: String,
    /// A whole file of that kind.
    pub audio: Bytes,
}

/// What reads texts aloud.
#[async_trait]
pub trait Voice: Send + Sync {
    /// What it is called.
    fn id(&self) -> &str;

    /// Reads a text aloud.
    ///
    /// # Errors
    /// It does not.
    async fn speak(&self, text: &str) -> Result<Spoken, ProviderError>;
}
