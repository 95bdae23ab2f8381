//! What is to be measured, opened; and how far the measuring is.

use std::sync::Arc;

use anyhow::Context as _;
use indicatif::ProgressBar;
use tokio::task::spawn_blocking;
use weir_answers::Documents;
use weir_assistant::config::{AssistantConfig, TranscriptionBy, VectorsConfig};
use weir_assistant::{Answering, Assistant};
use weir_evaluation::{
    CallFigures, Evaluation, Part, Recogniser, RetrievalFigures, Set, SpeechFigures, Spoken,
};
use weir_speech::{SpeechError, Sphinx, SphinxConfig, StreamingTranscriber};

use super::What;
use crate::failure::Failure;
use crate::{output, progress};

/// Measures what is asked for. Of speech, what is not installed is no error.
///
/// # Errors
/// The playbook is not the one of the calls, or a model that is configured fails.
pub async fn evaluate(
    assistant: &Assistant,
    set: Set,
    is_asked: impl Fn(What) -> bool,
) -> anyhow::Result<Evaluation> {
    let book = assistant.playbook();
    let scripts = set.calls(book).map_err(|error| Failure::BadInput(error.to_string()))?;
    let questions = set.questions()?;
    let documents = assistant.documents()?;
    let calls = if is_asked(What::Calls) {
        let bar = Bar::new("calls", scripts.len());
        let (book, scripts) = (book.clone(), scripts.clone());
        let detector = assistant.detector().await.map_err(Failure::Lacking)?;
        let played = spawn_blocking(move || {
            CallFigures::measure(&book, &detector, &scripts, |count| bar.at(count))
        });
        Part::Measured(played.await?)
    } else {
        Part::NotAsked
    };
    let needs_answers = is_asked(What::Retrieval) || is_asked(What::Speech);
    // Vectors of these documents, for as long as this lasts.
    let folder = tempfile::tempdir().context("a folder for vectors")?;
    let answering = match needs_answers {
        true => Some(answering(assistant, folder.path(), &documents).await?),
        false => None,
    };
    let texts: Vec<String> =
        questions.question.iter().map(|question| question.text.clone()).collect();
    let retrieval = match &answering {
        Some(answering) if is_asked(What::Retrieval) => {
            let bar = Bar::new("questions", texts.len());
            let (library, answerer) = (answering.library(), answering.answerer());
            let asked = |count| bar.at(count);
            Part::Measured(RetrievalFigures::measure(library, answerer, questions, asked).await?)
        }
        _ => Part::NotAsked,
    };
    let speech = match &answering {
        Some(answering) if is_asked(What::Speech) => {
            // Not of the set: which of them there are does not matter to ears, and dev calls are
            // those that the figures of weir-speech are of.
            let turns =
                Set::Dev.calls(book).map_err(|error| Failure::BadInput(error.to_string()))?;
            let spoken = Spoken::new(book, &documents, &turns);
            speech(assistant, answering, &spoken, &texts).await?
        }
        _ => Part::NotAsked,
    };
    Ok(Evaluation { speech, calls, retrieval })
}

/// What answers as it is configured, with vectors of its own: those of a server belong to what that
/// answers from.
async fn answering(
    assistant: &Assistant,
    folder: &std::path::Path,
    documents: &Documents,
) -> anyhow::Result<Answering> {
    let vectors = VectorsConfig::default();
    let config = AssistantConfig { vectors, ..assistant.config().clone() };
    let models = assistant.models().await.map_err(Failure::Lacking)?;
    let answering = Answering::open(&config, folder, models, documents.clone()).await;
    let answering = answering.map_err(Failure::Lacking)?;
    let mut bar = None;
    let made = answering.refresh(documents.clone(), |embedded| {
        bar.get_or_insert_with(|| Bar::new("parts embedded", embedded.of)).at(embedded.done);
    });
    made.await.map_err(|error| Failure::Lacking(error.to_string()))?;
    Ok(answering)
}

async fn speech(
    assistant: &Assistant,
    answering: &Answering,
    spoken: &Spoken,
    questions: &[String],
) -> anyhow::Result<Part<SpeechFigures>> {
    let (recognisers, listener) = match recognisers(assistant, spoken).await {
        Ok(opened) => opened,
        Err(error) => return skipped(error),
    };
    let bar = std::sync::OnceLock::new();
    let measured = SpeechFigures::measure(
        &recognisers,
        listener.as_ref(),
        answering.answerer(),
        spoken,
        questions,
        |said| bar.get_or_init(|| Bar::new("sentences spoken", said.of)).at(said.done),
    );
    match measured.await {
        Ok(figures) => Ok(Part::Measured(figures)),
        Err(error) => skipped(error),
    }
}

/// What is not installed is not measured; what fails is a failure.
fn skipped(error: SpeechError) -> anyhow::Result<Part<SpeechFigures>> {
    match error {
        SpeechError::Missing(why) => {
            output::notice(&format!("speech is not measured: {why}"));
            Ok(Part::Skipped { why })
        }
        error => Err(Failure::Lacking(error.to_string()).into()),
    }
}

/// Who hears clips, and who listens: PocketSphinx without and with the domain; or whoever is
/// configured.
async fn recognisers(
    assistant: &Assistant,
    spoken: &Spoken,
) -> Result<(Vec<Recogniser>, Arc<dyn StreamingTranscriber>), SpeechError> {
    if assistant.config().transcription.by == TranscriptionBy::Sphinx {
        let domain = Some(spoken.domain.clone());
        let general = Arc::new(Sphinx::new(SphinxConfig::default())?);
        let expects = Arc::new(Sphinx::new(SphinxConfig { domain, ..SphinxConfig::default() })?);
        let recognisers = vec![
            Recogniser { name: "general model".to_owned(), clips: general },
            Recogniser {
                name: "with the domain's model".to_owned(),
                clips: Arc::clone(&expects) as _,
            },
        ];
        return Ok((recognisers, expects));
    }
    let hearing = assistant.hearing().await;
    let hearing = hearing.map_err(|why| SpeechError::Missing(why.to_owned()))?;
    let clips = Arc::clone(&hearing.clips);
    let recognisers = vec![Recogniser { name: clips.id().to_owned(), clips }];
    Ok((recognisers, Arc::clone(&hearing.streaming)))
}

/// How far something is: a bar on a terminal, a line for each quarter elsewhere.
struct Bar {
    what: &'static str,
    of: usize,
    bar: Option<ProgressBar>,
}

impl Bar {
    fn new(what: &'static str, of: usize) -> Self {
        let template = format!("{{bar:32.cyan}} {{pos}} of {{len}} {what}, {{eta}} left");
        Self { what, of, bar: progress::bar(of as u64, &template) }
    }

    fn at(&self, done: usize) {
        match &self.bar {
            Some(bar) => bar.set_position(done as u64),
            None if done.is_multiple_of(self.of.div_ceil(4).max(1)) || done == self.of => {
                output::notice(&format!("{done} of {} {}", self.of, self.what));
            }
            None => {}
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
