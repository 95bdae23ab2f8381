//! Which known word a mistyped one was meant to be.

/// The word of `known` nearest to `word`, if one is near enough to be a slip.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // A stranger's key may be megabytes long; no slip is.
    if word.len() > 40 {
        return None;
    }
    // A dropped unit (`thickness` for `thickness_m`) is the commonest slip here.
    if word.len() >= 3
        && let Some(whole) = known.iter().find(|candidate| candidate.starts_with(word))
    {
        return Some(whole);
    }
    let (distance, candidate) =
        known.iter().map(|&candidate| (edits(word, candidate), candidate)).min()?;
    (distance <= 1 + word.chars().count() / 4).then_some(candidate)
}

/// Levenshtein's distance: insertions, deletions and replacements of a character.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_their_word_and_strangers_do_not() {
        let known = ["points_m", "thickness_m", "closed"];
        assert_eq!(nearest("thicknes_m", &known), Some("thickness_m"));
        assert_eq!(nearest("point_m", &known), Some("points_m"));
        assert_eq!(nearest("thickness", &known), Some("thickness_m"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("", &[]), None);
    }

    #[test]
    fn distance_counts_edits() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("same", "same"), 0);
    }
}
