//! A decoder on a thread of its own, for those who must not wait in theirs.

use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::sync::oneshot;

use super::decoder::{Decoder, Setup};
use crate::{SpeechError, Transcript};

/// Where an answer goes.
type Answer<T> = oneshot::Sender<Result<T, SpeechError>>;

/// What a decoder is asked to do.
enum Request {
    Begin(Answer<()>),
    Hear(Vec<i16>, Answer<()>),
    SoFar(Answer<String>),
    Finish(Answer<Transcript>),
}

/// Somebody else's end of the thread, which ends when this is dropped.
pub(super) struct Remote {
    requests: Sender<Request>,
    /// Whether it has failed: then its state is not known.
    pub is_broken: bool,
}

impl Remote {
    /// Starts the thread, and waits until the models are loaded.
    ///
    /// # Errors
    /// They cannot be.
    pub(super) async fn new(setup: Setup) -> Result<Self, SpeechError> {
        let (requests, received) = channel();
        let (answer, is_there) = oneshot::channel();
        std::thread::Builder::new()
            .name("pocketsphinx".to_owned())
            .spawn(move || serve(&setup, &received, answer))
            .map_err(|error| SpeechError::Failed(format!("no thread for it: {error}")))?;
        is_there.await.map_err(|_| gone())??;
        Ok(Self { requests, is_broken: false })
    }

    /// Begins an utterance; one that was not finished is forgotten.
    ///
    /// # Errors
    /// The decoder fails.
    pub(super) async fn begin(&mut self) -> Result<(), SpeechError> {
        self.ask(Request::Begin).await
    }

    /// Hears more.
    ///
    /// # Errors
    /// The decoder fails.
    pub(super) async fn hear(&mut self, samples: Vec<i16>) -> Result<(), SpeechError> {
        self.ask(|answer| Request::Hear(samples, answer)).await
    }

    /// What seems to have been said so far.
    ///
    /// # Errors
    /// The thread is gone.
    pub(super) async fn so_far(&mut self) -> Result<String, SpeechError> {
        self.ask(Request::SoFar).await
    }

    /// Ends the utterance.
    ///
    /// # Errors
    /// The decoder fails.
    pub(super) async fn finish(&mut self) -> Result<Transcript, SpeechError> {
        self.ask(Request::Finish).await
    }

    async fn ask<T>(
        &mut self,
        request: impl FnOnce(Answer<T>) -> Request,
    ) -> Result<T, SpeechError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.requests.send(request(answer));
        let result = match sent {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(gone())),
            Err(_) => Err(gone()),
        };
        self.is_broken |= result.is_err();
        result
    }
}

/// What the thread does.
fn serve(setup: &Setup, requests: &Receiver<Request>, is_there: Answer<()>) {
    let mut decoder = match Decoder::new(setup) {
        Ok(decoder) => decoder,
        Err(error) => {
            // Whoever does not wait any more has no use for the error.
            let _ = is_there.send(Err(error));
            return;
        }
    };
    let _ = is_there.send(Ok(()));
    let mut is_open = false;
    while let Ok(request) = requests.recv() {
        if is_open && matches!(request, Request::Begin(_)) {
            // Its ear went away; what was said there is nobody's business any more.
            let _ = decoder.finish();
            is_open = false;
        }
        // An answer that nobody waits for any more is dropped.
        match request {
            Request::Begin(answer) => {
                is_open = true;
                let _ = answer.send(decoder.begin());
            }
            Request::Hear(samples, answer) => {
                let _ = answer.send(decoder.hear(&samples));
            }
            Request::SoFar(answer) => {
                let _ = answer.send(Ok(decoder.so_far()));
            }
            Request::Finish(answer) => {
                is_open = false;
                let _ = answer.send(decoder.finish());
            }
        }
    }
}

fn gone() -> SpeechError {
    SpeechError::Failed("the thread of a decoder ended".to_owned())
}
