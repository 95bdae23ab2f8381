//! From documents as they were to documents as they are: vectors of what is new are made, then
//! the shelf is changed at once, then vectors of what is gone are deleted.
//!
//! Vectors are kept as they are made, by what they are made of. A refresh that is cut off has
//! changed nothing that a search sees, and the next one goes on where it was.

use std::collections::HashSet;

use crate::documents::Documents;
use crate::library::{Embedding, Library, RefreshError, Shelf};
use crate::vectors::{ContentSha, Space};

/// Texts of which vectors are made at once, and kept at once.
const BATCH: usize = 32;

/// How far a refresh is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Texts of which a vector was made.
    pub done: usize,
    /// Texts of which one has to be made.
    pub of: usize,
}

/// What a refresh did, in different texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Refreshed {
    /// That were there.
    pub kept: usize,
    /// Of which a vector was made.
    pub embedded: usize,
    /// That are gone.
    pub removed: usize,
}

impl Library {
    /// Takes these documents in the place of what is there. `progress` hears of each batch. Two
    /// refreshes at once come one after the other.
    ///
    /// # Errors
    /// Vectors of new texts are not made or kept; then the library is as it was, and those that
    /// were made are not made again. Or vectors of texts that are gone are not deleted; then the
    /// library is new, and the next refresh deletes them.
    pub async fn refresh(
        &self,
        documents: Documents,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<Refreshed, RefreshError> {
        let _alone = self.refreshing.lock().await;
        let shelf = Shelf::new(documents, self.embedding.is_some());
        let texts = shelf.texts();
        let Some(embedding) = &self.embedding else {
            let old = self.shelf().await.texts();
            let kept = texts.keys().filter(|of| old.contains_key(of)).count();
            self.replace(shelf).await;
            return Ok(Refreshed { kept, embedded: 0, removed: old.len() - kept });
        };
        let space = embedding.space();
        let held = embedding.store.held(&space).await?;
        let mut new: Vec<(ContentSha, String)> =
            texts.into_iter().filter(|(of, _)| !held.contains(of)).collect();
        // Always in the same order, so that what is cut off can be told from what was done.
        new.sort_unstable();
        let mut done = 0;
        for batch in new.chunks(BATCH) {
            embed(embedding, &space, batch).await?;
            done += batch.len();
            progress(Progress { done, of: new.len() });
        }
        let now: HashSet<ContentSha> = shelf.texts().into_keys().collect();
        // Whoever searched the old shelf is done when this is.
        self.replace(shelf).await;
        let gone: Vec<ContentSha> = held.difference(&now).copied().collect();
        let removed = embedding.store.delete(&space, &gone).await?;
        Ok(Refreshed { kept: held.len() - gone.len(), embedded: new.len(), removed })
    }
}

/// Makes vectors of texts and keeps them.
async fn embed(
    embedding: &Embedding,
    space: &Space,
    batch: &[(ContentSha, String)],
) -> Result<(), RefreshError> {
    let texts: Vec<String> = batch.iter().map(|(_, text)| text.clone()).collect();
    let vectors = embedding.embedder.embed(&texts).await?;
    if vectors.len() != batch.len() {
        let embedder = space.model_id.clone();
        return Err(RefreshError::Count { embedder, expected: batch.len(), got: vectors.len() });
    }
    let vectors: Vec<(ContentSha, Vec<f32>)> =
        batch.iter().map(|(of, _)| *of).zip(vectors).collect();
    Ok(embedding.store.upsert(space, &vectors).await?)
}
