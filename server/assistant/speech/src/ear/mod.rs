//! An ear for whatever makes text of one utterance after the other.

mod queue;
mod worker;

use tokio::sync::mpsc;

pub(crate) use queue::{CHUNK, Queue, Request, queue};
use worker::Worker;
pub(crate) use worker::{Utterances, transcribe};

use crate::{Ear, Endpointing, Heard, SAMPLE_RATE, SpeechError, Transcript};

/// Events that wait for whoever listens; then the ear waits too.
const EVENTS: usize = 64;

/// How an ear listens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Listening {
    /// When utterances begin and end.
    pub endpointing: Endpointing,
    /// Most sound that waits for its turn, in seconds; then who speaks has to wait. 30.
    pub waiting_s: f32,
}

impl Default for Listening {
    fn default() -> Self {
        Self { endpointing: Endpointing::default(), waiting_s: 30.0 }
    }
}

/// Begins to listen by `utterances`.
pub(crate) fn listen(
    settings: &Listening,
    utterances: impl Utterances,
) -> (Box<dyn Ear>, mpsc::Receiver<Heard>) {
    let endpointing = settings.endpointing;
    serve(settings.waiting_s, move |queue, events| async move {
        Worker::new(utterances, &endpointing, events).work(queue).await
    })
}

/// Begins to listen by `work`, which ends when it is no longer listened to.
pub(crate) fn serve<W: Future<Output = Result<(), End>> + Send + 'static>(
    waiting_s: f32,
    work: impl FnOnce(Queue, mpsc::Sender<Heard>) -> W,
) -> (Box<dyn Ear>, mpsc::Receiver<Heard>) {
    let (ear, queue) = queue(waiting_s);
    let (events, heard) = mpsc::channel(EVENTS);
    let work = work(queue, events.clone());
    tokio::spawn(async move {
        let end = tokio::select! {
            end = work => end,
            () = events.closed() => Err(End::Unheard),
        };
        if let Err(End::Failed(error)) = end {
            // Who does not listen any more does not miss it.
            let _ = events.send(Heard::Failed(error)).await;
        }
    });
    (ear, heard)
}

/// Why work ends before its time.
pub(crate) enum End {
    /// Nobody wants to know any more.
    Unheard,
    /// It cannot go on.
    Failed(SpeechError),
}

impl<E: Into<SpeechError>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Tells what was heard.
pub(crate) async fn tell(events: &mpsc::Sender<Heard>, heard: Heard) -> Result<(), End> {
    events.send(heard).await.map_err(|_| End::Unheard)
}

/// Seconds of so many samples.
pub(crate) fn seconds(samples: u64) -> f32 {
    (samples as f64 / f64::from(SAMPLE_RATE)) as f32
}

/// With the times of its words later by so much.
pub(crate) fn later(mut transcript: Transcript, by_s: f32) -> Transcript {
    for word in &mut transcript.words {
        word.start_s += by_s;
        word.end_s += by_s;
    }
    transcript
}

#[cfg(test)]
mod tests;
