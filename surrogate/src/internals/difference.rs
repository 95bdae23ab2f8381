//! How far two answers are apart.

use super::question::{Asked, Question};
use crate::ModelError;
use crate::network::Map;

/// How far answers are apart, in m/s and sub-frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// At each place the root of the mean square over directions and sub-frames.
    pub map: Map,
    /// The same over all water: places count by how full they are.
    pub over_water_m_s: f64,
}

impl Difference {
    /// Of two answers to the same water.
    ///
    /// # Errors
    /// They are of other sizes.
    pub(super) fn between(
        name: &str,
        question: &Question,
        one: &Asked,
        other: &Asked,
    ) -> Result<Self, ModelError> {
        same_size(one, other)?;
        let squares = one.change_m_s.iter().zip(&other.change_m_s);
        let squares = squares.map(|(a, b)| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)));
        Ok(Self::of_squares(name, question, &one.density, squares))
    }

    /// Of squares by channel and place.
    pub(super) fn of_squares(
        name: &str,
        question: &Question,
        density: &[f32],
        channels: impl ExactSizeIterator<Item = impl Iterator<Item = f32>>,
    ) -> Self {
        let count = channels.len().max(1) as f32;
        let mut mean = vec![0.0_f32; density.len()];
        for squares in channels {
            mean.iter_mut().zip(squares).for_each(|(sum, square)| *sum += square / count);
        }
        let (mut sum, mut water) = (0.0, 0.0);
        for (square, density) in mean.iter().zip(density) {
            let full = f64::from(density.clamp(0.0, 1.0));
            sum += full * f64::from(*square);
            water += full;
        }
        let over_water_m_s = if water > 0.0 { (sum / water).sqrt() } else { 0.0 };
        mean.iter_mut().for_each(|square| *square = square.sqrt());
        Self { map: question.map(name, 0, mean), over_water_m_s }
    }
}

/// Refuses answers that cannot be compared.
pub(super) fn same_size(one: &Asked, other: &Asked) -> Result<(), ModelError> {
    let size = |asked: &Asked| (asked.size, asked.change_m_s.len());
    if size(one) == size(other) {
        return Ok(());
    }
    let text = |asked: &Asked| {
        let [columns, rows] = asked.size;
        format!("{} maps of {columns} × {rows}", asked.change_m_s.len())
    };
    Err(ModelError::Scene { what: "answer", got: text(other), takes: text(one) })
}
