//! Whether a profile fits a posting, requirement by requirement.

use std::collections::HashSet;

use serde::Serialize;
use weir_language::words;

use super::recommend::shared;
use super::{Job, JobError, Jobs, check};
use crate::confidence::telling;
use crate::extract::sentences;

/// What share of a requirement's telling words, each by how rare it is, a profile has to have. By
/// judgement: a requirement has some four, and half of them may be said otherwise.
const ENOUGH: f32 = 0.4;
/// What share of the requirements makes a strong and a partial match. By judgement.
const STRONG: f32 = 0.65;
const PARTIAL: f32 = 0.3;
/// Phrases of requirements that need not be met.
const OPTIONAL: [&str; 12] = [
    "not required",
    "is a plus",
    "a bonus",
    "is helpful",
    "is welcome",
    "is useful",
    "if you wish",
    "not a condition",
    "nice to have",
    "an advantage",
    "desirable",
    "optional",
];
const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

/// How well a profile fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Little of what is required was found.
    Weak,
    /// Some of it.
    Partial,
    /// Most of it.
    Strong,
}

/// A requirement that a profile meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// The requirement, as the posting has it.
    pub requirement: String,
    /// The words of it that the profile has too; empty where a model found it.
    pub words: Vec<String>,
    /// What the profile says of it, as it stands there.
    pub quote: String,
}

/// A requirement of which nothing was found in a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The requirement, as the posting has it.
    pub requirement: String,
    /// Whether the posting says that it need not be met.
    pub is_optional: bool,
    /// What is short, where something was found that is not enough.
    pub short_of: Option<String>,
}

/// How a profile fits a posting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// The posting.
    pub job: Job,
    /// In a word.
    pub label: Label,
    /// What share of the requirements is met, 0 to 1. An optional one counts only if it is.
    pub score: f32,
    /// Those that are met.
    pub matched: Vec<Matched>,
    /// Those that are not.
    pub missing: Vec<Missing>,
}

impl Jobs {
    /// How a profile fits a posting, by its words.
    ///
    /// # Errors
    /// There is no such posting, it requires nothing, or the profile is empty or too long.
    pub fn classify(&self, profile: &str, id: &str) -> Result<Fit, JobError> {
        check(profile)?;
        let posting = self.posting(id)?;
        if posting.required.is_empty() {
            return Err(JobError::NothingRequired { id: id.to_owned() });
        }
        let profile = Profile::new(profile);
        let (mut matched, mut missing) = (Vec::new(), Vec::new());
        for requirement in &posting.required {
            let requirement = requirement.clone();
            let short_of = profile.short_of(&requirement);
            match self.quote(&profile, &requirement) {
                Some(quote) if short_of.is_none() => {
                    let words = shared(&requirement, &profile.stems);
                    matched.push(Matched { requirement, words, quote });
                }
                found => {
                    let short_of = found.and(short_of);
                    let is_optional = is_optional(&requirement);
                    missing.push(Missing { requirement, is_optional, short_of });
                }
            }
        }
        Ok(Fit::new(posting.job.clone(), matched, missing))
    }

    /// What a profile says of a requirement, if it is enough. Alternatives (*Go or Python*) are met
    /// by any of them.
    fn quote(&self, profile: &Profile, requirement: &str) -> Option<String> {
        let share = |part: &str| {
            let stems = telling(part);
            let weigh = |stems: &mut dyn Iterator<Item = &String>| -> f32 {
                stems.map(|stem| self.rarity(stem)).sum()
            };
            let whole = weigh(&mut stems.iter());
            let both = weigh(&mut stems.iter().filter(|stem| profile.stems.contains(*stem)));
            if whole > 0.0 { both / whole } else { 0.0 }
        };
        let parts = requirement.split([',', ';', '.', ':']).flat_map(|part| part.split(" or "));
        let most = parts.chain([requirement]).map(share).fold(0.0, f32::max);
        if most < ENOUGH {
            return None;
        }
        let wanted: HashSet<String> = telling(requirement).into_iter().collect();
        let rate = |sentence: &str| -> f32 {
            let stems = telling(sentence);
            stems.iter().filter(|stem| wanted.contains(*stem)).map(|stem| self.rarity(stem)).sum()
        };
        let rated = profile.sentences.iter().map(|sentence| (rate(sentence), sentence));
        let (value, best) =
            rated.reduce(|best, other| if other.0 > best.0 { other } else { best })?;
        (value > 0.0).then(|| best.clone())
    }
}

impl Fit {
    /// Of what is met and what is not.
    pub(super) fn new(job: Job, matched: Vec<Matched>, missing: Vec<Missing>) -> Self {
        let short = missing.iter().filter(|missing| !missing.is_optional).count();
        let all = (matched.len() + short).max(1);
        let score = matched.len() as f32 / all as f32;
        let label = match score {
            score if score >= STRONG => Label::Strong,
            score if score >= PARTIAL => Label::Partial,
            _ => Label::Weak,
        };
        Self { job, label, score, matched, missing }
    }
}

/// Whether a requirement says that it need not be met.
pub(super) fn is_optional(requirement: &str) -> bool {
    let lower = requirement.to_lowercase();
    OPTIONAL.iter().any(|phrase| lower.contains(phrase))
}

/// What somebody says of themselves.
struct Profile {
    sentences: Vec<String>,
    stems: HashSet<String>,
    /// The most years of anything that are mentioned.
    years: Option<u32>,
}

impl Profile {
    fn new(text: &str) -> Self {
        let sentences = sentences(text).into_iter().map(str::to_owned).collect();
        Self { sentences, stems: telling(text).into_iter().collect(), years: years(text) }
    }

    /// What is short of the years that a requirement asks for. A profile that tells no years is
    /// not held to them.
    fn short_of(&self, requirement: &str) -> Option<String> {
        let (asked, own) = (years(requirement)?, self.years?);
        (own < asked).then(|| format!("{asked} years are asked for, and at most {own} were found"))
    }
}

/// The most years that a text speaks of: `three years`, `5 years`, `10+ years`.
fn years(text: &str) -> Option<u32> {
    let words = words(text);
    let number = |word: &String| {
        let named = NUMBERS.iter().position(|name| name == word).map(|at| at as u32);
        named.or_else(|| word.parse().ok()).filter(|years| *years < 80)
    };
    let is_year = |word: &String| word == "year" || word == "years";
    words.windows(2).filter(|two| is_year(&two[1])).filter_map(|two| number(&two[0])).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_read_as_words_and_as_digits() {
        let told = [
            ("At least two years with OpenFOAM", Some(2)),
            ("5+ years, 12 years in all", Some(12)),
            ("since the year 2019", None),
            ("a year", None),
        ];
        for (text, years_told) in told {
            assert_eq!(years(text), years_told, "{text}");
        }
    }
}
