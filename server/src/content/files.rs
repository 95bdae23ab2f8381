//! Where content comes from: the program itself, or a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rust_embed::RustEmbed;

use super::error::ContentError;

#[derive(RustEmbed)]
#[folder = "content"]
struct Embedded;

/// Largest file: a film of some minutes.
const LARGEST: u64 = 32 << 20;
/// Folders in the content's folder.
const FOLDERS: [&str; 3] = ["media", "posts", "projects"];

/// Files by their names, `posts/a.md`.
pub struct Files(BTreeMap<String, Cow<'static, [u8]>>);

impl Files {
    /// Those in the program.
    pub fn embedded() -> Self {
        let named = |name: Cow<'static, str>| Some((name.to_string(), Embedded::get(&name)?.data));
        Self(Embedded::iter().filter_map(named).collect())
    }

    /// Those in a folder. Hidden files are not looked at, and a `README.md` is for people.
    pub fn in_folder(folder: &Path) -> Result<Self, ContentError> {
        let mut files = BTreeMap::new();
        for name in names(folder)? {
            let path = folder.join(&name);
            if !path.is_dir() {
                files.insert(name, read(&path)?.into());
            } else if FOLDERS.contains(&name.as_str()) {
                for file in names(&path)? {
                    files.insert(format!("{name}/{file}"), read(&path.join(&file))?.into());
                }
            } else {
                return Err(stray(name));
            }
        }
        files.remove("README.md");
        Ok(Self(files))
    }

    /// Takes out a file that has to be there, as text.
    pub fn text(&mut self, name: &str) -> Result<String, ContentError> {
        let why = || "is missing; content has profile.toml and resume.toml".to_owned();
        let bytes = self.0.remove(name);
        let bytes =
            bytes.ok_or_else(|| ContentError::File { file: name.to_owned(), why: why() })?;
        as_text(name, bytes.into_owned())
    }

    /// Takes out the texts of a folder, each with its name in the site: `a` for `posts/a.md`.
    pub fn articles(
        &mut self,
        folder: &str,
    ) -> Result<Vec<(String, String, String)>, ContentError> {
        let mut articles = Vec::new();
        for (file, bytes) in self.take(folder) {
            let name = file[folder.len() + 1..].strip_suffix(".md").filter(|name| is_slug(name));
            let Some(name) = name.map(ToOwned::to_owned) else {
                let why = "takes names of small letters, digits and -, that end in .md".to_owned();
                return Err(ContentError::File { file, why });
            };
            articles.push((name, as_text(&file, bytes.into_owned())?, file));
        }
        Ok(articles)
    }

    /// Takes out pictures, films and papers, by their names without the folder.
    pub fn media(&mut self) -> Result<BTreeMap<String, Cow<'static, [u8]>>, ContentError> {
        const KINDS: [&str; 9] =
            ["avif", "gif", "jpeg", "jpg", "mp4", "pdf", "png", "webm", "webp"];
        let mut media = BTreeMap::new();
        for (file, bytes) in self.take("media") {
            let name = &file["media/".len()..];
            let kind = name.rsplit_once('.').map(|(_, kind)| kind);
            let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            if !is_plain || !kind.is_some_and(|kind| KINDS.contains(&kind)) {
                let why = format!("takes letters, digits, - _ . and one of .{}", KINDS.join(" ."));
                return Err(ContentError::File { file, why });
            }
            media.insert(name.to_owned(), bytes);
        }
        Ok(media)
    }

    /// Nothing may be left: what is spelled wrongly would be missing in silence.
    pub fn end(mut self) -> Result<(), ContentError> {
        match self.0.pop_first() {
            Some((file, _)) => Err(stray(file)),
            None => Ok(()),
        }
    }

    fn take(&mut self, folder: &str) -> BTreeMap<String, Cow<'static, [u8]>> {
        let is_in = |file: &String| file.split_once('/').is_some_and(|(f, _)| f == folder);
        self.0.extract_if(.., |file, _| is_in(file)).collect()
    }
}

fn stray(file: String) -> ContentError {
    let why = "content has profile.toml, resume.toml, posts/*.md, projects/*.md and media/*";
    ContentError::File { file, why: why.to_owned() }
}

fn is_slug(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn as_text(file: &str, bytes: Vec<u8>) -> Result<String, ContentError> {
    // Some editors end lines with two characters, begin files with a mark, or leave out the end
    // of the last line.
    match String::from_utf8(bytes) {
        Ok(text) => {
            let mut text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
            if !text.ends_with('\n') {
                text.push('\n');
            }
            Ok(text)
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let why = format!("byte {at}: takes text in UTF-8");
            Err(ContentError::File { file: file.to_owned(), why })
        }
    }
}

fn names(folder: &Path) -> Result<Vec<String>, ContentError> {
    let failed = |source| ContentError::Read { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    Ok(names)
}

fn read(path: &Path) -> Result<Vec<u8>, ContentError> {
    let failed = |source| ContentError::Read { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > LARGEST {
        let why = format!("has {bytes} bytes, takes at most {LARGEST}");
        return Err(ContentError::File { file: path.display().to_string(), why });
    }
    fs::read(path).map_err(failed)
}
