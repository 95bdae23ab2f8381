//! Where networks do not agree.

use super::difference::{Difference, same_size};
use super::question::{Asked, Question};
use crate::ModelError;
use crate::model::Model;

/// Standard deviation of the answers of several models: of other seeds, or of one
/// run at other steps. Where they have learned the same they agree; where they were
/// never told, each guesses (Lakshminarayanan et al. 2017).
///
/// # Errors
/// There are fewer than two, their answers are of other sizes, or as
/// [`Question::ask`].
pub fn disagreement(models: &[Model], question: &Question) -> Result<Difference, ModelError> {
    if models.len() < 2 {
        let got = models.len().to_string();
        return Err(ModelError::Scene { what: "models", got, takes: "two or more".to_owned() });
    }
    let asked: Result<Vec<Asked>, ModelError> =
        models.iter().map(|model| question.ask(model, &mut ())).collect();
    let asked = asked?;
    let first = &asked[0];
    asked.iter().try_for_each(|other| same_size(first, other))?;
    let count = asked.len() as f32;
    let variance = |channel: usize, place: usize| {
        let answers = || asked.iter().map(|asked| asked.change_m_s[channel][place]);
        let mean = answers().sum::<f32>() / count;
        // Of a sample: the mean is not known but estimated.
        answers().map(|v| (v - mean) * (v - mean)).sum::<f32>() / (count - 1.0)
    };
    let places = first.density.len();
    let channels = (0..first.change_m_s.len())
        .map(|channel| (0..places).map(move |place| variance(channel, place)));
    Ok(Difference::of_squares("disagreement", question, &first.density, channels))
}
