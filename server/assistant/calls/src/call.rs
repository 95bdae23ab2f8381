//! A call as it goes on.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;

use crate::classifier::Piece;
use crate::detector::{Detection, Detector, Odds};
use crate::playbook::{Landmark, Playbook, Role};

/// Turns after which nothing is answered any more.
const ANSWER: usize = 4;
/// By how many times likelier something is when it was asked for without doubt.
const ASKED: f32 = 10.0;
/// What is left of a question when the one who asked has spoken again.
const FADE: f32 = 0.3;
/// By how much likelier a landmark is for each one missing that usually comes before.
const EARLY: f32 = 0.5;

/// What a call has reached so far. It borrows its playbook and detector, or shares them.
#[derive(Clone, Debug)]
pub struct Call<B, D> {
    book: B,
    detector: D,
    /// By landmark that another answers: the turn that said it last.
    said: HashMap<String, usize>,
    /// By landmark or pushback: how likely it was asked for, 0 to 1.
    asked: HashMap<String, f32>,
    reached: HashSet<String>,
    turns: usize,
}

impl<B: Deref<Target = Playbook>, D: Deref<Target = Detector>> Call<B, D> {
    /// A call that begins.
    pub fn new(book: B, detector: D) -> Self {
        Self {
            book,
            detector,
            said: HashMap::new(),
            asked: HashMap::new(),
            reached: HashSet::new(),
            turns: 0,
        }
    }

    /// Hears what somebody said before the other did, and gives the landmarks that are reached
    /// by it and were not before, and what is pushed back with.
    pub fn hear(&mut self, role: Role, turn: &str) -> Vec<Detection> {
        let pieces = self.detector.read(turn);
        let mut found = self.detected(role, &pieces);
        self.turns += 1;
        found.retain(|found| self.is_news(&found.id));
        self.prompt(role, &pieces);
        found
    }

    /// Takes note of a turn of which somebody else found what it says, by ids; gives those that
    /// [`Self::hear`] would.
    pub fn note(&mut self, role: Role, turn: &str, mut found: Vec<String>) -> Vec<String> {
        self.turns += 1;
        found.retain(|id| self.is_news(id));
        self.prompt(role, &self.detector.read(turn));
        found
    }

    /// What [`Self::hear`] would give for the beginning of a turn, which is not over.
    pub fn foresee(&self, role: Role, turn: &str) -> Vec<Detection> {
        let mut found = self.detected(role, &self.detector.read(turn));
        found.retain(|found| !self.reached.contains(&found.id));
        found
    }

    /// How likely things are at this point of the call, by what was asked and what is missing
    /// that usually comes before.
    pub fn odds(&self) -> Odds {
        let asked = |id: &str| 1.0 + ASKED * self.asked.get(id).copied().unwrap_or(0.0);
        let marks = self.book.landmarks.iter().map(|mark| {
            let missing = mark.after.iter().filter(|id| !self.reached.contains(*id));
            (mark.id.clone(), asked(&mark.id) * missing.map(|_| EARLY).product::<f32>())
        });
        let backs = self.book.pushbacks.iter().map(|back| (back.id.clone(), asked(&back.id)));
        marks.chain(backs).collect()
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

    /// Remembers what a turn asks for, and that what was asked before fades.
    fn prompt(&mut self, role: Role, pieces: &[Piece<'_>]) {
        for (id, asked) in self.detector.asked_by(role, pieces) {
            let before = self.asked.entry(id).or_default();
            *before = asked.max(FADE * *before);
        }
    }

    /// What the next turn says, reached before or not.
    fn detected(&self, role: Role, pieces: &[Piece<'_>]) -> Vec<Detection> {
        let mut found = self.detector.detect_in(role, pieces, &self.odds());
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
        assert_eq!(call.note(Role::Customer, "", found.clone()), ["need", "price"]);
        assert_eq!(
            call.note(Role::Customer, "", found),
            ["price"],
            "who pushes back may do it again"
        );
    }

    #[test]
    fn a_question_makes_its_answer_likelier_and_fades() {
        let book = Playbook::first_call().expect("the playbook");
        let detector = Detector::new(&book);
        let mut call = Call::new(&book, &detector);
        let before = call.odds();
        call.hear(Role::Agent, "By when would you need it?");
        let asked = call.odds();
        assert!(asked["deadline"] > 3.0 * before["deadline"], "{asked:?}");
        assert!(asked["scale"] < 2.0 * before["scale"], "{asked:?}");
        call.hear(Role::Customer, "One moment, there is somebody at the door.");
        assert_eq!(call.odds()["deadline"], asked["deadline"], "nobody has asked anything else");
        call.hear(Role::Agent, "Take your time.");
        assert!(call.odds()["deadline"] < asked["deadline"]);
    }
}
