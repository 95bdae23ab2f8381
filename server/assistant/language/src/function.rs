//! Words that say nothing of what a sentence is about.

use std::collections::HashSet;
use std::sync::LazyLock;

const FUNCTION_WORDS: &str = "i you he she it we they me him her us them my your his its our their \
    mine yours ours theirs this that these those who whom whose which what when where why how a an \
    the some any no not none every each all both either neither much many more most few little less \
    lot am is are was were be been being have has had do does did done will would shall should can \
    could may might must need to of in on at by for with about against between into through during \
    before after above below from up down out off over under again then once here there and but or \
    if because as while than so too very just only also even still already yet ever never always \
    now today currently present somebody someone anybody anyone nobody everybody everyone something \
    anything nothing everything let's let us yes yeah no nope please well 's get got go goes going \
    want like know think make makes take takes one's else";

/// Whether a word of [`words()`](crate::words()) holds a sentence together: pronouns, auxiliaries,
/// prepositions, conjunctions and the like.
pub fn is_function_word(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&'static str>> =
        LazyLock::new(|| FUNCTION_WORDS.split_whitespace().collect());
    WORDS.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sentence_is_about_is_none() {
        let left: Vec<_> = crate::words("We've got to have a pump by then, if that is so")
            .into_iter()
            .filter(|word| !is_function_word(word))
            .collect();
        assert_eq!(left, ["we've", "pump"], "short forms are one word here");
    }
}
