//! Which line the answer depends on: leave one out.

use super::difference::Difference;
use super::question::Question;
use crate::model::Model;
use crate::{ModelError, StrokeId};

/// What a line does to an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Saliency {
    /// The line.
    pub stroke: StrokeId,
    /// How the answer changes without it.
    pub change: Difference,
}

/// How the answer changes when each line in turn is missing, those that change it
/// most first. The network then neither sees the line nor feels it in how water is
/// gathered around it. Lines that stand for each other hide each other, as they do
/// in any test that leaves one out.
///
/// # Errors
/// As [`Question::ask`].
pub fn saliency(model: &Model, question: &Question) -> Result<Vec<Saliency>, ModelError> {
    let with = question.ask(model, &mut ())?;
    let of = |stroke: StrokeId| {
        let without = question.without(stroke).ask(model, &mut ())?;
        let name = format!("without-stroke-{}", stroke.0);
        let change = Difference::between(&name, question, &with, &without)?;
        Ok::<_, ModelError>(Saliency { stroke, change })
    };
    let all = question.strokes().map(|(id, _)| of(id));
    let mut all = all.collect::<Result<Vec<_>, _>>()?;
    all.sort_by(|a, b| b.change.over_water_m_s.total_cmp(&a.change.over_water_m_s));
    Ok(all)
}
