//! Models and embedders that do what a test says.
#![allow(dead_code, reason = "not every test needs all of them")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::iter;
use weir_providers::{ChatModel, ChatPiece, ChatRequest, ChatStream, Embedder, ProviderError};

/// Why a fake fails.
pub fn gone() -> ProviderError {
    ProviderError::Unreachable { provider: "fake".to_owned(), why: "gone".to_owned() }
}

/// A model that says these pieces, whatever it is asked, and keeps what it was asked.
pub struct Says {
    pub pieces: Vec<Result<ChatPiece, ProviderError>>,
    pub begins: bool,
    pub asked: Mutex<Vec<ChatRequest>>,
}

impl Says {
    pub fn texts(texts: &[&str]) -> Self {
        let piece = |text: &&str| Ok(ChatPiece::Text((*text).to_owned()));
        Self { pieces: texts.iter().map(piece).collect(), begins: true, asked: Mutex::default() }
    }

    pub fn then_fails(mut self) -> Self {
        self.pieces.push(Err(gone()));
        self
    }
}

#[async_trait]
impl ChatModel for Says {
    fn id(&self) -> &str {
        "fake"
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        self.asked.lock().expect("one test").push(request);
        if self.begins { Ok(iter(self.pieces.clone()).boxed()) } else { Err(gone()) }
    }
}

/// Dimensions of [`Letters`].
pub const DIMENSIONS: usize = 26;

/// An embedder whose vectors count letters. It fails from the `fails_at`th call on, from 1.
#[derive(Default)]
pub struct Letters {
    pub calls: AtomicUsize,
    pub texts: AtomicUsize,
    pub fails_at: AtomicUsize,
}

#[async_trait]
impl Embedder for Letters {
    fn id(&self) -> &str {
        "letters"
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ProviderError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let fails_at = self.fails_at.load(Ordering::SeqCst);
        if fails_at > 0 && call >= fails_at {
            return Err(gone());
        }
        self.texts.fetch_add(texts.len(), Ordering::SeqCst);
        // So that others run in between.
        tokio::task::yield_now().await;
        Ok(texts.iter().map(|text| vector(text)).collect())
    }
}

/// How often each letter stands in a text, as a vector of length 1.
pub fn vector(text: &str) -> Vec<f32> {
    let mut counts = [0.0_f32; DIMENSIONS];
    for letter in text.bytes().map(|byte| byte.to_ascii_lowercase()) {
        if letter.is_ascii_lowercase() {
            counts[usize::from(letter - b'a')] += 1.0;
        }
    }
    let length = counts.iter().map(|count| count * count).sum::<f32>().sqrt();
    counts.iter().map(|count| count / length.max(1.0)).collect()
}
