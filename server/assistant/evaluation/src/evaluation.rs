//! All of it, some of which may not have been measured.

use serde::{Deserialize, Serialize};

use crate::calls::CallFigures;
use crate::goal::Goal;
use crate::retrieval::RetrievalFigures;
use crate::speech::SpeechFigures;

/// A part of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Part<Figures> {
    /// It was measured.
    Measured(Figures),
    /// It could not be.
    Skipped {
        /// Why, and what to do about it.
        why: String,
    },
    /// Nobody asked for it.
    NotAsked,
}

impl<Figures> Part<Figures> {
    /// Its figures, if it was measured.
    pub fn figures(&self) -> Option<&Figures> {
        match self {
            Self::Measured(figures) => Some(figures),
            Self::Skipped { .. } | Self::NotAsked => None,
        }
    }

    /// Why it could not be measured, if somebody wanted that.
    pub fn skipped(&self) -> Option<&str> {
        match self {
            Self::Skipped { why } => Some(why),
            Self::Measured(_) | Self::NotAsked => None,
        }
    }
}

/// How good speech, calls and answers are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Speech.
    pub speech: Part<SpeechFigures>,
    /// Calls.
    pub calls: Part<CallFigures>,
    /// Answers.
    pub retrieval: Part<RetrievalFigures>,
}

impl Evaluation {
    /// The goals of what was measured.
    pub fn goals(&self) -> Vec<Goal> {
        let speech = self.speech.figures().map(SpeechFigures::goals);
        let calls = self.calls.figures().map(CallFigures::goals);
        let retrieval = self.retrieval.figures().map(RetrievalFigures::goals);
        [speech, calls, retrieval].into_iter().flatten().flatten().collect()
    }
}
