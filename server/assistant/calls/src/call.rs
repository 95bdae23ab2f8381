//! A call as it goes on.

use std::collections::{HashMap, HashSet};

use crate::detector::{Detection, Detector, Odds};use crate::terms::param;
use crate::playbook::{Playbook, Role};

/// Turns after which nothing is answered any more.
const ANSWER: usize = 4;

/// What a call has reached so far.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    book: &'a Playbook,
    detector: &'a Detector,
    /// By landmark that another answers: the turn that said it last.
    said: HashMap<String, usize>,
    /// By landmark: how likely it is that it was asked for just now.
    asked: HashMap<String, f32>,
    reached: HashSet<String>,
    turns: usize,
}

impl<'a> Call<'a> {
    /// A call that begins.
    pub fn new(book: &'a Playbook, detector: &'a Detector) -> Self {
        Self { book, detector, said: HashMap::new(), asked: HashMap::new(), reached: HashSet::new(), turns: 0 }
    }

    /// Hears what somebody said before the other did, and gives the landmarks that are reached
    /// by it and were not before, and what is pushed back with.
    pub fn hear(&mut self, role: Role, turn: &str) -> Vec<Detection> {
        self.turns += 1;
        let odds = self.odds();
        let mut found = self.detector.detect_with(role, turn, &odds);
        if param("HARD", 1.0) > 0.0 { found.retain(|found| self.is_answer(&found.id)); }
        let fade = param("FADE", 0.3);
        for (id, now) in self.detector.asked(role, turn) {
            let known = self.asked.entry(id).or_default();
            *known = now.max(fade * *known);
        }
        for found in &found {
            self.said.insert(found.id.clone(), self.turns);
        }
        found.retain(|found| {
            self.book.landmark(&found.id).is_none() || self.reached.insert(found.id.clone())
        });
        found
    }

    pub fn debug(&self) -> Vec<(String, f32)> { let mut v: Vec<_> = self.asked.iter().filter(|(_, p)| **p > 0.15).map(|(a, b)| (a.clone(), *b)).collect(); v.sort_by(|a, b| b.1.total_cmp(&a.1)); v }
    fn odds(&self) -> Odds {
        let k = param("ASKED", 10.0);
        let ka = param("ANSWER", 10.0);
        let a0 = param("ANSWER0", 0.2);
        let order = param("ORDER", 0.5);
        let late = param("LATE", 0.8);
        let again = param("AGAIN", 1.0);
        let mut odds = Odds::new();
        for mark in &self.book.landmarks {
            let asked = self.asked.get(&mark.id).copied().unwrap_or(0.0);
            let mut f = if mark.answers.is_some() { a0 + ka * asked } else { 1.0 + k * asked };
            let after = mark.after.iter().filter(|id| !self.reached.contains(*id)).count();
            f *= order.powi(after as i32);
            let later = self.reached.iter().filter(|id| self.book.landmark(id).is_some_and(|m| m.after.contains(&mark.id))).count();
            f *= late.powi(later as i32);
            if self.reached.contains(&mark.id) { f *= again }
            odds.insert(mark.id.clone(), f);
        }
        for back in &self.book.pushbacks {
            let asked = self.asked.get(&back.id).copied().unwrap_or(0.0);
            odds.insert(back.id.clone(), param("BACK", 1.0) + param("ASKEDP", 5.0) * asked);
        }
        odds
    }

    /// Landmarks that are not reached yet, in the order of the playbook.
    pub fn remains(&self) -> impl Iterator<Item = &'a crate::Landmark> {
        self.book.landmarks.iter().filter(|mark| !self.reached.contains(&mark.id))
    }

    /// Whether what this answers, if it answers something, was said shortly before.
    fn is_answer(&self, id: &str) -> bool {
        let answered = self.book.landmark(id).and_then(|mark| mark.answers.as_ref());
        let is_near = |said: &usize| self.turns - said <= ANSWER;
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
        let mut ids = |role, turn| -> Vec<String> {
            call.hear(role, turn).into_iter().map(|found| found.id).collect()
        };
        assert_eq!(ids(Role::Customer, "That works for me."), [""; 0], "nothing was proposed");
        let step = "As a next step I suggest we meet on Tuesday at ten.";
        assert_eq!(ids(Role::Agent, step), ["next-step"]);
        assert_eq!(ids(Role::Customer, "Tuesday at ten, that works for me."), ["agreement"]);
        assert_eq!(ids(Role::Agent, step), [""; 0], "it was reached before");
        assert_eq!(call.remains().count(), book.landmarks.len() - 2);
    }
}
