//! Sentences as vectors.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use burn::tensor::Device;
use tokio::sync::Semaphore;
use weir_providers::{Embedder, ProviderError};

use crate::bert::Bert;
use crate::files::File;
use crate::tokens::Tokens;
use crate::weights::Weights;
use crate::{Config, EmbedError, OpenError, Trust};

/// Most tokens of a text, with the two that stand around it: what the model was trained with. What
/// comes after is not looked at.
pub const MAX_TOKENS: usize = 256;
/// Texts that go through the network together.
const BATCH: usize = 32;
/// Texts after which a request that was given up ends, and others have their turn.
const PATIENCE: usize = 4 * BATCH;
/// Requests that are worked on or wait; more are refused.
const WAITING: usize = 64;
/// Digits of a hash that stand in an id.
const DIGITS: usize = 12;

/// A model that makes vectors of texts. A clone is the same model, not a copy of its weights.
#[derive(Clone)]
pub struct MiniLm {
    inner: Arc<Inner>,
}

struct Inner {
    id: String,
    config: Config,
    tokens: Tokens,
    network: Bert,
    /// Held while a batch goes through the network, which takes all cores.
    busy: Mutex<()>,
    /// A place for each request that may wait.
    places: Semaphore,
    /// Held by the request that blocks a thread.
    turn: Semaphore,
}

impl MiniLm {
    /// Opens a folder with `config.json`, `model.safetensors`, and `tokenizer.json` or
    /// `vocab.txt`, which have to be those of [`PINS`](crate::PINS).
    ///
    /// # Errors
    /// A file is missing, unknown, or not what its name says.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Self::open_with(folder, Trust::Pinned)
    }

    /// The same, with a choice of which files are believed.
    ///
    /// # Errors
    /// A file is missing, not believed, or not what its name says.
    pub fn open_with(folder: &Path, trust: Trust) -> Result<Self, OpenError> {
        let device = Device::flex();
        let shape = File::read(folder, "config.json", trust)?;
        let config = Config::from_json(&shape.bytes).map_err(|why| shape.malformed(why))?;
        let max_tokens = MAX_TOKENS.min(config.max_position_embeddings);
        let (list, tokens) = if folder.join("tokenizer.json").exists() {
            let file = File::read(folder, "tokenizer.json", trust)?;
            let tokens = Tokens::from_json(&file, config.vocab_size, max_tokens)?;
            (file, tokens)
        } else {
            let file = File::read(folder, "vocab.txt", trust)?;
            let tokens = Tokens::from_list(&file, config.vocab_size, max_tokens)?;
            (file, tokens)
        };
        let weights = File::read(folder, "model.safetensors", trust)?;
        let network = Bert::open(Weights::new(&weights, &device)?, &config, &device)?;
        let hashes = [&weights, &list, &shape].map(|file| &file.sha256[..DIGITS]);
        let id = format!("minilm:{}", hashes.join(":"));
        let (busy, places, turn) = (Mutex::default(), Semaphore::new(WAITING), Semaphore::new(1));
        let inner = Inner { id, config, tokens, network, busy, places, turn };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the network looks like.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// A vector of length 1 for each text, in their order. It takes all cores for a while, and waits
    /// for others who do: in an asynchronous program, use [`Embedder::embed`].
    ///
    /// # Errors
    /// There are none; then not even some.
    pub fn vectors(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let tokens = self.inner.tokens.of(texts)?;
        let mut vectors = vec![Vec::new(); tokens.len()];
        for batch in batches(&tokens) {
            let ids: Vec<&[u32]> = batch.iter().map(|&text| tokens[text].as_slice()).collect();
            let made = {
                // Who panicked with it left nothing half done.
                let _busy = self.inner.busy.lock().unwrap_or_else(PoisonError::into_inner);
                self.inner.network.vectors(&ids)?
            };
            for (text, vector) in batch.into_iter().zip(made) {
                vectors[text] = vector;
            }
        }
        Ok(vectors)
    }
}

/// Places of texts, in batches of about the same length, so that little is padded.
fn batches(tokens: &[Vec<u32>]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..tokens.len()).collect();
    order.sort_by_key(|&text| tokens[text].len());
    order.chunks(BATCH).map(<[usize]>::to_vec).collect()
}

impl fmt::Debug for MiniLm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("MiniLm").field("id", &self.inner.id).finish_non_exhaustive()
    }
}

#[async_trait]
impl Embedder for MiniLm {
    /// With the first digits of the hashes of weights, tokens and configuration.
    fn id(&self) -> &str {
        &self.inner.id
    }

    fn dimensions(&self) -> usize {
        self.inner.config.hidden_size
    }

    /// On a thread where blocking is allowed, one request at a time and some batches of it: then
    /// others have their turn, and one that was given up ends.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ProviderError> {
        let ours = |error: &dyn fmt::Display| ProviderError::Ours(format!("MiniLM: {error}"));
        let Ok(_place) = self.inner.places.try_acquire() else {
            return Err(ProviderError::TooMany { provider: "MiniLM".into(), retry_after: None });
        };
        let mut vectors = Vec::with_capacity(texts.len());
        for some in texts.chunks(PATIENCE) {
            let _turn = self.inner.turn.acquire().await.map_err(|error| ours(&error))?;
            let (model, some) = (self.clone(), some.to_vec());
            let made = tokio::task::spawn_blocking(move || model.vectors(&some)).await;
            let made = made.map_err(|error| ours(&error))?;
            vectors.extend(made.map_err(|error| ours(&error))?);
        }
        Ok(vectors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_have_every_text_once_and_are_of_like_length() {
        let tokens: Vec<Vec<u32>> = (0..100).map(|k| vec![0; 1 + (k * 37) % 101]).collect();
        let batches = batches(&tokens);
        let mut all: Vec<usize> = batches.iter().flatten().copied().collect();
        assert!(all.is_sorted_by_key(|&text| tokens[text].len()));
        all.sort_unstable();
        assert!(all.into_iter().eq(0..100));
        assert!(batches.iter().all(|batch| (1..=BATCH).contains(&batch.len())));
    }
}
