//! `registry.json`: which versions there are in a folder, and what points to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::version::New;
use crate::{Alias, RegistryError, Verdict, Version, files};

/// Version of the file.
const VERSION: u32 = 1;

/// All that is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Book {
    version: u32,
    name: String,
    aliases: BTreeMap<Alias, u32>,
    /// By their numbers, which rise.
    versions: Vec<Entry>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    number: u32,
    sha256: String,
    config_sha256: String,
    gate_sha256: String,
    made_s: u64,
    note: String,
    gate: Verdict,
    forced: Option<String>,
}

impl Entry {
    fn unnumbered(&self) -> New {
        let Self { sha256, config_sha256, gate_sha256, made_s, note, gate, forced, .. } =
            self.clone();
        New { sha256, config_sha256, gate_sha256, made_s, note, gate, forced }
    }
}

impl Book {
    /// One with nothing in it.
    pub fn empty(name: &str) -> Self {
        let (aliases, versions) = (BTreeMap::new(), Vec::new());
        Self { version: VERSION, name: name.to_owned(), aliases, versions }
    }

    /// Reads one, strictly: what is not understood may matter.
    ///
    /// # Errors
    /// In words what is wrong.
    pub fn read(text: &str, name: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let Head { version } = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if version != VERSION {
            return Err(format!("version {version}, which this program does not know"));
        }
        let book: Self = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if book.name != name {
            return Err(format!("a registry of {:?}", book.name));
        }
        if !book.versions.is_sorted_by(|a, b| a.number < b.number)
            || book.versions.first().is_some_and(|first| first.number == 0)
        {
            return Err("versions whose numbers do not rise from 1".to_owned());
        }
        for entry in &book.versions {
            let hashes = [&entry.sha256, &entry.config_sha256];
            if !hashes.into_iter().all(|hash| files::is_sha256(hash)) {
                return Err(format!("no SHA-256 of version {}", entry.number));
            }
        }
        match book.aliases.iter().find(|(_, number)| !book.has(**number)) {
            Some((alias, number)) => {
                Err(format!("{alias} at version {number}, which is not there"))
            }
            None => Ok(book),
        }
    }

    /// Writes it.
    pub fn text(&self) -> String {
        // Maps whose keys are words, numbers and texts: this cannot fail.
        serde_json::to_string_pretty(self).map_or_else(|_| String::new(), |text| text + "\n")
    }

    fn has(&self, number: u32) -> bool {
        self.versions.iter().any(|entry| entry.number == number)
    }

    fn version(&self, entry: &Entry) -> Version {
        let aliases = self.aliases.iter().filter(|(_, number)| **number == entry.number);
        entry.unnumbered().numbered(entry.number, aliases.map(|(alias, _)| *alias).collect())
    }

    /// All versions, the newest first.
    pub fn versions(&self) -> Vec<Version> {
        self.versions.iter().rev().map(|entry| self.version(entry)).collect()
    }

    /// What an alias points to.
    pub fn alias(&self, alias: Alias) -> Option<Version> {
        let number = self.aliases.get(&alias)?;
        self.versions.iter().find(|entry| entry.number == *number).map(|entry| self.version(entry))
    }

    /// The version that is the same, if it is there already.
    pub fn find(&self, new: &New) -> Option<Version> {
        self.versions
            .iter()
            .find(|entry| entry.unnumbered().is_like(new))
            .map(|entry| self.version(entry))
    }

    /// The number that comes next.
    pub fn next(&self) -> u32 {
        self.versions.last().map_or(0, |entry| entry.number) + 1
    }

    /// Notes a version.
    pub fn add(&mut self, number: u32, new: New) {
        let New { sha256, config_sha256, gate_sha256, made_s, note, gate, forced } = new;
        let entry =
            Entry { number, sha256, config_sha256, gate_sha256, made_s, note, gate, forced };
        self.versions.push(entry);
    }

    /// Points an alias to a version.
    ///
    /// # Errors
    /// There is none.
    pub fn point(&mut self, alias: Alias, number: u32) -> Result<(), RegistryError> {
        if !self.has(number) {
            return Err(RegistryError::NoVersion { name: self.name.clone(), number });
        }
        self.aliases.insert(alias, number);
        Ok(())
    }

    /// See [`Registry::promote`](crate::Registry::promote).
    ///
    /// # Errors
    /// There is no such version.
    pub fn promote(&mut self, number: u32) -> Result<(), RegistryError> {
        let before = self.aliases.get(&Alias::Champion).copied();
        self.point(Alias::Champion, number)?;
        if let Some(before) = before.filter(|before| *before != number) {
            self.point(Alias::Previous, before)?;
        }
        if self.aliases.get(&Alias::Challenger) == Some(&number) {
            self.aliases.remove(&Alias::Challenger);
        }
        Ok(())
    }

    /// See [`Registry::rollback`](crate::Registry::rollback).
    ///
    /// # Errors
    /// There is nothing to go back to.
    pub fn rollback(&mut self) -> Result<(), RegistryError> {
        let at = |alias: Alias| {
            let none = || RegistryError::NoWayBack { name: self.name.clone(), alias };
            self.aliases.get(&alias).copied().ok_or_else(none)
        };
        let (previous, champion) = (at(Alias::Previous)?, at(Alias::Champion)?);
        self.point(Alias::Champion, previous)?;
        self.point(Alias::Previous, champion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(versions: u32) -> Book {
        let mut book = Book::empty("weir");
        for number in 1..=versions {
            let new = New {
                sha256: files::sha256(&[number as u8]),
                config_sha256: files::sha256(b"config"),
                gate_sha256: String::new(),
                made_s: 17,
                note: String::new(),
                gate: Verdict::Passed,
                forced: None,
            };
            book.add(book.next(), new);
        }
        book
    }

    fn at(book: &Book) -> [Option<u32>; 3] {
        Alias::ALL.map(|alias| book.alias(alias).map(|version| version.number))
    }

    #[test]
    fn what_was_champion_is_previous_and_comes_back() {
        let mut book = book(3);
        assert_eq!(at(&book), [None; 3]);
        book.promote(1).expect("there");
        assert_eq!(at(&book), [Some(1), None, None]);
        assert!(book.clone().rollback().is_err(), "there is nothing to go back to");
        book.point(Alias::Challenger, 2).expect("there");
        book.promote(2).expect("there");
        assert_eq!(at(&book), [Some(2), None, Some(1)]);
        let once = book.clone();
        book.promote(2).expect("there");
        assert_eq!(book, once, "said again it changes nothing");
        book.point(Alias::Challenger, 3).expect("there");
        book.rollback().expect("a way back");
        assert_eq!(at(&book), [Some(1), Some(3), Some(2)]);
        book.rollback().expect("a way back");
        assert_eq!(at(&book), [Some(2), Some(3), Some(1)]);
        assert!(book.promote(4).is_err() && book.point(Alias::Previous, 0).is_err());
        assert_eq!(at(&book), [Some(2), Some(3), Some(1)]);
        let newest: Vec<u32> = book.versions().iter().map(|version| version.number).collect();
        assert_eq!(newest, [3, 2, 1]);
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let mut book = book(2);
        book.promote(2).expect("there");
        let text = book.text();
        assert_eq!(Book::read(&text, "weir"), Ok(book));
        for (from, to, says) in [
            ("\"version\": 1", "\"version\": 2", "version 2"),
            ("\"name\": \"weir\"", "\"name\": \"water\"", "water"),
            ("\"name\"", "\"nmae\"", "nmae"),
            ("\"champion\": 2", "\"champion\": 3", "version 3"),
            ("\"champion\"", "\"winner\"", "winner"),
            ("\"number\": 1", "\"number\": 2", "rise"),
            ("\"number\": 1", "\"number\": 0", "rise"),
            ("\"sha256\": \"", "\"sha256\": \"x", "SHA-256"),
            ("\"passed\"", "\"perhaps\"", "perhaps"),
            ("}", "", "line"),
        ] {
            let error = Book::read(&text.replacen(from, to, 1), "weir").expect_err(to);
            assert!(error.contains(says), "{to}: {error}");
        }
    }
}
