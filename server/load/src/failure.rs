//! Why nothing could be measured, and the exit code that tells a script.

use std::net::SocketAddr;
use std::path::PathBuf;

use tokio_tungstenite::tungstenite;

/// What ends a measurement before it has a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A flag says what cannot be; the text says which, what it got and what it takes.
    #[error("{0}")]
    BadInput(String),
    /// There is no server, or it takes no visitor.
    #[error("{addr}: no WebSocket at /ws: {why}")]
    Unreachable {
        /// Where.
        addr: SocketAddr,
        /// Why.
        why: String,
    },
    /// The server closed, or the line broke.
    #[error("the connection ended{}: {why}", code.map(|c| format!(" with close code {c}")).unwrap_or_default())]
    Ended {
        /// The close code, if the server gave one.
        code: Option<u16>,
        /// In words.
        why: String,
    },
    /// Nothing came for too long.
    #[error("{what}: the server said nothing for {after_s} s")]
    Silent {
        /// What was waited for.
        what: &'static str,
        /// How long.
        after_s: u64,
    },
    /// The server refused what the measurement needs.
    #[error("the server refused {what:?}: {why}")]
    Refused {
        /// What was asked for.
        what: String,
        /// The server's words.
        why: String,
    },
    /// What came is nothing that the protocol knows.
    #[error("the server said what is no part of the protocol: {0}")]
    Garbled(String),
    /// Something is missing on this machine.
    #[error("{0}")]
    Lacking(String),
    /// A file could not be written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Failure {
    /// 2 for bad input, 3 for everything that is lacking.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::BadInput(_) => 2,
            _ => 3,
        }
    }

    /// A line that broke, or a server that broke the rules of WebSockets.
    pub(crate) fn broken(error: tungstenite::Error) -> Self {
        use tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
        match error {
            error @ tungstenite::Error::Protocol(ResetWithoutClosingHandshake) => {
                Self::Ended { code: None, why: error.to_string() }
            }
            error @ (tungstenite::Error::Protocol(_)
            | tungstenite::Error::Utf8(_)
            | tungstenite::Error::Capacity(_)) => Self::Garbled(error.to_string()),
            error => Self::Ended { code: None, why: error.to_string() },
        }
    }
}
