//! A provider that is paid from a purse.

use async_trait::async_trait;
use futures_util::{StreamExt, stream};

use crate::purse::{Purse, Reservation};
use crate::{
    ChatModel, ChatPiece, ChatRequest, ChatStream, Embedder, Prices, ProviderError, Spoken, Voice,
};

/// A provider that is paid from a purse: the most that a request can cost is set aside before it
/// is sent. A chat is settled when it says what it took; all else counts in full.
pub struct Paid<T> {
    inner: T,
    purse: Purse,
    prices: Prices,
}

impl<T> Paid<T> {
    /// `inner`, paid from `purse`.
    pub fn new(inner: T, purse: Purse, prices: Prices) -> Self {
        Self { inner, purse, prices }
    }
}

/// Gives back what was set aside for a request that was not worked on.
async fn failed(reservation: Reservation, error: ProviderError) -> ProviderError {
    let free = match &error {
        ProviderError::Refused { status, .. } => (400..500).contains(status),
        ProviderError::TooMany { .. } | ProviderError::Resting { .. } | ProviderError::Spent => {
            true
        }
        // It may have been worked on, and be charged for.
        _ => false,
    };
    if free { reservation.release().await.err().unwrap_or(error) } else { error }
}

#[async_trait]
impl<T: ChatModel> ChatModel for Paid<T> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        let reservation = self.purse.reserve(self.prices.most_of_chat(&request)).await?;
        let answer = match self.inner.chat(request).await {
            Ok(answer) => answer,
            Err(error) => return Err(failed(reservation, error).await),
        };
        let (start, prices) = ((answer, Some(reservation)), self.prices);
        Ok(stream::unfold(start, move |(mut answer, mut reservation)| async move {
            let mut piece = answer.next().await?;
            if let Ok(ChatPiece::Usage(usage)) = &piece
                && let Some(reservation) = reservation.take()
                && let Err(error) = reservation.settle(prices.of_tokens(*usage)).await
            {
                piece = Err(error);
            }
            Some((piece, (answer, reservation)))
        })
        .boxed())
    }
}

#[async_trait]
impl<T: Embedder> Embedder for Paid<T> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ProviderError> {
        // It counts in full even if it is refused: earlier batches may have been paid for.
        let _counted = self.purse.reserve(self.prices.most_of_texts(texts)).await?;
        self.inner.embed(texts).await
    }
}

#[async_trait]
impl<T: Voice> Voice for Paid<T> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    async fn speak(&self, text: &str) -> Result<Spoken, ProviderError> {
        let most = self.prices.of_characters(text.chars().count() as u64);
        let reservation = self.purse.reserve(most).await?;
        match self.inner.speak(text).await {
            Ok(spoken) => Ok(spoken),
            Err(error) => Err(failed(reservation, error).await),
        }
    }
}
