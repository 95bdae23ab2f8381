//! An ear for whatever makes text of one utterance after the other.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::voice::{Piece, Segments};
use crate::{Clip, Ear, Endpointing, Heard, SAMPLE_RATE, SpeechError, Transcript};

/// Most samples that are handed on at once: 100 ms.
const CHUNK: usize = SAMPLE_RATE as usize / 10;
/// Samples between two partial texts: 200 ms.
const PARTIAL: usize = SAMPLE_RATE as usize / 5;
/// Events that wait for whoever listens; then the ear waits too.
const EVENTS: usize = 64;
/// Work that lies further behind than this is told, in seconds.
const LAG_S: f32 = 2.0;
/// Work that lies less behind has caught up, in seconds.
const CAUGHT_UP_S: f32 = 0.5;

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

/// Makes text of one utterance at a time.
#[async_trait]
pub(crate) trait Utterances: Send + 'static {
    /// One begins.
    async fn begin(&mut self) -> Result<(), SpeechError>;

    /// More of it, and what it seems to be so far, if that can be told.
    async fn hear(&mut self, samples: Vec<i16>) -> Result<Option<String>, SpeechError>;

    /// It has ended. Times of words count from its first sample.
    async fn finish(&mut self) -> Result<Transcript, SpeechError>;
}

enum Request {
    Hear(Vec<i16>, OwnedSemaphorePermit),
    EndUtterance,
    Finish,
}

/// The end of an ear that hears.
struct Hearing {
    requests: mpsc::UnboundedSender<Request>,
    /// Of samples that may wait; closed when nobody listens any more.
    room: Arc<Semaphore>,
}

/// The end that works.
struct Worker<U> {
    utterances: U,
    segments: Segments,
    events: mpsc::Sender<Heard>,
    room: Arc<Semaphore>,
    /// Samples that may wait.
    most: usize,
    /// Samples that were heard.
    heard: usize,
    said_lag: bool,
    /// Utterances that have begun.
    begun: u64,
    /// Where the open one began, its samples, and how many there were at its last partial text.
    start: u64,
    length: usize,
    told_at: usize,
    told: String,
}

/// Begins to listen.
pub(crate) fn listen(
    settings: &Listening,
    utterances: impl Utterances,
) -> (Box<dyn Ear>, mpsc::Receiver<Heard>) {
    let most = ((settings.waiting_s * SAMPLE_RATE as f32) as usize).max(CHUNK);
    let (requests, received) = mpsc::unbounded_channel();
    let (events, heard) = mpsc::channel(EVENTS);
    let room = Arc::new(Semaphore::new(most));
    let worker = Worker {
        utterances,
        segments: Segments::new(&settings.endpointing),
        events,
        room: Arc::clone(&room),
        most,
        heard: 0,
        said_lag: false,
        begun: 0,
        start: 0,
        length: 0,
        told_at: 0,
        told: String::new(),
    };
    tokio::spawn(worker.run(received));
    (Box::new(Hearing { requests, room }), heard)
}

/// Makes text of a clip, utterance by utterance: what is no speech is not looked at.
pub(crate) async fn transcribe(
    endpointing: &Endpointing,
    mut utterances: impl Utterances,
    clip: &Clip,
) -> Result<Transcript, SpeechError> {
    let mut segments = Segments::new(endpointing);
    let mut pieces = segments.hear(&clip.samples);
    pieces.extend(segments.finish());
    let (mut all, mut start_s) = (Transcript::default(), 0.0);
    for piece in pieces {
        match piece {
            Piece::Begins { at } => {
                start_s = seconds(at);
                utterances.begin().await?;
            }
            Piece::Sound(samples) => drop(utterances.hear(samples).await?),
            Piece::Ends { .. } => {
                let heard = later(utterances.finish().await?, start_s);
                if !all.text.is_empty() && !heard.text.is_empty() {
                    all.text.push(' ');
                }
                all.text.push_str(&heard.text);
                all.words.extend(heard.words);
            }
        }
    }
    Ok(all)
}

/// With all times later by so much.
fn later(mut transcript: Transcript, by_s: f32) -> Transcript {
    for word in &mut transcript.words {
        word.start_s += by_s;
        word.end_s += by_s;
    }
    transcript
}

fn nobody() -> SpeechError {
    SpeechError::Failed("nobody listens any more".to_owned())
}

#[async_trait]
impl Ear for Hearing {
    async fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        for chunk in samples.chunks(CHUNK) {
            let room = Arc::clone(&self.room).acquire_many_owned(chunk.len() as u32).await;
            let room = room.map_err(|_| nobody())?;
            self.requests.send(Request::Hear(chunk.to_vec(), room)).map_err(|_| nobody())?;
        }
        Ok(())
    }

    async fn end_utterance(&mut self) -> Result<(), SpeechError> {
        self.requests.send(Request::EndUtterance).map_err(|_| nobody())
    }

    async fn finish(&mut self) -> Result<(), SpeechError> {
        self.requests.send(Request::Finish).map_err(|_| nobody())
    }
}

/// Why a worker ends.
enum End {
    /// Nobody wants to know any more.
    Unheard,
    Failed(SpeechError),
}

impl From<SpeechError> for End {
    fn from(error: SpeechError) -> Self {
        Self::Failed(error)
    }
}

impl<U: Utterances> Worker<U> {
    async fn run(mut self, mut requests: mpsc::UnboundedReceiver<Request>) {
        let events = self.events.clone();
        let end = tokio::select! {
            end = self.work(&mut requests) => end,
            () = events.closed() => Err(End::Unheard),
        };
        self.room.close();
        if let Err(End::Failed(error)) = end {
            // Who does not listen any more does not miss it.
            let _ = events.send(Heard::Failed(error)).await;
        }
    }

    async fn work(&mut self, requests: &mut mpsc::UnboundedReceiver<Request>) -> Result<(), End> {
        while let Some(request) = requests.recv().await {
            match request {
                Request::Hear(samples, room) => {
                    self.tell_lag().await?;
                    self.heard += samples.len();
                    let pieces = self.segments.hear(&samples);
                    self.follow(pieces).await?;
                    drop(room);
                    self.tell_lag().await?;
                }
                Request::EndUtterance => {
                    let pieces = self.segments.finish();
                    self.follow(pieces).await?;
                }
                Request::Finish => {
                    let pieces = self.segments.finish();
                    self.follow(pieces).await?;
                    let heard_s = seconds(self.heard as u64);
                    return self.tell(Heard::Ended { heard_s }).await;
                }
            }
        }
        Ok(())
    }

    async fn follow(&mut self, pieces: Vec<Piece>) -> Result<(), End> {
        for piece in pieces {
            match piece {
                Piece::Begins { at } => self.begin(at).await?,
                Piece::Sound(samples) => self.hear(samples).await?,
                Piece::Ends { at } => self.finish(at).await?,
            }
        }
        Ok(())
    }

    async fn begin(&mut self, at: u64) -> Result<(), End> {
        let utterance = self.begun;
        self.begun += 1;
        (self.start, self.length, self.told_at) = (at, 0, 0);
        self.told.clear();
        self.tell(Heard::Started { utterance, at_s: seconds(at) }).await?;
        Ok(self.utterances.begin().await?)
    }

    async fn hear(&mut self, samples: Vec<i16>) -> Result<(), End> {
        self.length += samples.len();
        let so_far = self.utterances.hear(samples).await?;
        let Some(text) = so_far else { return Ok(()) };
        let is_new = text != self.told && !text.is_empty();
        if is_new && self.length - self.told_at >= PARTIAL {
            self.told_at = self.length;
            self.told.clone_from(&text);
            self.tell(Heard::Partial { utterance: self.begun - 1, text }).await?;
        }
        Ok(())
    }

    async fn finish(&mut self, at: u64) -> Result<(), End> {
        let start_s = seconds(self.start);
        let transcript = later(self.utterances.finish().await?, start_s);
        let utterance = self.begun - 1;
        self.tell(Heard::Final { utterance, start_s, end_s: seconds(at), transcript }).await
    }

    /// Says when work falls behind, and when it has caught up.
    async fn tell_lag(&mut self) -> Result<(), End> {
        let behind_s = seconds((self.most - self.room.available_permits()) as u64);
        let changes = if self.said_lag { behind_s < CAUGHT_UP_S } else { behind_s > LAG_S };
        if changes {
            self.said_lag = !self.said_lag;
            self.tell(Heard::Lag { behind_s }).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, heard: Heard) -> Result<(), End> {
        self.events.send(heard).await.map_err(|_| End::Unheard)
    }
}

fn seconds(samples: u64) -> f32 {
    (samples as f64 / f64::from(SAMPLE_RATE)) as f32
}

#[cfg(test)]
mod tests;
