//! What was measured, of what, where and when: what `--json` prints.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use weir_assistant::config::{AssistantConfig, ChatBy, EmbeddingsBy, TranscriptionBy};
use weir_evaluation::{Evaluation, Goal, Set};

use super::machine::Machine;
use crate::date::date;

/// An evaluation, and all that it depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of weir.
    pub weir: String,
    /// When it was finished, in UTC, such as 2026-01-31T12:00:00Z.
    pub at: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Of which calls and questions.
    pub set: Set,
    /// By which models.
    pub models: Models,
    /// Where.
    pub machine: Machine,
    /// The figures.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// What they have to reach.
    pub goals: Vec<Goal>,
}

/// Who hears, words and compares, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    /// Who hears.
    pub transcription: String,
    /// Who words answers.
    pub chat: String,
    /// Who tells which texts mean the same.
    pub embeddings: String,
    /// What a call is to reach.
    pub playbook: String,
}

impl Models {
    fn of(config: &AssistantConfig) -> Self {
        let transcription = match config.transcription.by {
            TranscriptionBy::Off => "nobody".to_owned(),
            TranscriptionBy::Sphinx => "PocketSphinx".to_owned(),
            TranscriptionBy::Openai => config.transcription.model.clone(),
            TranscriptionBy::Assemblyai => "AssemblyAI".to_owned(),
        };
        let chat = match config.chat.by {
            ChatBy::Documents => "nobody: sentences are quoted".to_owned(),
            ChatBy::Openai => config.chat.model.clone(),
        };
        let embeddings = match config.embeddings.by {
            EmbeddingsBy::None => "nobody: words are compared".to_owned(),
            EmbeddingsBy::Minilm => "MiniLM".to_owned(),
            EmbeddingsBy::Openai => config.embeddings.model.clone(),
        };
        Self { transcription, chat, embeddings, playbook: config.calls.playbook.clone() }
    }
}

impl Report {
    /// Of an evaluation that took so long and is over now.
    pub fn new(
        set: Set,
        config: &AssistantConfig,
        machine: Machine,
        seconds: f64,
        evaluation: Evaluation,
    ) -> Self {
        let now_s = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        Self {
            weir: env!("CARGO_PKG_VERSION").to_owned(),
            at: date(now_s),
            seconds,
            set,
            models: Models::of(config),
            machine,
            goals: evaluation.goals(),
            evaluation,
        }
    }

    /// Parts that could not be measured, and why.
    pub fn skipped(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let Evaluation { speech, calls, retrieval } = &self.evaluation;
        let parts = [
            ("speech", speech.skipped()),
            ("calls", calls.skipped()),
            ("retrieval", retrieval.skipped()),
        ];
        parts.into_iter().filter_map(|(name, why)| Some((name, why?)))
    }
}

#[cfg(test)]
pub mod tests {
    use weir_evaluation::{By, CallFigures, Part, RetrievalFigures};

    use super::*;

    /// A report of next to nothing.
    pub fn sample() -> Report {
        let machine = Machine {
            processor: "a <processor>".to_owned(),
            threads: 2,
            memory_gb: 8.0,
            system: "a system".to_owned(),
            load: [0.5, 0.25, 0.0],
        };
        let evaluation = Evaluation {
            speech: Part::Skipped { why: "flite cannot be started: apt install flite".to_owned() },
            calls: Part::Measured(CallFigures::of(By::Words, &[Default::default()])),
            retrieval: Part::Measured(RetrievalFigures::of(&[])),
        };
        Report::new(Set::HeldOut, &AssistantConfig::default(), machine, 12.5, evaluation)
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let report = sample();
        let text = serde_json::to_string(&report).expect("JSON");
        assert_eq!(serde_json::from_str::<Report>(&text).expect("a report"), report);
        assert_eq!(report.skipped().collect::<Vec<_>>().len(), 1);
    }
}
