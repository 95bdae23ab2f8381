//! Cuts utterances out of a stream, and makes text of each.

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{End, Queue, Request, later, seconds, tell};
use crate::voice::{Piece, Segments};
use crate::{Clip, Endpointing, Heard, SAMPLE_RATE, SpeechError, Transcript};

/// Samples between two partial texts: 300 ms. Each costs a recogniser as much as 20 ms of sound do.
const PARTIAL: usize = SAMPLE_RATE as usize * 3 / 10;

/// Makes text of one utterance at a time.
#[async_trait]
pub(crate) trait Utterances: Send + 'static {
    /// One begins.
    async fn begin(&mut self) -> Result<(), SpeechError>;

    /// More of it.
    async fn hear(&mut self, samples: Vec<i16>) -> Result<(), SpeechError>;

    /// What it seems to be so far, if that can be told.
    async fn so_far(&mut self) -> Result<Option<String>, SpeechError>;

    /// It has ended. Times of words count from its first sample.
    async fn finish(&mut self) -> Result<Transcript, SpeechError>;
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
            Piece::Sound(samples) => utterances.hear(samples).await?,
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

/// The utterance that is being spoken.
#[derive(Default)]
struct Open {
    number: u64,
    /// Its first sample.
    start: u64,
    /// Its samples so far, and how many there were when it was last asked what it is.
    length: usize,
    asked_at: usize,
    /// What was last told of it.
    told: String,
}

/// Works on one stream.
pub(super) struct Worker<U> {
    utterances: U,
    segments: Segments,
    events: mpsc::Sender<Heard>,
    /// Samples that were heard.
    heard: u64,
    /// Utterances that have begun.
    begun: u64,
    open: Open,
}

impl<U: Utterances> Worker<U> {
    pub(super) fn new(
        utterances: U,
        endpointing: &Endpointing,
        events: mpsc::Sender<Heard>,
    ) -> Self {
        let segments = Segments::new(endpointing);
        Self { utterances, segments, events, heard: 0, begun: 0, open: Open::default() }
    }

    /// Works until the queue ends.
    pub(super) async fn work(mut self, mut queue: Queue) -> Result<(), End> {
        while let Some(request) = queue.next().await {
            match request {
                Request::Hear(samples, room) => {
                    self.heard += samples.len() as u64;
                    let pieces = self.segments.hear(&samples);
                    self.follow(pieces).await?;
                    drop(room);
                }
                Request::EndUtterance => {
                    let pieces = self.segments.finish();
                    self.follow(pieces).await?;
                }
                Request::Finish => {
                    let pieces = self.segments.finish();
                    self.follow(pieces).await?;
                    let heard_s = seconds(self.heard);
                    return self.tell(Heard::Ended { heard_s }).await;
                }
            }
            if let Some(lag) = queue.lag() {
                self.tell(lag).await?;
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
        self.open = Open { number: utterance, start: at, ..Open::default() };
        self.tell(Heard::Started { utterance, at_s: seconds(at) }).await?;
        Ok(self.utterances.begin().await?)
    }

    async fn hear(&mut self, samples: Vec<i16>) -> Result<(), End> {
        self.open.length += samples.len();
        self.utterances.hear(samples).await?;
        if self.open.length - self.open.asked_at < PARTIAL {
            return Ok(());
        }
        let so_far = self.utterances.so_far().await?;
        let open = &mut self.open;
        open.asked_at = open.length;
        let is_new = |text: &String| !text.is_empty() && *text != open.told;
        let Some(text) = so_far.filter(is_new) else { return Ok(()) };
        open.told.clone_from(&text);
        let utterance = open.number;
        self.tell(Heard::Partial { utterance, text }).await
    }

    async fn finish(&mut self, at: u64) -> Result<(), End> {
        let start_s = seconds(self.open.start);
        let transcript = later(self.utterances.finish().await?, start_s);
        let (utterance, end_s) = (self.open.number, seconds(at));
        self.tell(Heard::Final { utterance, start_s, end_s, transcript }).await
    }

    async fn tell(&mut self, heard: Heard) -> Result<(), End> {
        tell(&self.events, heard).await
    }
}
