//! Sound that comes as a file, and text that becomes sound.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_providers::ProviderError;
use weir_speech::SpeechError;

use super::limits::Admitted;
use crate::app::App;
use crate::problem::Problem;

/// Letters that are read aloud at a time.
const LONGEST: usize = 2_000;

/// What was said in a file.
#[derive(Serialize, ToSchema)]
pub(crate) struct Transcribed {
    /// All of it.
    text: String,
    /// Seconds of sound.
    heard_s: f32,
}

/// What is said in a sound file.
#[utoipa::path(
    post,
    path = "/api/transcribe",
    request_body(content = Vec<u8>, content_type = "audio/wav",
        description = "A WAV, Ogg, WebM or MP4 file of at most a minute and 10 MB; nothing of it is kept"),
    responses(
        (status = 200, description = "What is said in it", body = Transcribed),
        (status = 422, description = "It is no sound that can be read", body = Problem,
            content_type = "application/problem+json"),
        (status = 503, description = "There is nobody to listen", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn transcribe(State(app): State<App>, _: Admitted, body: Bytes) -> Response {
    match app.assistant.transcribe_file(body).await {
        Ok((transcript, heard_s)) => {
            Json(Transcribed { text: transcript.text, heard_s }).into_response()
        }
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &SpeechError) -> Response {
    match error {
        SpeechError::Sound(_) => Problem::unprocessable(error.to_string()).into_response(),
        SpeechError::Missing(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response()
        }
        SpeechError::Provider(error) => provider(error),
        SpeechError::Failed(_) => {
            tracing::error!(%error, "a file was not transcribed");
            (StatusCode::INTERNAL_SERVER_ERROR, "it could not be transcribed").into_response()
        }
    }
}

/// What a provider did wrong is the server's business; the visitor hears what it means.
pub fn provider(error: &ProviderError) -> Response {
    tracing::warn!(%error, "a provider");
    let why = match error {
        ProviderError::Spent => "what may be spent today is spent; come again tomorrow",
        _ => "somebody whom this server asks does not answer",
    };
    (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
}

/// A text that is to be read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    /// The text.
    #[schema(max_length = 2000)]
    text: String,
}

/// Reads a text aloud, where the server has a voice.
#[utoipa::path(
    post,
    path = "/api/speak",
    request_body = Text,
    responses(
        (status = 200, description = "Sound", content_type = "audio/mpeg"),
        (status = 404, description = "This server has no voice", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn speak(State(app): State<App>, _: Admitted, Json(text): Json<Text>) -> Response {
    let models = app.assistant.models().await;
    let Some(voice) = models.as_ref().ok().and_then(|models| models.voice.as_ref()) else {
        return Problem::not_found("this server has no voice; browsers have".to_owned())
            .into_response();
    };
    if text.text.chars().count() > LONGEST {
        let why = format!("text: takes {LONGEST} letters and no more");
        return Problem::unprocessable(why).into_response();
    }
    match voice.speak(&text.text).await {
        Ok(spoken) => ([(header::CONTENT_TYPE, spoken.media_type)], spoken.audio).into_response(),
        Err(error) => provider(&error),
    }
}
