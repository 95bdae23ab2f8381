//! Ears that are paid from a purse, by the length of what they hear.

use async_trait::async_trait;
use tokio::sync::mpsc;
use weir_providers::{Prices, ProviderError, Purse};
use weir_speech::{Ear, Heard, SAMPLE_RATE, SpeechError, StreamingTranscriber};

/// Samples that an ear pays for at a time: a minute.
const AT_A_TIME: usize = 60 * SAMPLE_RATE as usize;

/// A transcriber whose ears are paid from a purse before they hear.
pub struct PaidEars<T> {
    inner: T,
    purse: Purse,
    prices: Prices,
}

impl<T> PaidEars<T> {
    /// `inner`, paid from `purse`.
    pub fn new(inner: T, purse: Purse, prices: Prices) -> Self {
        Self { inner, purse, prices }
    }
}

/// Pays for samples, whether they are heard then or not.
async fn pay(purse: &Purse, prices: &Prices, samples: usize) -> Result<(), ProviderError> {
    let milliseconds = samples as u64 * 1_000 / u64::from(SAMPLE_RATE);
    let price = prices.of_audio(milliseconds);
    purse.reserve(price).await?.settle(price).await
}

#[async_trait]
impl<T: StreamingTranscriber> StreamingTranscriber for PaidEars<T> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    async fn listen(&self) -> Result<(Box<dyn Ear>, mpsc::Receiver<Heard>), SpeechError> {
        let (ear, heard) = self.inner.listen().await?;
        let (purse, prices) = (self.purse.clone(), self.prices);
        Ok((Box::new(PaidEar { ear, purse, prices, paid: 0 }), heard))
    }
}

/// An ear that pays a minute ahead.
struct PaidEar {
    ear: Box<dyn Ear>,
    purse: Purse,
    prices: Prices,
    /// Samples that are paid for and not heard yet.
    paid: usize,
}

#[async_trait]
impl Ear for PaidEar {
    async fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        while self.paid < samples.len() {
            pay(&self.purse, &self.prices, AT_A_TIME).await?;
            self.paid += AT_A_TIME;
        }
        self.paid -= samples.len();
        self.ear.hear(samples).await
    }

    async fn end_utterance(&mut self) -> Result<(), SpeechError> {
        self.ear.end_utterance().await
    }

    async fn finish(&mut self) -> Result<(), SpeechError> {
        self.ear.finish().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use weir_providers::Clock;

    use super::*;

    /// Counts what it hears.
    struct Counting(Arc<AtomicUsize>);

    #[async_trait]
    impl Ear for Counting {
        async fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
            self.0.fetch_add(samples.len(), Ordering::Relaxed);
            Ok(())
        }

        async fn end_utterance(&mut self) -> Result<(), SpeechError> {
            Ok(())
        }

        async fn finish(&mut self) -> Result<(), SpeechError> {
            Ok(())
        }
    }

    #[async_trait]
    impl StreamingTranscriber for Counting {
        fn id(&self) -> &str {
            "counting"
        }

        async fn listen(&self) -> Result<(Box<dyn Ear>, mpsc::Receiver<Heard>), SpeechError> {
            let (_, heard) = mpsc::channel(1);
            Ok((Box::new(Self(Arc::clone(&self.0))), heard))
        }
    }

    #[tokio::test]
    async fn an_ear_pays_by_the_minute_and_hears_nothing_that_is_not_paid_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("purse.sqlite");
        let purse = Purse::open(&path, 250, Clock::calendar()).await.expect("a purse");
        let prices = Prices { audio_minute: 100, ..Prices::default() };
        let heard = Arc::new(AtomicUsize::new(0));
        let paid = PaidEars::new(Counting(Arc::clone(&heard)), purse.clone(), prices);
        let (mut ear, _) = paid.listen().await.expect("an ear");
        let second = vec![0; SAMPLE_RATE as usize];
        for _ in 0..120 {
            ear.hear(&second).await.expect("two minutes are paid for");
        }
        assert_eq!(purse.spent().await.expect("a sum"), 200);
        let error = ear.hear(&second).await.expect_err("a third one is too much");
        assert_eq!(error, SpeechError::Provider(ProviderError::Spent));
        assert_eq!(heard.load(Ordering::Relaxed), 2 * AT_A_TIME);
    }
}
