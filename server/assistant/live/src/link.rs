//! One connection of a client to its call, whatever carries it.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::frame::Frame;
use crate::words::{ClientWord, ErrorCode, LandmarkState, Told};

/// What waits for the call to hear it; then who sends has to wait.
const WAITING: usize = 64;

/// Something that a client sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Event {
    Frame(Frame),
    Mark {
        landmark: String,
        state: LandmarkState,
    },
    Bye,
    /// It is nothing that the protocol has.
    Wrong {
        code: ErrorCode,
        why: String,
    },
}

/// The call has ended, or goes on over another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this connection is not heard any more: the call has ended, or goes on over another")]
pub struct Gone;

/// What a client sends goes in here. Dropping it is a cut: the client may come back.
#[derive(Debug)]
pub struct Inbox {
    events: mpsc::Sender<Event>,
}

impl Inbox {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Event>) {
        let (events, received) = mpsc::channel(WAITING);
        (Self { events }, received)
    }

    /// A text message. Waits where more would have to be kept than is sensible. What is wrong with
    /// it is told among the words of the call.
    ///
    /// # Errors
    /// Nobody listens any more.
    pub async fn text(&self, text: &str) -> Result<(), Gone> {
        let word = |why| Event::Wrong { code: ErrorCode::Word, why };
        self.send(match ClientWord::read(text) {
            Ok(ClientWord::Mark { landmark, state }) => Event::Mark { landmark, state },
            Ok(ClientWord::Bye {}) => Event::Bye,
            Ok(ClientWord::Hello(_)) => word("hello: comes once, at the beginning".to_owned()),
            Err(error) => word(error.to_string()),
        })
        .await
    }

    /// A binary message: a frame of sound. As [`Self::text`].
    ///
    /// # Errors
    /// Nobody listens any more.
    pub async fn binary(&self, bytes: &[u8]) -> Result<(), Gone> {
        self.send(match Frame::read(bytes) {
            Ok(frame) => Event::Frame(frame),
            Err(error) => Event::Wrong { code: ErrorCode::Frame, why: error.to_string() },
        })
        .await
    }

    async fn send(&self, event: Event) -> Result<(), Gone> {
        self.events.send(event).await.map_err(|_| Gone)
    }
}

/// A connection of a client to its call.
#[derive(Debug)]
pub struct Link {
    /// Which call.
    pub call_id: String,
    /// What the client sends.
    pub inbox: Inbox,
    /// What it is told, `ready` first. They end after `ended`, when the client comes back over
    /// another connection, or when it is too slow to take them; whatever it missed is told again
    /// when it comes back.
    pub words: mpsc::Receiver<Arc<Told>>,
}
