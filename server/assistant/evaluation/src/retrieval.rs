//! How well what is asked for is found and answered.

use serde::{Deserialize, Serialize};
use weir_answers::measure::{Choice, Figures, Outcome, QuestionSet, choices, measure};
use weir_answers::{Answerer, Library, QuestionError};

use crate::within;

/// What came of questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RetrievalFigures {
    /// How many can be answered.
    pub answerable: usize,
    /// How many cannot.
    pub unanswerable: usize,
    /// What came of them.
    #[serde(flatten)]
    pub figures: Figures,
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
        let answerable = outcomes.iter().filter(|outcome| outcome.is_answerable).count();
        Self {
            answerable,
            unanswerable: outcomes.len() - answerable,
            figures: Figures::of(outcomes),
            choices: choices(outcomes),
        }
    }
}
