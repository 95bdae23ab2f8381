//! Words of what is said, in the form in which they are compared.

use rust_stemmers::{Algorithm, Stemmer};

/// The words of a text without case and punctuation: `I'm` is one word, and so is `25,000`.
pub fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let is_inside = |letter: char| letter.is_alphanumeric() || letter == '\'';
    let joined = joined_numbers(&lower);
    joined
        .split(|letter| !is_inside(letter))
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Without the commas that stand inside numbers.
fn joined_numbers(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| letters.get(at)).is_some_and(|letter: &char| letter.is_ascii_digit())
    };
    let stays = |(at, letter): (usize, &char)| {
        let inside = is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1));
        (!(*letter == ',' && inside)).then_some(*letter)
    };
    letters.iter().enumerate().filter_map(stays).collect()
}

/// Words reduced to their stems.
pub fn stems(text: &str) -> Vec<String> {
    words(text).iter().map(|word| stem(word)).collect()
}

/// A word of [`words()`] reduced to its stem (Snowball's English).
pub fn stem(word: &str) -> String {
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_punctuation_do_not_count() {
        assert_eq!(words("Well \u{2014} I\u{2019}m HERE, 'now'!"), ["well", "i'm", "here", "now"]);
        assert_eq!(words("25,000 runs, 3 sites"), ["25000", "runs", "3", "sites"]);
        assert!(words(" ... ").is_empty());
    }

    #[test]
    fn forms_of_a_word_are_one_and_numbers_stay_what_they_are() {
        assert_eq!(stems("deciding decided"), ["decid", "decid"]);
        assert_eq!(stems("40 runs or 2,000 run"), ["40", "run", "or", "2000", "run"]);
    }
}
