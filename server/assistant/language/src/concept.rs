//! Words that stand for the same kind of thing: what matters of `thousand pounds` is that it is
//! money, and of `the ninth of May` that it is a date.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::words::stem;

const NUMBER: &str = "<number>";

/// Kinds of things, and words that name them, in one of their forms.
const CONCEPTS: [(&str, &str); 19] = [
    (
        NUMBER,
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
         sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety \
         hundred thousand million billion dozen couple half zero several",
    ),
    (
        "<money>",
        "money euro pound dollar franc crown quid grand buck cash cost price fee budget spend \
         afford earmark fund purse invoice pay paid grant subsidy pot kitty penny cent bill",
    ),
    (
        "<date>",
        "january february march april may june july august september october november december \
         monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter \
         christmas easter quarter first second third fourth fifth sixth seventh eighth ninth tenth \
         eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth \
         nineteenth twentieth thirtieth o'clock tomorrow noon season weekend holiday term semester \
         deadline",
    ),
    (
        "<chief>",
        "boss chief ceo cfo cto coo director board committee council head manager management owner \
         partner procurement purchasing headquarters mayor treasurer president chairman chairwoman \
         executive minister principal dean trustee shareholder supervisor superior",
    ),
    ("<while>", "minute hour day week month year fortnight daily weekly monthly yearly annually"),
    (
        "<person>",
        "man woman guy bloke lad lady fellow chap girl boy colleague assistant intern student \
         apprentice technician engineer operator contractor consultant friend brother sister \
         father mother dad mum son daughter nephew niece cousin wife husband uncle aunt \
         grandfather grandmother",
    ),
    (
        "<record>",
        "record recording recorder tape audio transcript transcribe transcription transcriber \
         caption dictaphone",
    ),
    ("<show>", "demo demonstrate demonstration trial preview sandbox tour screen sample"),
    (
        "<send>",
        "send mail email post call phone ring meet visit invite invitation book schedule calendar \
         diary appointment meeting session workshop draft offer quote proposal",
    ),
    (
        "<size>",
        "metre meter kilometre kilometer centimetre litre liter gallon ton tonne kilo gigabyte \
         terabyte megabyte cell particle triangle voxel node frame mile acre hectare",
    ),
    (
        "<decide>",
        "decide decision sign signature approve approval vote veto authorise authorize countersign \
         permission nod",
    ),
    (
        "<tool>",
        "software solver code program package spreadsheet excel formula handbook table script \
         licence tool method model rule macro plugin app",
    ),
    (
        "<trouble>",
        "problem trouble issue headache bottleneck struggle fail break broken leak stuck clog \
         complain sick hate annoy wrong mess disaster nightmare worry pain slow suffer damage",
    ),
    (
        "<believe>",
        "believe trust faith sceptic sceptical skeptic skeptical doubt convince proof prove \
         accurate accuracy reliable rely suspicious magic hallucinate validate",
    ),
    (
        "<secret>",
        "confidential secret nda cloud upload proprietary privacy leave patent protect classified \
         disclose share competitor security",
    ),
    ("<dear>", "expensive dear steep pricey cheap cheaper discount unaffordable overpriced"),
    ("<self>", "ourselves himself herself themselves myself yourself own"),
    ("<later>", "later busy wait postpone priority moment capacity swamped hold until till"),
    ("<agree>", "agree agreed fine perfect deal great okay good suit works sure lovely"),
];

static KINDS: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let of = |(kind, names): &(&'static str, &'static str)| {
        let kind = *kind;
        names.split_whitespace().map(move |name| (stem(name), kind)).collect::<Vec<_>>()
    };
    CONCEPTS.iter().flat_map(of).collect()
});

/// The kind of thing that a word of [`words()`](crate::words()) names in any of its forms, if it
/// is one of those that are told apart.
pub fn concept(word: &str) -> Option<&'static str> {
    if word.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Some(NUMBER);
    }
    KINDS.get(&stem(word)).copied()
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
        assert_eq!(concept("decided"), concept("decides"));
        let all = CONCEPTS.iter().flat_map(|(kind, names)| {
            names.split_whitespace().map(move |name| (stem(name), *kind))
        });
        for (name, kind) in all {
            assert_eq!(KINDS[&name], kind, "{name} is of two kinds");
        }
    }
}
