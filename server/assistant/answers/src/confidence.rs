//! Whether what was found answers at all.
//!
//! The score of the best part does not tell it: a long question about nothing that is there has a
//! higher one than a short question that is answered. Two signs together tell it better, by logistic
//! regression: how much of what is asked for stands in a part, and how high the best part scores.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Serialize;
use weir_language::stems;
use weir_retrieval::{Hit, Index};

/// Words that say nothing of what is asked for: of grammar, of manner and degree, of politeness;
/// more of them than are left out when parts are searched, since those find ways of asking.
const FILLER: &str = include_str!("filler.txt");
/// Parts that are looked at.
const PARTS: usize = 5;
/// Of the logistic regression: what counts always, and what each sign counts, in the order of
/// [`Evidence::signs`]. Learnt from the questions that come with weir-retrieval; the test `figures`
/// learns them anew and says how well they do on questions that were left out.
const WEIGHTS: [f32; 3] = [-4.29, 4.56, 0.221];

static FILLERS: LazyLock<HashSet<String>> = LazyLock::new(|| stems(FILLER).into_iter().collect());

/// What speaks for an answer among the parts that were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// The largest share of the question's telling words that stands in one of the first parts or
    /// at the top of its document, each word by how rare it is, 0 to 1.
    pub covered: f32,
    /// The score of the best part (BM25).
    pub score: f32,
}

impl Evidence {
    /// For the best parts of an index, by part the one that opens its document.
    pub fn of(index: &Index, leads: &[Option<usize>], question: &str, hits: &[Hit]) -> Self {
        let Some(best) = hits.first() else { return Self::default() };
        let asked = telling(question);
        let weigh = |stems: &mut dyn Iterator<Item = &String>| -> f32 {
            stems.map(|stem| index.rarity(stem)).sum()
        };
        let whole = weigh(&mut asked.iter()).max(f32::MIN_POSITIVE);
        let mut evidence = Self { score: best.score, ..Self::default() };
        for hit in hits.iter().take(PARTS) {
            let has = |stem: &&String| {
                index.has(hit.chunk, stem)
                    || leads[hit.chunk].is_some_and(|lead| index.has(lead, stem))
            };
            let covered = weigh(&mut asked.iter().filter(has)) / whole;
            evidence.covered = evidence.covered.max(covered);
        }
        evidence
    }

    /// How likely it is that they answer, 0 to 1, if questions with and without an answer come
    /// equally often.
    pub fn confidence(&self) -> f32 {
        let weighed =
            self.signs().into_iter().zip(&WEIGHTS[1..]).map(|(sign, weight)| sign * weight);
        let sum = WEIGHTS[0] + weighed.sum::<f32>();
        // Of nothing that was found there is no answer.
        if self.score > 0.0 { 1.0 / (1.0 + (-sum).exp()) } else { 0.0 }
    }

    /// The signs as the regression weighs them.
    pub fn signs(&self) -> [f32; 2] {
        [self.covered, self.score]
    }
}

/// The words of a question that tell what is asked for, as stems, each once.
pub fn telling(question: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut telling = stems(question);
    telling.retain(|stem| !FILLERS.contains(stem) && seen.insert(stem.clone()));
    telling
}
