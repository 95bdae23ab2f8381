//! Sound that waits for its turn: bounded, and nothing is dropped.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::seconds;
use crate::{Ear, Heard, SAMPLE_RATE, SpeechError};

/// Most samples that are handed on at once: 100 ms.
pub(crate) const CHUNK: usize = SAMPLE_RATE as usize / 10;
/// Work that lies further behind than this is told, in seconds.
const LAG_S: f32 = 2.0;
/// Work that lies less behind has caught up, in seconds.
const CAUGHT_UP_S: f32 = 0.5;

/// What an ear wants.
pub(crate) enum Request {
    /// To be heard: at most [`CHUNK`] samples. They wait until their room is dropped.
    Hear(Vec<i16>, OwnedSemaphorePermit),
    /// That the utterance ends here.
    EndUtterance,
    /// That what was heard is told to its end.
    Finish,
}

/// The end of a queue that sound goes into.
struct Hearing {
    requests: mpsc::UnboundedSender<Request>,
    room: Arc<Semaphore>,
}

/// The end that sound comes out of. When it is dropped, nobody is heard any more.
pub(crate) struct Queue {
    requests: mpsc::UnboundedReceiver<Request>,
    /// Of samples that may wait.
    room: Arc<Semaphore>,
    most: usize,
    said_lag: bool,
}

/// A queue for so many seconds of sound.
pub(crate) fn queue(waiting_s: f32) -> (Box<dyn Ear>, Queue) {
    let most = ((waiting_s * SAMPLE_RATE as f32) as usize).clamp(CHUNK, Semaphore::MAX_PERMITS);
    let (sender, requests) = mpsc::unbounded_channel();
    let room = Arc::new(Semaphore::new(most));
    let ear = Hearing { requests: sender, room: Arc::clone(&room) };
    (Box::new(ear), Queue { requests, room, most, said_lag: false })
}

impl Queue {
    /// The next request; none when the ear is gone.
    pub(crate) async fn next(&mut self) -> Option<Request> {
        self.requests.recv().await
    }

    /// What has to be said when work falls behind, and when it has caught up.
    pub(crate) fn lag(&mut self) -> Option<Heard> {
        let behind_s = seconds((self.most - self.room.available_permits()) as u64);
        let changes = if self.said_lag { behind_s < CAUGHT_UP_S } else { behind_s > LAG_S };
        self.said_lag ^= changes;
        changes.then_some(Heard::Lag { behind_s })
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // Who waits for room must not wait for ever.
        self.room.close();
    }
}

fn nobody() -> SpeechError {
    SpeechError::Failed("nobody listens any more".to_owned())
}

impl Hearing {
    fn send(&self, request: Request) -> Result<(), SpeechError> {
        self.requests.send(request).map_err(|_| nobody())
    }
}

#[async_trait]
impl Ear for Hearing {
    async fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        for chunk in samples.chunks(CHUNK) {
            let room = Arc::clone(&self.room).acquire_many_owned(chunk.len() as u32).await;
            self.send(Request::Hear(chunk.to_vec(), room.map_err(|_| nobody())?))?;
        }
        Ok(())
    }

    async fn end_utterance(&mut self) -> Result<(), SpeechError> {
        self.send(Request::EndUtterance)
    }

    async fn finish(&mut self) -> Result<(), SpeechError> {
        self.send(Request::Finish)
    }
}
