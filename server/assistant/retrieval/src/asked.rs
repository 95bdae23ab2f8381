//! How people ask for what a document says: questions and answers share few words, and a part is
//! found by both (document expansion; Nogueira et al., *Document Expansion by Query Prediction*,
//! arXiv:1904.08375, there by a network, here by who wrote the document).

use serde::Deserialize;

use crate::DocumentError;
use crate::chunk::Chunk;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    section: Vec<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    file: String,
    heading: String,
    asked: Vec<String>,
}

/// Adds to parts how people ask for them: a TOML file with a `[[section]]` for each, which has
/// `file`, `heading` and `asked`, a list of questions.
///
/// # Errors
/// It is no such file, or names a part that is not there.
pub fn asked(parts: &mut [Chunk], file: &str, toml: &str) -> Result<(), DocumentError> {
    let read: File =
        toml::from_str(toml).map_err(|error| DocumentError::new(file, error.to_string()))?;
    for Section { file: document, heading, asked } in read.section {
        let mut here = parts
            .iter_mut()
            .filter(|part| part.document == document && part.heading == heading)
            .peekable();
        if here.peek().is_none() {
            let why = format!("{document} has no part {heading:?}");
            return Err(DocumentError::new(file, why));
        }
        for part in here {
            part.asked.extend_from_slice(&asked);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Index, chunks};

    #[test]
    fn a_part_is_found_by_how_it_is_asked_for() {
        let mut parts =
            chunks("jobs.md", "## Pay\n\nA salary.\n\n## Place\n\nA town.").expect("parts");
        let text = "[[section]]\nfile = 'jobs.md'\nheading = 'Pay'\nasked = ['what do I earn?']";
        asked(&mut parts, "asked.toml", text).expect("it is there");
        let index = Index::new(parts);
        let hits = index.search("earning", 2, |_| true);
        assert_eq!(hits.len(), 1);
        assert_eq!(index.chunks()[hits[0].chunk].text, "A salary.", "it reads as it did");
    }

    #[test]
    fn a_part_that_is_not_there_is_named() {
        let text = "[[section]]\nfile = 'a.md'\nheading = 'Pay'\nasked = []";
        let error = asked(&mut [], "asked.toml", text).expect_err("no such part").to_string();
        assert!(error.contains("asked.toml: a.md has no part \"Pay\""), "{error}");
        assert!(asked(&mut [], "asked.toml", "section = 3").is_err());
    }
}
