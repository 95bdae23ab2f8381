//! Finds in a turn what it reaches.

use std::ops::Range;

use weir_language::{Clause, clauses, words};

use std::collections::HashMap;
use crate::asked::Asking;
use crate::lexical::Lexical;
use crate::terms::param;
use crate::playbook::{Playbook, Role};

/// By how much a class has to be likelier than the next one.
const MARGIN: f32 = 0.1;
/// Least score of a pushback.
const PUSHBACK: f32 = 0.55;
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
    /// By words like those of the examples.
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
    role: Role,
    classes: Vec<Class>,
    /// Classes in the same order; the last one is none.
    model: Lexical,
}

#[derive(Clone, Debug)]
struct Class {
    id: String,
    least: f32,
    /// Words with a space on both sides.
    cues: Vec<String>,
}

/// Finds what turns reach, by the words of a playbook: no network, no weights, the same always.
#[derive(Clone, Debug)]
pub struct Detector {
    gates: Vec<Gate>,
    asking: Vec<Asking>,
    answers: Vec<(String, String)>,
}

/// By id of a landmark or pushback: how many times as likely it is as its words alone say.
pub type Odds = HashMap<String, f32>;

impl Detector {
    /// Learns a playbook.
    pub fn new(book: &Playbook) -> Self {
        let roles = [Role::Agent, Role::Customer];
        let answers = book.landmarks.iter().filter_map(|m| Some((m.id.clone(), m.answers.clone()?))).collect();
        Self { gates: roles.map(|role| Gate::new(book, role)).into(), asking: roles.map(|role| Asking::new(book, role)).into(), answers }
    }

    /// How likely a turn of this role asks for each landmark of the other one, 0 to 1.
    pub fn asked(&self, role: Role, turn: &str) -> HashMap<String, f32> {
        let mut all = HashMap::new();
        for asking in self.asking.iter().filter(|a| a.role == role) {
            all.extend(asking.asked(turn).into_iter().map(|(id, p)| (id.to_owned(), p)));
        }
        for gate in self.gates.iter().filter(|g| g.role == role) {
            for (answer, answered) in &self.answers {
                let Some(class) = gate.classes.iter().position(|c| c.id == *answered) else { continue };
                let most = pieces(turn).iter().map(|piece| {
                    let said = padded(piece.text);
                    if gate.classes[class].cues.iter().any(|cue| said.contains(cue)) { return CUE; }
                    gate.model.likelihoods(piece.text)[class]
                }).fold(0.0, f32::max);
                all.insert(answer.clone(), most);
            }
        }
        all
    }

    /// What a turn of this role reaches, in the order of the playbook, each at most once.
    pub fn detect(&self, role: Role, turn: &str) -> Vec<Detection> {
        self.detect_with(role, turn, &Odds::new())
    }

    /// The same, where something is known of what is to be expected.
    pub fn detect_with(&self, role: Role, turn: &str, odds: &Odds) -> Vec<Detection> {
        let gate = self.gates.iter().find(|gate| gate.role == role);
        gate.map(|gate| gate.detect(turn, odds)).unwrap_or_default()
    }
}

impl Gate {
    fn new(book: &Playbook, role: Role) -> Self {
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
        let prompts = book.landmarks.iter().flat_map(|mark| &mark.prompts).chain(book.pushbacks.iter().flat_map(|back| &back.prompts));
        examples.push(book.small_talk().iter().chain(prompts).map(String::as_str).collect());
        Self { role, classes, model: Lexical::learn(&examples) }
    }

    fn detect(&self, turn: &str, odds: &Odds) -> Vec<Detection> {
        let mut best: Vec<Option<Detection>> = vec![None; self.classes.len()];
        for piece in pieces(turn) {
            let Some((class, found)) = self.judge(&piece, odds) else { continue };
            let known = &mut best[class];
            if known.as_ref().is_none_or(|known| known.score < found.score) {
                *known = Some(found);
            }
        }
        best.into_iter().flatten().collect()
    }

    /// What one piece of a turn reaches, if anything.
    fn judge(&self, piece: &Clause<'_>, odds: &Odds) -> Option<(usize, Detection)> {
        let mut likely = self.model.likelihoods(piece.text);
        for (likely, class) in likely.iter_mut().zip(&self.classes) {
            *likely *= odds.get(&class.id).copied().unwrap_or(1.0);
        }
        let whole: f32 = likely.iter().sum();
        for likely in &mut likely {
            *likely /= whole;
        }
        let said = padded(piece.text);
        let detection = |class: usize, score, method| {
            (
                class,
                Detection {
                    id: self.classes[class].id.clone(),
                    span: piece.span.clone(),
                    score,
                    method,
                },
            )
        };
        let cued = (0..self.classes.len())
            .filter(|&class| likely[class] > AGAINST)
            .filter(|&class| self.classes[class].cues.iter().any(|cue| said.contains(cue)))
            .max_by(|&a, &b| likely[a].total_cmp(&likely[b]));
        if let Some(class) = cued {
            return Some(detection(class, likely[class].max(CUE), Method::Cue));
        }
        let class = (0..likely.len()).max_by(|&a, &b| likely[a].total_cmp(&likely[b]))?;
        let of = self.classes.get(class)?;
        let others = likely.iter().enumerate().filter(|(other, _)| *other != class);
        let next = others.map(|(_, likely)| *likely).fold(0.0, f32::max);
        let is_clear = likely[class] >= param(&format!("LEAST_{}", of.id), param("LEAST", of.least)) && likely[class] + 1e-6 >= next + param("MARGIN", MARGIN);
        is_clear.then(|| detection(class, likely[class], Method::Lexical))
    }
}

/// The clauses of a turn, and short neighbours as one: `It is slow. That is why I call.`
pub(crate) fn pieces(turn: &str) -> Vec<Clause<'_>> {
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
