//! What is answered from: Markdown files that come with weir, or a folder of one's own, and what
//! the site around them says.

use std::path::Path;

use rust_embed::RustEmbed;
use toml::{Table, Value};
use weir_answers::Documents;

use crate::assistant::OpenError;

#[derive(RustEmbed)]
#[folder = "documents"]
#[include = "*/*.md"]
#[include = "asked.toml"]
struct Embedded;

/// How people ask for parts of the documents: a file beside their folders.
const ASKED: &str = "asked.toml";

/// A document of the site: its name, such as `posts/a.md`, and its Markdown.
pub type Page = (String, String);

/// `default`, which comes with weir, or those of a folder; and pages of the site.
///
/// # Errors
/// A file cannot be read or is no document, or the folder has none.
pub fn open(place: &str, site: &[Page]) -> Result<Documents, OpenError> {
    let opened = match place {
        "default" => embedded(site),
        folder => from_folder(Path::new(folder), site),
    };
    opened.map_err(|why| OpenError { key: "documents", why })
}

fn embedded(site: &[Page]) -> Result<Documents, String> {
    let text = |name: &str| {
        let file = Embedded::get(name)?;
        Some(String::from_utf8_lossy(&file.data).into_owned())
    };
    let mut names: Vec<String> = Embedded::iter().map(String::from).collect();
    names.retain(|name| name.ends_with(".md"));
    names.sort();
    let own: Vec<Page> = names
        .into_iter()
        .filter_map(|name| Some((text(&name)?, name)))
        .map(|(t, n)| (n, t))
        .collect();
    let all = own.iter().chain(site).map(|(name, text)| (name.as_str(), text.as_str()));
    let documents = Documents::texts(all).map_err(|error| error.to_string())?;
    add_asked(documents, ASKED, &text(ASKED).unwrap_or_default())
}

fn from_folder(folder: &Path, site: &[Page]) -> Result<Documents, String> {
    let mut documents = Documents::folder(folder).map_err(|error| error.to_string())?;
    if documents.chunks().is_empty() {
        return Err(format!("{}: there is no Markdown file in it", folder.display()));
    }
    for (name, text) in site {
        documents.add(name, text).map_err(|error| error.to_string())?;
    }
    let asked = folder.join(ASKED);
    if !asked.exists() {
        return Ok(documents);
    }
    let wrong = |error: std::io::Error| format!("{}: {error}", asked.display());
    let text = std::fs::read_to_string(&asked).map_err(wrong)?;
    add_asked(documents, &asked.display().to_string(), &text)
}

/// Adds how people ask for parts. What is said of documents that are not there is left out: a
/// site may have pages of its own in the place of those that come with weir.
fn add_asked(mut documents: Documents, file: &str, text: &str) -> Result<Documents, String> {
    let mut table: Table = text.parse().map_err(|error| format!("{file}: {error}"))?;
    if let Some(Value::Array(sections)) = table.get_mut("section") {
        sections.retain(|section| {
            let name = section.get("file").and_then(Value::as_str);
            name.is_none_or(|name| documents.facts().contains_key(name))
        });
        let text = toml::to_string(&table).map_err(|error| format!("{file}: {error}"))?;
        documents.add_asked(file, &text).map_err(|error| error.to_string())?;
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_it_can_be_asked_for_beside_pages_of_the_site() {
        let site = [("posts/rain.md".to_owned(), "# Rain\n\nIt falls.".to_owned())];
        let all = open("default", &site).expect("documents");
        let names: Vec<&String> = all.facts().keys().collect();
        assert!(names.iter().filter(|name| name.starts_with("jobs/")).count() >= 8, "{names:?}");
        assert!(names.iter().any(|name| *name == "posts/rain.md"));
        assert!(all.chunks().iter().any(|chunk| !chunk.asked.is_empty()));
    }

    #[test]
    fn a_folder_of_ones_own_is_read_and_what_cannot_be_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().display().to_string();
        let error = open(&place, &[]).expect_err("nothing in it").to_string();
        assert!(error.starts_with("documents: ") && error.contains("no Markdown"), "{error}");
        std::fs::create_dir(folder.path().join("about")).expect("a folder");
        std::fs::write(folder.path().join("about/a.md"), "# A\n\nText.").expect("a file");
        let all = open(&place, &[]).expect("documents");
        assert_eq!(all.facts().keys().collect::<Vec<_>>(), ["about/a.md"]);
        std::fs::write(folder.path().join("about/b.md"), [0xff, 0xfe]).expect("a file");
        let error = open(&place, &[]).expect_err("no text").to_string();
        assert!(error.contains("b.md"), "{error}");
    }
}
