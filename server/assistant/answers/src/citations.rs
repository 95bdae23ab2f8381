//! Citations in an answer that comes in pieces: numbers of passages that were given are kept,
//! others are taken out.

use std::collections::BTreeSet;

/// Longest that stands between brackets and may still be numbers.
const LONGEST: usize = 24;

/// Reads an answer piece by piece.
#[derive(Clone, Debug)]
pub struct Citations {
    passages: usize,
    cited: BTreeSet<usize>,
    /// What may be the beginning of a citation, from the space before it on.
    held: String,
}

impl Citations {
    /// Of an answer from so many passages.
    pub fn new(passages: usize) -> Self {
        Self { passages, cited: BTreeSet::new(), held: String::new() }
    }

    /// The next words of the answer, as far as it is clear what they are.
    pub fn push(&mut self, piece: &str) -> String {
        let mut clear = String::new();
        for letter in piece.chars() {
            let is_open = self.held.contains('[');
            match letter {
                ']' if is_open => {
                    self.held.push(letter);
                    let held = std::mem::take(&mut self.held);
                    clear.push_str(&self.checked(held));
                }
                '[' => {
                    if is_open {
                        clear.push_str(&std::mem::take(&mut self.held));
                    }
                    self.held.push(letter);
                }
                _ if is_open => {
                    self.held.push(letter);
                    let may_go_on = matches!(letter, '0'..='9' | ',' | ';' | ' ' | '-' | '–');
                    if !may_go_on || self.held.len() > LONGEST {
                        clear.push_str(&std::mem::take(&mut self.held));
                    }
                }
                ' ' => self.held.push(letter),
                _ => {
                    clear.push_str(&std::mem::take(&mut self.held));
                    clear.push(letter);
                }
            }
        }
        clear
    }

    /// What is left when the answer is over.
    pub fn end(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// The passages that were cited so far, from 1.
    pub fn cited(&self) -> &BTreeSet<usize> {
        &self.cited
    }

    /// A text in brackets with those of its numbers that are passages; as it was if it has none.
    fn checked(&mut self, held: String) -> String {
        let (before, inside) = held.split_once('[').unwrap_or_default();
        let inside = inside.trim_end_matches(']');
        if !inside.contains(|letter: char| letter.is_ascii_digit()) {
            return held;
        }
        let mut kept = String::new();
        for number in inside.split([',', ';', ' ']).flat_map(range) {
            if (1..=self.passages).contains(&number) {
                self.cited.insert(number);
                kept.push_str(&format!("[{number}]"));
            }
        }
        if kept.is_empty() { kept } else { format!("{before}{kept}") }
    }
}

/// The numbers of `3` or of `2-4`, of which no answer has many.
fn range(text: &str) -> Vec<usize> {
    let number = |text: &str| text.trim().parse::<usize>().ok();
    match text.split_once(['-', '–']) {
        Some((from, to)) => match (number(from), number(to)) {
            (Some(from), Some(to)) => (from..=to).take(LONGEST).collect(),
            _ => Vec::new(),
        },
        None => number(text).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&str]) -> (String, Vec<usize>) {
        let mut citations = Citations::new(3);
        let mut text: String = pieces.iter().map(|piece| citations.push(piece)).collect();
        text.push_str(&citations.end());
        (text, citations.cited().iter().copied().collect())
    }

    #[test]
    fn numbers_of_passages_stay_and_others_go() {
        assert_eq!(read(&["Blue [1]. Red [7], green [2, 9]."]).0, "Blue [1]. Red, green [2].");
        assert_eq!(read(&["All [1-3] and [0]."]), ("All [1][2][3] and.".to_owned(), vec![1, 2, 3]));
        assert_eq!(read(&["[99999999999999999999]"]).0, "");
        assert_eq!(read(&["[1-99999999999]"]).1, [1, 2, 3]);
    }

    #[test]
    fn it_does_not_matter_where_pieces_part() {
        let text = "One [1], two  [2][8] and [link] [ [3] x[5]é [";
        let whole = read(&[text]);
        let letters: Vec<String> = text.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(read(&letters), whole);
        assert_eq!(whole.0, "One [1], two  [2] and [link] [ [3] xé [");
        assert_eq!(whole.1, [1, 2, 3]);
    }

    #[test]
    fn what_is_no_citation_is_left_as_it_is() {
        for text in ["", "a[b]c", "[]", "[1", "a  b ", "[see 1]", "[                             "]
        {
            assert_eq!(read(&[text]).0, text);
        }
    }
}
