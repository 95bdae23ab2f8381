//! Pictures and films that pages show.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::site;

/// A picture that is there, and how large it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its address.
    pub src: String,
    /// Pixels across.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
}

/// What is at `/media/…`: files of the content before those of the program.
pub struct Media(BTreeMap<String, Cow<'static, [u8]>>);

impl Media {
    /// With these files, by their names.
    pub fn new(files: BTreeMap<String, Cow<'static, [u8]>>) -> Self {
        Self(files)
    }

    /// Files that the content brings.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, bytes)| (name.as_str(), &**bytes))
    }

    /// A file by its address. The error says what is wrong with it.
    pub fn file(&self, src: &str) -> Result<Cow<'_, [u8]>, String> {
        let name = src.strip_prefix("/media/").ok_or("takes the address of a file, /media/…")?;
        let own = self.0.get(name).map(|bytes| Cow::Borrowed(&**bytes));
        own.or_else(|| site::embedded(&src[1..]))
            .ok_or_else(|| format!("{src}: there is no such file"))
    }

    /// A picture by its address. The error says what is wrong with it.
    pub fn picture(&self, src: &str) -> Result<Picture, String> {
        let size = imagesize::blob_size(&self.file(src)?);
        let size = size.map_err(|_| format!("{src}: takes a PNG, JPEG, WebP or GIF"))?;
        Ok(Picture { src: src.to_owned(), width: size.width, height: size.height })
    }
}
