//! Calls written down, with what each turn reaches: what a detector is measured by.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use crate::playbook::{Playbook, Role};

/// A call that was written down.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What it is about.
    pub title: String,
    /// What is said, in order.
    #[serde(rename = "turn")]
    pub turns: Vec<Turn>,
}

/// What somebody says before the other does.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// The words.
    pub text: String,
    /// Landmarks that this turn is the first to reach.
    #[serde(default, rename = "landmark")]
    pub landmarks: Vec<Mark>,
    /// What the speaker pushes back with.
    #[serde(default, rename = "pushback")]
    pub pushbacks: Vec<Mark>,
}

/// What a turn says, by somebody who read it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Its id in the playbook.
    pub id: String,
    /// The words that say it, as they stand in the turn.
    pub quote: String,
}

/// Why a text is no script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {why}")]
pub struct ScriptError {
    file: String,
    why: String,
}

impl Script {
    /// Reads all `.toml` of a folder, in the order of their names.
    ///
    /// # Errors
    /// One cannot be read, is no script, or marks what is not in this playbook.
    pub fn folder(path: &Path, book: &Playbook) -> Result<Vec<Self>, ScriptError> {
        let wrong =
            |file: &Path, why: String| ScriptError { file: file.display().to_string(), why };
        let entries = std::fs::read_dir(path).map_err(|error| wrong(path, error.to_string()))?;
        let mut files = Vec::new();
        for entry in entries {
            let file = entry.map_err(|error| wrong(path, error.to_string()))?.path();
            files.extend(file.extension().is_some_and(|kind| kind == "toml").then_some(file));
        }
        files.sort();
        let read = |file: &std::path::PathBuf| {
            let text = std::fs::read_to_string(file);
            let text = text.map_err(|error| wrong(file, error.to_string()))?;
            Self::from_toml(&file.display().to_string(), &text, book)
        };
        files.iter().map(read).collect()
    }

    /// Reads a text; `file` is what errors call it.
    ///
    /// # Errors
    /// It is no script, or marks what is not in this playbook.
    pub fn from_toml(file: &str, text: &str, book: &Playbook) -> Result<Self, ScriptError> {
        let wrong = |why: String| ScriptError { file: file.to_owned(), why };
        let script: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        script.check(book).map_err(wrong)?;
        Ok(script)
    }

    fn check(&self, book: &Playbook) -> Result<(), String> {
        for (number, turn) in self.turns.iter().enumerate() {
            let wrong = |why: String| Err(format!("turn {number}: {why}"));
            let marks =
                turn.landmarks.iter().map(|mark| (mark, book.landmark(&mark.id).map(|of| of.role)));
            let backs =
                turn.pushbacks.iter().map(|mark| (mark, book.pushback(&mark.id).map(|of| of.role)));
            for (mark, role) in marks.chain(backs) {
                match role {
                    None => return wrong(format!("{:?} is not in the playbook", mark.id)),
                    Some(role) if role != turn.role => {
                        return wrong(format!("{:?} is for the other role", mark.id));
                    }
                    Some(_) if turn.span(&mark.quote).is_none() => {
                        return wrong(format!("{:?} does not stand in it", mark.quote));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }
}

impl Turn {
    /// Where a quote stands in the words of this turn.
    pub fn span(&self, quote: &str) -> Option<Range<usize>> {
        self.text.find(quote).map(|start| start..start + quote.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Script>, ScriptError> {
        let folder = std::env::temp_dir().join(format!("weir-calls-{}", fastrand::u64(..)));
        std::fs::create_dir(&folder).expect("a folder");
        std::fs::write(folder.join("a.toml"), text).expect("a file");
        std::fs::write(folder.join("notes.md"), "no script").expect("a file");
        let read = Script::folder(&folder, &Playbook::first_call().expect("the playbook"));
        std::fs::remove_dir_all(&folder).expect("the folder");
        read
    }

    const CALL: &str = "title = 'T'\n[[turn]]\nrole = 'agent'\ntext = 'It is Ida.'\n\
        [[turn.landmark]]\nid = 'introduction'\nquote = 'is Ida'\n";

    #[test]
    fn a_call_is_read_and_its_quotes_are_found() {
        let calls = read(CALL).expect("a script");
        let turn = &calls[0].turns[0];
        assert_eq!(turn.span(&turn.landmarks[0].quote), Some(3..9));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_file_and_turn() {
        for (from, to, says) in [
            ("is Ida'", "was Ida'", "turn 0: \"was Ida\" does not stand in it"),
            ("'introduction'", "'adieu'", "turn 0: \"adieu\" is not in the playbook"),
            ("'introduction'", "'need'", "turn 0: \"need\" is for the other role"),
            ("role = 'agent'", "role = 'waiter'", "waiter"),
            ("title", "name", "name"),
        ] {
            let text = CALL.replacen(from, to, 1);
            assert_ne!(text, CALL);
            let error = read(&text).expect_err(to).to_string();
            assert!(error.contains("a.toml: ") && error.contains(says), "{to}: {error}");
        }
        let nowhere = Script::folder(Path::new("nowhere"), &Playbook::first_call().expect("it"));
        assert!(nowhere.expect_err("no folder").to_string().starts_with("nowhere: "));
    }
}
