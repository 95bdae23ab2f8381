//! What a turn asks for: a number that follows *how many are there?* is another one than a number
//! that follows *what may it cost?*

use crate::classifier::{Classifier, Known, Piece};
use crate::playbook::{Playbook, Role};

/// Tells, by what one role says, what the other one is prompted to say.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    ids: Vec<String>,
    /// Classes in the same order; the last one prompts nothing.
    model: Classifier,
}

impl Asking {
    /// Learns what this role asks for.
    pub fn new(book: &Playbook, role: Role, known: Option<&Known<'_>>) -> Self {
        let marks = book.landmarks.iter().map(|mark| (mark.role, &mark.id, &mark.prompts));
        let backs = book.pushbacks.iter().map(|back| (back.role, &back.id, &back.prompts));
        let (mut ids, mut classes): (Vec<String>, Vec<Vec<&str>>) = Default::default();
        for (of, id, prompts) in marks.chain(backs) {
            if of != role && !prompts.is_empty() {
                ids.push(id.clone());
                classes.push(prompts.iter().map(String::as_str).collect());
            }
        }
        let own = book.landmarks.iter().filter(|mark| mark.role == role);
        let said = own.flat_map(|mark| &mark.examples).chain(book.small_talk());
        classes.push(said.map(String::as_str).collect());
        Self { ids, model: Classifier::learn(&classes, known) }
    }

    /// Landmarks and pushbacks, and how likely a turn prompts each, 0 to 1.
    pub fn asked(&self, pieces: &[Piece<'_>]) -> impl Iterator<Item = (&str, f32)> {
        let mut most = vec![0.0_f32; self.ids.len()];
        for piece in pieces {
            for (most, likely) in most.iter_mut().zip(self.model.likelihoods(piece)) {
                *most = most.max(likely);
            }
        }
        self.ids.iter().map(String::as_str).zip(most)
    }
}
