//! From a question to an answer that says where it stands, or that it is not known.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{BoxStream, unfold};
use serde::Serialize;
use weir_providers::{ChatModel, ChatPiece, ChatRequest, ChatStream, ProviderError};

use crate::citations::Citations;
use crate::extract::{best, quotes};
use crate::library::{Found, Library, Within};
use crate::prompt::{UNKNOWN, request};

/// Longest question, in letters.
const LONGEST_QUESTION: usize = 2000;
/// Parts that are named where nothing answers.
const NEAREST: usize = 3;

/// How answers are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnswerConfig {
    /// Passages that a question is answered from.
    pub passages: usize,
    /// Below this confidence nothing is quoted.
    pub least_confidence: f32,
    /// Below this confidence a model is not asked. It is lower, since a model can say that it does
    /// not know.
    pub least_confidence_of_model: f32,
    /// Most tokens of a model's answer.
    pub most_tokens: u32,
    /// Most letters of it; what is longer is cut off.
    pub most_letters: usize,
}

impl Default for AnswerConfig {
    fn default() -> Self {
        Self {
            passages: 5,
            least_confidence: 0.47,
            least_confidence_of_model: 0.2,
            most_tokens: 500,
            most_letters: 3000,
        }
    }
}

/// Why a question is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// There is none.
    #[error("the question is empty")]
    Empty,
    /// It is too long.
    #[error("the question has {letters} letters, and may have {LONGEST_QUESTION}")]
    TooLong {
        /// How long it is.
        letters: usize,
    },
}

/// A passage that an answer may cite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// By which number, from 1.
    pub number: usize,
    /// What the document is called.
    pub title: String,
    /// The heading it stands under; empty before the first one.
    pub heading: String,
    /// The document, by its file.
    pub file: String,
    /// The sentence of it that says most of what is asked for.
    pub quote: String,
    /// How well it goes with the question; only those of one answer compare.
    pub score: f32,
}

/// A part that is about something near what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// What the document is called.
    pub title: String,
    /// The heading.
    pub heading: String,
    /// The document, by its file.
    pub file: String,
    /// The sentence of it that says most of what is asked for.
    pub quote: String,
}

/// Who wrote an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum By {
    /// Nobody: sentences are quoted from documents, and no language model was asked.
    Quotes,
    /// A language model, by its name.
    Model {
        /// The name.
        id: String,
    },
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// By itself.
    Whole,
    /// The model broke off.
    BrokeOff,
    /// It was cut off where it became too long.
    TooLong,
}

/// What comes of a question, in this order: sources, or what is nearest where nothing answers; then
/// text, piece by piece; then the end.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Event {
    /// What may be cited.
    Sources(Vec<Source>),
    /// What is near, where nothing answers.
    Nearest(Vec<Nearest>),
    /// The next words.
    Text(String),
    /// The end.
    Done {
        /// Whether it says no more than that it does not know.
        abstained: bool,
        /// Who wrote it.
        by: By,
        /// How it ended.
        ending: Ending,
    },
}

/// The events of an answer; dropping it ends the request to a model.
pub type Answer = BoxStream<'static, Event>;

/// Answers questions from a library.
#[derive(Clone)]
pub struct Answerer {
    library: Arc<Library>,
    model: Option<Arc<dyn ChatModel>>,
    config: AnswerConfig,
}

impl Answerer {
    /// That quotes what answers.
    pub fn new(library: Arc<Library>, config: AnswerConfig) -> Self {
        Self { library, model: None, config }
    }

    /// That asks a model, and quotes where it fails.
    pub fn with_model(self, model: Arc<dyn ChatModel>) -> Self {
        Self { model: Some(model), ..self }
    }

    /// The model that is asked, if one is.
    pub fn model(&self) -> Option<&Arc<dyn ChatModel>> {
        self.model.as_ref()
    }

    /// Answers a question.
    ///
    /// # Errors
    /// There is no question, or it is too long.
    pub async fn answer(&self, question: &str, within: &Within) -> Result<Answer, QuestionError> {
        let question = question.trim();
        let letters = question.chars().count();
        match letters {
            0 => return Err(QuestionError::Empty),
            _ if letters > LONGEST_QUESTION => return Err(QuestionError::TooLong { letters }),
            _ => {}
        }
        let found = self.library.search(question, within, self.config.passages).await;
        let confidence = found.evidence.confidence();
        let model = self.model.clone();
        let least = match model {
            Some(_) => self.config.least_confidence_of_model,
            None => self.config.least_confidence,
        };
        if confidence < least || found.passages.is_empty() {
            let may_quote = confidence >= self.config.least_confidence_of_model;
            let told = abstain(nearest(question, &found), may_quote);
            return Ok(futures_util::stream::iter(told).boxed());
        }
        let is_quoted = confidence >= self.config.least_confidence;
        let quoted = if is_quoted { quoted(question, &found) } else { String::new() };
        let mut telling = Telling::new(question, found, quoted);
        match model {
            Some(model) => {
                let passages = &telling.found.passages;
                let asked = request(question, passages, self.config.most_tokens);
                telling.stage = Stage::Ask(model, asked);
                telling.letters_left = self.config.most_letters;
            }
            None => telling.quote(),
        }
        Ok(unfold(telling, |mut telling| async {
            telling.next().await.map(|event| (event, telling))
        })
        .boxed())
    }
}

/// An answer on its way.
struct Telling {
    found: Found,
    nearest: Vec<Nearest>,
    /// The answer in quotes; empty where too little speaks for one.
    quoted: String,
    /// What can be told at once.
    pending: VecDeque<Event>,
    stage: Stage,
    citations: Citations,
    /// What a model has said so far.
    said: String,
    letters_left: usize,
}

enum Stage {
    Ask(Arc<dyn ChatModel>, ChatRequest),
    Read(By, ChatStream),
    Over,
}

impl Telling {
    fn new(question: &str, found: Found, quoted: String) -> Self {
        let sources = sources(question, &found);
        Self {
            nearest: nearest(question, &found),
            citations: Citations::new(sources.len()),
            pending: VecDeque::from([Event::Sources(sources)]),
            found,
            quoted,
            stage: Stage::Over,
            said: String::new(),
            letters_left: 0,
        }
    }

    async fn next(&mut self) -> Option<Event> {
        while self.pending.is_empty() {
            match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Ask(model, asked) => {
                    let by = By::Model { id: model.id().to_owned() };
                    match model.chat(asked).await {
                        Ok(pieces) => self.stage = Stage::Read(by, pieces),
                        Err(error) => self.fail(by, &error),
                    }
                }
                Stage::Read(by, mut pieces) => match pieces.next().await {
                    Some(Ok(ChatPiece::Text(piece))) => self.hear(by, &piece, pieces),
                    Some(Ok(ChatPiece::Usage(_))) => self.stage = Stage::Read(by, pieces),
                    Some(Err(error)) => self.fail(by, &error),
                    None => self.end(by, Ending::Whole),
                },
                Stage::Over => return None,
            }
        }
        self.pending.pop_front()
    }

    /// A model says something more.
    fn hear(&mut self, by: By, piece: &str, pieces: ChatStream) {
        let letters = piece.chars().count();
        let cut: String = piece.chars().take(self.letters_left).collect();
        self.letters_left -= letters.min(self.letters_left);
        let clear = self.citations.push(&cut);
        self.say(&clear);
        if cut.len() < piece.len() {
            self.end(by, Ending::TooLong);
        } else {
            self.stage = Stage::Read(by, pieces);
        }
    }

    fn say(&mut self, text: &str) {
        if !text.is_empty() {
            self.said.push_str(text);
            self.pending.push_back(Event::Text(text.to_owned()));
        }
    }

    /// A model fails: before its first word it is answered without it.
    fn fail(&mut self, by: By, error: &ProviderError) {
        tracing::warn!(%error, "an answer fails");
        if self.said.trim().is_empty() {
            self.quote();
        } else {
            self.end(by, Ending::BrokeOff);
        }
    }

    /// A model is at its end. What cites nothing is followed by what does.
    fn end(&mut self, by: By, ending: Ending) {
        let rest = self.citations.end();
        self.say(&rest);
        let said = self.said.trim().to_owned();
        if said.is_empty() {
            return self.quote();
        }
        let abstained = said.trim_end_matches('.') == UNKNOWN.trim_end_matches('.');
        if ending == Ending::BrokeOff {
            self.say("\n\n(The answer broke off here.)");
        }
        if abstained {
            self.pending.push_back(Event::Nearest(std::mem::take(&mut self.nearest)));
        } else if self.citations.cited().is_empty() {
            let quoted = std::mem::take(&mut self.quoted);
            self.say("\n\nThis cites no document.");
            if !quoted.is_empty() {
                self.say(&format!(" The documents say:\n\n{quoted}"));
            }
        }
        self.pending.push_back(Event::Done { abstained, by, ending });
    }

    /// Answers without a model.
    fn quote(&mut self) {
        let quoted = std::mem::take(&mut self.quoted);
        if quoted.is_empty() {
            let nearest = std::mem::take(&mut self.nearest);
            return self.pending.extend(abstain(nearest, true));
        }
        self.pending.push_back(Event::Text(quoted));
        let ending = Ending::Whole;
        self.pending.push_back(Event::Done { abstained: false, by: By::Quotes, ending });
    }
}

/// Quoted sentences, each with its citation.
fn quoted(question: &str, found: &Found) -> String {
    let line = |quote: crate::extract::Quote| format!("“{}” [{}]", quote.text, quote.number);
    quotes(question, found).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn sources(question: &str, found: &Found) -> Vec<Source> {
    let source = |(at, passage): (usize, &crate::library::Passage)| Source {
        number: at + 1,
        title: passage.chunk.title.clone(),
        heading: passage.chunk.heading.clone(),
        file: passage.chunk.document.clone(),
        quote: best(question, &found.telling, &passage.chunk.text).to_owned(),
        score: passage.score,
    };
    found.passages.iter().enumerate().map(source).collect()
}

/// The parts that are nearest, each heading once.
fn nearest(question: &str, found: &Found) -> Vec<Nearest> {
    let mut nearest: Vec<Nearest> = Vec::new();
    for chunk in found.passages.iter().map(|passage| &passage.chunk) {
        let (title, heading) = (chunk.title.clone(), chunk.heading.clone());
        let quote = best(question, &found.telling, &chunk.text).to_owned();
        let near = Nearest { title, heading, file: chunk.document.clone(), quote };
        let is_same = |other: &Nearest| other.heading == near.heading && other.file == near.file;
        if nearest.len() < NEAREST && !nearest.iter().any(is_same) {
            nearest.push(near);
        }
    }
    nearest
}

/// The answer that nothing answers. Where something may, it is quoted as what it is.
fn abstain(nearest: Vec<Nearest>, may_quote: bool) -> Vec<Event> {
    let name = |near: &Nearest| match near.heading.as_str() {
        "" => near.title.clone(),
        heading => format!("{}: {heading}", near.title),
    };
    let mut text = UNKNOWN.to_owned();
    match &nearest[..] {
        [first, ..] if may_quote && !first.quote.is_empty() => {
            let (quote, name) = (&first.quote, name(first));
            text.push_str(&format!(
                " The documents do not say it clearly. Nearest: “{quote}” ({name})."
            ));
        }
        [] => {}
        all => {
            let names: Vec<String> = all.iter().map(name).collect();
            let names = names.join("; ");
            text.push_str(&format!(" The documents do not seem to say. Nearest: {names}."));
        }
    }
    let done = Event::Done { abstained: true, by: By::Quotes, ending: Ending::Whole };
    vec![Event::Nearest(nearest), Event::Text(text), done]
}
