//! What is said in a turn, in pieces that mean one thing each.

use std::ops::Range;

/// Words before which a comma ends a clause.
const JOINTS: [&str; 7] = ["and", "but", "so", "because", "which", "though", "anyway"];
/// Fewest words of a clause; a shorter one goes with the next.
const SHORTEST: usize = 2;

/// A part of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause<'a> {
    /// The words as they were said.
    pub text: &'a str,
    /// Where they stand in the turn, in bytes.
    pub span: Range<usize>,
}

/// The clauses of a turn in their order: sentences, and what conjunctions join.
pub fn clauses(turn: &str) -> Vec<Clause<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, letter) in turn.char_indices() {
        let next = at + letter.len_utf8();
        let (before, after) = (&turn[start..next], &turn[next..]);
        if ends(letter, after) && before.split_whitespace().count() >= SHORTEST {
            found.extend(clause(turn, start..next));
            start = next;
        }
    }
    found.extend(clause(turn, start..turn.len()));
    found
}

/// Whether a clause ends with this letter, before what comes after.
fn ends(letter: char, after: &str) -> bool {
    match letter {
        '?' | '!' | ';' | '\u{2014}' => true,
        // Not inside 1.5 or a name of a site.
        '.' => after.is_empty() || after.starts_with(char::is_whitespace),
        ',' => {
            let next = after.split_whitespace().next().unwrap_or_default();
            JOINTS.contains(&next.to_lowercase().as_str())
        }
        _ => false,
    }
}

/// The clause without the space around it, if there is anything in it.
fn clause(turn: &str, span: Range<usize>) -> Option<Clause<'_>> {
    let text = &turn[span.clone()];
    let start = span.start + (text.len() - text.trim_start().len());
    let text = text.trim();
    let is_said = text.contains(char::is_alphanumeric);
    is_said.then(|| Clause { text, span: start..start + text.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(turn: &str) -> Vec<&str> {
        clauses(turn).into_iter().map(|clause| clause.text).collect()
    }

    #[test]
    fn sentences_and_conjunctions_part() {
        let turn = "Hi there. We run about 1.5 million cells, and my boss signs, not me!";
        let parts = ["Hi there.", "We run about 1.5 million cells,", "and my boss signs, not me!"];
        assert_eq!(texts(turn), parts);
    }

    #[test]
    fn what_is_too_short_goes_with_the_next() {
        assert_eq!(texts("Yes. Do that."), ["Yes. Do that."]);
        assert!(texts(" ... \u{2014} ").is_empty());
    }

    #[test]
    fn a_span_is_where_the_text_stands() {
        let turn = "  Grüße!  This is Åsa — from the studio; may I record?";
        for clause in clauses(turn) {
            assert_eq!(&turn[clause.span.clone()], clause.text);
        }
        assert_eq!(texts(turn).len(), 3, "{:?}", texts(turn));
    }
}
