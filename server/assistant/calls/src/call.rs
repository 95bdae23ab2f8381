//! A call as it goes on.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;

use crate::detector::{Detection, Detector};
use crate::playbook::{Landmark, Playbook, Role};

/// Turns after which nothing is answered any more.
const ANSWER: usize = 4;

/// What a call has reached so far. It borrows its playbook and detector, or shares them.
#[derive(Clone, Debug)]
pub struct Call<B, D> {
    book: B,
    detector: D,
    /// By landmark that another answers: the turn that said it last.
    said: HashMap<String, usize>,
    reached: HashSet<String>,
    turns: usize,
}

impl<B: Deref<Target = Playbook>, D: Deref<Target = Detector>> Call<B, D> {
    /// A call that begins.
    pub fn new(book: B, detector: D) -> Self {
        Self { book, detector, said: HashMap::new(), reached: HashSet::new(), turns: 0 }
    }

    /// Hears what somebody said before the other did, and gives the landmarks that are reached
    /// by it and were not before, and what is pushed back with.
    pub fn hear(&mut self, role: Role, turn: &str) -> Vec<Detection> {
        let mut found = self.detected(role, turn);
        self.turns += 1;
        found.retain(|found| self.is_news(&found.id));
        found
    }

    /// Takes note of a turn of which somebody else found what it says, by ids; gives those that
    /// [`Self::hear`] would.
    pub fn note(&mut self, mut found: Vec<String>) -> Vec<String> {
        self.turns += 1;
        found.retain(|id| self.is_news(id));
        found
    }

    /// What [`Self::hear`] would give for the beginning of a turn, which is not over.
    pub fn foresee(&self, role: Role, turn: &str) -> Vec<Detection> {
        let mut found = self.detected(role, turn);
        found.retain(|found| !self.reached.contains(&found.id));
        found
    }

    /// Landmarks that are not reached yet, in the order of the playbook.
    pub fn remains(&self) -> impl Iterator<Item = &Landmark> {
        self.book.landmarks.iter().filter(|mark| !self.reached.contains(&mark.id))
    }

    /// Whether it is no landmark that was reached before, now that this turn says it.
    fn is_news(&mut self, id: &str) -> bool {
        self.said.insert(id.to_owned(), self.turns);
        self.book.landmark(id).is_none() || self.reached.insert(id.to_owned())
    }

    /// What the next turn says, reached before or not.
    fn detected(&self, role: Role, turn: &str) -> Vec<Detection> {
        let mut found = self.detector.detect(role, turn);
        found.retain(|found| self.is_answer(&found.id));
        found
    }

    /// Whether what this answers, if it answers something, was said shortly before the next turn.
    fn is_answer(&self, id: &str) -> bool {
        let answered = self.book.landmark(id).and_then(|mark| mark.answers.as_ref());
        let is_near = |said: &usize| self.turns + 1 - said <= ANSWER;
        answered.is_none_or(|answered| self.said.get(answered).is_some_and(is_near))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_needs_what_it_answers_and_a_landmark_comes_once() {
        let book = Playbook::first_call().expect("the playbook");
        let detector = Detector::new(&book);
        let mut call = Call::new(&book, &detector);
        let step = "As a next step I suggest we meet on Tuesday at ten.";
        assert_eq!(call.foresee(Role::Agent, step)[0].id, "next-step");
        assert_eq!(call.remains().count(), book.landmarks.len(), "it was not heard");
        let mut ids = |role, turn| -> Vec<String> {
            call.hear(role, turn).into_iter().map(|found| found.id).collect()
        };
        assert_eq!(ids(Role::Customer, "That works for me."), [""; 0], "nothing was proposed");
        assert_eq!(ids(Role::Agent, step), ["next-step"]);
        assert_eq!(ids(Role::Customer, "Tuesday at ten, that works for me."), ["agreement"]);
        assert_eq!(ids(Role::Agent, step), [""; 0], "it was reached before");
        assert_eq!(call.remains().count(), book.landmarks.len() - 2);
        assert!(call.foresee(Role::Agent, step).is_empty());
        let found = ["need", "agreement", "price"].map(str::to_owned).to_vec();
        assert_eq!(call.note(found.clone()), ["need", "price"]);
        assert_eq!(call.note(found), ["price"], "who pushes back may do it again");
    }
}
