//! What happens while a call is taken, and how it ends.

use std::time::Duration;

use weir_live::{ErrorCode, Reason, Told};

use crate::replay::Forgotten;
use crate::source::SourceError;

/// Something that happens while a call is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The server says something: each word of the call once and in order, and `ready` and
    /// complaints of each connection.
    Told(Told),
    /// The connection was cut; a way back is looked for after a while.
    Cut {
        /// Why.
        why: String,
        /// After how long.
        again: Duration,
    },
    /// There is no room for more sound: none is taken of the source for now.
    Full {
        /// Seconds of sound that the server has not heard.
        held_s: f32,
    },
    /// There is room again.
    Room,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// Which; what is kept of it is found under this id.
    pub call_id: String,
    /// Why it ended.
    pub reason: Reason,
    /// How long it was, in seconds.
    pub duration_s: f32,
    /// How often it was cut and went on.
    pub cuts: u32,
}

/// Why a call was not taken to its end.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Nobody agreed to be heard, so that nothing was sent.
    #[error("consent: everybody in a call has to agree before anything of it is sent")]
    Consent,
    /// There is no server.
    #[error("the server of calls cannot be reached: {0}")]
    Unreachable(String),
    /// The server does not take the call.
    #[error("the server does not take the call: {why}")]
    Refused {
        /// What is wrong, for programs.
        code: ErrorCode,
        /// What is wrong, for people.
        why: String,
    },
    /// The call was cut, and there was no way back to it in time.
    #[error("call {call_id} was cut, and there was no way back in time: {why}")]
    Lost {
        /// Which.
        call_id: String,
        /// What went wrong last.
        why: String,
    },
    /// The call is over, and its last words did not come here; the server may have them.
    #[error("call {call_id} is over, but its last words did not come here")]
    NoLastWord {
        /// Which.
        call_id: String,
    },
    /// The call cannot go on.
    #[error("call {call_id} cannot go on: {why}")]
    Forgotten {
        /// Which.
        call_id: String,
        /// What is missing.
        why: Forgotten,
    },
    /// There was no more sound to be had. What had come until then was heard.
    #[error(transparent)]
    Source(#[from] SourceError),
}
