//! What is said in a recording.

use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use serde::Deserialize;

use super::Client;
use crate::ProviderError;

/// What is said in a recording. Times are seconds from its beginning.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Transcription {
    /// All of it.
    pub text: String,
    /// In the server's words, such as `english`; empty if it does not say.
    #[serde(default)]
    pub language: String,
    /// How long the recording is.
    #[serde(rename = "duration", default)]
    pub duration_s: f64,
    /// Its words; none if the server does not say when each was said.
    #[serde(default)]
    pub words: Vec<Word>,
    /// Its sentences, or what the server takes for them.
    #[serde(default)]
    pub segments: Vec<Segment>,
}

/// A word.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Word {
    /// The word.
    #[serde(rename = "word")]
    pub text: String,
    /// When it begins.
    #[serde(rename = "start")]
    pub start_s: f64,
    /// When it ends.
    #[serde(rename = "end")]
    pub end_s: f64,
}

/// A part of a recording.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Segment {
    /// What is said in it.
    pub text: String,
    /// When it begins.
    #[serde(rename = "start")]
    pub start_s: f64,
    /// When it ends.
    #[serde(rename = "end")]
    pub end_s: f64,
    /// Mean of the logarithms of the probabilities of its tokens, if that is said.
    pub avg_logprob: Option<f64>,
    /// Probability that nobody speaks, if that is said.
    pub no_speech_prob: Option<f64>,
}

impl Client {
    /// What is said in `wav`, a whole WAV file; `language` as ISO 639-1, such as `en`, if it is
    /// known.
    ///
    /// # Errors
    /// It is not told.
    pub async fn transcribe(
        &self,
        wav: Bytes,
        language: Option<&str>,
    ) -> Result<Transcription, ProviderError> {
        let response = self.ask("audio/transcriptions", |builder| {
            let length = wav.len() as u64;
            let file = Part::stream_with_length(wav.clone(), length).file_name("audio.wav");
            let mut form = Form::new()
                .part("file", file)
                .text("model", self.config.model.clone())
                .text("response_format", "verbose_json")
                .text("timestamp_granularities[]", "word")
                .text("timestamp_granularities[]", "segment");
            if let Some(language) = language {
                form = form.text("language", language.to_owned());
            }
            builder.multipart(form)
        });
        self.read_json(response.await?).await
    }
}
