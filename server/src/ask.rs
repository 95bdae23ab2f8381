//! Questions to the network that take longer than a frame: they are thought about beside
//! the stage, on a copy of the water.

use weir_surrogate::internals::{receptive_field, saliency};
use weir_words::Effect;

use crate::insides;
use crate::protocol::Answer;
use crate::stage::Moment;

/// What a visitor wants to know of the water as it is now.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    /// On which places the answer at this one depends, metres.
    Field([f64; 2]),
    /// How much each line matters.
    Saliency,
}

/// What comes of it: a message of bytes, or one of words.
#[derive(Clone, Debug)]
pub enum Thought {
    /// A map.
    Map(bytes::Bytes),
    /// JSON.
    Words(String),
}

impl Ask {
    /// Its name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Self::Field(_) => "field",
            Self::Saliency => "saliency",
        }
    }

    /// Thinks it through; takes from some hundredths of a second to seconds.
    ///
    /// # Errors
    /// The place is not in the rectangle, or the network failed; in words for the visitor.
    pub fn think(self, moment: &Moment) -> Result<Thought, String> {
        match self {
            Self::Field(at_m) => field(moment, at_m),
            Self::Saliency => effects(moment),
        }
    }
}

fn field(moment: &Moment, at_m: [f64; 2]) -> Result<Thought, String> {
    let model = &moment.model;
    let size = moment.question.size();
    let cell = [0, 1].map(|k| (at_m[k] / model.config.scales.cell_m).floor());
    let inside = (0..2).all(|k| (0.0..size[k] as f64).contains(&cell[k]));
    if !inside {
        return Err(format!(
            "at_m: got [{}, {}], takes a place in the rectangle",
            at_m[0], at_m[1]
        ));
    }
    let cell = cell.map(|c| c as usize);
    let map = receptive_field(model, &moment.question, cell).map_err(|error| error.to_string())?;
    Ok(Thought::Map(insides::answer(moment.number, size, &map)))
}

fn effects(moment: &Moment) -> Result<Thought, String> {
    let all = saliency(&moment.model, &moment.question).map_err(|error| error.to_string())?;
    // A line may have become several strokes: together they matter as the root of the sum
    // of squares, as if their effects were independent.
    let mut lines: Vec<Effect> = Vec::new();
    for one in all {
        let Some(&line) = moment.lines.get(&one.stroke) else { continue };
        let effect_m_s = one.change.over_water_m_s;
        match lines.iter_mut().find(|known| known.line == line) {
            Some(known) => known.effect_m_s = known.effect_m_s.hypot(effect_m_s),
            None => lines.push(Effect { line, effect_m_s }),
        }
    }
    lines.sort_by(|a, b| b.effect_m_s.total_cmp(&a.effect_m_s));
    let words = serde_json::to_string(&Answer::Saliency { lines });
    words.map(Thought::Words).map_err(|error| error.to_string())
}
