//! What is answered from: Markdown files that come with weir, or a folder of one's own.

use std::path::Path;

use rust_embed::RustEmbed;

use crate::assistant::OpenError;

#[derive(RustEmbed)]
#[folder = "documents"]
#[include = "*/*.md"]
#[include = "asked.toml"]
struct Embedded;

/// How people ask for parts of the documents: a file beside their folders.
const ASKED: &str = "asked.toml";

/// Documents, and how people ask for their parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documents {
    /// Their names, such as `jobs/writer.md`, and what is in them, in the order of the names.
    pub files: Vec<(String, String)>,
    /// How people ask for their parts, as TOML; empty if nobody wrote that down.
    pub asked: String,
}

impl Documents {
    /// `default`, which comes with weir, or those of a folder: of the folders in it all files that
    /// end in `.md`.
    ///
    /// # Errors
    /// A file cannot be read, or there is none.
    pub fn open(place: &str) -> Result<Self, OpenError> {
        let all =
            if place == "default" { Ok(Self::embedded()) } else { Self::folder(place.as_ref()) };
        let all = all.and_then(|all| match all.files.is_empty() {
            true => Err(format!("{place}: there is no FOLDER/FILE.md in it")),
            false => Ok(all),
        });
        all.map_err(|why| OpenError { key: "documents", why })
    }

    fn embedded() -> Self {
        let text = |name: &str| {
            let file = Embedded::get(name)?;
            Some(String::from_utf8_lossy(&file.data).into_owned())
        };
        let names = Embedded::iter().filter(|name| name.ends_with(".md"));
        let mut files: Vec<_> =
            names.filter_map(|name| Some((name.to_string(), text(&name)?))).collect();
        files.sort();
        Self { files, asked: text(ASKED).unwrap_or_default() }
    }

    fn folder(folder: &Path) -> Result<Self, String> {
        let read = |path: &Path| {
            std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let list = |path: &Path| {
            let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            entries.map_err(|error| format!("{}: {error}", path.display()))
        };
        let mut files = Vec::new();
        for scope in list(folder)?.iter().filter(|entry| entry.path().is_dir()) {
            for file in list(&scope.path())? {
                let path = file.path();
                if path.extension().is_some_and(|end| end == "md") {
                    let names = [scope.file_name(), file.file_name()];
                    let name = names.map(|name| name.to_string_lossy().into_owned()).join("/");
                    files.push((name, read(&path)?));
                }
            }
        }
        files.sort();
        let asked = folder.join(ASKED);
        let asked = if asked.exists() { read(&asked)? } else { String::new() };
        Ok(Self { files, asked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_and_how_they_are_asked_for_come_with_it() {
        let all = Documents::open("default").expect("documents");
        assert!(all.files.iter().filter(|(name, _)| name.starts_with("jobs/")).count() >= 8);
        assert!(
            all.files.iter().any(|(name, text)| name.starts_with("about/") && text.contains("# "))
        );
        assert!(all.asked.contains("[["));
    }

    #[test]
    fn a_folder_of_ones_own_is_read_and_what_cannot_be_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().display().to_string();
        let error = Documents::open(&place).expect_err("nothing in it").to_string();
        assert!(error.starts_with("documents: ") && error.contains("no FOLDER/FILE.md"), "{error}");
        std::fs::create_dir(folder.path().join("about")).expect("a folder");
        std::fs::write(folder.path().join("about/a.md"), "# A\n\nText.").expect("a file");
        std::fs::write(folder.path().join("about/notes.txt"), "no document").expect("a file");
        let all = Documents::open(&place).expect("documents");
        assert_eq!(all.files, [("about/a.md".to_owned(), "# A\n\nText.".to_owned())]);
        std::fs::write(folder.path().join("about/b.md"), [0xff, 0xfe]).expect("a file");
        let error = Documents::open(&place).expect_err("no text").to_string();
        assert!(error.contains("b.md"), "{error}");
    }
}
