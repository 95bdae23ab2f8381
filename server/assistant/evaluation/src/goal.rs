//! What figures have to reach.

use serde::{Deserialize, Serialize};

use crate::calls::{By, CallFigures};
use crate::retrieval::RetrievalFigures;
use crate::speech::SpeechFigures;
use crate::spoken::Kind;

/// Most errors, by words said, of everyday sentences.
const EVERYDAY_WER: f32 = 0.12;
/// And of sentences of the domain's text, where a recogniser knows the domain.
const DOMAIN_WER: f32 = 0.04;
/// Least macro-F1 of landmarks that are found by their words.
const BY_WORDS: f32 = 0.75;
/// And of such that are found by what is meant, too.
const BY_MEANING: f32 = 0.85;
/// Least share of questions with a right part among the first five.
const RECALL_5: f32 = 0.9;
/// Least share of questions without an answer of which that is said.
const ABSTAINED: f32 = 0.9;

/// From which side a goal is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The figure may not be larger.
    AtMost,
    /// The figure may not be smaller.
    AtLeast,
}

/// What a figure has to reach, and whether it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Of what.
    pub name: String,
    /// What it is.
    pub value: f32,
    /// From which side.
    pub side: Side,
    /// The goal.
    pub limit: f32,
    /// Whether it is reached.
    pub is_reached: bool,
}

impl Goal {
    fn new(name: impl Into<String>, value: f32, side: Side, limit: f32) -> Self {
        let is_reached = match side {
            Side::AtMost => value <= limit,
            Side::AtLeast => value >= limit,
        };
        Self { name: name.into(), value, side, limit, is_reached }
    }
}

impl SpeechFigures {
    /// The goals of speech: the first recogniser has to hear everyday sentences, the one that
    /// knows the domain, which is the last where there are two, those of its text.
    pub fn goals(&self) -> Vec<Goal> {
        let of = |ear: Option<&crate::EarFigures>, kind: Kind, limit: f32| {
            let ear = ear?;
            let name = format!("word error rate, {}, {}", ear.name, kind.name());
            Some(Goal::new(name, ear.word_error_rate(kind)?, Side::AtMost, limit))
        };
        let everyday = of(self.ears.first(), Kind::Everyday, EVERYDAY_WER);
        let domain = of(self.ears.get(1), Kind::InDomain, DOMAIN_WER);
        everyday.into_iter().chain(domain).collect()
    }
}

impl CallFigures {
    /// The goals of calls.
    pub fn goals(&self) -> Vec<Goal> {
        let (name, limit) = match self.by {
            By::Words => ("macro-F1 of landmarks, by words", BY_WORDS),
            By::Meaning => ("macro-F1 of landmarks, by words and meaning", BY_MEANING),
        };
        vec![Goal::new(name, self.macro_f1.value, Side::AtLeast, limit)]
    }
}

impl RetrievalFigures {
    /// The goals of answers.
    pub fn goals(&self) -> Vec<Goal> {
        vec![
            Goal::new("recall@5", self.figures.recall_5.value, Side::AtLeast, RECALL_5),
            Goal::new(
                "abstains where nothing answers",
                self.figures.abstained.value,
                Side::AtLeast,
                ABSTAINED,
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_reached_from_its_side_and_never_by_what_is_no_number() {
        let is = |value, side| Goal::new("", value, side, 0.5).is_reached;
        assert!(is(0.5, Side::AtMost) && is(0.4, Side::AtMost) && !is(0.6, Side::AtMost));
        assert!(is(0.5, Side::AtLeast) && !is(0.4, Side::AtLeast) && is(0.6, Side::AtLeast));
        assert!(!is(f32::NAN, Side::AtMost) && !is(f32::NAN, Side::AtLeast));
    }

    #[test]
    fn more_is_expected_of_who_knows_what_is_meant() {
        let reached = |by| {
            let mut figures = CallFigures::of(by, &[]);
            figures.macro_f1.value = 0.8;
            figures.goals().iter().all(|goal| goal.is_reached)
        };
        assert!(reached(By::Words) && !reached(By::Meaning));
    }
}
