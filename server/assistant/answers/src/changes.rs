//! What became of documents between two looks at them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::documents::Documents;
use crate::vectors::ContentSha;

/// Documents by their names, each with what it says by SHA-256 in hexadecimal: small enough to be
/// kept until the next look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Looked(BTreeMap<String, String>);

/// What became of documents; each name once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// That were not there.
    pub added: Vec<String>,
    /// That say something else, or are asked for otherwise.
    pub changed: Vec<String>,
    /// That are there no more.
    pub removed: Vec<String>,
    /// That are as they were.
    pub unchanged: Vec<String>,
}

impl Looked {
    /// At these documents.
    pub fn at(documents: &Documents) -> Self {
        // One without words has no part, and is there all the same.
        let names = documents.facts().keys().cloned();
        let mut texts: BTreeMap<String, String> = names.map(|name| (name, String::new())).collect();
        for part in documents.chunks() {
            let text = texts.entry(part.document.clone()).or_default();
            let fields = [&part.title, &part.heading, &part.text, &part.also];
            for field in fields.into_iter().chain(&part.asked) {
                text.push_str(field);
                // So that words that move from one field to the next are a change.
                text.push('\0');
            }
            text.push('\0');
        }
        let sha = |(name, text): (String, String)| (name, ContentSha::of(&text).to_string());
        Self(texts.into_iter().map(sha).collect())
    }

    /// What became of them until a later look.
    pub fn until(&self, later: &Self) -> Changes {
        let mut changes = Changes::default();
        for (name, says) in &later.0 {
            let those = match self.0.get(name) {
                None => &mut changes.added,
                Some(said) if said != says => &mut changes.changed,
                Some(_) => &mut changes.unchanged,
            };
            those.push(name.clone());
        }
        let gone = self.0.keys().filter(|name| !later.0.contains_key(*name));
        changes.removed = gone.cloned().collect();
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(texts: &[(&str, &str)]) -> Looked {
        Looked::at(&Documents::texts(texts.iter().copied()).expect("documents"))
    }

    #[test]
    fn each_document_is_in_one_of_four_states() {
        let before = look(&[("a.md", "Tea."), ("b.md", "Rivers."), ("c.md", "Kettles.")]);
        let after = look(&[("d.md", "Mills."), ("b.md", "Rivers flow."), ("a.md", "Tea.")]);
        let expected = Changes {
            added: vec!["d.md".to_owned()],
            changed: vec!["b.md".to_owned()],
            removed: vec!["c.md".to_owned()],
            unchanged: vec!["a.md".to_owned()],
        };
        assert_eq!(before.until(&after), expected);
        assert_eq!(Looked::default().until(&before).added.len(), 3);
        assert_eq!(before.until(&before).unchanged.len(), 3);
    }

    #[test]
    fn other_words_in_another_field_or_to_ask_by_are_a_change_and_a_look_is_kept_as_text() {
        let text = "## Pay\n\nA salary.";
        let before = Documents::texts([("a.md", text)]).expect("a document");
        let mut asked = before.clone();
        let file = "[[section]]\nfile = 'a.md'\nheading = 'Pay'\nasked = ['what do I earn?']";
        asked.add_asked("asked.toml", file).expect("it is there");
        let (before, asked) = (Looked::at(&before), Looked::at(&asked));
        assert_eq!(before.until(&asked).changed, ["a.md"]);
        assert_eq!(before.until(&look(&[("a.md", "## Pay A\n\nsalary.")])).changed, ["a.md"]);
        let kept = serde_json::to_string(&asked).expect("JSON");
        assert_eq!(serde_json::from_str::<Looked>(&kept).expect("the same"), asked);
    }
}
