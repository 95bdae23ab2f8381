//! Why nothing came.

use std::time::Duration;

/// Why nothing came. No message has a key or what was asked in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The provider understood, and refuses.
    #[error("{provider} refuses ({status}): {message}")]
    Refused {
        /// Who.
        provider: String,
        /// The status of HTTP.
        status: u16,
        /// In the provider's words.
        message: String,
    },
    /// It was asked too often.
    #[error("{provider} is asked too often")]
    TooMany {
        /// Who.
        provider: String,
        /// When to come again, if that was said.
        retry_after: Option<Duration>,
    },
    /// It cannot be reached, or broke off.
    #[error("{provider} cannot be reached: {why}")]
    Unreachable {
        /// Who.
        provider: String,
        /// Why.
        why: String,
    },
    /// It answers what its protocol does not have.
    #[error("{provider} answers what is not understood: {why}")]
    Unexpected {
        /// Who.
        provider: String,
        /// What.
        why: String,
    },
    /// It took too long.
    #[error("{provider} did not answer within {} s", after.as_secs_f32())]
    Late {
        /// Who.
        provider: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// What may be spent in a day is spent.
    #[error("what may be spent on providers today is spent")]
    Spent,
    /// It failed often, and is left alone for a while.
    #[error("{provider} failed often and is not asked for another {} s", wait.as_secs())]
    Resting {
        /// Who.
        provider: String,
        /// How long from now.
        wait: Duration,
    },
    /// Something of ours failed.
    #[error("{0}")]
    Ours(String),
}

impl ProviderError {
    /// Whether the same request may succeed a little later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500,
            Self::TooMany { .. } | Self::Unreachable { .. } | Self::Late { .. } => true,
            Self::Unexpected { .. } | Self::Spent | Self::Resting { .. } | Self::Ours(_) => false,
        }
    }
}
