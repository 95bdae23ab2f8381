//! Documents as they are read: Markdown files of a folder, or texts that are at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Table;
use weir_retrieval::{Chunk, DocumentError, asked, chunks, front_matter};

/// Longest document, in bytes.
const LONGEST_BYTES: u64 = 4 << 20;
/// Most documents of a library.
const MOST: usize = 20_000;
/// Most folders inside each other.
const DEEPEST: usize = 8;

/// Why documents are not read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// A file or folder cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A document is no UTF-8.
    #[error("{file}: is no UTF-8 from byte {byte} on")]
    Encoding {
        /// Which.
        file: String,
        /// Up to where it is.
        byte: usize,
    },
    /// A document is too long.
    #[error("{file}: has {bytes} bytes, and a document may have {LONGEST_BYTES}")]
    TooLong {
        /// Which.
        file: String,
        /// How long it is.
        bytes: u64,
    },
    /// There are too many.
    #[error("{file}: is one more document than {MOST}")]
    TooMany {
        /// The first that is too many.
        file: String,
    },
    /// Folders stand too deep in one another.
    #[error("{}: is deeper than {DEEPEST} folders", path.display())]
    TooDeep {
        /// The first that is too deep.
        path: PathBuf,
    },
    /// Two documents have one name.
    #[error("{file}: is there twice")]
    Twice {
        /// Which.
        file: String,
    },
    /// It is no document.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// Documents in parts. A document is named by its file below the folder, with `/` between; the
/// folder that stands first in its name is its scope.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    chunks: Vec<Chunk>,
    facts: BTreeMap<String, Table>,
}

impl Documents {
    /// All Markdown files (`.md`) of a folder and of those in it, in the order of their names.
    /// Names that begin with a dot, and links, are left out.
    ///
    /// # Errors
    /// One of them cannot be read, is no UTF-8, too long or no document; or there are too many.
    pub fn folder(path: &Path) -> Result<Self, DocumentsError> {
        let mut documents = Self::default();
        documents.add_folder("", path)?;
        Ok(documents)
    }

    /// The same for documents that are at hand, as names and texts.
    ///
    /// # Errors
    /// One of them is too long or no document; or there are too many.
    pub fn texts<'a>(
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, DocumentsError> {
        let mut documents = Self::default();
        for (name, text) in texts {
            documents.add(name, text)?;
        }
        Ok(documents)
    }

    /// Adds a folder, whose documents are named as if they stood in `scope`.
    ///
    /// # Errors
    /// As of [`Documents::folder`].
    pub fn add_folder(&mut self, scope: &str, path: &Path) -> Result<(), DocumentsError> {
        let mut files = Vec::new();
        list(path, scope, 0, &mut files)?;
        for (name, path) in files {
            let unreadable = |source| DocumentsError::Unreadable { path: path.clone(), source };
            let bytes = std::fs::metadata(&path).map_err(unreadable)?.len();
            if bytes > LONGEST_BYTES {
                return Err(DocumentsError::TooLong { file: name, bytes });
            }
            let bytes = std::fs::read(&path).map_err(unreadable)?;
            let text = String::from_utf8(bytes).map_err(|error| DocumentsError::Encoding {
                file: name.clone(),
                byte: error.utf8_error().valid_up_to(),
            })?;
            self.add(&name, &text)?;
        }
        Ok(())
    }

    /// Adds one document.
    ///
    /// # Errors
    /// It is too long, no document, or there already; or there are too many.
    pub fn add(&mut self, name: &str, text: &str) -> Result<(), DocumentsError> {
        let (file, bytes) = (name.to_owned(), text.len() as u64);
        if bytes > LONGEST_BYTES {
            return Err(DocumentsError::TooLong { file, bytes });
        }
        if self.facts.len() == MOST {
            return Err(DocumentsError::TooMany { file });
        }
        if self.facts.insert(file.clone(), front_matter(name, text)?).is_some() {
            return Err(DocumentsError::Twice { file });
        }
        self.chunks.extend(chunks(name, text)?);
        Ok(())
    }

    /// Adds how people ask for parts, from a TOML file (see [`weir_retrieval::asked`]).
    ///
    /// # Errors
    /// It is no such file, or names a part that is not there.
    pub fn add_asked(&mut self, file: &str, toml: &str) -> Result<(), DocumentsError> {
        Ok(asked(&mut self.chunks, file, toml)?)
    }

    /// The parts of all documents.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Their parts, to be kept.
    pub(crate) fn into_chunks(self) -> Vec<Chunk> {
        self.chunks
    }

    /// By document: what its front matter says.
    pub fn facts(&self) -> &BTreeMap<String, Table> {
        &self.facts
    }
}

/// The scope of a document: the folder that stands first in its name; none if it is in no folder.
pub fn scope(document: &str) -> &str {
    document.split_once('/').map_or("", |(scope, _)| scope)
}

/// Adds the Markdown files of a folder, as names and paths.
fn list(
    folder: &Path,
    name: &str,
    depth: usize,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), DocumentsError> {
    if depth > DEEPEST {
        return Err(DocumentsError::TooDeep { path: folder.to_owned() });
    }
    let unreadable = |source| DocumentsError::Unreadable { path: folder.to_owned(), source };
    let mut entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .map_err(unreadable)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let own = entry.file_name();
        let Some(own) = own.to_str() else {
            let source = std::io::Error::other("its name is no UTF-8");
            return Err(DocumentsError::Unreadable { path: entry.path(), source });
        };
        if own.starts_with('.') {
            continue;
        }
        let name = if name.is_empty() { own.to_owned() } else { format!("{name}/{own}") };
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            list(&entry.path(), &name, depth + 1, files)?;
        } else if kind.is_file() && own.ends_with(".md") {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, bytes: &[u8]) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }

    #[test]
    fn a_folder_is_read_in_order_and_its_folders_are_scopes() {
        let home = tempfile::tempdir().expect("a folder");
        write(home.path(), "jobs/b.md", b"+++\ncompany = 'Quay'\n+++\n## Pay\n\nA salary.");
        write(home.path(), "jobs/a.md", b"A post.");
        write(home.path(), "about/faq.md", b"# Questions\n\nHere.");
        write(home.path(), "about/.hidden.md", b"\xff");
        write(home.path(), "about/picture.png", b"\xff");
        let documents = Documents::folder(home.path()).expect("documents");
        let names: Vec<&str> =
            documents.chunks().iter().map(|chunk| chunk.document.as_str()).collect();
        assert_eq!(names, ["about/faq.md", "jobs/a.md", "jobs/b.md"]);
        let scopes: Vec<&str> = names.iter().map(|name| scope(name)).collect();
        assert_eq!(scopes, ["about", "jobs", "jobs"]);
        assert_eq!(documents.facts()["jobs/b.md"]["company"].as_str(), Some("Quay"));
        let mut under = Documents::default();
        under.add_folder("posts", &home.path().join("about")).expect("documents");
        assert_eq!(under.chunks()[0].document, "posts/faq.md");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let home = tempfile::tempdir().expect("a folder");
        let fails = |path: &Path| Documents::folder(path).expect_err("wrong").to_string();
        assert!(fails(&home.path().join("nowhere")).contains("nowhere"));
        write(home.path(), "about/latin.md", b"Caf\xe9");
        assert_eq!(fails(home.path()), "about/latin.md: is no UTF-8 from byte 3 on");
        write(home.path(), "about/latin.md", &vec![b'a'; LONGEST_BYTES as usize + 1]);
        assert!(fails(home.path()).starts_with("about/latin.md: has 4194305 bytes"));
        write(home.path(), "about/latin.md", b"+++\ntitle = \n+++\n");
        assert!(fails(home.path()).starts_with("about/latin.md: "));
        let twice = Documents::texts([("a.md", "A."), ("a.md", "B.")]).expect_err("twice");
        assert_eq!(twice.to_string(), "a.md: is there twice");
    }
}
