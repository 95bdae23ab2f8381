//! Which postings go with a profile.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{Job, JobError, Jobs, Posting, check};
use crate::confidence::telling;

/// What a word counts where it stands: in the title, in what is required, in the tasks, elsewhere.
const TITLE: f32 = 2.0;
const REQUIRED: f32 = 2.0;
const TASKS: f32 = 1.5;
const OTHERS: f32 = 0.5;
/// Most sentences that are given as reasons.
const REASONS: usize = 3;

/// A posting that goes with a profile.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommendation {
    /// The posting.
    pub job: Job,
    /// The cosine of the angle between both as vectors of words, 0 to 1.
    pub score: f32,
    /// Why, the strongest first.
    pub because: Vec<Because>,
}

/// A sentence of a posting that shares words with a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// The sentence.
    pub sentence: String,
    /// The words of it that the profile has too.
    pub words: Vec<String>,
}

impl Jobs {
    /// The `most` postings that go best with a profile, the best first; those that share no telling
    /// word with it are left out. A word of a posting counts by how rare it is, and by where it
    /// stands (TF-IDF and cosine; Manning, Raghavan and Schütze, *Introduction to Information
    /// Retrieval*, 6.3).
    ///
    /// # Errors
    /// The profile is empty or too long.
    pub fn recommend(&self, profile: &str, most: usize) -> Result<Vec<Recommendation>, JobError> {
        check(profile)?;
        let own: HashSet<String> = telling(profile).into_iter().collect();
        let length = own.iter().map(|stem| self.rarity(stem).powi(2)).sum::<f32>().sqrt();
        let recommend = |posting: &Posting| {
            let weights = self.weigh(posting);
            let both: f32 =
                own.iter().filter_map(|stem| Some(self.rarity(stem) * weights.get(stem)?)).sum();
            let other = weights.values().map(|weight| weight * weight).sum::<f32>().sqrt();
            let score = both / (length * other).max(f32::MIN_POSITIVE);
            let because = self.reasons(posting, &own);
            Recommendation { job: posting.job.clone(), score: score.min(1.0), because }
        };
        let mut all: Vec<Recommendation> = self.postings.values().map(recommend).collect();
        all.retain(|one| one.score > 0.0);
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        all.truncate(most);
        Ok(all)
    }

    /// What each stem of a posting counts.
    fn weigh(&self, posting: &Posting) -> HashMap<String, f32> {
        let mut weights: HashMap<String, f32> = HashMap::new();
        let parts =
            [(&posting.required, REQUIRED), (&posting.tasks, TASKS), (&posting.others, OTHERS)];
        let lines = parts
            .into_iter()
            .flat_map(|(lines, counts)| lines.iter().map(move |line| (line.as_str(), counts)));
        for (line, counts) in lines.chain([(posting.job.title.as_str(), TITLE)]) {
            for stem in telling(line) {
                let counts = counts * self.rarity(&stem);
                let weight = weights.entry(stem).or_default();
                // A word that is said often does not count more for it.
                *weight = weight.max(counts);
            }
        }
        weights
    }

    /// The sentences of a posting that share most with a profile.
    fn reasons(&self, posting: &Posting, own: &HashSet<String>) -> Vec<Because> {
        let rate = |line: &str| {
            let stems: Vec<String> =
                telling(line).into_iter().filter(|stem| own.contains(stem)).collect();
            (stems.iter().map(|stem| self.rarity(stem)).sum::<f32>(), line.to_owned())
        };
        let mut rated: Vec<(f32, String)> = posting.lines().map(rate).collect();
        rated.retain(|(value, _)| *value > 0.0);
        rated.sort_by(|a, b| b.0.total_cmp(&a.0));
        rated.truncate(REASONS);
        let because =
            |(_, sentence): (f32, String)| Because { words: shared(&sentence, own), sentence };
        rated.into_iter().map(because).collect()
    }
}

/// The words of a text, as they stand there, whose stems are among these; each once.
pub(super) fn shared(text: &str, own: &HashSet<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let parts = text.split(|letter: char| !(letter.is_alphanumeric() || "+#.'".contains(letter)));
    let words = parts.map(|word| word.trim_matches(['.', '\'']));
    let is_shared = |word: &&str| {
        let stems = telling(word);
        !stems.is_empty()
            && stems.iter().all(|stem| own.contains(stem) && seen.insert(stem.clone()))
    };
    words.filter(is_shared).map(str::to_owned).collect()
}
