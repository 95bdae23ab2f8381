//! What providers ask for their work.

use serde::{Deserialize, Serialize};

use crate::{ChatRequest, Usage};

/// Tokens that a message takes beside its text.
const FRAME_TOKENS: u64 = 16;

/// What a model costs, in micro-dollars. What is not named costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// Of a million tokens that it reads.
    pub million_tokens_in: u64,
    /// Of a million tokens that it writes.
    pub million_tokens_out: u64,
    /// Of a minute of audio.
    pub audio_minute: u64,
    /// Of a million characters read aloud.
    pub million_characters: u64,
}

impl Prices {
    /// What these tokens cost.
    ///
    /// ```
    /// use weir_providers::{Prices, Usage};
    ///
    /// let prices = Prices { million_tokens_out: 600_000, ..Prices::default() };
    /// assert_eq!(prices.of_tokens(Usage { prompt_tokens: 9, completion_tokens: 10 }), 6);
    /// ```
    pub fn of_tokens(&self, usage: Usage) -> u64 {
        let read = share(self.million_tokens_in, usage.prompt_tokens, 1_000_000);
        read.saturating_add(share(self.million_tokens_out, usage.completion_tokens, 1_000_000))
    }

    /// What so much audio costs.
    pub fn of_audio(&self, milliseconds: u64) -> u64 {
        share(self.audio_minute, milliseconds, 60_000)
    }

    /// What so many characters cost.
    pub fn of_characters(&self, characters: u64) -> u64 {
        share(self.million_characters, characters, 1_000_000)
    }

    /// The most that an answer can cost.
    pub fn most_of_chat(&self, request: &ChatRequest) -> u64 {
        let message = |content: &str| content.len() as u64 + FRAME_TOKENS;
        let messages: u64 = request.messages.iter().map(|m| message(&m.content)).sum();
        let schema = request.schema.as_ref().map(|schema| message(&schema.schema.to_string()));
        // No token is shorter than a byte.
        let prompt_tokens = messages + schema.unwrap_or(0);
        let completion_tokens = u64::from(request.most_tokens);
        self.of_tokens(Usage { prompt_tokens, completion_tokens })
    }

    /// The most that vectors of these texts can cost.
    pub fn most_of_texts(&self, texts: &[String]) -> u64 {
        let prompt_tokens = texts.iter().map(|text| text.len() as u64 + FRAME_TOKENS).sum();
        self.of_tokens(Usage { prompt_tokens, completion_tokens: 0 })
    }
}

/// `price` for `per` of something, for `amount` of it; what is begun is paid.
fn share(price: u64, amount: u64, per: u64) -> u64 {
    let exact = u128::from(price) * u128::from(amount);
    u64::try_from(exact.div_ceil(u128::from(per))).unwrap_or(u64::MAX)
}
