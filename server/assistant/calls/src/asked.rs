//! What a turn asks for.

use crate::detector::pieces;
use crate::lexical::Lexical;
use crate::playbook::{Playbook, Role};

/// Tells by what one role says which landmarks of the other role it asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    /// Who asks.
    pub role: Role,
    ids: Vec<String>,
    /// Classes in the same order; the last one asks for nothing.
    model: Lexical,
}

impl Asking {
    pub fn new(book: &Playbook, role: Role) -> Self {
        let marks = book.landmarks.iter().map(|mark| (mark.role, &mark.id, &mark.prompts));
        let backs = book.pushbacks.iter().map(|back| (back.role, &back.id, &back.prompts));
        let asked: Vec<_> = marks.chain(backs).filter(|(of, _, prompts)| *of != role && !prompts.is_empty()).collect();
        let ids = asked.iter().map(|(_, id, _)| (*id).clone()).collect();
        let mut classes: Vec<Vec<&str>> =
            asked.iter().map(|(_, _, prompts)| prompts.iter().map(String::as_str).collect()).collect();
        let said = book.landmarks.iter().filter(|mark| mark.role == role).flat_map(|mark| &mark.examples);
        classes.push(book.small_talk().iter().chain(said).map(String::as_str).collect());
        Self { role, ids, model: Lexical::learn(&classes) }
    }

    /// How likely it is that a turn asks for each landmark.
    pub fn asked(&self, turn: &str) -> Vec<(&str, f32)> {
        let mut most = vec![0.0_f32; self.ids.len()];
        for piece in pieces(turn) {
            for (most, likely) in most.iter_mut().zip(self.model.likelihoods(piece.text)) {
                *most = most.max(likely);
            }
        }
        self.ids.iter().map(String::as_str).zip(most).collect()
    }
}
