//! How much of what was said was misheard.

use std::iter::Sum;
use std::ops::Add;

use crate::spoken;

/// How a text that was heard differs from the one that was said, in words. Counts of several texts
/// are added before the rate is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordErrors {
    /// Words that were said.
    pub words: usize,
    /// Words heard as another.
    pub substitutions: usize,
    /// Words that were heard and not said.
    pub insertions: usize,
    /// Words that were said and not heard.
    pub deletions: usize,
}

impl WordErrors {
    /// All of them.
    pub fn errors(&self) -> usize {
        self.substitutions + self.insertions + self.deletions
    }

    /// The word error rate: errors by words that were said. It can be more than 1. Without words
    /// it is 0 where nothing was heard, and otherwise infinite.
    pub fn rate(&self) -> f32 {
        if self.errors() == 0 { 0.0 } else { self.errors() as f32 / self.words as f32 }
    }
}

impl Add for WordErrors {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            words: self.words + other.words,
            substitutions: self.substitutions + other.substitutions,
            insertions: self.insertions + other.insertions,
            deletions: self.deletions + other.deletions,
        }
    }
}

impl Sum for WordErrors {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// Compares what was heard with what was said: the least errors that make one of the other
/// (Levenshtein's distance of words), both as they are [`spoken`].
///
/// ```
/// let errors = weir_speech::wer("Book me 2 hours on Friday.", "book me to ours on friday please");
/// assert_eq!((errors.substitutions, errors.insertions, errors.deletions), (2, 1, 0));
/// ```
pub fn wer(reference: &str, hypothesis: &str) -> WordErrors {
    let (said, heard) = (spoken(reference), spoken(hypothesis));
    // Of each beginning of what was heard: the least errors against the words said so far.
    let mut row: Vec<WordErrors> = (0..=heard.len())
        .map(|insertions| WordErrors { insertions, ..WordErrors::default() })
        .collect();
    for word in &said {
        let before = row.clone();
        row[0].deletions += 1;
        for at in 0..heard.len() {
            let mut replaced = before[at];
            replaced.substitutions += usize::from(*word != heard[at]);
            let mut left_out = before[at + 1];
            left_out.deletions += 1;
            let mut put_in = row[at];
            put_in.insertions += 1;
            // Of equals the first, so that a word replaced counts as that.
            row[at + 1] = [replaced, left_out, put_in]
                .into_iter()
                .min_by_key(WordErrors::errors)
                .unwrap_or_default();
        }
    }
    WordErrors { words: said.len(), ..row[heard.len()] }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counts(reference: &str, hypothesis: &str) -> (usize, usize, usize) {
        let errors = wer(reference, hypothesis);
        (errors.substitutions, errors.insertions, errors.deletions)
    }

    #[test]
    fn each_kind_of_error_is_counted_as_that() {
        assert_eq!(counts("the cat sat", "The cat sat."), (0, 0, 0));
        assert_eq!(counts("the cat sat", "the hat sat"), (1, 0, 0));
        assert_eq!(counts("the cat sat", "the cat"), (0, 0, 1));
        assert_eq!(counts("the cat sat", "the big cat sat"), (0, 1, 0));
        assert_eq!(counts("a b c d", "b c x d e"), (0, 2, 1));
        assert_eq!(counts("", "one two"), (0, 2, 0));
        assert_eq!(counts("one two", ""), (0, 0, 2));
    }

    #[test]
    fn the_rate_is_of_all_words_and_not_a_mean_of_rates() {
        let all: WordErrors =
            [wer("one", "two"), wer("a b c d e f g h i", "a b c d e f g h i")].into_iter().sum();
        assert_eq!((all.words, all.errors()), (10, 1));
        assert!((all.rate() - 0.1).abs() < 1e-6);
        assert_eq!(wer("", "").rate(), 0.0);
        assert_eq!(wer("", "a").rate(), f32::INFINITY);
    }

    proptest! {
        #[test]
        fn it_is_a_distance(a in "[abc ]{0,14}", b in "[abc ]{0,14}", c in "[abc ]{0,14}") {
            let errors = |a: &str, b: &str| wer(a, b).errors();
            prop_assert_eq!(errors(&a, &a), 0);
            prop_assert_eq!(errors(&a, &b), errors(&b, &a));
            prop_assert!(errors(&a, &c) <= errors(&a, &b) + errors(&b, &c));
            // What is too much less what is missing is the difference in length.
            let all = wer(&a, &b);
            let heard = spoken(&b).len();
            prop_assert_eq!(all.words + all.insertions, heard + all.deletions);
        }
    }
}
