//! A document in parts, each of which can be cited.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use toml::{Table, Value};

use crate::DocumentError;

/// A part of a document: what stands below one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The document, by its file.
    pub document: String,
    /// What the document is called: its front matter's `title`, its first heading, or its file.
    pub title: String,
    /// The heading; empty before the first one.
    pub heading: String,
    /// The words, without marks.
    pub text: String,
    /// Words by which it is found and that do not stand in it: what the front matter says, such
    /// as a company.
    pub also: String,
    /// How people ask for it, by which it is found too.
    pub asked: Vec<String>,
}

/// The parts of a Markdown document, in their order; one without words is left out. Front matter,
/// TOML between lines of `+++`, is no part: its `title` is the document's, and by its other texts
/// each part is found too.
///
/// # Errors
/// The front matter is no TOML, or has no end.
pub fn chunks(document: &str, markdown: &str) -> Result<Vec<Chunk>, DocumentError> {
    let markdown = markdown.replace("\r\n", "\n");
    let (front, body) = parted(document, &markdown)?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut title = front.get("title").and_then(text);
    let others = front.iter().filter(|(key, _)| *key != "title");
    let also = others.filter_map(|(_, value)| text(value)).collect::<Vec<_>>().join(" ");
    let mut parts = vec![(String::new(), String::new())];
    let mut heading = None;
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for event in Parser::new_ext(body, options) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                let Some((level, words)) = heading.take() else { continue };
                if level == HeadingLevel::H1 && title.is_none() {
                    title = Some(words);
                } else {
                    parts.push((words, String::new()));
                }
            }
            Event::Text(words) | Event::Code(words) => match &mut heading {
                Some((_, heading)) => heading.push_str(&words),
                None => last(&mut parts).push_str(&words),
            },
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::TableCell) => {
                last(&mut parts).push(' ');
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock)
            | Event::End(TagEnd::TableHead | TagEnd::TableRow) => last(&mut parts).push('\n'),
            _ => {}
        }
    }
    let title = title.unwrap_or_else(|| document.to_owned());
    let is_said = |(_, text): &(String, String)| text.contains(char::is_alphanumeric);
    let chunk = |(heading, text): (String, String)| Chunk {
        document: document.to_owned(),
        title: title.clone(),
        heading,
        text: text.trim().to_owned(),
        also: also.clone(),
        asked: Vec::new(),
    };
    Ok(parts.into_iter().filter(is_said).map(chunk).collect())
}

/// The text of the last part. There is always one.
fn last(parts: &mut [(String, String)]) -> &mut String {
    let at = parts.len() - 1;
    &mut parts[at].1
}

/// What the front matter of a document says; nothing where it has none.
///
/// # Errors
/// The front matter is no TOML, or has no end.
pub fn front_matter(document: &str, markdown: &str) -> Result<Table, DocumentError> {
    Ok(parted(document, &markdown.replace("\r\n", "\n"))?.0)
}

/// What the lines between those of `+++` say, and what comes after them.
fn parted<'a>(document: &str, markdown: &'a str) -> Result<(Table, &'a str), DocumentError> {
    let parts = match markdown.strip_prefix("+++\n") {
        // Found from the first line's end on, so that there may be nothing in between.
        Some(_) => markdown[3..].split_once("\n+++\n"),
        None => Some(("", markdown)),
    };
    let (front, body) = parts.ok_or_else(|| {
        DocumentError::new(document, "takes a second line of +++ below the first")
    })?;
    let wrong = |error: toml::de::Error| DocumentError::new(document, error.to_string());
    Ok((front.parse().map_err(wrong)?, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(file: &str, text: &str) -> Vec<Chunk> {
        chunks(file, text).expect("a document")
    }

    #[test]
    fn a_part_is_what_stands_below_a_heading() {
        let text = "+++\ntitle = \"Water\"\nplace = \"a lake\"\n+++\nIt is *wet*.\n\n## How `deep`\n\nOne\nmetre.\n\n\
            - cold\n- clear\n\n## Empty\n\n## Last\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
        let parts = parts("water.md", text);
        let seen: Vec<_> =
            parts.iter().map(|part| (part.heading.as_str(), part.text.as_str())).collect();
        let told =
            [("", "It is wet."), ("How deep", "One metre.\ncold\nclear"), ("Last", "a b \n1 2")];
        assert_eq!(seen, told);
        assert!(parts.iter().all(|part| part.title == "Water" && part.document == "water.md"));
        assert!(parts.iter().all(|part| part.also == "a lake"));
    }

    #[test]
    fn a_document_without_front_matter_has_the_title_of_its_first_heading_or_its_file() {
        assert_eq!(parts("a.md", "# Rivers\n\nThey flow.")[0].title, "Rivers");
        assert_eq!(parts("a.md", "They flow.")[0].title, "a.md");
        assert!(parts("a.md", "").is_empty());
        let error = chunks("a.md", "+++\ntitle = what\n+++\nHi.").expect_err("no TOML");
        assert!(error.to_string().starts_with("a.md: "), "{error}");
        let error = chunks("a.md", "+++\ntitle = 'A'\n\nHi.").expect_err("no end");
        assert!(error.to_string().contains("a second line of +++"), "{error}");
        assert_eq!(parts("a.md", "+++\r\ntitle = 'A'\r\n+++\r\nHi.\r\n")[0].title, "A");
        assert_eq!(parts("a.md", "+++\n+++\nHi.")[0].text, "Hi.");
    }
}
