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
/// What the document counts that a part stands in: a posting tells its trade once, at the top, and
/// questions about each of its parts name it.
const DOCUMENT: f32 = 0.2;
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
    parts: Postings,
    /// Whole documents, and of which one each part is.
    documents: Postings,
    document_of: Vec<usize>,
    stop: HashSet<String>,
}

impl Index {
    /// Of these parts.
    pub fn new(chunks: Vec<Chunk>) -> Self {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut document_of = Vec::with_capacity(chunks.len());
        let mut documents: Vec<Counts> = Vec::new();
        let mut parts = Vec::with_capacity(chunks.len());
        for chunk in &chunks {
            let own = count([(chunk.text.as_str(), 1.0), (&chunk.heading, 1.0)]);
            let about = [(chunk.also.as_str(), 1.0), (&chunk.title, TITLE)];
            let number = *numbers.entry(&chunk.document).or_insert_with(|| {
                // What is said of the document counts once, not once for each part.
                documents.push(count(about));
                documents.len() - 1
            });
            for (stem, much) in &own {
                *documents[number].entry(stem.clone()).or_default() += much;
            }
            document_of.push(number);
            let asked = chunk.asked.iter().map(|asked| (asked.as_str(), 1.0));
            let fields = [(chunk.text.as_str(), 1.0), (&chunk.heading, HEADING)];
            parts.push(count(fields.into_iter().chain(about).chain(asked)));
        }
        let stop = stems(STOP).into_iter().collect();
        let (parts, documents) = (Postings::new(parts), Postings::new(documents));
        Self { chunks, parts, documents, document_of, stop }
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
        let mut documents: HashMap<usize, f32> = HashMap::new();
        let mut whole = 0.0;
        for stem in &asked {
            let rarity = self.parts.rarity(stem);
            whole += rarity;
            for (number, score) in self.parts.scores(stem) {
                if may(&self.chunks[number]) {
                    let sums = found.entry(number).or_default();
                    *sums = (sums.0 + score, sums.1 + rarity);
                }
            }
            for (number, score) in self.documents.scores(stem) {
                *documents.entry(number).or_default() += score;
            }
        }
        let hit = |(chunk, (score, covered)): (usize, (f32, f32))| {
            let document = documents.get(&self.document_of[chunk]).copied().unwrap_or_default();
            Hit { chunk, score: score + DOCUMENT * document, covered: covered / whole }
        };
        let mut hits: Vec<Hit> = found.into_iter().map(hit).collect();
        hits.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.chunk.cmp(&b.chunk)));
        hits.truncate(most);
        hits
    }

    /// How rare a stem is among the parts, from 0; most where none has it.
    pub fn rarity(&self, stem: &str) -> f32 {
        self.parts.rarity(stem)
    }

    /// Whether this part has a stem, in what it says or in how it is asked for.
    pub fn has(&self, chunk: usize, stem: &str) -> bool {
        let having = self.parts.having(stem);
        having.binary_search_by_key(&chunk, |(number, _)| *number).is_ok()
    }
}

/// How much each stem counts in a text.
type Counts = HashMap<String, f32>;

fn count<'a>(fields: impl IntoIterator<Item = (&'a str, f32)>) -> Counts {
    let mut counts = Counts::new();
    for (text, weight) in fields {
        for stem in stems(text) {
            *counts.entry(stem).or_default() += weight;
        }
    }
    counts
}

/// Texts by their stems, and what a stem says of each (BM25).
#[derive(Clone, Debug, Default)]
struct Postings {
    /// By stem: texts that have it in their order, and how much it counts there.
    having: HashMap<String, Vec<(usize, f32)>>,
    /// By text: how long it is.
    lengths: Vec<f32>,
    mean_length: f32,
}

impl Postings {
    fn new(texts: Vec<Counts>) -> Self {
        let mut having: HashMap<String, Vec<(usize, f32)>> = HashMap::new();
        let lengths: Vec<f32> = texts.iter().map(|counts| counts.values().sum()).collect();
        for (number, counts) in texts.into_iter().enumerate() {
            for (stem, much) in counts {
                having.entry(stem).or_default().push((number, much));
            }
        }
        let mean_length = lengths.iter().sum::<f32>() / lengths.len().max(1) as f32;
        Self { having, lengths, mean_length }
    }

    fn having(&self, stem: &str) -> &[(usize, f32)] {
        self.having.get(stem).map(Vec::as_slice).unwrap_or_default()
    }

    /// How much a stem says that so many texts have.
    fn rarity(&self, stem: &str) -> f32 {
        let (all, having) = (self.lengths.len() as f32, self.having(stem).len() as f32);
        (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
    }

    /// What a stem adds to the score of each text that has it.
    fn scores(&self, stem: &str) -> impl Iterator<Item = (usize, f32)> {
        let rarity = self.rarity(stem);
        self.having(stem).iter().map(move |&(number, much)| {
            let length = 1.0 - B + B * self.lengths[number] / self.mean_length;
            (number, rarity * much * (K1 + 1.0) / (much + K1 * length))
        })
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
