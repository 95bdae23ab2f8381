//! Makes words of what the ears hear, and keeps each before it is told.

use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::task::spawn_blocking;
use weir_calls::{Detector, Playbook, Role};
use weir_speech::Heard;

use crate::cards::Cards;
use crate::frame::Frame;
use crate::judge::Judge;
use crate::judging::{Judging, Verdict};
use crate::order::{Order, Utterance};
use crate::progress::{Concluded, Progress};
use crate::record::{LandmarkEvent, Turn};
use crate::sound::{SoundError, Tape};
use crate::store::{CallStore, NewCall, StoreError};
use crate::telling::Telling;
use crate::words::{CHANNELS, ErrorCode, LandmarkState, RATE, Reason, ServerWord};

/// Why a call cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// An ear hears no more.
    #[error("{0}")]
    Ear(String),
    /// What happens cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a frame is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepted {
    Yes,
    /// It was heard before.
    Before,
    /// Others are missing before it.
    Gap,
}

/// A call at work: all of it but its ears and its connection.
pub(crate) struct Desk {
    pub call_id: String,
    pub telling: Telling,
    channels: [Role; CHANNELS],
    transcriber: String,
    book: Arc<Playbook>,
    store: CallStore,
    /// Where sound is kept.
    tape: Option<Box<dyn Tape>>,
    progress: Progress,
    cards: Cards,
    order: Order,
    /// Where a model judges turns.
    judging: Option<Judging>,
    /// Turns so far.
    turns: u64,
    /// The number of the next frame, by channel.
    next: [u32; CHANNELS],
    /// Whether it was told that frames are missing, by channel.
    told_gap: [bool; CHANNELS],
    /// Samples so far, by channel.
    samples: [u64; CHANNELS],
    /// How far text lies behind the sound, by channel, in seconds.
    behind_s: [f32; CHANNELS],
}

impl Desk {
    /// A call that begins.
    pub fn new(
        call_id: String,
        channels: [Role; CHANNELS],
        transcriber: String,
        (book, detector): (Arc<Playbook>, Arc<Detector>),
        judge: Option<Judge>,
        store: CallStore,
    ) -> Self {
        Self {
            telling: Telling::new(channels),
            channels,
            transcriber,
            tape: store.tape(&call_id),
            call_id,
            store,
            cards: Cards::new(book.card_every_s),
            progress: Progress::new(Arc::clone(&book), detector),
            book,
            order: Order::default(),
            judging: judge.map(Judging::new),
            turns: 0,
            next: [0; CHANNELS],
            told_gap: [false; CHANNELS],
            samples: [0; CHANNELS],
            behind_s: [0.0; CHANNELS],
        }
    }

    /// What is kept of the call before anything is said.
    pub fn new_call(&self, user_id: &str, title: &str, days: u32) -> NewCall {
        NewCall {
            id: self.call_id.clone(),
            user_id: user_id.to_owned(),
            title: title.to_owned(),
            playbook: self.book.name.clone(),
            landmarks: self.progress.listed(),
            transcriber: self.transcriber.clone(),
            days,
        }
    }

    /// A client comes: of the gaps of this connection nothing was told yet.
    pub fn greet(&mut self) -> ServerWord {
        self.told_gap = [false; CHANNELS];
        self.ready()
    }

    /// The first word of a connection.
    pub fn ready(&self) -> ServerWord {
        ServerWord::Ready {
            call_id: self.call_id.clone(),
            resume_from: self.next,
            channels: self.channels,
            landmarks: self.progress.listed(),
            transcriber: self.transcriber.clone(),
            keeps_sound: self.tape.is_some(),
        }
    }

    /// How long the call is: seconds of sound of the longer channel.
    pub fn sound_s(&self) -> f32 {
        let samples = self.samples.into_iter().max().unwrap_or_default();
        (samples as f64 / f64::from(RATE)) as f32
    }

    /// Whether a frame is the next one of its channel.
    pub fn accept(&mut self, frame: &Frame) -> Accepted {
        let Frame { channel, seq, ref samples } = *frame;
        let next = self.next[channel];
        if seq < next {
            return Accepted::Before;
        }
        if seq > next {
            // Once: all that follow say the same.
            if !std::mem::replace(&mut self.told_gap[channel], true) {
                let why = format!("channel {channel}: got frame {seq}, wants frame {next} first");
                self.error(ErrorCode::Gap, why);
            }
            return Accepted::Gap;
        }
        self.next[channel] += 1;
        self.told_gap[channel] = false;
        self.samples[channel] += samples.len() as u64;
        Accepted::Yes
    }

    /// Keeps the sound of a frame that is heard, where sound is kept.
    pub async fn keep(&mut self, frame: &Frame) {
        if let Some(tape) = &mut self.tape
            && let Err(error) = tape.keep(frame.channel, &frame.samples).await
        {
            self.unkept(&error);
        }
    }

    /// The call goes on without its sound being kept, and says so.
    fn unkept(&mut self, error: &SoundError) {
        self.tape = None;
        tracing::error!(call = self.call_id, %error, "sound is not kept");
        let why = "the sound of this call is not kept from here on".to_owned();
        self.telling.tell(ServerWord::Error { code: ErrorCode::Store, why });
    }

    /// Tells the client what it did wrong.
    pub fn error(&mut self, code: ErrorCode, why: String) {
        self.telling.tell_client(ServerWord::Error { code, why });
    }

    /// An ear heard something.
    ///
    /// # Errors
    /// The call cannot go on.
    pub async fn heard(&mut self, channel: usize, heard: Heard) -> Result<(), Failure> {
        let role = self.channels[channel];
        match heard {
            Heard::Started { at_s, .. } => self.order.began(channel, at_s),
            Heard::Partial { text, .. } => {
                let partial = ServerWord::Partial { channel: channel as u8, text: text.clone() };
                self.telling.tell(partial);
                let events = self.judge(move |progress| progress.foresee(role, &text)).await;
                self.landmarks(events).await?;
            }
            Heard::Final { start_s, end_s, transcript, .. } => {
                let text = transcript.text.trim().to_owned();
                if text.is_empty() {
                    self.order.was_nothing(channel);
                    let events = self.progress.unsaid(role);
                    self.landmarks(events).await?;
                } else {
                    let now_s = self.sound_s();
                    self.order.ended(Utterance { channel, text, start_s, end_s }, now_s);
                }
            }
            Heard::Lag { behind_s } => {
                self.behind_s[channel] = behind_s;
                let behind_s = self.behind_s.into_iter().fold(0.0, f32::max);
                self.telling.tell(ServerWord::Lag { behind_s });
            }
            Heard::Ended { .. } => {}
            Heard::Failed(error) => return Err(Failure::Ear(error.to_string())),
        }
        self.follow().await
    }

    /// Tells the turns whose time has come.
    ///
    /// # Errors
    /// The call cannot go on.
    pub async fn follow(&mut self) -> Result<(), Failure> {
        while let Some(said) = self.order.next(self.sound_s()) {
            self.turn(said).await?;
        }
        Ok(())
    }

    /// What a model says of a turn; does not come where none is asked. It can be waited for again.
    pub async fn verdict(&mut self) -> Verdict {
        match &mut self.judging {
            Some(judging) => judging.verdict().await,
            None => std::future::pending().await,
        }
    }

    /// A model has judged a turn; where it has not, the words of the playbook do.
    ///
    /// # Errors
    /// The call cannot go on.
    pub async fn judged(&mut self, verdict: Verdict) -> Result<(), Failure> {
        let Verdict { turn, found } = verdict;
        let concluded = match found {
            Ok(found) => {
                let turn = turn.clone();
                self.judge(move |progress| progress.conclude_by(&turn, found)).await
            }
            Err(error) => {
                tracing::warn!(call = self.call_id, %error, "a turn is judged by its words");
                self.conclude(&turn).await
            }
        };
        self.concluded(concluded, &turn).await
    }

    /// Tells all turns that wait.
    ///
    /// # Errors
    /// They cannot be kept.
    pub async fn rest(&mut self) -> Result<(), Failure> {
        while let Some(said) = self.order.rest() {
            self.turn(said).await?;
        }
        let Some(judging) = self.judging.take() else { return Ok(()) };
        let (verdict, turns) = judging.finish().await;
        if let Some(verdict) = verdict {
            self.judged(verdict).await?;
        }
        for turn in turns {
            let concluded = self.conclude(&turn).await;
            self.concluded(concluded, &turn).await?;
        }
        Ok(())
    }

    /// Somebody says how a landmark is.
    ///
    /// # Errors
    /// That cannot be kept.
    pub async fn mark(&mut self, id: &str, state: LandmarkState) -> Result<(), Failure> {
        match self.progress.mark(id, state) {
            Some(event) => self.landmarks(event.into_iter().collect()).await,
            None => {
                self.error(ErrorCode::Landmark, format!("landmark: there is no {id:?}"));
                Ok(())
            }
        }
    }

    /// The call cannot go on.
    pub fn fail(&mut self, failure: &Failure) {
        let (code, why) = match failure {
            Failure::Ear(why) => (ErrorCode::Transcriber, why.clone()),
            // Where the file is concerns nobody outside.
            Failure::Store(_) => {
                (ErrorCode::Store, "what is said cannot be kept, so it is not heard".to_owned())
            }
        };
        tracing::error!(call = self.call_id, %failure, "a call cannot go on");
        self.telling.tell(ServerWord::Error { code, why });
    }

    /// The call has ended: that is kept, and not yet told.
    pub async fn end(&mut self, reason: Reason) {
        if let Some(mut tape) = self.tape.take()
            && let Err(error) = tape.finish().await
        {
            self.unkept(&error);
        }
        let ended = self.store.end(&self.call_id, reason, self.sound_s()).await;
        if let Err(failure) = ended {
            self.fail(&failure.into());
        }
    }

    async fn turn(&mut self, said: Utterance) -> Result<(), Failure> {
        let Utterance { channel, text, start_s, end_s } = said;
        let role = self.channels[channel];
        let turn = Turn { turn: self.turns, role, text, start_s, end_s };
        self.store.turn(&self.call_id, &turn).await?;
        self.turns += 1;
        self.telling.tell(ServerWord::Final(turn.clone()));
        let waits = self.judging.as_mut().is_some_and(|judging| judging.ask(&turn));
        if waits {
            return Ok(());
        }
        let concluded = self.conclude(&turn).await;
        self.concluded(concluded, &turn).await
    }

    /// What a turn says, by the playbook.
    async fn conclude(&mut self, turn: &Turn) -> Concluded {
        let turn = turn.clone();
        self.judge(move |progress| progress.conclude(&turn)).await
    }

    /// Judges where blocking is allowed: with vectors of sentences it takes some hundredths of a
    /// second. Where this is not waited for, nothing was judged.
    async fn judge<T: Send + 'static>(
        &mut self,
        judges: impl FnOnce(&mut Progress) -> T + Send + 'static,
    ) -> T {
        let mut progress = self.progress.clone();
        let judged = spawn_blocking(move || {
            let judged = judges(&mut progress);
            (progress, judged)
        });
        match judged.await.map_err(tokio::task::JoinError::try_into_panic) {
            Ok((progress, judged)) => {
                self.progress = progress;
                judged
            }
            Err(Ok(panic)) => resume_unwind(panic),
            // The runtime ends, and this call with it.
            Err(Err(_)) => std::future::pending().await,
        }
    }

    /// What a turn changes, and the card after it.
    async fn concluded(&mut self, concluded: Concluded, turn: &Turn) -> Result<(), Failure> {
        let Concluded { mut events, pushbacks } = concluded;
        // What seems to be said by now may be of the next turn, which is being spoken while a model
        // thinks about this one: the end of that one decides.
        let is_of_next = |channel: usize| self.order.has_more(channel);
        if !self.channels.iter().position(|role| *role == turn.role).is_some_and(is_of_next) {
            events.extend(self.progress.unsaid(turn.role));
        }
        self.landmarks(events).await?;
        for id in &pushbacks {
            self.cards.push_back(id, turn.end_s);
        }
        let card = self.cards.next(&self.book, &self.progress.remains(), turn.end_s);
        if let Some(card) = card {
            self.store.suggestion(&self.call_id, self.telling.next_n(), &card).await?;
            self.telling.tell(ServerWord::Suggestion(card));
        }
        Ok(())
    }

    async fn landmarks(&mut self, events: Vec<LandmarkEvent>) -> Result<(), Failure> {
        for event in events {
            self.store.landmark(&self.call_id, self.telling.next_n(), &event).await?;
            self.telling.tell(ServerWord::Landmark(event));
        }
        Ok(())
    }
}
