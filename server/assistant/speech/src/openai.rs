//! Speech to text by a server that speaks OpenAI's protocol.

use async_trait::async_trait;
use weir_providers::openai::{Client, Transcription};
use weir_providers::{ChatModel, Prices, ProviderError, Purse};

use crate::voice::{Piece, Segments};
use crate::{Clip, Endpointing, SpeechError, Transcriber, Transcript, Word};

/// A model of a server that speaks OpenAI's protocol. By [`crate::Endpointed`] it listens.
///
/// A clip without voice is not sent: it would cost, and models write down what nobody said.
pub struct OpenAi {
    id: String,
    client: Client,
    language: Option<String>,
    payment: Option<(Purse, Prices)>,
}

impl OpenAi {
    /// By a client; `language` as ISO 639-1, such as `en`, if it is known.
    pub fn new(client: Client, language: Option<String>) -> Self {
        Self { id: ChatModel::id(&client).to_owned(), client, language, payment: None }
    }

    /// Pays from a purse: what is not in it is not asked for.
    #[must_use]
    pub fn paid_from(mut self, purse: Purse, prices: Prices) -> Self {
        self.payment = Some((purse, prices));
        self
    }

    async fn ask(&self, clip: &Clip) -> Result<Transcription, ProviderError> {
        let ask = self.client.transcribe(clip.to_wav().into(), self.language.as_deref());
        let Some((purse, prices)) = &self.payment else { return ask.await };
        let price = prices.of_audio((clip.duration_s() * 1000.0).ceil() as u64);
        // It counts in full even if the answer fails: nobody knows whether it was computed.
        let _counted = purse.reserve(price).await?;
        ask.await
    }
}

#[async_trait]
impl Transcriber for OpenAi {
    fn id(&self) -> &str {
        &self.id
    }

    async fn transcribe(&self, clip: &Clip) -> Result<Transcript, SpeechError> {
        let pieces = Segments::new(&Endpointing::default()).hear(&clip.samples);
        if !pieces.iter().any(|piece| matches!(piece, Piece::Begins { .. })) {
            return Ok(Transcript::default());
        }
        Ok(transcript(self.ask(clip).await?))
    }
}

/// Of a word the server does not say how sure it is; of the segment around it it may.
fn transcript(heard: Transcription) -> Transcript {
    let confidence = |at_s: f64| {
        let around = heard.segments.iter().find(|part| (part.start_s..=part.end_s).contains(&at_s));
        let log = around.and_then(|part| part.avg_logprob);
        log.map_or(1.0, |log| log.exp().clamp(0.0, 1.0)) as f32
    };
    let words = heard.words.iter().map(|word| Word {
        text: word.text.trim().to_owned(),
        start_s: word.start_s as f32,
        end_s: word.end_s as f32,
        confidence: confidence(0.5 * (word.start_s + word.end_s)),
    });
    Transcript { text: heard.text.trim().to_owned(), words: words.collect() }
}
