//! Whether what was found answers at all.
//!
//! The score of the best part does not tell it: a long question about nothing that is there, which
//! names a company that is, has a higher one than a short question that is answered. Two signs
//! together tell it better, by logistic regression: what share of what is asked for stands in a
//! part or its document, and how much of it the part says itself.

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
const WEIGHTS: [f32; 3] = [-4.26, 4.7, 0.306];

static FILLERS: LazyLock<HashSet<String>> = LazyLock::new(|| stems(FILLER).into_iter().collect());

/// What speaks for an answer among the parts that were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// The largest share of the question's telling words that stands in one of the first parts or
    /// at the top of its document, each word by how rare it is, 0 to 1.
    pub covered: f32,
    /// The most that one of the first parts says itself of what is asked for, in its text, its
    /// heading or the ways in which people ask for it: the rarities of those words together.
    pub said: f32,
}

impl Evidence {
    /// For the best parts of an index, by part the one that opens its document.
    pub fn of(index: &Index, leads: &[Option<usize>], question: &str, hits: &[Hit]) -> Self {
        let asked = telling(question);
        let weigh = |stems: &mut dyn Iterator<Item = &String>| -> f32 {
            stems.map(|stem| index.rarity(stem)).sum()
        };
        let whole = weigh(&mut asked.iter()).max(f32::MIN_POSITIVE);
        let mut evidence = Self::default();
        for hit in hits.iter().take(PARTS) {
            let has = |stem: &&String| {
                index.has(hit.chunk, stem)
                    || leads[hit.chunk].is_some_and(|lead| index.has(lead, stem))
            };
            let covered = weigh(&mut asked.iter().filter(has)) / whole;
            let part = &index.chunks()[hit.chunk];
            let fields = [&part.text, &part.heading].into_iter().chain(&part.asked);
            let own: HashSet<String> = fields.flat_map(|field| stems(field)).collect();
            let said = weigh(&mut asked.iter().filter(|stem| own.contains(*stem)));
            evidence.covered = evidence.covered.max(covered);
            evidence.said = evidence.said.max(said);
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
        if self.covered > 0.0 { 1.0 / (1.0 + (-sum).exp()) } else { 0.0 }
    }

    /// The signs as the regression weighs them.
    pub fn signs(&self) -> [f32; 2] {
        [self.covered, self.said]
    }
}

/// The words of a question that tell what is asked for, as stems, each once.
pub fn telling(question: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut telling = stems(question);
    telling.retain(|stem| !FILLERS.contains(stem) && seen.insert(stem.clone()));
    telling
}

#[cfg(test)]
mod tests {
    use weir_retrieval::chunks;

    use super::*;

    fn index() -> Index {
        let weir = "# The weir\n\nIt stands near Hartford.\n\n## Height\n\nThree metres of oak.";
        let mut parts = chunks("weir.md", weir).expect("a document");
        for (name, text) in [("mill.md", "The mill grinds corn."), ("pond.md", "Frogs live there.")]
        {
            parts.extend(chunks(name, text).expect("a document"));
        }
        Index::new(parts)
    }

    fn evidence(question: &str) -> Evidence {
        let index = index();
        let hits = index.search(question, 9, |_| true);
        Evidence::of(&index, &[Some(0), Some(0), Some(2), Some(3)], question, &hits)
    }

    #[test]
    fn the_top_of_a_document_covers_and_the_part_itself_says() {
        let height = evidence("how much oak has the weir near Hartford?");
        assert!((height.covered - 1.0).abs() < 1e-6, "{height:?}");
        let alone = evidence("oak");
        assert!((alone.covered - 1.0).abs() < 1e-6, "{alone:?}");
        assert_eq!(alone.said, height.said, "names of the document say nothing of the part");
        assert!(evidence("three metres of oak").said > alone.said);
    }

    #[test]
    fn unknown_words_speak_against_an_answer_and_nothing_found_is_no_answer() {
        let (known, half) = (evidence("oak metres height"), evidence("oak zebra giraffe"));
        assert!(half.confidence() < known.confidence(), "{half:?} {known:?}");
        for question in ["zebra", "", "what is it about?"] {
            assert_eq!(evidence(question).confidence(), 0.0, "{question}");
        }
        assert!((0.0..=1.0).contains(&known.confidence()));
    }

    #[test]
    fn telling_words_are_told_once_and_fillers_not_at_all() {
        assert_eq!(
            telling("Exactly how high is the weir, please, the high weirs?"),
            ["high", "weir"]
        );
    }
}
