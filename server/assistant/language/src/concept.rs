//! Words that stand for the same kind of thing: what matters of `thousand pounds` is that it is
//! money, and of `the ninth of May` that it is a date.

/// Kinds of things, and the words that name them.
const CONCEPTS: [(&str, &str); 5] = [
    (
        "<number>",
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
         sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety \
         hundred hundreds thousand thousands million millions billion dozen dozens couple half",
    ),
    (
        "<money>",
        "money euro euros pound pounds dollar dollars franc francs crown crowns quid grand bucks \
         cash cost costs price priced prices fee budget budgets spend spending afford earmarked \
         funds funding purse invoice paid pay k",
    ),
    (
        "<date>",
        "january february march april may june july august september october november december \
         monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter \
         christmas easter quarter first second third fourth fifth sixth seventh eighth ninth tenth \
         eleventh twelfth fourteenth fifteenth twentieth thirtieth o'clock tomorrow noon season",
    ),
    (
        "<chief>",
        "boss bosses chief ceo cfo cto coo director directors board committee council head \
         manager managers management owner owners partner partners procurement purchasing \
         headquarters mayor treasurer president chairman chairwoman executive minister",
    ),
    ("<while>", "minute minutes hour hours day days week weeks month months year years fortnight"),
];

/// The kind of thing that a word of [`words()`](crate::words()) names, if it is one of those that
/// are told apart.
pub fn concept(word: &str) -> Option<&'static str> {
    if word.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Some(CONCEPTS[0].0);
    }
    let names = |(_, names): &&(&str, &str)| names.split_whitespace().any(|name| name == word);
    CONCEPTS.iter().find(names).map(|(concept, _)| *concept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_of_one_kind_or_none() {
        let told =
            [("grand", Some("<money>")), ("40", Some("<number>")), ("forty", Some("<number>"))];
        for (word, kind) in told.into_iter().chain([("may", Some("<date>")), ("water", None)]) {
            assert_eq!(concept(word), kind, "{word}");
        }
        let all: Vec<&str> =
            CONCEPTS.iter().flat_map(|(_, names)| names.split_whitespace()).collect();
        let once: std::collections::HashSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), once.len(), "no word is of two kinds");
    }
}
