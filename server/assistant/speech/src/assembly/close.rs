//! Why a connection ends, in our words.

use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use weir_providers::ProviderError;

/// Who it is.
pub(super) const PROVIDER: &str = "AssemblyAI";

/// What the code of a close means.
pub(super) fn closed(code: u16, reason: &str) -> ProviderError {
    let provider = PROVIDER.to_owned();
    let because = |what: &str| {
        if reason.is_empty() { what.to_owned() } else { format!("{what}: {reason}") }
    };
    // The nearest status of HTTP: from 500 on another try would be worth it.
    let refused = |status, what| {
        let message = because(what);
        ProviderError::Refused { provider: PROVIDER.to_owned(), status, message }
    };
    match code {
        1008 => refused(401, "the key"),
        3006 => refused(400, "a message of ours"),
        3007 => refused(400, "the size or the rate of our sound"),
        3009 => ProviderError::TooMany { provider, retry_after: None },
        3005 => ProviderError::Unreachable { provider, why: because("it failed") },
        3008 => ProviderError::Unreachable { provider, why: because("the session expired") },
        _ => ProviderError::Unreachable { provider, why: because("it closed the connection") },
    }
}

/// What a frame that closes means.
pub(super) fn by_frame(frame: Option<&CloseFrame>) -> ProviderError {
    match frame {
        Some(frame) => closed(frame.code.into(), frame.reason.as_str()),
        None => unreachable("it closed the connection"),
    }
}

/// What an error of the connection means.
pub(super) fn broken(error: Error) -> ProviderError {
    let provider = PROVIDER.to_owned();
    match error {
        Error::Http(response) => match response.status().as_u16() {
            429 => ProviderError::TooMany { provider, retry_after: None },
            status => {
                let message = "no connection".to_owned();
                ProviderError::Refused { provider, status, message }
            }
        },
        error => unreachable(error),
    }
}

/// It cannot be reached.
pub(super) fn unreachable(why: impl std::fmt::Display) -> ProviderError {
    ProviderError::Unreachable { provider: PROVIDER.to_owned(), why: why.to_string() }
}
