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
pub(crate) fn terms(text: &str, view: usize) -> Vec<String> {
    let words: Vec<String> = words(text).iter().flat_map(|word| apart(word)).collect();
    let stems: Vec<String> = words.iter().map(|word| numberless(word)).collect();
    let kinds: Vec<&str> = words.iter().filter_map(|word| concept(word)).collect();
    let mut terms: Vec<String> = Vec::new();
    let on = |name: &str, default: &str| {
        let setting = std::env::var(format!("V{view}")).unwrap_or_else(|_| default_view(view).to_owned());
        let _ = default;
        setting.split(',').any(|n| n == name)
    };
    if on("pair", "") { terms.extend(stems.windows(2).map(|two| two.join(" "))); }
    if on("kind", "") {
        terms.extend(kinds.windows(2).map(|two| format!("{}{AND}{}", two[0], two[1])));
        terms.extend(kinds.iter().map(|k| (*k).to_owned()));
    }
    if on("ask", "") { terms.extend(text.contains('?').then(|| "?".to_owned())); }
    let mut shape = vec!["^"];
    for word in &words {
        let sign = if is_function_word(word) { word.as_str() } else { concept(word).unwrap_or(OTHER) };
        if sign != OTHER || shape.last() != Some(&OTHER) {
            shape.push(sign);
        }
    }
    shape.push("$");
    if on("shape2", "") { terms.extend(shape.windows(2).map(|some| format!("~{}", some.join(" ")))); }
    if on("shape3", "") { terms.extend(shape.windows(3).map(|some| format!("~{}", some.join(" ")))); }
    if on("shape1", "") { terms.extend(shape.iter().map(|some| format!("~{some}"))); }
    if on("skip", "") { terms.extend(stems.windows(3).map(|three| format!("{}..{}", three[0], three[2]))); }
    if on("skip2", "") { terms.extend(stems.windows(4).map(|three| format!("{}..{}", three[0], three[3]))); }
    if on("triple", "") { terms.extend(stems.windows(3).map(|three| three.join(" "))); }
    for n in [3, 4, 5] {
        if on(&format!("char{n}"), "") {
            for word in &words {
                let padded: Vec<char> = format!("_{word}_").chars().collect();
                terms.extend(padded.windows(n).map(|some| format!("%{}", some.iter().collect::<String>())));
            }
        }
        if on(&format!("across{n}"), "") {
            let padded: Vec<char> = format!("_{}_", words.join("_")).chars().collect();
            terms.extend(padded.windows(n).map(|some| format!("%{}", some.iter().collect::<String>())));
        }
    }
    if on("name", "") {
        let is_name = |word: &&str| {
            word.starts_with(char::is_uppercase) && !word.starts_with("I'") && *word != "I"
                && concept(&word.to_lowercase()).is_none()
        };
        let names = text.split(|l: char| !(l.is_alphanumeric() || l == '\'')).filter(|w| !w.is_empty()).skip(1).filter(is_name).count();
        for k in 0..names.min(3) { terms.push(format!("<name{k}>")); }
    }
    if on("stem", "") { terms.extend(stems); }
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

pub(crate) fn views() -> usize { param("VIEWS", 1.0) as usize }
fn default_view(view: usize) -> &'static str {
    ["stem,pair,kind,ask,name,shape2", "stem,across4,kind,ask,name", "stem,skip,skip2,pair,kind,ask,name"][view]
}
