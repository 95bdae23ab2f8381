//! What was measured, of what, where and when: what `--json` prints.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use weir_assistant::config::{AssistantConfig, ChatBy, EmbeddingsBy, TranscriptionBy};
use weir_evaluation::{Evaluation, Goal, Set};

use super::machine::Machine;

const DAY_S: u64 = 86_400;

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

/// So many seconds after 1970 began as date and time of UTC (by days of eras of 400 years; Hinnant,
/// *chrono-compatible low-level date algorithms*).
fn date(after_s: u64) -> String {
    let (days, s) = (after_s / DAY_S + 719_468, after_s % DAY_S);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    // A year that begins in March, so that the day that it may lack is its last.
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = 400 * era + year_of_era + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", s / 3_600, s / 60 % 60, s % 60)
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
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01T00:00:00Z");
        assert_eq!(date(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(date(951_868_800), "2000-03-01T00:00:00Z");
        assert_eq!(date(1_798_761_599), "2026-12-31T23:59:59Z");
        assert_eq!(date(4_107_542_400), "2100-03-01T00:00:00Z", "2100 has no leap day");
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let report = sample();
        let text = serde_json::to_string(&report).expect("JSON");
        assert_eq!(serde_json::from_str::<Report>(&text).expect("a report"), report);
        assert_eq!(report.skipped().collect::<Vec<_>>().len(), 1);
    }
}
