//! What of a sentence a classifier looks at.

use weir_language::{concept, is_function_word, stem, words};

/// Between the parts of a term; in no word.
const AND: char = ' ';
/// Stands for a word that is neither a function word nor of a kind.
const OTHER: &str = "*";

pub fn param(name: &str, default: f32) -> f32 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// The terms of a sentence.
pub(crate) fn terms(text: &str) -> Vec<String> {
    let words: Vec<String> = words(text).iter().flat_map(|word| apart(word)).collect();
    let stems: Vec<String> = words.iter().map(|word| numberless(word)).collect();
    let kinds: Vec<&str> = words.iter().filter_map(|word| concept(word)).collect();
    let mut terms: Vec<String> = Vec::new();
    terms.extend(stems.windows(2).map(|two| two.join(" ")));
    terms.extend(kinds.windows(2).map(|two| format!("{}{AND}{}", two[0], two[1])));
    terms.extend(kinds.iter().map(|k| (*k).to_owned()));
    terms.extend(text.contains('?').then(|| "?".to_owned()));
    if param("SHAPE", 1.0) > 0.0 {
        let mut shape = vec!["^"];
        for word in &words {
            let sign = if is_function_word(word) { word.as_str() } else { concept(word).unwrap_or(OTHER) };
            if sign != OTHER || shape.last() != Some(&OTHER) {
                shape.push(sign);
            }
        }
        shape.push("$");
        let n = param("SHAPE", 1.0) as usize;
        for size in 2..=n+1 {
            terms.extend(shape.windows(size).map(|some| format!("~{}", some.join(" "))));
        }
    }
    if param("SKIP", 0.0) > 0.0 {
        terms.extend(stems.windows(3).map(|three| format!("{}..{}", three[0], three[2])));
    }
    let n = param("CHARS", 0.0) as usize;
    if n > 0 {
        for word in &words {
            let padded: Vec<char> = format!("_{word}_").chars().collect();
            terms.extend(padded.windows(n).map(|some| format!("%{}", some.iter().collect::<String>())));
        }
    }
    if param("NAMES", 1.0) > 0.0 {
        let is_name = |word: &&str| {
            word.starts_with(char::is_uppercase) && !word.starts_with("I'") && *word != "I"
                && concept(&word.to_lowercase()).is_none()
        };
        let names = text.split(|l: char| !(l.is_alphanumeric() || l == '\'')).filter(|w| !w.is_empty()).skip(1).filter(is_name).count();
        for k in 0..names.min(3) { terms.push(format!("<name{k}>")); }
    }
    terms.extend(stems);
    terms
}

/// `We've` are two words, and so are `can't`.
fn apart(word: &str) -> Vec<String> {
    let whole = match word {
        "can't" | "cannot" => return vec!["can".into(), "not".into()],
        "won't" => return vec!["will".into(), "not".into()],
        _ => word,
    };
    if let Some(verb) = whole.strip_suffix("n't") {
        return vec![verb.into(), "not".into()];
    }
    for (end, verb) in [("'ve", "have"), ("'ll", "will"), ("'d", "would"), ("'re", "are"), ("'m", "am"), ("'s", "'s")] {
        if let Some(first) = whole.strip_suffix(end) {
            return vec![first.into(), verb.into()];
        }
    }
    vec![word.to_owned()]
}

/// One sign for all numbers: which one it is says nothing about what is meant.
fn numberless(word: &str) -> String {
    let is_number = word.starts_with(|letter: char| letter.is_ascii_digit());
    if is_number { "#".to_owned() } else { stem(word) }
}
