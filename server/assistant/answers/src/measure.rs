//! How good answers are, by questions of which is known where they are answered.

use futures_util::StreamExt;
use serde::{Deserialize, Serialize};

use crate::answer::{Answerer, Event, QuestionError};
use crate::confidence::Evidence;
use crate::library::{Library, Within};

/// Passages that are looked at.
pub const K: usize = 5;
/// Questions drawn anew for an interval.
const DRAWS: usize = 2000;

/// Questions, as a TOML file has them: a `[[question]]` for each.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionSet {
    /// The questions.
    pub question: Vec<Question>,
}

/// A question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// As a visitor would ask it.
    pub text: String,
    /// Where it is asked: `jobs`, `about`, or another scope.
    pub scope: String,
    /// Where the answer stands: any one of these; nowhere if there is none.
    pub gold: Vec<Place>,
    /// What an answer has to say, in these words, all of them.
    #[serde(default)]
    pub must: Vec<String>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The document, by its file.
    pub file: String,
    /// The heading; empty before the first one.
    pub heading: String,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What was asked.
    pub question: String,
    /// Whether something answers it.
    pub is_answerable: bool,
    /// At which place, from 1, a part was found that answers, if among the first [`K`].
    pub rank: Option<usize>,
    /// What spoke for an answer.
    pub evidence: Evidence,
    /// Whether it was said that it is not known.
    pub abstained: bool,
    /// Whether the answer has all that it must say.
    pub is_right: bool,
}

/// Asks all questions of a set. `within` says where each scope is searched.
///
/// # Errors
/// One of them is no question.
pub async fn measure(
    library: &Library,
    answerer: &Answerer,
    set: &QuestionSet,
    within: impl Fn(&str) -> Within,
) -> Result<Vec<Outcome>, QuestionError> {
    let mut outcomes = Vec::with_capacity(set.question.len());
    for question in &set.question {
        let within = within(&question.scope);
        let found = library.search(&question.text, &within, K).await;
        let is_gold = |place: &Place| {
            let here = |passage: &crate::library::Passage| {
                place.file == passage.chunk.document && place.heading == passage.chunk.heading
            };
            found.passages.iter().position(here)
        };
        let (mut told, mut abstained) = (String::new(), false);
        let mut answer = answerer.answer(&question.text, &within).await?;
        while let Some(event) = answer.next().await {
            match event {
                Event::Text(text) => told.push_str(&text),
                Event::Done { abstained: is, .. } => abstained = is,
                Event::Sources(_) | Event::Nearest(_) => {}
            }
        }
        outcomes.push(Outcome {
            question: question.text.clone(),
            is_answerable: !question.gold.is_empty(),
            rank: question.gold.iter().filter_map(is_gold).min().map(|at| at + 1),
            evidence: found.evidence,
            abstained,
            is_right: !abstained && question.must.iter().all(|must| told.contains(must.as_str())),
        });
    }
    Ok(outcomes)
}

/// A figure of some outcomes, and between what it would lie in 95 of 100 cases if the questions
/// had been others of their kind: drawn with replacement, always the same (Efron, Annals of
/// Statistics 7, 1979).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The figure.
    pub value: f32,
    /// The lower end of its interval.
    pub low: f32,
    /// The upper end.
    pub high: f32,
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} [{:.2}, {:.2}]", self.value, self.low, self.high)
    }
}

/// What came of many questions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Of questions with an answer: those of which the first part found answers.
    pub recall_1: Figure,
    /// Those of which one of the first five does.
    pub recall_5: Figure,
    /// The mean of 1 / the place of the first part that answers, 0 without one among five.
    pub reciprocal_rank: Figure,
    /// Those that were answered.
    pub answered: Figure,
    /// Those whose answer has what it must say.
    pub right: Figure,
    /// Of questions without an answer: those of which it was said that it is not known.
    pub abstained: Figure,
}

impl Figures {
    /// Of these outcomes.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let (with, without): (Vec<&Outcome>, Vec<&Outcome>) =
            outcomes.iter().partition(|outcome| outcome.is_answerable);
        let rank = |most: usize| {
            move |outcome: &Outcome| share(outcome.rank.is_some_and(|rank| rank <= most))
        };
        Self {
            recall_1: figure(&with, rank(1)),
            recall_5: figure(&with, rank(K)),
            reciprocal_rank: figure(&with, |outcome| {
                outcome.rank.map_or(0.0, |rank| 1.0 / rank as f32)
            }),
            answered: figure(&with, |outcome| share(!outcome.abstained)),
            right: figure(&with, |outcome| share(outcome.is_right)),
            abstained: figure(&without, |outcome| share(outcome.abstained)),
        }
    }
}

/// What a least confidence makes of questions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The least confidence at which something is answered, 0 to 1.
    pub least_confidence: f32,
    /// The share of questions with an answer that are answered.
    pub answered: f32,
    /// The share of those without one that are not.
    pub abstained: f32,
}

/// What each least confidence from 0 to 1, by hundredths, would make of these outcomes, where
/// answers are quoted. The higher it is the less is answered and the more is abstained from.
pub fn choices(outcomes: &[Outcome]) -> Vec<Choice> {
    let among = |is_answerable: bool, is: &dyn Fn(f32) -> bool| {
        let those = outcomes.iter().filter(|outcome| outcome.is_answerable == is_answerable);
        let (mut all, mut count) = (0_u32, 0_u32);
        for outcome in those {
            all += 1;
            count += u32::from(is(outcome.evidence.confidence()));
        }
        count as f32 / all.max(1) as f32
    };
    let choice = |hundredths: u8| {
        let least = f32::from(hundredths) / 100.0;
        // What was not found at all has no confidence, and is never answered.
        let is_answered = |confidence: f32| confidence > 0.0 && confidence >= least;
        Choice {
            least_confidence: least,
            answered: among(true, &is_answered),
            abstained: among(false, &|confidence| !is_answered(confidence)),
        }
    };
    (0..=100).map(choice).collect()
}

fn share(is: bool) -> f32 {
    f32::from(u8::from(is))
}

fn figure(outcomes: &[&Outcome], of: impl Fn(&Outcome) -> f32) -> Figure {
    let values: Vec<f32> = outcomes.iter().map(|outcome| of(outcome)).collect();
    let count = values.len().max(1) as f32;
    let value = values.iter().sum::<f32>() / count;
    let mut chance = fastrand::Rng::with_seed(0);
    let mut draw = |_| {
        let drawn = values.iter().filter_map(|_| chance.choice(&values));
        drawn.sum::<f32>() / count
    };
    let mut means: Vec<f32> = (0..DRAWS).map(&mut draw).collect();
    means.sort_unstable_by(f32::total_cmp);
    Figure { value, low: means[DRAWS / 40], high: means[DRAWS - 1 - DRAWS / 40] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(rank: Option<usize>, is_answerable: bool, abstained: bool) -> Outcome {
        let (question, evidence) = (String::new(), Evidence::default());
        Outcome { question, is_answerable, rank, evidence, abstained, is_right: !abstained }
    }

    #[test]
    fn figures_count_what_they_say() {
        let figures = Figures::of(&[
            outcome(Some(1), true, false),
            outcome(Some(4), true, true),
            outcome(None, true, false),
            outcome(Some(2), true, false),
            outcome(None, false, true),
            outcome(None, false, false),
        ]);
        let told = [
            (figures.recall_1, 0.25),
            (figures.recall_5, 0.75),
            (figures.reciprocal_rank, 1.75 / 4.0),
            (figures.answered, 0.75),
            (figures.right, 0.75),
            (figures.abstained, 0.5),
        ];
        for (figure, value) in told {
            assert!((figure.value - value).abs() < 1e-6, "{figure}");
            let Figure { low, high, .. } = figure;
            assert!((0.0..=1.0).contains(&low) && low <= value && value <= high && high <= 1.0);
        }
    }

    #[test]
    fn the_more_is_asked_of_an_answer_the_less_is_answered_and_the_more_is_not() {
        let with = |covered: f32, is_answerable| Outcome {
            evidence: Evidence { covered, said: 10.0 * covered },
            ..outcome(None, is_answerable, false)
        };
        let outcomes =
            [with(1.0, true), with(0.4, true), with(0.0, true), with(0.6, false), with(0.0, false)];
        let choices = choices(&outcomes);
        assert_eq!(choices.len(), 101);
        for pair in choices.windows(2) {
            assert!(pair[0].answered >= pair[1].answered, "{pair:?}");
            assert!(pair[0].abstained <= pair[1].abstained, "{pair:?}");
        }
        let ends = |at: usize| (choices[at].answered, choices[at].abstained);
        assert_eq!(ends(0), (2.0 / 3.0, 0.5), "what was not found is not answered");
        assert_eq!(ends(100), (0.0, 1.0), "nothing is certain");
        for choice in &choices {
            let counted = outcomes.iter().filter(|outcome| outcome.is_answerable);
            let counted = counted.filter(|outcome| {
                let confidence = outcome.evidence.confidence();
                confidence > 0.0 && confidence >= choice.least_confidence
            });
            assert_eq!(choice.answered, counted.count() as f32 / 3.0);
        }
    }

    #[test]
    fn where_all_are_alike_there_is_no_doubt_and_of_nothing_there_is_a_figure() {
        let figures = Figures::of(&vec![outcome(Some(1), true, false); 9]);
        assert_eq!((figures.recall_1.low, figures.recall_1.high), (1.0, 1.0));
        assert_eq!(Figures::of(&[]).abstained.value, 0.0);
    }
}
