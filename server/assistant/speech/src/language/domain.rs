//! What is talked about, so that words of it are expected.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::dictionary::Dictionary;
use super::trigrams::Trigrams;
use crate::{SpeechError, spoken};

/// Texts of what will be talked about: what a decoder of speech is made to expect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domain {
    sentences: Vec<Vec<String>>,
}

impl Domain {
    /// Of texts, plain or Markdown. A sentence ends at `.`, `!`, `?`, `:` or `;` before a space,
    /// at an empty line, and where a heading or an item of a list begins.
    pub fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut sentences = Vec::new();
        for text in texts {
            sentences.extend(split(text.as_ref()).iter().map(|sentence| spoken(sentence)));
        }
        sentences.retain(|sentence| !sentence.is_empty());
        Self { sentences }
    }

    /// Sentences of it.
    pub fn sentences(&self) -> usize {
        self.sentences.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// Writes what a decoder reads of it.
    ///
    /// # Errors
    /// It cannot be written, or no word of it is known.
    pub(crate) fn write(&self, general: &Path) -> Result<Files, SpeechError> {
        let dictionary = Dictionary::open(general)?;
        let (mut guessed, mut left_out) = (Vec::new(), BTreeSet::new());
        let words: BTreeSet<&String> = self.sentences.iter().flatten().collect();
        for word in words.into_iter().filter(|word| dictionary.of(word).is_empty()) {
            if let Some(phones) = dictionary.guess(word) {
                guessed.push(format!("{word} {phones}\n"));
            } else {
                left_out.insert(word.clone());
            }
        }
        let sentences = self.without(&left_out);
        if sentences.is_empty() {
            return Err(SpeechError::Failed("no word of the domain can be pronounced".to_owned()));
        }
        let failed = |error: std::io::Error| {
            SpeechError::Failed(format!("the domain's model cannot be written: {error}"))
        };
        let folder = TempDir::with_prefix("weir-speech-").map_err(failed)?;
        let general = std::fs::read(general).map_err(failed)?;
        let additions = guessed.concat();
        let dictionary = write(&folder, "domain.dict", &[&general, b"\n", additions.as_bytes()]);
        let arpa = Trigrams::count(&sentences).to_arpa();
        let model = write(&folder, "domain.lm", &[arpa.as_bytes()]);
        Ok(Files {
            dictionary: dictionary.map_err(failed)?,
            model: model.map_err(failed)?,
            guessed: guessed.len(),
            left_out: left_out.len(),
            _folder: folder,
        })
    }

    /// Its sentences in pieces between words that nobody can pronounce.
    fn without(&self, left_out: &BTreeSet<String>) -> Vec<Vec<String>> {
        let pieces = |sentence: &Vec<String>| {
            let pieces = sentence.split(|word| left_out.contains(word)).map(<[String]>::to_vec);
            pieces.filter(|piece| !piece.is_empty()).collect::<Vec<_>>()
        };
        self.sentences.iter().flat_map(pieces).collect()
    }
}

/// What a decoder reads of a domain; the files go when this does.
#[derive(Debug)]
pub(crate) struct Files {
    /// All words that it can hear.
    pub dictionary: PathBuf,
    /// The trigrams of the domain.
    pub model: PathBuf,
    /// Words whose pronunciation was made by rule.
    pub guessed: usize,
    /// Words that cannot be heard, as nobody knows how they are said.
    pub left_out: usize,
    _folder: TempDir,
}

/// Writes a file at once: it is there whole, or not at all.
fn write(folder: &TempDir, name: &str, parts: &[&[u8]]) -> std::io::Result<PathBuf> {
    let path = folder.path().join(name);
    let mut file = tempfile::NamedTempFile::new_in(folder.path())?;
    for part in parts {
        file.write_all(part)?;
    }
    file.persist(&path).map_err(|error| error.error)?;
    Ok(path)
}

/// The sentences of a text.
fn split(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '-', '*', '|', '>']) {
            sentences.push(String::new());
        }
        for word in line.split_whitespace() {
            if let Some(sentence) = sentences.last_mut() {
                sentence.push_str(word);
                sentence.push(' ');
            }
            if word.ends_with(['.', '!', '?', ':', ';']) {
                sentences.push(String::new());
            }
        }
        if line.starts_with('#') {
            sentences.push(String::new());
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("text");
        file
    }

    #[test]
    fn sentences_end_where_people_pause() {
        let domain =
            Domain::new(["# A pump\nIt moves 2.5 t of\nwater. Why?\n- slow\n- old\n\nlast"]);
        let said: Vec<String> = domain.sentences.iter().map(|words| words.join(" ")).collect();
        let expected =
            ["a pump", "it moves two point five t of water", "why", "slow", "old", "last"];
        assert_eq!(said, expected);
        assert!(Domain::new(["...", ""]).is_empty());
    }

    #[test]
    fn words_without_a_sound_are_left_out_and_counted() {
        let general = file("the DH AH\npump P AH M P\nlog L AO G\nbook B UH K\n");
        let files = Domain::new(["the pump, xylq, the logbook"]).write(general.path());
        let files = files.expect("words are known");
        assert_eq!((files.guessed, files.left_out), (1, 1));
        let model = std::fs::read_to_string(&files.model).expect("written");
        assert!(model.contains("\tthe logbook\t") && !model.contains("xylq"));
        assert!(!model.contains("pump the"), "what stood apart is not together");
        let words = std::fs::read_to_string(&files.dictionary).expect("written");
        assert!(words.contains("the DH AH\n") && words.contains("logbook L AO G B UH K\n"));
        let folder = files.model.parent().expect("a folder").to_owned();
        drop(files);
        assert!(!folder.exists());
    }

    #[test]
    fn a_domain_without_known_words_is_refused() {
        let general = file("the DH AH\n");
        assert!(Domain::new(["qqqqqqq"]).write(general.path()).is_err());
        assert!(Domain::default().write(general.path()).is_err());
    }
}
