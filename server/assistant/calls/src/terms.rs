//! What of a sentence a classifier looks at.

use weir_language::{concept, is_function_word, stem, words};

/// Stands for a word that neither holds a sentence together nor is of a kind.
const OTHER: &str = "*";
/// Letters that are looked at as one.
const LETTERS: usize = 4;
/// Names are counted up to this many.
const NAMES: usize = 3;

/// One way to look at a sentence. Each alone errs on other sentences than the others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Words, each two that follow one another, kinds of things, and the frame of the sentence.
    Words,
    /// The same, and pairs of words with one or two others between them.
    Gaps,
    /// Letters that follow one another, across words.
    Letters,
}

impl View {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Words, Self::Gaps, Self::Letters];

    /// The terms of a sentence, as often as they stand in it.
    pub fn terms(self, text: &str) -> Vec<String> {
        let words: Vec<String> = words(text).iter().flat_map(|word| apart(word)).collect();
        let mut terms: Vec<String> =
            (0..names(text)).map(|name| format!("<name {name}>")).collect();
        terms.extend(text.contains('?').then(|| "?".to_owned()));
        if self == Self::Letters {
            terms.extend(letters(&words));
            return terms;
        }
        let stems: Vec<String> = words.iter().map(|word| numberless(word)).collect();
        let kinds: Vec<&str> = words.iter().filter_map(|word| concept(word)).collect();
        terms.extend(frame(&words).windows(2).map(|two| format!("~{}", two.join(" "))));
        terms.extend(kinds.windows(2).map(|two| two.join(" ")));
        terms.extend(kinds.into_iter().map(str::to_owned));
        terms.extend(stems.windows(2).map(|two| two.join(" ")));
        if self == Self::Gaps {
            terms.extend(stems.windows(3).map(|some| format!("{} _ {}", some[0], some[2])));
            terms.extend(stems.windows(4).map(|some| format!("{} _ _ {}", some[0], some[3])));
        }
        terms.extend(stems);
        terms
    }
}

/// What is left of a sentence without what it is about: of `nineteen vats on two floors` it is a
/// number, something, `on`, a number, something.
fn frame(words: &[String]) -> Vec<&str> {
    let mut frame = vec!["^"];
    for word in words {
        let is_frame = is_function_word(word);
        let sign = if is_frame { word } else { concept(word).unwrap_or(OTHER) };
        if sign != OTHER || frame.last() != Some(&OTHER) {
            frame.push(sign);
        }
    }
    frame.push("$");
    frame
}

fn letters(words: &[String]) -> Vec<String> {
    let all: Vec<char> = format!("_{}_", words.join("_")).chars().collect();
    all.windows(LETTERS).map(|some| format!("%{}", some.iter().collect::<String>())).collect()
}

/// How many words, after the first, have a capital letter and are no date: in speech that is
/// written without capitals there are none.
fn names(text: &str) -> usize {
    let words = text.split(|letter: char| !(letter.is_alphanumeric() || letter == '\''));
    let is_name = |word: &&str| {
        word.starts_with(char::is_uppercase)
            && *word != "I"
            && !word.starts_with("I'")
            && concept(&word.to_lowercase()).is_none()
    };
    words.filter(|word| !word.is_empty()).skip(1).filter(is_name).take(NAMES).count()
}

/// `We've` is two words, and so is `can't`.
fn apart(word: &str) -> Vec<String> {
    const VERBS: [(&str, &str); 6] = [
        ("'ve", "have"),
        ("'ll", "will"),
        ("'d", "would"),
        ("'re", "are"),
        ("'m", "am"),
        ("'s", "'s"),
    ];
    let two = |first: &str, second: &str| vec![first.to_owned(), second.to_owned()];
    match word {
        "can't" | "cannot" => return two("can", "not"),
        "won't" => return two("will", "not"),
        _ => {}
    }
    if let Some(verb) = word.strip_suffix("n't") {
        return two(verb, "not");
    }
    let ended = VERBS.iter().find_map(|(end, verb)| Some((word.strip_suffix(end)?, verb)));
    ended.map_or_else(|| vec![word.to_owned()], |(first, verb)| two(first, verb))
}

/// The stem, or one sign for all numbers: which one it is says nothing about what is meant.
fn numberless(word: &str) -> String {
    let is_number = word.starts_with(|letter: char| letter.is_ascii_digit());
    if is_number { "#".to_owned() } else { stem(word) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_the_long_ones() {
        let terms = |text| View::Gaps.terms(text);
        assert_eq!(terms("We've a plan, it won't wait"), terms("we have a plan it will not wait"));
        assert_ne!(terms("we can"), terms("we can't"));
    }

    #[test]
    fn a_frame_is_the_same_whatever_it_is_about() {
        let of = |text| frame(&words(text)).into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(of("nineteen oak vats on two floors"), of("9 pumps on twelve wet sites"));
        assert_ne!(of("vats on two floors"), of("vats on floors"));
    }

    #[test]
    fn names_are_neither_first_words_nor_dates() {
        for (text, count) in [
            ("Hello there, I'm in", 0),
            ("On Monday I came", 0),
            ("Hi, it's Ida Ek of Rill Ltd", 3),
        ] {
            assert_eq!(names(text), count, "{text}");
        }
    }

    #[test]
    fn no_view_sees_what_is_not_there() {
        for view in View::ALL {
            assert!(view.terms("water").iter().all(|term| term != "?" && !term.contains("name")));
            assert!(view.terms("Water?").contains(&"?".to_owned()), "{view:?}");
        }
    }
}
