//! What this server's assistant can do: `/api/assistant`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use weir_assistant::config::SpeechBy;

use crate::app::App;

/// What can be done.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    transcription: Transcription,
    /// Who words answers.
    answers: String,
    /// Who reads them aloud: `off`, `browser` or `openai`.
    #[schema(value_type = String)]
    speech: SpeechBy,
    /// Seconds of the longest recording.
    longest_s: u32,
    /// Days that a recording is kept, if the visitor wants that.
    recording_days: u32,
    /// Whether anybody could log in, to take calls.
    has_accounts: bool,
}

/// Whether voices are heard.
#[derive(Serialize, ToSchema)]
struct Transcription {
    is_ready: bool,
    /// By what.
    by: Option<String>,
    /// Why not, and what to install.
    why: Option<String>,
}

/// What this server's assistant can do.
#[utoipa::path(
    get,
    path = "/api/assistant",
    responses((status = 200, description = "What can be done", body = Status))
)]
pub async fn status(State(app): State<App>) -> Json<Status> {
    let (by, why) = match app.assistant.streaming().await {
        Ok(streaming) => (Some(streaming.id().to_owned()), None),
        Err(why) => (None, Some(why)),
    };
    let has_accounts = app.assistant.accounts().is_empty().await.map_or_else(
        |error| {
            tracing::error!(%error, "accounts");
            true
        },
        |is_empty| !is_empty,
    );
    let config = app.assistant.config();
    let model = app.assistant.models().await.ok().and_then(|models| models.chat.as_ref());
    let answers = model.map_or("quotes from documents".to_owned(), |model| model.id().to_owned());
    Json(Status {
        transcription: Transcription { is_ready: by.is_some(), by, why },
        answers,
        speech: config.speech.by,
        longest_s: config.recordings.longest_s,
        recording_days: config.recordings.days,
        has_accounts,
    })
}
