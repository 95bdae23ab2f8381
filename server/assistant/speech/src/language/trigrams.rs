//! A trigram model of a text, smoothed, in the format that decoders of speech read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Begins a sentence.
const BEGIN: &str = "<s>";
/// Ends one.
const END: &str = "</s>";

/// A word by its number.
type Id = u32;

/// How often words follow one another, and how likely that makes them.
///
/// The smoothing is Witten and Bell's (1991), interpolated: with `c` occurrences of `h w`, `n` of
/// `h` before anything and `t` different words after `h`,
/// `p(w|h) = (c + t p(w|h')) / (n + t)`, where `h'` is `h` without its first word. Below the single
/// words is the uniform distribution. Written as back-off, `h` has the weight `t / (n + t)`, which
/// is exactly what the sum of the seen leaves.
#[derive(Clone, Debug)]
pub(crate) struct Trigrams {
    /// The first two are [`BEGIN`] and [`END`].
    words: Vec<String>,
    /// After the empty history, after one word, after two.
    after: [BTreeMap<Vec<Id>, BTreeMap<Id, u32>>; 3],
}

impl Trigrams {
    /// Counts sentences.
    pub(crate) fn count(sentences: &[Vec<String>]) -> Self {
        let mut words = vec![BEGIN.to_owned(), END.to_owned()];
        let vocabulary: BTreeSet<&String> = sentences.iter().flatten().collect();
        words.extend(vocabulary.into_iter().cloned());
        let ids: BTreeMap<&str, Id> = words.iter().map(String::as_str).zip(0..).collect();
        let mut after: [BTreeMap<Vec<Id>, BTreeMap<Id, u32>>; 3] = Default::default();
        for sentence in sentences {
            let inside = sentence.iter().map(String::as_str);
            let line: Vec<Id> =
                [BEGIN].into_iter().chain(inside).chain([END]).map(|word| ids[word]).collect();
            for at in 1..line.len() {
                for length in 0..=at.min(2) {
                    let history = line[at - length..at].to_vec();
                    *after[length].entry(history).or_default().entry(line[at]).or_default() += 1;
                }
            }
        }
        Self { words, after }
    }

    /// How likely a word is after a history of at most two, by its numbers.
    fn likelihood(&self, history: &[Id], word: Id) -> f64 {
        let shorter = match history {
            // Nothing can be followed by the beginning of a sentence.
            [] => 1.0 / (self.words.len() - 1) as f64,
            [_, shorter @ ..] => self.likelihood(shorter, word),
        };
        let Some(following) = self.after[history.len()].get(history) else { return shorter };
        let (total, kinds) = totals(following);
        let seen = following.get(&word).copied().unwrap_or_default();
        (f64::from(seen) + kinds * shorter) / (total + kinds)
    }

    /// The model as ARPA text: logarithms to the base of 10, and weights of histories.
    pub(crate) fn to_arpa(&self) -> String {
        let mut sections = [const { String::new() }; 3];
        let mut counts = [0; 3];
        // The first line of the single words: it begins sentences and is never heard.
        write_line(&mut sections[0], -99.0, BEGIN, self.weight(&[0]));
        counts[0] += 1;
        for length in 0..3 {
            for (history, following) in &self.after[length] {
                for word in following.keys() {
                    let gram: Vec<Id> = history.iter().chain([word]).copied().collect();
                    let texts: Vec<&str> =
                        gram.iter().map(|id| self.words[*id as usize].as_str()).collect();
                    let log = self.likelihood(history, *word).log10();
                    write_line(&mut sections[length], log, &texts.join(" "), self.weight(&gram));
                    counts[length] += 1;
                }
            }
        }
        let mut arpa = "\\data\\\n".to_owned();
        for (length, count) in (1..).zip(counts) {
            arpa.push_str(&format!("ngram {length}={count}\n"));
        }
        for (length, section) in (1..).zip(sections) {
            arpa.push_str(&format!("\n\\{length}-grams:\n{section}"));
        }
        arpa.push_str("\n\\end\\\n");
        arpa
    }

    /// The weight of a history, as a logarithm; none where nothing is ever looked up after it.
    fn weight(&self, history: &[Id]) -> Option<f64> {
        let following = self.after.get(history.len())?;
        let Some(following) = following.get(history) else { return Some(0.0) };
        let (total, kinds) = totals(following);
        Some((kinds / (total + kinds)).log10())
    }
}

/// How many words follow, and how many different ones.
fn totals(following: &BTreeMap<Id, u32>) -> (f64, f64) {
    let total: u32 = following.values().sum();
    (f64::from(total), following.len() as f64)
}

fn write_line(section: &mut String, log: f64, gram: &str, weight: Option<f64>) {
    let written = match weight {
        Some(weight) => writeln!(section, "{log:.4}\t{gram}\t{weight:.4}"),
        None => writeln!(section, "{log:.4}\t{gram}"),
    };
    written.expect("a string takes every text");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(text: &str) -> Trigrams {
        let sentences: Vec<Vec<String>> =
            text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect();
        Trigrams::count(&sentences)
    }

    const TEXT: &str = "the pump moves water\nthe pump is old\nthe water is cold\nmove the pump";

    #[test]
    fn after_every_history_likelihoods_add_up_to_one() {
        let model = model(TEXT);
        let count = model.words.len() as Id;
        let ones = (0..count).filter(|id| *id != 1).map(|id| vec![id]);
        let pairs = ones.clone().flat_map(|one| (1..count).map(move |id| vec![one[0], id]));
        for history in [vec![]].into_iter().chain(ones).chain(pairs) {
            let sum: f64 = (1..count).map(|word| model.likelihood(&history, word)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{history:?}: {sum}");
        }
    }

    /// Looks a word up as decoders do: the longest that is there, or back off.
    fn looked_up(lines: &BTreeMap<Vec<&str>, (f64, f64)>, gram: &[&str]) -> f64 {
        if let Some((log, _)) = lines.get(gram) {
            return *log;
        }
        let weight = lines.get(&gram[..gram.len() - 1]).map_or(0.0, |(_, weight)| *weight);
        weight + looked_up(lines, &gram[1..])
    }

    #[test]
    fn backing_off_gives_what_was_interpolated() {
        let model = model(TEXT);
        let arpa = model.to_arpa();
        let mut lines = BTreeMap::new();
        for line in arpa.lines().filter(|line| line.contains('\t')) {
            let parts: Vec<&str> = line.split('\t').collect();
            let number =
                |at: usize| parts.get(at).map_or(0.0, |text| text.parse().expect("number"));
            lines.insert(parts[1].split(' ').collect(), (number(0), number(2)));
        }
        let words: Vec<&str> = model.words.iter().map(String::as_str).collect();
        for first in 0..words.len() {
            for second in 1..words.len() {
                for third in 1..words.len() {
                    if first == 1 || second == 1 {
                        continue;
                    }
                    let ids = [first as Id, second as Id];
                    let expected = model.likelihood(&ids, third as Id).log10();
                    let gram = [words[first], words[second], words[third]];
                    let found = looked_up(&lines, &gram);
                    assert!((found - expected).abs() < 1e-3, "{gram:?}: {found}, not {expected}");
                }
            }
        }
    }

    #[test]
    fn the_counts_of_the_header_are_those_of_the_sections() {
        let arpa = model(TEXT).to_arpa();
        for length in 1..=3 {
            let header = format!("ngram {length}=");
            let said = arpa.lines().find_map(|line| line.strip_prefix(&header)).expect("a count");
            let lines = arpa.lines().filter_map(|line| line.split('\t').nth(1));
            let found = lines.filter(|gram| gram.split(' ').count() == length).count();
            assert_eq!(said, found.to_string());
        }
        assert!(arpa.ends_with("\\end\\\n"));
    }

    #[test]
    fn what_was_read_more_often_is_likelier() {
        let model = model(TEXT);
        let id =
            |word: &str| model.words.iter().position(|known| known == word).expect("known") as Id;
        let after_the = |word| model.likelihood(&[id("the")], id(word));
        assert!(after_the("pump") > after_the("water"));
        assert!(after_the("water") > after_the("cold"));
        assert!(after_the("cold") > 0.0);
    }
}
