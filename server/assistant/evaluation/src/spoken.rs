//! What is said to a recogniser, so that it can be told what it should have heard.

use serde::{Deserialize, Serialize};
use weir_answers::Documents;
use weir_calls::{Playbook, Script};
use weir_speech::Domain;

/// Voices of `flite` that speak in turn.
pub const VOICES: [&str; 3] = ["slt", "rms", "awb"];
/// Most sentences of a group.
const MOST: usize = 30;
/// Of so many sentences of the playbook one is kept from the domain.
const LEFT_OUT: usize = 12;
/// Everyday sentences, of which none is from a text of ours.
const EVERYDAY: [&str; 10] = [
    "There were seven children in the garden.",
    "Please close the window before you leave.",
    "The train to the city was late again this morning.",
    "She bought two tickets for the evening show.",
    "We should talk about the plan for next week.",
    "My brother works in a small office near the river.",
    "It will rain in the north on Saturday.",
    "The doctor said that he needs more sleep.",
    "I would like a cup of coffee without sugar.",
    "They are building a new school at the end of the street.",
];

/// What sentences have to do with the domain of a recogniser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Nothing: everyday sentences.
    Everyday,
    /// They are in its text.
    InDomain,
    /// They are examples of the playbook that were left out of its text.
    LeftOut,
    /// They were said in calls, written apart from it.
    Calls,
}

impl Kind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everyday => "everyday sentences",
            Self::InDomain => "sentences of the domain's text",
            Self::LeftOut => "sentences like them that were left out",
            Self::Calls => "turns of calls",
        }
    }
}

/// Sentences of each kind, and the domain.
pub struct Spoken {
    /// The texts that a recogniser is made to expect.
    pub domain: Domain,
    groups: Vec<(Kind, Vec<String>)>,
}

impl Spoken {
    /// Of a playbook, documents, and calls that were written apart from both. Every twelfth
    /// sentence of the playbook is left out of the domain.
    pub fn new(book: &Playbook, documents: &Documents, calls: &[Script]) -> Self {
        let landmarks = book.landmarks.iter().flat_map(|mark| &mark.examples);
        let pushbacks = book.pushbacks.iter().flat_map(|back| &back.examples);
        let all = landmarks.chain(pushbacks).chain(book.small_talk()).cloned();
        let (left_out, read): (Vec<_>, Vec<_>) =
            all.enumerate().partition(|(at, _)| at % LEFT_OUT == 5);
        let texts = |sentences: Vec<(usize, String)>| -> Vec<String> {
            sentences.into_iter().map(|(_, sentence)| sentence).collect()
        };
        let (left_out, read) = (texts(left_out), texts(read));
        let turns: Vec<String> =
            calls.iter().flat_map(|call| &call.turns).map(|turn| turn.text.clone()).collect();
        let parts = documents.chunks().iter();
        let parts = parts.map(|part| format!("# {}\n\n{}", part.heading, part.text));
        let everyday = EVERYDAY.map(str::to_owned).to_vec();
        Self {
            groups: vec![
                (Kind::Everyday, everyday),
                (Kind::InDomain, spread(&read, MOST)),
                (Kind::LeftOut, spread(&left_out, MOST)),
                (Kind::Calls, spread(&turns, MOST)),
            ],
            domain: Domain::new(read.into_iter().chain(parts)),
        }
    }

    /// The sentences of each kind.
    pub fn groups(&self) -> &[(Kind, Vec<String>)] {
        &self.groups
    }

    /// How many sentences there are of all kinds.
    pub fn len(&self) -> usize {
        self.groups.iter().map(|(_, sentences)| sentences.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// At most so many of all, as far apart as they can be.
pub(crate) fn spread(all: &[String], most: usize) -> Vec<String> {
    all.iter().step_by((all.len() / most).max(1)).take(most).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Set;

    #[test]
    fn what_is_left_out_is_not_in_the_domain_and_every_kind_has_sentences() {
        let book = Playbook::first_call().expect("the playbook");
        let calls = Set::Dev.calls(&book).expect("calls");
        let documents = Documents::texts([("a.md", "# A\n\nWater.")]).expect("a document");
        let spoken = Spoken::new(&book, &documents, &calls);
        let all = book.landmarks.iter().map(|mark| mark.examples.len()).sum::<usize>()
            + book.pushbacks.iter().map(|back| back.examples.len()).sum::<usize>()
            + book.small_talk().len();
        let of = |kind: Kind| {
            let group = spoken.groups().iter().find(|(of, _)| *of == kind);
            group.map(|(_, sentences)| sentences.clone()).expect("a group")
        };
        let (read, left_out) = (of(Kind::InDomain), of(Kind::LeftOut));
        assert!(spoken.domain.sentences() >= all * 11 / 12, "{}", spoken.domain.sentences());
        assert_eq!((read.len(), left_out.len(), of(Kind::Calls).len()), (30, 30, 30));
        assert!(left_out.iter().all(|sentence| !read.contains(sentence)));
        assert_eq!(spoken.len(), 100);
    }

    #[test]
    fn few_are_taken_from_far_apart() {
        let all: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        assert_eq!(spread(&all, 4), ["0", "25", "50", "75"]);
        assert_eq!(spread(&all[..2], 4), ["0", "1"]);
    }
}
