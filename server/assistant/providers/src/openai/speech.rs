//! Text read aloud.

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::Client;
use crate::{ProviderError, Spoken, Voice};

#[async_trait]
impl Voice for Client {
    fn id(&self) -> &str {
        &self.id
    }

    async fn speak(&self, text: &str) -> Result<Spoken, ProviderError> {
        let body = json!({"model": self.config.model, "voice": self.config.voice, "input": text,
            "response_format": "wav"});
        let response = self.ask("audio/speech", |builder| builder.json(&body)).await?;
        let media_type = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let media_type = media_type.unwrap_or("audio/wav").to_owned();
        if !media_type.starts_with("audio/") {
            return Err(self.unexpected("what is no audio"));
        }
        let audio = self.read(response, self.config.most_bytes).await?;
        Ok(Spoken { media_type, audio })
    }
}
