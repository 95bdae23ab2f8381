//! How words are pronounced, from a dictionary in the format of CMU's.

use std::collections::BTreeMap;
use std::path::Path;

use crate::SpeechError;

/// Most letters of a word that is spelled.
const SPELLED: usize = 5;
/// Fewest letters of either part of a compound.
const PART: usize = 3;

/// Words and the sounds that make them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    words: BTreeMap<String, Vec<String>>,
}

impl Dictionary {
    /// Reads a file: a line has a word and its phones; `word(2)` is another way to say `word`.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn open(path: &Path) -> Result<Self, SpeechError> {
        let bytes = std::fs::read(path).map_err(|error| {
            SpeechError::Missing(format!("{} cannot be read: {error}", path.display()))
        })?;
        Ok(Self::from_text(&String::from_utf8_lossy(&bytes)))
    }

    fn from_text(text: &str) -> Self {
        let mut words: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in text.lines() {
            let Some((word, phones)) = line.split_once(' ') else { continue };
            let word = word.split_once('(').map_or(word, |(word, _)| word);
            words.entry(word.to_owned()).or_default().push(phones.trim().to_owned());
        }
        Self { words }
    }

    /// The ways in which a word is pronounced; none if that is not known.
    pub(crate) fn of(&self, word: &str) -> &[String] {
        self.words.get(word).map_or(&[], Vec::as_slice)
    }

    /// How a word that it lacks may be pronounced, by the first rule that fits:
    /// 1. a short word without a vowel is spelled (`sql`);
    /// 2. with the ending `s` or `'s`, a word it has and the sound of its plural;
    /// 3. two words it has are said one after the other (`dataset`), the first as long as possible.
    pub(crate) fn guess(&self, word: &str) -> Option<String> {
        if !word.contains(['a', 'e', 'i', 'o', 'u', 'y']) && word.chars().count() <= SPELLED {
            return self.spelled(word);
        }
        self.plural(word).or_else(|| self.compound(word))
    }

    fn first(&self, word: &str) -> Option<&str> {
        self.of(word).first().map(String::as_str)
    }

    fn spelled(&self, word: &str) -> Option<String> {
        let letters: Option<Vec<&str>> =
            word.chars().map(|letter| self.first(letter.encode_utf8(&mut [0; 4]))).collect();
        Some(letters?.join(" ")).filter(|phones| !phones.is_empty())
    }

    fn plural(&self, word: &str) -> Option<String> {
        let one = word.strip_suffix("'s").or_else(|| word.strip_suffix('s'))?;
        let phones = self.first(one)?;
        let ending = match phones.rsplit(' ').next()? {
            "S" | "Z" | "SH" | "ZH" | "CH" | "JH" => "IH Z",
            "P" | "T" | "K" | "F" | "TH" => "S",
            _ => "Z",
        };
        Some(format!("{phones} {ending}"))
    }

    fn compound(&self, word: &str) -> Option<String> {
        let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        ends.into_iter().rev().filter(|at| *at >= PART && word.len() - at >= PART).find_map(|at| {
            let (first, second) = word.split_at(at);
            Some(format!("{} {}", self.first(first)?, self.first(second)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary() -> Dictionary {
        Dictionary::from_text(
            "data D EY T AH\ndata(2) D AE T AH\nset S EH T\ns EH S\nq K Y UW\nl EH L\n\
             pulse P AH L S\nthe DH AH\nsets S EH T S\n",
        )
    }

    #[test]
    fn a_word_has_all_its_pronunciations() {
        assert_eq!(dictionary().of("data"), ["D EY T AH", "D AE T AH"]);
        assert!(dictionary().of("weir").is_empty());
    }

    #[test]
    fn rules_give_what_is_likely_said() {
        let guess = |word| dictionary().guess(word);
        assert_eq!(guess("sql").as_deref(), Some("EH S K Y UW EH L"));
        assert_eq!(guess("dataset").as_deref(), Some("D EY T AH S EH T"));
        assert_eq!(guess("data's").as_deref(), Some("D EY T AH Z"));
        assert_eq!(guess("pulses").as_deref(), Some("P AH L S IH Z"));
        assert_eq!(guess("sett"), None);
        assert_eq!(guess("weir"), None);
        assert_eq!(guess("\u{e4}\u{f6}\u{fc}data"), None);
        assert_eq!(guess("xx"), None);
    }
}
