//! What is measured by: calls and questions that were written down, with what is right.
//!
//! Those that are held out may be played and asked, and never shown: whoever reads them can make
//! them come out well without anything getting better.

use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};
use weir_answers::Within;
use weir_answers::measure::QuestionSet;
use weir_calls::{Playbook, Script, ScriptError};

#[derive(RustEmbed)]
#[folder = "../calls/scripts"]
#[include = "*/*.toml"]
struct Calls;

#[derive(RustEmbed)]
#[folder = "../retrieval"]
#[include = "questions.toml"]
#[include = "fresh-questions.toml"]
struct Questions;

/// Which calls and questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// Those that everything was made better by: figures of them flatter.
    Dev,
    /// Those that nothing was chosen by.
    HeldOut,
}

/// A set that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// Its calls are marked by landmarks that a playbook has not, or not for that role.
    #[error("the calls cannot be judged by this playbook: {0}")]
    Calls(#[from] ScriptError),
    /// Its questions are none.
    #[error("{file}: {why}")]
    Questions {
        /// The file.
        file: &'static str,
        /// Why, without a word of it.
        why: String,
    },
}

impl Set {
    /// Its name: `dev` or `held-out`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::HeldOut => "held-out",
        }
    }

    /// Its calls, in the order of their names.
    ///
    /// # Errors
    /// They are marked by landmarks that this playbook has not.
    pub fn calls(self, book: &Playbook) -> Result<Vec<Script>, SetError> {
        let folders: &[&str] = match self {
            Self::Dev => &["seen", "unseen"],
            Self::HeldOut => &["fresh"],
        };
        let is_of =
            |name: &str| folders.iter().any(|folder| name.split('/').next() == Some(*folder));
        let mut names: Vec<String> =
            Calls::iter().map(String::from).filter(|name| is_of(name)).collect();
        names.sort();
        let read = |name: &String| Script::from_toml(name, &text::<Calls>(name), book);
        Ok(names.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Its questions, about the documents that come with weir.
    ///
    /// # Errors
    /// They are no questions.
    pub fn questions(self) -> Result<QuestionSet, SetError> {
        let file = match self {
            Self::Dev => "questions.toml",
            Self::HeldOut => "fresh-questions.toml",
        };
        toml::from_str(&text::<Questions>(file))
            .map_err(|error| SetError::Questions { file, why: error.message().to_owned() })
    }
}

/// Where a scope of the questions is searched: what is asked about the site may stand in what it
/// was written of, too.
pub fn within(scope: &str) -> Within {
    let scopes: &[&str] = match scope {
        "about" => &["about", "posts", "projects"],
        other => &[other],
    };
    Within::Scopes(scopes.iter().map(|scope| (*scope).to_owned()).collect())
}

/// A file of a set; empty if there is none.
fn text<Files: RustEmbed>(name: &str) -> String {
    Files::get(name)
        .map_or_else(String::new, |file| String::from_utf8_lossy(&file.data).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sets_are_there_and_share_nothing() {
        let book = Playbook::first_call().expect("the playbook");
        let [dev, held_out] = [Set::Dev, Set::HeldOut].map(|set| {
            let calls = set.calls(&book).expect("calls");
            let questions = set.questions().expect("questions").question;
            assert!(calls.len() >= 30 && questions.len() >= 80, "{}", set.name());
            assert!(questions.iter().any(|question| question.gold.is_empty()));
            let titles = calls.into_iter().map(|call| call.title);
            titles.chain(questions.into_iter().map(|question| question.text)).collect::<Vec<_>>()
        });
        assert!(held_out.iter().all(|text| !dev.contains(text)));
    }

    #[test]
    fn a_playbook_without_the_landmarks_of_the_calls_is_refused_by_an_id() {
        let text = include_str!("../../calls/playbooks/first-call.toml");
        let other = text.replace("\"consent\"", "\"assent\"");
        let book = Playbook::from_toml("other.toml", &other).expect("a playbook");
        let error = Set::HeldOut.calls(&book).expect_err("strange marks").to_string();
        assert!(error.contains("fresh/01") && error.contains("\"consent\""), "{error}");
    }
}
