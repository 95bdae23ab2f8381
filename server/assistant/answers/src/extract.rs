//! An answer without a model: the sentences that answer best, word by word.

use std::collections::HashSet;

use serde::Serialize;
use weir_language::{concept, stems, words};

use crate::library::Found;

/// Passages that are quoted from.
const PASSAGES: usize = 3;
/// Most sentences of an answer.
const MOST: usize = 4;
/// Words below which a yes or no says too little alone.
const FEW: usize = 8;
/// What a sentence has to reach of the best one to be quoted beside it.
const BESIDE: f32 = 0.5;
/// What counts beside the share of the question that a sentence has: the place of its passage,
/// its being the first of it, and a number where one is asked for.
const PLACE: f32 = 0.5;
const FIRST: f32 = 0.1;
const NUMBER: f32 = 0.3;
/// How questions begin that ask for a number or a time.
const NUMBERS: [&str; 12] = [
    "how much",
    "how many",
    "how long",
    "how often",
    "how fast",
    "how far",
    "how large",
    "how old",
    "how big",
    "how quickly",
    "what time",
    "when ",
];

/// Words of a document, as they stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// The passage they are of, from 1.
    pub number: usize,
    /// The words.
    pub text: String,
}

/// The sentences and items of a text, in their order.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut start = 0;
        for (at, letter) in line.char_indices() {
            let next = at + letter.len_utf8();
            if matches!(letter, '.' | '?' | '!') && ends(&line[next..]) {
                found.push(line[start..next].trim());
                start = next;
            }
        }
        found.push(line[start..].trim());
    }
    found.retain(|sentence| sentence.contains(char::is_alphanumeric));
    found
}

/// The sentences of a text as they are quoted: a short yes or no goes with what explains it, the
/// next of its line.
fn quotable(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for line in text.lines() {
        let first = found.len();
        for sentence in sentences(line) {
            match found.get_mut(first..).and_then(<[&str]>::last_mut) {
                Some(before) if is_bare(before) => {
                    // Both are of one line: from where the one begins to where the other ends.
                    let begins = before.as_ptr() as usize - line.as_ptr() as usize;
                    let ends = sentence.as_ptr() as usize - line.as_ptr() as usize;
                    *before = &line[begins..ends + sentence.len()];
                }
                _ => found.push(sentence),
            }
        }
    }
    found
}

fn is_bare(sentence: &str) -> bool {
    let is_verdict = ["Yes", "No"].iter().any(|verdict| {
        let rest = sentence.strip_prefix(verdict);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    });
    is_verdict && sentence.split_whitespace().count() < FEW
}

/// Whether a sentence is over before this: not within a number, a name or an abbreviation, after
/// which a small letter comes.
fn ends(after: &str) -> bool {
    let next = after.trim_start();
    next.len() < after.len() && !next.starts_with(char::is_lowercase)
}

/// The sentences that answer best, in the order of their passages. There is one as long as
/// something was found.
pub fn quotes(question: &str, found: &Found) -> Vec<Quote> {
    let mut rated: Vec<(f32, usize, usize, &str)> = Vec::new();
    for (place, passage) in found.passages.iter().take(PASSAGES).enumerate() {
        for (at, sentence) in quotable(&passage.chunk.text).into_iter().enumerate() {
            let first = if at == 0 { FIRST } else { 0.0 };
            let rank = PLACE / (1.0 + place as f32);
            let value = rate(question, &found.telling, sentence) + first + rank;
            rated.push((value, place, at, sentence));
        }
    }
    rated.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let enough = rated.first().map_or(0.0, |best| BESIDE * best.0);
    rated.truncate(MOST);
    rated.retain(|(value, ..)| *value >= enough);
    rated.sort_unstable_by_key(|(_, place, at, _)| (*place, *at));
    let quote = |(_, place, _, text): (f32, usize, usize, &str)| Quote {
        number: place + 1,
        text: text.to_owned(),
    };
    rated.into_iter().map(quote).collect()
}

/// The sentence of a text that says most of what is asked for; nothing of an empty text.
pub fn best<'a>(question: &str, telling: &[(String, f32)], text: &'a str) -> &'a str {
    let rate = |sentence: &&str| rate(question, telling, sentence);
    let later =
        |best: &'a str, other: &'a str| if rate(&other) > rate(&best) { other } else { best };
    quotable(text).into_iter().reduce(later).unwrap_or_default()
}

/// How much of what is asked for a sentence says.
fn rate(question: &str, telling: &[(String, f32)], sentence: &str) -> f32 {
    let own: HashSet<String> = stems(sentence).into_iter().collect();
    let whole: f32 = telling.iter().map(|(_, rarity)| rarity).sum();
    let said = telling.iter().filter(|(stem, _)| own.contains(stem)).map(|(_, rarity)| rarity);
    let share = said.sum::<f32>() / whole.max(f32::MIN_POSITIVE);
    let is_number = |word: String| matches!(concept(&word), Some("<number>" | "<date>"));
    let lower = question.to_lowercase();
    let is_asked = NUMBERS.iter().any(|asks| lower.contains(asks));
    let number = is_asked && words(sentence).into_iter().any(is_number);
    share + if number { NUMBER } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use weir_retrieval::chunks;

    use super::*;
    use crate::library::Passage;

    #[test]
    fn sentences_end_where_they_end() {
        let text = "It takes 1.5 s, e.g. on a laptop. A card helps!\nan item\n\n — \nLast";
        let told = ["It takes 1.5 s, e.g. on a laptop.", "A card helps!", "an item", "Last"];
        assert_eq!(sentences(text), told);
        assert!(sentences("").is_empty());
    }

    #[test]
    fn a_yes_or_no_is_quoted_with_what_explains_it() {
        let text = "Yes, with `train`.  Ctrl-C keeps the state of it. So it is.\nNo. Why?\nNot I. So.\nYes.";
        let told = [
            "Yes, with `train`.  Ctrl-C keeps the state of it.",
            "So it is.",
            "No. Why?",
            "Not I.",
            "So.",
            "Yes.",
        ];
        assert_eq!(quotable(text), told);
    }

    fn found(text: &str, telling: &[&str]) -> Found {
        let chunks = chunks("a.md", text).expect("a document");
        let passage = |chunk| Passage { chunk, score: 1.0 };
        Found {
            passages: chunks.into_iter().map(passage).collect(),
            telling: telling.iter().map(|word| ((*word).to_owned(), 1.0)).collect(),
            ..Found::default()
        }
    }

    #[test]
    fn the_sentence_with_the_words_and_the_number_is_quoted_as_it_stands() {
        let text = "We like tea. Holidays are 28 days a year. Holidays are fun. There is a dog.";
        let found = found(text, &["holiday"]);
        let quotes = quotes("How many days are the holidays?", &found);
        assert_eq!(quotes[0].text, "Holidays are 28 days a year.");
        assert!(quotes.iter().all(|quote| text.contains(&quote.text) && quote.number == 1));
        assert_eq!(best("what about the dog", &[("dog".to_owned(), 1.0)], text), "There is a dog.");
    }

    #[test]
    fn of_nothing_nothing_is_quoted() {
        assert!(quotes("what?", &Found::default()).is_empty());
        assert_eq!(best("what?", &[], ""), "");
    }
}
