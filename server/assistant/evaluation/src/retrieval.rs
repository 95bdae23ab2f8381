//! How well what is asked for is found and answered.

use serde::{Deserialize, Serialize};
use weir_answers::measure::{Choice, Figures, Outcome, QuestionSet, choices, measure};
use weir_answers::{Answerer, Library, QuestionError};

use crate::{Figure, within};

/// What came of questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RetrievalFigures {
    /// How many can be answered.
    pub answerable: usize,
    /// How many cannot.
    pub unanswerable: usize,
    /// Of those that can be answered: the first part that is found answers.
    pub recall_1: Figure,
    /// One of the first five does.
    pub recall_5: Figure,
    /// The mean of 1 / the place of the first that does, 0 without one among five.
    pub reciprocal_rank: Figure,
    /// It was answered.
    pub answered: Figure,
    /// The answer has what it must say.
    pub right: Figure,
    /// Of those that cannot be answered: it was said that it is not known.
    pub abstained: Figure,
    /// What other least confidences would make of them.
    pub choices: Vec<Choice>,
}

impl RetrievalFigures {
    /// Asks each question; `asked` hears how many were.
    ///
    /// # Errors
    /// One of them is no question.
    pub async fn measure(
        library: &Library,
        answerer: &Answerer,
        questions: QuestionSet,
        mut asked: impl FnMut(usize) + Send,
    ) -> Result<Self, QuestionError> {
        let mut outcomes = Vec::with_capacity(questions.question.len());
        for question in questions.question {
            let one = QuestionSet { question: vec![question] };
            outcomes.extend(measure(library, answerer, &one, within).await?);
            asked(outcomes.len());
        }
        Ok(Self::of(&outcomes))
    }

    /// Of these outcomes.
    pub fn of(outcomes: &[Outcome]) -> Self {
        let figures = Figures::of(outcomes);
        let answerable = outcomes.iter().filter(|outcome| outcome.is_answerable).count();
        Self {
            answerable,
            unanswerable: outcomes.len() - answerable,
            recall_1: figures.recall_1.into(),
            recall_5: figures.recall_5.into(),
            reciprocal_rank: figures.reciprocal_rank.into(),
            answered: figures.answered.into(),
            right: figures.right.into(),
            abstained: figures.abstained.into(),
            choices: choices(outcomes),
        }
    }
}
