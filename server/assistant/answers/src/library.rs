//! Documents that are searched, by their words and, with an embedder, by what they mean.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::{Mutex, RwLock};
use weir_providers::Embedder;
use weir_retrieval::{Chunk, Hit, Index};

use crate::confidence::{Evidence, telling};
use crate::documents::{Documents, scope};
use crate::vectors::{ContentSha, Near, Space, VectorError, VectorStore, embedded_text};

/// Parts that each way of searching puts in order before both are joined.
const CANDIDATES: usize = 50;
/// How little a first place counts more than a second one when orders are joined (reciprocal rank
/// fusion; Cormack, Clarke and Büttcher, SIGIR 2009).
const FUSION: f32 = 60.0;

/// Where to search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Within {
    /// In all documents.
    #[default]
    All,
    /// In those of these scopes.
    Scopes(Vec<String>),
    /// In one document, by its name.
    Document(String),
}

impl Within {
    fn has(&self, chunk: &Chunk) -> bool {
        match self {
            Self::All => true,
            Self::Scopes(scopes) => scopes.iter().any(|name| name == scope(&chunk.document)),
            Self::Document(document) => *document == chunk.document,
        }
    }
}

/// A part of a document that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The part.
    pub chunk: Chunk,
    /// How well it goes with the question: only the order within one search means anything.
    pub score: f32,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The best first.
    pub passages: Vec<Passage>,
    /// What speaks for an answer among them.
    pub evidence: Evidence,
    /// The question's words that tell what is asked for, as stems, each with how rare it is.
    pub telling: Vec<(String, f32)>,
    /// Whether vectors had a say.
    pub is_hybrid: bool,
}

/// What makes vectors, and where they are kept.
#[derive(Clone)]
pub(crate) struct Embedding {
    pub(crate) embedder: Arc<dyn Embedder>,
    pub(crate) store: Arc<dyn VectorStore>,
}

impl Embedding {
    pub(crate) fn space(&self) -> Space {
        let model_id = self.embedder.id().to_owned();
        Space { model_id, dimensions: self.embedder.dimensions() }
    }
}

/// Documents that are searched. A search sees one state of them, whatever is refreshed meanwhile.
pub struct Library {
    shelf: RwLock<Arc<Shelf>>,
    pub(crate) embedding: Option<Embedding>,
    /// Held by the one who refreshes.
    pub(crate) refreshing: Mutex<()>,
}

impl Library {
    /// Of these documents, searched by their words.
    pub fn new(documents: Documents) -> Self {
        let shelf = RwLock::new(Arc::new(Shelf::new(documents, false)));
        Self { shelf, embedding: None, refreshing: Mutex::default() }
    }

    /// Of these documents, searched by their words until [`Library::refresh`] has made their
    /// vectors, and then by both. A space of vectors belongs to one library: what it does not
    /// have is deleted there.
    pub fn with_vectors(
        documents: Documents,
        embedder: Arc<dyn Embedder>,
        store: Arc<dyn VectorStore>,
    ) -> Self {
        Self { embedding: Some(Embedding { embedder, store }), ..Self::new(documents) }
    }

    /// The `most` parts that go best with a question. Where the embedder or its store fails, words
    /// alone decide.
    pub async fn search(&self, question: &str, within: &Within, most: usize) -> Found {
        // Before the shelf is held, so that a slow provider does not keep a refresh waiting.
        let vector = self.embed(question).await;
        let shelf = self.shelf.read().await;
        let may = |chunk: &Chunk| within.has(chunk);
        let hits = shelf.index.search(question, CANDIDATES, may);
        let near = match (&self.embedding, vector) {
            (Some(embedding), Some(vector)) if shelf.is_embedded => {
                let among = shelf.shas(may);
                let near =
                    embedding.store.nearest(&embedding.space(), &vector, CANDIDATES, &among).await;
                near.inspect_err(|error| tracing::warn!(%error, "searched by words alone")).ok()
            }
            _ => None,
        };
        let evidence = shelf.evidence(question, &hits);
        let is_hybrid = near.is_some();
        let ranked = match near {
            Some(near) => shelf.fuse(&hits, &near, may),
            None => hits.iter().map(|hit| (hit.chunk, hit.score)).collect(),
        };
        let passage = |(chunk, score): (usize, f32)| {
            let chunk = shelf.index.chunks()[chunk].clone();
            Passage { chunk, score }
        };
        let passages = ranked.into_iter().take(most).map(passage).collect();
        let weigh = |stem: String| {
            let rarity = shelf.index.rarity(&stem);
            (stem, rarity)
        };
        let telling = telling(question).into_iter().map(weigh).collect();
        Found { passages, evidence, telling, is_hybrid }
    }

    /// The vector of a question, where there are any to compare it with.
    async fn embed(&self, question: &str) -> Option<Vec<f32>> {
        let embedding = self.embedding.as_ref()?;
        if !self.shelf.read().await.is_embedded {
            return None;
        }
        match embedding.embedder.embed(&[question.to_owned()]).await {
            Ok(vectors) => vectors.into_iter().next(),
            Err(error) => {
                tracing::warn!(%error, "searched by words alone");
                None
            }
        }
    }

    pub(crate) async fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&*self.shelf.read().await)
    }

    /// Puts another shelf in the place of this one, once nobody searches it any more.
    pub(crate) async fn replace(&self, shelf: Shelf) {
        *self.shelf.write().await = Arc::new(shelf);
    }
}

/// One state of the documents.
pub(crate) struct Shelf {
    index: Index,
    /// By part: the one that opens its document, before the first heading.
    leads: Vec<Option<usize>>,
    /// By part: what it says.
    content: Vec<ContentSha>,
    /// Whether there is a vector of each part.
    is_embedded: bool,
}

impl Shelf {
    pub(crate) fn new(documents: Documents, is_embedded: bool) -> Self {
        let chunks = documents.into_chunks();
        let content = chunks.iter().map(|chunk| ContentSha::of(&embedded_text(chunk))).collect();
        let opening: HashMap<&str, usize> = chunks
            .iter()
            .enumerate()
            .filter(|(_, chunk)| chunk.heading.is_empty())
            .map(|(number, chunk)| (chunk.document.as_str(), number))
            .collect();
        let lead = |chunk: &Chunk| opening.get(chunk.document.as_str()).copied();
        let leads = chunks.iter().map(lead).collect();
        Self { index: Index::new(chunks), leads, content, is_embedded }
    }

    /// Each text once, with what it is called by.
    pub(crate) fn texts(&self) -> HashMap<ContentSha, String> {
        let texts = self.index.chunks().iter().map(embedded_text);
        self.content.iter().copied().zip(texts).collect()
    }

    fn shas(&self, may: impl Fn(&Chunk) -> bool) -> HashSet<ContentSha> {
        let all = self.index.chunks().iter().zip(&self.content);
        all.filter(|(chunk, _)| may(chunk)).map(|(_, of)| *of).collect()
    }

    fn evidence(&self, question: &str, hits: &[Hit]) -> Evidence {
        Evidence::of(&self.index, &self.leads, question, hits)
    }

    /// Parts in one order from two.
    fn fuse(&self, hits: &[Hit], near: &[Near], may: impl Fn(&Chunk) -> bool) -> Vec<(usize, f32)> {
        let mut scores: HashMap<usize, f32> = HashMap::new();
        let counts = |place: usize| 1.0 / (FUSION + 1.0 + place as f32);
        for (place, hit) in hits.iter().enumerate() {
            *scores.entry(hit.chunk).or_default() += counts(place);
        }
        for (place, near) in near.iter().enumerate() {
            // Parts that say the same have one vector.
            let alike = self.content.iter().enumerate().filter(|(_, of)| **of == near.content_sha);
            for (chunk, _) in alike.filter(|(chunk, _)| may(&self.index.chunks()[*chunk])) {
                *scores.entry(chunk).or_default() += counts(place);
            }
        }
        let mut ranked: Vec<(usize, f32)> = scores.into_iter().collect();
        ranked.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    }
}

/// Why vectors of documents are not made.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The embedder gives none.
    #[error(transparent)]
    Provider(#[from] weir_providers::ProviderError),
    /// The embedder gives too few or too many.
    #[error("{embedder} was given {expected} texts and answers with {got} vectors")]
    Count {
        /// Who.
        embedder: String,
        /// Texts.
        expected: usize,
        /// Vectors.
        got: usize,
    },
    /// They are not kept.
    #[error(transparent)]
    Vectors(#[from] VectorError),
}
