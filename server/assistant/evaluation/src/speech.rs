//! Speech as a whole: some recognisers, and how long one who asks has to wait.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use weir_answers::Answerer;
use weir_speech::{SpeechError, StreamingTranscriber, Transcriber};

use crate::hearing::{EarFigures, LatencyFigures, listen_live, say};
use crate::spoken::{Spoken, VOICES, spread};

/// Questions that are spoken to see how long an answer takes.
const QUESTIONS: usize = 12;

/// A recogniser.
#[derive(Clone)]
pub struct Recogniser {
    /// What it is called in a report.
    pub name: String,
    /// It.
    pub clips: Arc<dyn Transcriber>,
}

/// What came of speech.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpeechFigures {
    /// Sentences of the domain's text.
    pub domain_sentences: usize,
    /// What each recogniser heard.
    pub ears: Vec<EarFigures>,
    /// Who listened while questions were spoken.
    pub listener: String,
    /// How long after the end of speech.
    pub latency: LatencyFigures,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpeechProgress {
    /// Sentences that were said.
    pub done: usize,
    /// Sentences to say.
    pub of: usize,
}

impl SpeechFigures {
    /// Says everything to each recogniser, and questions to one that listens while they are
    /// spoken, at the pace of speech; what it hears is answered.
    ///
    /// # Errors
    /// There is no voice, or a recogniser fails.
    pub async fn measure(
        recognisers: &[Recogniser],
        listener: &dyn StreamingTranscriber,
        answerer: &Answerer,
        spoken: &Spoken,
        questions: &[String],
        mut progress: impl FnMut(SpeechProgress) + Send,
    ) -> Result<Self, SpeechError> {
        let questions = spread(questions, QUESTIONS);
        let mut now =
            SpeechProgress { done: 0, of: recognisers.len() * spoken.len() + questions.len() };
        let mut said = || {
            now.done += 1;
            progress(now);
        };
        let mut ears = Vec::with_capacity(recognisers.len());
        for Recogniser { name, clips } in recognisers {
            ears.push(EarFigures::measure(name, clips.as_ref(), spoken, &mut said).await?);
        }
        let mut clips = Vec::with_capacity(questions.len());
        for (question, voice) in questions.iter().zip(VOICES.iter().cycle()) {
            clips.push(say(voice, question).await?);
        }
        let late = listen_live(listener, clips, Some(answerer), &mut said).await?;
        Ok(Self {
            domain_sentences: spoken.domain.sentences(),
            ears,
            listener: listener.id().to_owned(),
            latency: LatencyFigures::from(&late),
        })
    }
}
