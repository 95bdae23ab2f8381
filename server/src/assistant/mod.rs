//! Questions, voices and calls over HTTP. What they do is in `weir-assistant`, which knows
//! nothing of this.

mod agents;
pub(crate) mod answers;
pub(crate) mod call_sound;
pub(crate) mod calls;
pub(crate) mod drawing;
mod house;
pub(crate) mod jobs;
mod limits;
pub(crate) mod login;
pub(crate) mod recordings;
pub(crate) mod sound;
pub(crate) mod status;
mod visitor_id;
mod voice;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post, put};
use tokio::sync::Semaphore;
use tower_http::limit::RequestBodyLimitLayer;
use weir_assistant::{Assistant, Recording};
use weir_speech::Clip;

use crate::app::App;
use crate::crowd::Crowd;
pub use house::keep_house;
use limits::Questions;
use visitor_id::VisitorId;

/// Voices of one client that are listened to at a time.
const VOICES: usize = 2;
/// Voices that are listened to at a time.
const LISTENERS: usize = 8;
/// Bytes of a sound file.
const SOUND: usize = 10 << 20;

/// The assistant, and who may use how much of it.
pub struct Desk {
    assistant: Assistant,
    /// Voices of each client.
    voices: Crowd,
    /// Voices of all.
    listeners: Arc<Semaphore>,
    questions: Questions,
}

impl std::ops::Deref for Desk {
    type Target = Assistant;

    fn deref(&self) -> &Assistant {
        &self.assistant
    }
}

impl Desk {
    /// Around an assistant.
    pub fn new(assistant: Assistant) -> Self {
        let questions = Questions::new(assistant.config().spending.questions_a_minute);
        Self {
            assistant,
            voices: Crowd::new(VOICES),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            questions,
        }
    }

    /// Keeps a visitor's sound.
    async fn keep(
        &self,
        visitor: &VisitorId,
        clip: &Clip,
        text: &str,
    ) -> Result<Recording, String> {
        let (duration_s, days) = (f64::from(clip.duration_s()), self.config().recordings.days);
        let wav = clip.to_wav().into();
        let kept = self.recordings().keep(visitor.as_str(), wav, duration_s, text, days);
        kept.await.map_err(|error| {
            tracing::error!(%error, "a recording was not kept");
            "the recording could not be kept".to_owned()
        })
    }
}

/// All routes of the assistant.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/voice", any(voice::socket))
        .route("/api/assistant", get(status::status))
        .route("/api/ask", post(answers::ask))
        .route("/api/draw", post(drawing::draw))
        .route("/api/speak", post(sound::speak))
        .route("/api/recordings", get(recordings::list).delete(recordings::delete_all))
        .route("/api/recordings/{id}", get(recordings::sound).delete(recordings::delete))
        .route("/api/login", post(login::login))
        .route("/api/logout", post(login::logout))
        .route("/api/me", get(login::me))
        .route("/api/calls", get(calls::list))
        .route("/api/calls/{id}", get(calls::find).delete(calls::delete))
        .route("/api/calls/{id}/live", get(calls::watch))
        .route("/api/calls/{id}/sound", get(call_sound::sound))
        .route("/api/calls/{id}/landmarks/{landmark}", put(calls::mark))
        .route("/calls/ws", any(calls::socket))
        .route("/recommend_jobs", post(jobs::recommend))
        .route("/job_qa", post(jobs::question))
        .route("/classify_match", post(jobs::classify))
}

/// Routes whose bodies are larger than others may be.
pub fn sound_routes() -> Router<App> {
    Router::new()
        .route("/api/transcribe", post(sound::transcribe))
        .layer(DefaultBodyLimit::max(SOUND))
        .layer(RequestBodyLimitLayer::new(SOUND))
}

/// Where calls come in that come by a port of their own.
pub fn call_routes() -> Router<App> {
    Router::new().route("/", any(calls::socket)).route("/calls/ws", any(calls::socket))
}
