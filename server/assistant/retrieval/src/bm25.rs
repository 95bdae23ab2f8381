//! Which parts a question is about, by its words: Okapi BM25 (Robertson and Zaragoza, *The
//! Probabilistic Relevance Framework*, Foundations and Trends in Information Retrieval 3, 2009)
//! over stems, a heading counting more than what stands below it (BM25F in its simple form).

use std::collections::{HashMap, HashSet};

use weir_language::stems;

use crate::chunk::Chunk;

/// How soon a word that is said again stops counting.
const K1: f32 = 1.2;
/// How much longer parts are held to account for their length.
const B: f32 = 0.75;
/// What a word of the heading, and of the title, counts.
const HEADING: f32 = 2.0;
const TITLE: f32 = 1.5;
/// Words of which a question is made and that tell nothing of what it asks for.
const STOP: &str = "a about am an and any are as at be been but by can could did do does for from \
    get give had has have how i if in into is it its just like many me much my no not of on one or \
    our please she he so some tell than that the their them then there these they this those to \
    too up us was we were what when where which who whom whose why will with would you your";

/// A part that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its number in the index.
    pub chunk: usize,
    /// Its score; only those of one question compare.
    pub score: f32,
    /// What share of the question stands in it: its words, each by how rare it is, 0 to 1. Words
    /// that no part has are as rare as a word can be.
    pub covered: f32,
}

/// Parts of documents by their words.
#[derive(Clone, Debug, Default)]
pub struct Index {
    chunks: Vec<Chunk>,
    /// By stem: parts that have it, and how often.
    parts: HashMap<String, Vec<(usize, f32)>>,
    /// By part: how long it is.
    lengths: Vec<f32>,
    mean_length: f32,
    stop: HashSet<String>,
}

impl Index {
    /// Of these parts.
    pub fn new(chunks: Vec<Chunk>) -> Self {
        let mut parts: HashMap<String, Vec<(usize, f32)>> = HashMap::new();
        let mut lengths = Vec::with_capacity(chunks.len());
        for (number, chunk) in chunks.iter().enumerate() {
            let mut counts: HashMap<String, f32> = HashMap::new();
            for (text, weight) in [
                (&chunk.text, 1.0),
                (&chunk.also, 1.0),
                (&chunk.heading, HEADING),
                (&chunk.title, TITLE),
            ] {
                for stem in stems(text) {
                    *counts.entry(stem).or_default() += weight;
                }
            }
            lengths.push(counts.values().sum());
            for (stem, count) in counts {
                parts.entry(stem).or_default().push((number, count));
            }
        }
        let mean_length = lengths.iter().sum::<f32>() / lengths.len().max(1) as f32;
        let stop = stems(STOP).into_iter().collect();
        Self { chunks, parts, lengths, mean_length, stop }
    }

    /// All parts, in their order.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// At most so many parts that `may` let through, the best first; of two that are as good
    /// the earlier.
    pub fn search(&self, question: &str, most: usize, may: impl Fn(&Chunk) -> bool) -> Vec<Hit> {
        let mut asked: Vec<String> = stems(question);
        asked.retain(|stem| !self.stop.contains(stem));
        asked.sort_unstable();
        asked.dedup();
        let mut found: HashMap<usize, (f32, f32)> = HashMap::new();
        let mut whole = 0.0;
        for stem in &asked {
            let having = self.parts.get(stem).map(Vec::as_slice).unwrap_or_default();
            let rarity = self.rarity(having.len());
            whole += rarity;
            for &(number, count) in having.iter().filter(|(number, _)| may(&self.chunks[*number])) {
                let length = 1.0 - B + B * self.lengths[number] / self.mean_length;
                let (score, covered) = found.entry(number).or_default();
                *score += rarity * count * (K1 + 1.0) / (count + K1 * length);
                *covered += rarity;
            }
        }
        let hit = |(chunk, (score, covered))| Hit { chunk, score, covered: covered / whole };
        let mut hits: Vec<Hit> = found.into_iter().map(hit).collect();
        hits.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.chunk.cmp(&b.chunk)));
        hits.truncate(most);
        hits
    }

    /// How much a word says that so many parts have.
    fn rarity(&self, having: usize) -> f32 {
        let (all, having) = (self.chunks.len() as f32, having as f32);
        (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunk::chunks;

    fn index() -> Index {
        let one =
            "# Rivers\n\n## Floods\n\nWater rises over the banks.\n\n## Fish\n\nTrout and salmon.";
        let other = "# Kettles\n\nWater boils. Boiling takes three minutes.";
        let mut parts = chunks("rivers.md", one).expect("a document");
        parts.extend(chunks("kettles.md", other).expect("a document"));
        Index::new(parts)
    }

    fn headings(question: &str) -> Vec<String> {
        let index = index();
        let hits = index.search(question, 9, |_| true);
        hits.iter().map(|hit| index.chunks()[hit.chunk].heading.clone()).collect()
    }

    #[test]
    fn the_part_that_has_the_words_comes_first() {
        assert_eq!(headings("What about the flooded banks?")[0], "Floods");
        assert_eq!(headings("which salmon is it")[0], "Fish");
        assert_eq!(headings("how long to boil water")[0], "");
    }

    #[test]
    fn what_nothing_speaks_of_is_not_found() {
        assert!(headings("what is it about").is_empty(), "such words say nothing");
        assert!(headings("aeroplanes?").is_empty());
        assert!(headings("").is_empty());
        let index = index();
        assert!(index.search("water", 9, |chunk| chunk.document == "nowhere.md").is_empty());
        assert!(Index::default().search("water", 9, |_| true).is_empty());
    }

    #[test]
    fn covered_is_the_share_of_the_question() {
        let index = index();
        let covered = |question| index.search(question, 1, |_| true)[0].covered;
        assert!((covered("trout salmon") - 1.0).abs() < 1e-6);
        let half = covered("trout aeroplanes");
        assert!(half > 0.2 && half < 0.5, "a word that nothing has is rarer than any: {half}");
    }

    #[test]
    fn order_of_words_and_documents_does_not_change_a_score() {
        let index = index();
        let ask = |question| index.search(question, 9, |_| true);
        assert_eq!(ask("water banks rise"), ask("rise water banks banks"));
    }
}
