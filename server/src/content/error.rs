//! What is wrong with a file of content.

use std::path::PathBuf;

/// Why there is no content.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A file or folder of this machine could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file has no business there, is missing, or is too large.
    #[error("{file}: {why}")]
    File {
        /// The file, from the content's folder.
        file: String,
        /// What is wrong, and what it takes.
        why: String,
    },
    /// Something in a file is wrong.
    #[error("{file}, line {line}: {stands:?}: {why}")]
    Line {
        /// The file, from the content's folder.
        file: String,
        /// The line, from one.
        line: usize,
        /// What stands in that line.
        stands: String,
        /// What is wrong, and what it takes.
        why: String,
    },
}

/// Characters of a line that a message repeats.
const SHOWN: usize = 80;

/// A file's text, for saying where in it something is wrong.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The file, from the content's folder.
    pub file: &'a str,
    /// All of it.
    pub text: &'a str,
}

impl Place<'_> {
    /// Something is wrong at the byte `at`.
    pub fn wrong(&self, at: usize, why: impl Into<String>) -> ContentError {
        let at = self.text.floor_char_boundary(at);
        let begins = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let line = self.text[..begins].matches('\n').count() + 1;
        let stands = self.text[begins..].lines().next().unwrap_or_default().trim();
        let stands = stands.chars().take(SHOWN).collect();
        ContentError::Line { file: self.file.to_owned(), line, stands, why: why.into() }
    }

    /// Reads `part`, which begins at the byte `begins` of the text, as TOML.
    pub fn toml<T: serde::de::DeserializeOwned>(
        &self,
        part: &str,
        begins: usize,
    ) -> Result<T, ContentError> {
        toml::from_str(part).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.wrong(begins + at, error.message().trim())
        })
    }
}
