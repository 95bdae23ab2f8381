//! How much is misheard, and how long it takes.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep_until;
use weir_answers::{Answerer, Event, Within};
use weir_speech::{
    Clip, Heard, SAMPLE_RATE, SpeechError, StreamingTranscriber, Transcriber, WordErrors, wer,
};

use crate::Quantiles;
use crate::spoken::{Kind, Spoken, VOICES};

/// Sound that is given to an ear at a time, in samples: 100 ms, as a browser sends it.
const PIECE: usize = SAMPLE_RATE as usize / 10;
/// Silence after each clip, in samples, besides its own: half a second.
const PAUSE: usize = SAMPLE_RATE as usize / 2;

/// What came of sentences of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupFigures {
    /// Which.
    pub kind: Kind,
    /// How many.
    pub sentences: usize,
    /// Words that were said.
    pub words: usize,
    /// Words heard as another.
    pub substitutions: usize,
    /// Words heard and not said.
    pub insertions: usize,
    /// Words said and not heard.
    pub deletions: usize,
    /// The rate of word errors: all three by words that were said.
    pub word_error_rate: f32,
}

/// What a recogniser made of all sentences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarFigures {
    /// What it is called.
    pub name: String,
    /// Kind by kind.
    pub groups: Vec<GroupFigures>,
    /// Sound that it heard, in seconds.
    pub sound_s: f32,
    /// Seconds that it took by seconds of sound; below 1 it keeps up with one who speaks.
    pub real_time: f32,
}

impl EarFigures {
    /// Says each sentence to a recogniser; `said` hears of each.
    ///
    /// # Errors
    /// There is no voice, or the recogniser fails.
    pub async fn measure(
        name: &str,
        ear: &dyn Transcriber,
        spoken: &Spoken,
        mut said: impl FnMut() + Send,
    ) -> Result<Self, SpeechError> {
        let (mut groups, mut sound_s, mut took) = (Vec::new(), 0.0, Duration::ZERO);
        for (kind, sentences) in spoken.groups() {
            let mut errors = WordErrors::default();
            for (sentence, voice) in sentences.iter().zip(VOICES.iter().cycle()) {
                let clip = say(voice, sentence).await?;
                let before = Instant::now();
                let heard = ear.transcribe(&clip).await?;
                took += before.elapsed();
                sound_s += clip.duration_s();
                errors = errors + wer(sentence, &heard.text);
                said();
            }
            groups.push(GroupFigures {
                kind: *kind,
                sentences: sentences.len(),
                words: errors.words,
                substitutions: errors.substitutions,
                insertions: errors.insertions,
                deletions: errors.deletions,
                word_error_rate: errors.rate(),
            });
        }
        let real_time = took.as_secs_f32() / f32::max(sound_s, f32::MIN_POSITIVE);
        Ok(Self { name: name.to_owned(), groups, sound_s, real_time })
    }

    /// The rate of word errors of a kind of sentences.
    pub fn word_error_rate(&self, kind: Kind) -> Option<f32> {
        let group = self.groups.iter().find(|group| group.kind == kind);
        group.map(|group| group.word_error_rate)
    }
}

/// How long after the end of speech something comes, of each utterance, in seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lateness {
    /// Its final text; the silence by which its end is known is in it.
    pub final_s: Vec<f32>,
    /// The first words of an answer to it.
    pub answer_s: Vec<f32>,
    /// The most that work lay behind the sound.
    pub lag_s: f32,
}

/// The same in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatencyFigures {
    /// The final text.
    pub final_s: Option<Quantiles>,
    /// The first words of an answer.
    pub answer_s: Option<Quantiles>,
    /// The most that work lay behind the sound.
    pub lag_s: f32,
}

impl From<&Lateness> for LatencyFigures {
    fn from(late: &Lateness) -> Self {
        Self {
            final_s: Quantiles::of(&late.final_s),
            answer_s: Quantiles::of(&late.answer_s),
            lag_s: late.lag_s,
        }
    }
}

/// Speaks clips to an ear one after the other, as fast as they last and no faster, and has what
/// was heard answered, if there is somebody who answers. `spoke` hears of each clip that was said.
///
/// # Errors
/// The ear fails.
pub async fn listen_live(
    ears: &dyn StreamingTranscriber,
    clips: Vec<Clip>,
    answerer: Option<&Answerer>,
    mut spoke: impl FnMut() + Send,
) -> Result<Lateness, SpeechError> {
    let (mut ear, mut heard) = ears.listen().await?;
    let started = tokio::time::Instant::now();
    let speaking = async move {
        let mut at = started;
        for mut clip in clips {
            clip.samples.extend([0; PAUSE]);
            for piece in clip.samples.chunks(PIECE) {
                at += Duration::from_secs_f64(piece.len() as f64 / f64::from(SAMPLE_RATE));
                sleep_until(at).await;
                ear.hear(piece).await?;
            }
            spoke();
        }
        ear.finish().await
    };
    let listening = async {
        let (mut late, mut answers) = (Lateness::default(), JoinSet::new());
        while let Some(event) = heard.recv().await {
            match event {
                Heard::Final { end_s, transcript, .. } if !transcript.text.is_empty() => {
                    late.final_s.push(started.elapsed().as_secs_f32() - end_s);
                    if let Some(answerer) = answerer.cloned() {
                        answers.spawn(async move {
                            first_words(&answerer, &transcript.text).await;
                            started.elapsed().as_secs_f32() - end_s
                        });
                    }
                }
                Heard::Lag { behind_s } => late.lag_s = late.lag_s.max(behind_s),
                Heard::Failed(error) => return Err(error),
                Heard::Ended { .. } => break,
                Heard::Final { .. } | Heard::Started { .. } | Heard::Partial { .. } => {}
            }
        }
        while let Some(answered) = answers.join_next().await {
            late.answer_s.push(answered.map_err(|error| SpeechError::Failed(error.to_string()))?);
        }
        Ok(late)
    };
    let ((), late) = tokio::try_join!(speaking, listening)?;
    Ok(late)
}

/// Waits for the first words of an answer.
async fn first_words(answerer: &Answerer, question: &str) {
    // What was heard has words, and fewer than a question may have.
    if let Ok(mut answer) = answerer.answer(question, &Within::All).await {
        while let Some(event) = answer.next().await {
            if matches!(event, Event::Text(_)) {
                return;
            }
        }
    }
}

/// What a voice says, without keeping others waiting.
///
/// # Errors
/// As of [`weir_speech::say`].
pub async fn say(voice: &'static str, sentence: &str) -> Result<Clip, SpeechError> {
    let sentence = sentence.to_owned();
    let said = spawn_blocking(move || weir_speech::say(voice, &sentence)).await;
    said.map_err(|error| SpeechError::Failed(error.to_string()))?
}
