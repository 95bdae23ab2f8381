//! Why nothing was heard.

use weir_providers::ProviderError;

/// Why nothing was heard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpeechError {
    /// Something has to be installed, and what.
    #[error("{0}")]
    Missing(String),
    /// This is no sound that can be read.
    #[error("the sound: {0}")]
    Sound(String),
    /// The transcriber on this machine failed.
    #[error("the transcriber: {0}")]
    Failed(String),
    /// One elsewhere did.
    #[error(transparent)]
    Provider(#[from] ProviderError),
}
