//! Finds in a turn what it reaches.

use std::collections::HashMap;
use std::ops::Range;

use weir_language::{Clause, clauses, words};

use crate::asked::Asking;
use crate::classifier::{Classifier, Known, Piece};
use crate::meaning::{Meaning, MeaningError};
use crate::playbook::{Playbook, Role};

/// By how much a class has to be likelier than the next one.
const MARGIN: f32 = 0.1;
/// Least score of a pushback.
const PUSHBACK: f32 = 0.5;
/// What a phrase of the playbook makes a class at least as likely as.
const CUE: f32 = 0.8;
/// Below this likelihood the words beside a cue speak against it.
const AGAINST: f32 = 0.04;
/// Most words of two clauses that are looked at as one.
const TOGETHER: usize = 24;

/// How something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By a phrase of the playbook.
    Cue,
    /// By words like those of the examples, and by what they mean where there are vectors.
    Lexical,
}

/// A landmark or a pushback that stands in a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// Its id in the playbook.
    pub id: String,
    /// The words that say it: bytes of the turn.
    pub span: Range<usize>,
    /// How likely it is, 0 to 1.
    pub score: f32,
    /// How it was found.
    pub method: Method,
}

/// What one role can reach.
#[derive(Clone, Debug)]
struct Gate {
    classes: Vec<Class>,
    /// Landmarks of the other role that answer one of these, and the class which that is.
    answers: Vec<(String, usize)>,
    /// Classes in the same order; the last one is none.
    model: Classifier,
}

#[derive(Clone, Debug)]
struct Class {
    id: String,
    least: f32,
    /// Words with a space on both sides.
    cues: Vec<String>,
}

/// By id of a landmark or a pushback: how many times as likely it is as its words alone say, at
/// this point of a call. What is not in it is as likely as its words say.
pub type Odds = HashMap<String, f32>;

/// Finds what turns reach, by the words of a playbook: no network, no weights, the same always. With
/// vectors of sentences it also goes by what they mean.
#[derive(Clone, Debug)]
pub struct Detector {
    /// In the order of [`Role`].
    gates: [Gate; 2],
    asking: [Asking; 2],
    meaning: Option<Meaning>,
}

impl Detector {
    /// Learns a playbook.
    pub fn new(book: &Playbook) -> Self {
        Self::learn(book, None, None)
    }

    /// Learns a playbook by what its sentences mean, besides their words. All of them are made
    /// vectors of at once, some thousands.
    ///
    /// A turn of which no vectors can be made later is judged by its words alone: who makes the
    /// vectors knows why, and may say so.
    ///
    /// # Errors
    /// There are no vectors of its sentences.
    pub fn with_meaning(book: &Playbook, meaning: Meaning) -> Result<Self, MeaningError> {
        let texts: Vec<&str> = book.sentences().into_iter().collect();
        let vectors = meaning.of(&texts)?;
        let known = texts.into_iter().zip(vectors).collect();
        Ok(Self::learn(book, Some(&known), Some(meaning)))
    }

    fn learn(book: &Playbook, known: Option<&Known<'_>>, meaning: Option<Meaning>) -> Self {
        let roles = [Role::Agent, Role::Customer];
        Self {
            gates: roles.map(|role| Gate::new(book, role, known)),
            asking: roles.map(|role| Asking::new(book, role, known)),
            meaning,
        }
    }

    /// Whether it goes by what turns mean, too, and not by their words alone.
    pub fn has_meaning(&self) -> bool {
        self.meaning.is_some()
    }

    /// What is judged of a turn.
    pub(crate) fn read<'a>(&self, turn: &'a str) -> Vec<Piece<'a>> {
        let pieces = pieces(turn);
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text).collect();
        let vectors = self.meaning.as_ref().and_then(|meaning| meaning.of(&texts).ok());
        let mut vectors = vectors.unwrap_or_default().into_iter();
        pieces.into_iter().map(|clause| Piece { clause, vector: vectors.next() }).collect()
    }

    /// What a turn of this role reaches, in the order of the playbook, each at most once.
    pub fn detect(&self, role: Role, turn: &str) -> Vec<Detection> {
        self.detect_with(role, turn, &Odds::new())
    }

    /// The same, at a point of a call where some things are likelier than others.
    pub fn detect_with(&self, role: Role, turn: &str, odds: &Odds) -> Vec<Detection> {
        self.detect_in(role, &self.read(turn), odds)
    }

    pub(crate) fn detect_in(
        &self,
        role: Role,
        pieces: &[Piece<'_>],
        odds: &Odds,
    ) -> Vec<Detection> {
        self.gates[role as usize].detect(pieces, odds)
    }

    /// How likely a turn of this role prompts the other one to each landmark and pushback: by a
    /// question, or by what is answered. 0 to 1; what is not in it is never asked for.
    pub fn asked(&self, role: Role, turn: &str) -> HashMap<String, f32> {
        self.asked_by(role, &self.read(turn))
    }

    pub(crate) fn asked_by(&self, role: Role, pieces: &[Piece<'_>]) -> HashMap<String, f32> {
        let asked = self.asking[role as usize].asked(pieces);
        let asked = asked.map(|(id, asked)| (id.to_owned(), asked));
        asked.chain(self.gates[role as usize].answered(pieces)).collect()
    }
}

impl Class {
    /// Whether one of its phrases stands in what was said, with a space on both sides.
    fn is_cued(&self, said: &str) -> bool {
        self.cues.iter().any(|cue| said.contains(cue))
    }
}

impl Gate {
    fn new(book: &Playbook, role: Role, known: Option<&Known<'_>>) -> Self {
        let marks = book.landmarks.iter().filter(|mark| mark.role == role);
        let marks = marks.map(|mark| (&mark.id, mark.min_score, &mark.cues, &mark.examples));
        let backs = book.pushbacks.iter().filter(|back| back.role == role);
        let backs = backs.map(|back| (&back.id, PUSHBACK, &back.cues, &back.examples));
        let (mut classes, mut examples) = (Vec::new(), Vec::new());
        for (id, least, cues, texts) in marks.chain(backs) {
            let cues = cues.iter().map(|cue| padded(cue)).collect();
            classes.push(Class { id: id.clone(), least, cues });
            examples.push(texts.iter().map(String::as_str).collect());
        }
        // A question after something reaches nothing, whoever asks it.
        let prompts = book.landmarks.iter().map(|mark| &mark.prompts);
        let prompts = prompts.chain(book.pushbacks.iter().map(|back| &back.prompts)).flatten();
        examples.push(book.small_talk().iter().chain(prompts).map(String::as_str).collect());
        let answers = book.landmarks.iter().filter_map(|mark| {
            let answered = mark.answers.as_ref()?;
            Some((mark.id.clone(), classes.iter().position(|class| class.id == *answered)?))
        });
        Self { answers: answers.collect(), classes, model: Classifier::learn(&examples, known) }
    }

    /// By landmark of the other role: how likely a turn says what that one answers.
    fn answered(&self, pieces: &[Piece<'_>]) -> HashMap<String, f32> {
        let mut most = HashMap::new();
        for piece in pieces {
            let likely = self.model.likelihoods(piece);
            let said = padded(piece.clause.text);
            for (id, class) in &self.answers {
                let least = if self.classes[*class].is_cued(&said) { CUE } else { 0.0 };
                let known: &mut f32 = most.entry(id.clone()).or_default();
                *known = known.max(likely[*class]).max(least);
            }
        }
        most
    }

    fn detect(&self, pieces: &[Piece<'_>], odds: &Odds) -> Vec<Detection> {
        let mut best: Vec<Option<Detection>> = vec![None; self.classes.len()];
        for piece in pieces {
            let Some((class, found)) = self.judge(piece, odds) else { continue };
            let known = &mut best[class];
            if known.as_ref().is_none_or(|known| known.score < found.score) {
                *known = Some(found);
            }
        }
        best.into_iter().flatten().collect()
    }

    /// What one piece of a turn reaches, if anything.
    fn judge(&self, piece: &Piece<'_>, odds: &Odds) -> Option<(usize, Detection)> {
        let mut likely = self.model.likelihoods(piece);
        for (likely, class) in likely.iter_mut().zip(&self.classes) {
            *likely *= odds.get(&class.id).copied().unwrap_or(1.0);
        }
        let whole: f32 = likely.iter().sum();
        for likely in &mut likely {
            *likely /= whole;
        }
        let said = padded(piece.clause.text);
        let detection = |class: usize, score, method| {
            (
                class,
                Detection {
                    id: self.classes[class].id.clone(),
                    span: piece.clause.span.clone(),
                    score,
                    method,
                },
            )
        };
        let cued = (0..self.classes.len())
            .filter(|&class| likely[class] > AGAINST)
            .filter(|&class| self.classes[class].is_cued(&said))
            .max_by(|&a, &b| likely[a].total_cmp(&likely[b]));
        if let Some(class) = cued {
            return Some(detection(class, likely[class].max(CUE), Method::Cue));
        }
        let class = (0..likely.len()).max_by(|&a, &b| likely[a].total_cmp(&likely[b]))?;
        let of = self.classes.get(class)?;
        let others = likely.iter().enumerate().filter(|(other, _)| *other != class);
        let next = others.map(|(_, likely)| *likely).fold(0.0, f32::max);
        let is_clear = likely[class] >= of.least && likely[class] >= next + MARGIN;
        is_clear.then(|| detection(class, likely[class], Method::Lexical))
    }
}

/// The clauses of a turn, and short neighbours as one: `It is slow. That is why I call.`
fn pieces(turn: &str) -> Vec<Clause<'_>> {
    let mut pieces = clauses(turn);
    let pairs = pieces.windows(2).filter_map(|two| {
        let span = two[0].span.start..two[1].span.end;
        let text = &turn[span.clone()];
        (text.split_whitespace().count() <= TOGETHER).then_some(Clause { text, span })
    });
    let pairs: Vec<_> = pairs.collect();
    pieces.extend(pairs);
    pieces
}

/// Words with a space around each.
fn padded(text: &str) -> String {
    format!(" {} ", words(text).join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(role: Role, turn: &str) -> Vec<String> {
        let detector = Detector::new(&Playbook::first_call().expect("the playbook"));
        detector.detect(role, turn).into_iter().map(|found| found.id).collect()
    }

    #[test]
    fn a_role_reaches_only_what_is_its_own() {
        let turn = "This call is being recorded, is that okay with you?";
        assert!(ids(Role::Agent, turn).contains(&"consent".to_owned()));
        assert!(!ids(Role::Customer, turn).contains(&"consent".to_owned()));
    }

    #[test]
    fn every_example_of_the_playbook_is_found_or_close_to_it() {
        let book = Playbook::first_call().expect("the playbook");
        let detector = Detector::new(&book);
        for mark in &book.landmarks {
            let is_found = |text: &&String| {
                detector.detect(mark.role, text).iter().any(|found| found.id == mark.id)
            };
            let found = mark.examples.iter().filter(is_found).count();
            assert!(10 * found >= 9 * mark.examples.len(), "{}: {found}", mark.id);
        }
    }

    #[test]
    fn spans_stand_in_the_turn_and_scores_are_likelihoods() {
        let turn = "Well, Zo\u{eb} \u{2014} it rains. I'm Ida and I'm calling from the studio. We record this call, is that all right?";
        let detector = Detector::new(&Playbook::first_call().expect("the playbook"));
        let found = detector.detect(Role::Agent, turn);
        assert!(!found.is_empty());
        for found in found {
            assert!(turn.get(found.span.clone()).is_some_and(|text| !text.is_empty()));
            assert!((0.0..=1.0).contains(&found.score));
        }
        assert!(detector.detect(Role::Agent, " \u{2026} ").is_empty());
    }
}
