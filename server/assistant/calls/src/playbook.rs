//! What a call is for: its landmarks, what customers push back with, and what means neither.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The version of playbooks that this crate reads.
const VERSION: u32 = 1;
/// Fewest examples of a landmark or a pushback.
const EXAMPLES: usize = 8;
/// Fewest examples of what is neither: most errors are small talk taken for something.
const SMALL_TALK: usize = 100;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Who is assisted.
    Agent,
    /// Whom the agent speaks with.
    Customer,
}

/// A point that a call is to reach.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landmark {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Whose words reach it.
    pub role: Role,
    /// Whether a call is incomplete without it.
    pub required: bool,
    /// Landmarks that usually come before.
    #[serde(default)]
    pub after: Vec<String>,
    /// A landmark of the other role that this one answers: without it, shortly before, words such
    /// as *that works for me* reach nothing.
    pub answers: Option<String>,
    /// The least score at which it counts as reached, 0 to 1.
    pub min_score: f32,
    /// What the agent may say to get there.
    pub ask: String,
    /// What the other role says to get there, in many people's words: after it, the landmark is
    /// likelier than before.
    #[serde(default)]
    pub prompts: Vec<String>,
    /// Phrases that nearly always mean it, lower case, without punctuation.
    pub cues: Vec<String>,
    /// Sentences that mean it.
    pub examples: Vec<String>,
}

/// What somebody pushes back with, and what may be answered.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pushback {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Who pushes back.
    pub role: Role,
    /// What the other role says before it: it makes the pushback likelier.
    #[serde(default)]
    pub prompts: Vec<String>,
    /// Phrases that nearly always mean it.
    pub cues: Vec<String>,
    /// Sentences that mean it.
    pub examples: Vec<String>,
    /// What may be answered, the best first.
    #[serde(rename = "response")]
    pub responses: Vec<Response>,
}

/// A suggested reply.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// What to say.
    pub text: String,
    /// Why that is true.
    pub source: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SmallTalk {
    examples: Vec<String>,
}

/// A playbook, a TOML file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    version: u32,
    /// What kind of call it is for.
    pub name: String,
    /// The same in a sentence or two.
    pub description: String,
    /// Seconds between two cards on the agent's screen.
    pub card_every_s: f32,
    /// Points to reach, in the order in which an agent sees them.
    #[serde(rename = "landmark")]
    pub landmarks: Vec<Landmark>,
    /// What may be pushed back with.
    #[serde(default, rename = "pushback")]
    pub pushbacks: Vec<Pushback>,
    none: SmallTalk,
}

/// Why a text is no playbook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct PlaybookError {
    file: String,
    why: String,
}

impl Playbook {
    /// The playbook that comes with this crate: a first call with somebody who may buy.
    ///
    /// # Errors
    /// None, if the crate's tests passed.
    pub fn first_call() -> Result<Self, PlaybookError> {
        Self::from_toml("first-call.toml", include_str!("../playbooks/first-call.toml"))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or is no playbook; the error names the file, the key and what it takes.
    pub fn open(path: &Path) -> Result<Self, PlaybookError> {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_toml(&file, &text),
            Err(error) => Err(PlaybookError { file, why: error.to_string() }),
        }
    }

    /// Reads a text; `file` is what errors call it.
    ///
    /// # Errors
    /// It is no playbook.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, PlaybookError> {
        let wrong = |why: String| PlaybookError { file: file.to_owned(), why };
        let book: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        book.check().map_err(wrong)?;
        Ok(book)
    }

    /// Sentences that mean none of its landmarks and pushbacks.
    pub fn small_talk(&self) -> &[String] {
        &self.none.examples
    }

    /// All sentences that something is learnt from, each once.
    pub(crate) fn sentences(&self) -> BTreeSet<&str> {
        let marks = self.landmarks.iter().flat_map(|mark| [&mark.examples, &mark.prompts]);
        let backs = self.pushbacks.iter().flat_map(|back| [&back.examples, &back.prompts]);
        let all = marks.chain(backs).chain([&self.none.examples]);
        all.flatten().map(String::as_str).collect()
    }

    fn check(&self) -> Result<(), String> {
        if self.version != VERSION {
            return Err(format!("version: got {}, takes {VERSION}", self.version));
        }
        if !(self.card_every_s.is_finite() && self.card_every_s >= 0.0) {
            return Err(format!("card_every_s: got {}, takes 0 or more", self.card_every_s));
        }
        if self.landmarks.is_empty() {
            return Err("landmark: takes one or more".to_owned());
        }
        let mut seen = HashSet::new();
        let marks = self.landmarks.iter();
        let marks = marks.map(|mark| (&mark.id, &mark.prompts, &mark.cues, &mark.examples));
        let backs = self.pushbacks.iter();
        let backs = backs.map(|back| (&back.id, &back.prompts, &back.cues, &back.examples));
        for (id, prompts, cues, examples) in marks.chain(backs) {
            if id.is_empty() || !seen.insert(id) {
                return Err(format!("id {id:?}: takes a name that nothing else has"));
            }
            enough(&format!("{id}: examples"), examples, EXAMPLES)?;
            enough(&format!("{id}: cues"), cues, 0)?;
            enough(&format!("{id}: prompts"), prompts, 0)?;
        }
        for mark in &self.landmarks {
            let Landmark { id, min_score, after, answers, .. } = mark;
            if !(0.0..=1.0).contains(min_score) {
                return Err(format!("{id}: min_score: got {min_score}, takes 0 to 1"));
            }
            if let Some(unknown) = after.iter().find(|name| self.landmark(name).is_none()) {
                return Err(format!("{id}: after: there is no landmark {unknown:?}"));
            }
            let answered = answers.as_ref().map(|name| (name, self.landmark(name)));
            if let Some((name, other)) = answered
                && other.is_none_or(|other| other.role == mark.role)
            {
                return Err(format!("{id}: answers: there is no {name:?} of the other role"));
            }
        }
        if let Some(back) = self.pushbacks.iter().find(|back| back.responses.is_empty()) {
            return Err(format!("{}: response: takes one or more", back.id));
        }
        enough("none: examples", &self.none.examples, SMALL_TALK)
    }

    /// Everything in it that may be said in a call.
    pub fn sayings(&self) -> impl Iterator<Item = &str> {
        let marks = self.landmarks.iter();
        let marks = marks.flat_map(|mark| mark.examples.iter().chain([&mark.ask]));
        let backs = self.pushbacks.iter().flat_map(|back| {
            back.examples.iter().chain(back.responses.iter().map(|response| &response.text))
        });
        marks.chain(backs).chain(self.small_talk()).map(String::as_str)
    }

    /// The landmark of this id.
    pub fn landmark(&self, id: &str) -> Option<&Landmark> {
        self.landmarks.iter().find(|mark| mark.id == id)
    }

    /// The pushback of this id.
    pub fn pushback(&self, id: &str) -> Option<&Pushback> {
        self.pushbacks.iter().find(|back| back.id == id)
    }
}

fn enough(key: &str, texts: &[String], least: usize) -> Result<(), String> {
    if texts.len() < least {
        return Err(format!("{key}: got {}, takes {least} or more", texts.len()));
    }
    match texts.iter().find(|text| !text.contains(char::is_alphanumeric)) {
        Some(empty) => Err(format!("{key}: {empty:?} has no word")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: &str = include_str!("../playbooks/first-call.toml");

    #[test]
    fn the_one_that_ships_is_one() {
        let book = Playbook::first_call().expect("a playbook");
        assert!(book.landmarks.iter().any(|mark| mark.role == Role::Agent));
        assert!(book.landmarks.iter().any(|mark| mark.role == Role::Customer));
        assert!(book.landmark("consent").is_some() && book.pushback("consent").is_none());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (from, to, says) in [
            ("version = 1", "version = 7", "version: got 7, takes 1"),
            ("card_every_s = 20", "card_every_s = -1", "card_every_s: got -1"),
            ("version = 1", "version = 1\ncolour = 2", "colour"),
            ("id = \"consent\"", "id = \"introduction\"", "introduction"),
            ("role = \"agent\"", "role = \"waiter\"", "waiter"),
            ("min_score = 0.", "min_score = 7.", "takes 0 to 1"),
            ("after = [\"introduction\"]", "after = [\"adieu\"]", "no landmark \"adieu\""),
            ("answers = \"next-step\"", "answers = \"adieu\"", "no \"adieu\" of the other role"),
            ("answers = \"next-step\"", "answers = \"need\"", "no \"need\" of the other role"),
            ("[[pushback.response]]", "[[pushback.answer]]", "answer"),
            ("cues = [\"", "cues = [\"?!\", \"", "\"?!\" has no word"),
            ("prompts = [", "prompts = [\"?!\", ", "prompts: \"?!\" has no word"),
            ("[none]\nexamples = [", "[none]\nexamples = []\nothers = [", "others"),
        ] {
            let text = BOOK.replacen(from, to, 1);
            assert_ne!(text, BOOK, "{from} stands in it");
            let error = Playbook::from_toml("mine.toml", &text).expect_err(to).to_string();
            assert!(error.starts_with("mine.toml: ") && error.contains(says), "{to}: {error}");
        }
        let error = Playbook::open(Path::new("nowhere.toml")).expect_err("no file").to_string();
        assert!(error.starts_with("nowhere.toml: "), "{error}");
    }
}
