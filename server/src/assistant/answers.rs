//! Questions and their answers, as they come: `/api/ask`.

use std::convert::Infallible;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::sse::{Event as Told, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use weir_answers::{Event, Within};

use crate::app::App;
use crate::peer::Client;
use crate::problem::Problem;

/// A question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// The question.
    #[schema(max_length = 500, example = "What moves the water?")]
    question: String,
    /// What it is about: `about` for the project and its author, `jobs`, or all of it.
    scope: Option<String>,
}

/// Letters of a question.
const LONGEST: usize = 500;

/// Answers a question from documents, as server-sent events: `sources`, or `nearest` where nothing
/// answers; `text`, piece by piece, in which `[1]` cites a source; and `done`.
#[utoipa::path(
    post,
    path = "/api/ask",
    request_body = Question,
    responses(
        (status = 200, description = "Events", content_type = "text/event-stream", body = String),
        (status = 422, description = "It is no question", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many questions", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn ask(
    State(app): State<App>,
    client: Option<Extension<Client>>,
    Json(asked): Json<Question>,
) -> Response {
    if let Err(too_many) = app.assistant.questions.admit(client.map(|Extension(client)| client)) {
        return *too_many;
    }
    if asked.question.chars().count() > LONGEST {
        let why = format!("question: takes {LONGEST} letters and no more");
        return Problem::unprocessable(why).into_response();
    }
    let scopes: &[&str] = match asked.scope.as_deref() {
        None => &[],
        Some("about") => &["about", "posts", "projects"],
        Some("jobs") => &["jobs"],
        Some(other) => {
            let why = format!("scope: got {other:?}, takes about or jobs");
            return Problem::unprocessable(why).into_response();
        }
    };
    let within = match scopes {
        [] => Within::All,
        scopes => Within::Scopes(scopes.iter().map(|scope| (*scope).to_owned()).collect()),
    };
    let answering = match app.assistant.answering().await {
        Ok(answering) => answering,
        Err(why) => return unavailable(&why),
    };
    match answering.answerer().answer(&asked.question, &within).await {
        Ok(answer) => {
            let events = answer.map(|event| Ok::<_, Infallible>(told(&event)));
            Sse::new(events).keep_alive(KeepAlive::default()).into_response()
        }
        Err(error) => Problem::unprocessable(format!("question: {error}")).into_response(),
    }
}

/// What cannot be opened is the server's business; who asks hears only that.
pub fn unavailable(why: &str) -> Response {
    tracing::error!(why, "questions are not answered");
    (StatusCode::SERVICE_UNAVAILABLE, "questions cannot be answered just now").into_response()
}

fn told(event: &Event) -> Told {
    let (name, data) = match event {
        Event::Sources(sources) => ("sources", json!(sources)),
        Event::Nearest(nearest) => ("nearest", json!(nearest)),
        Event::Text(text) => ("text", json!({ "text": text })),
        Event::Done { abstained, by, ending } => {
            ("done", json!({ "abstained": abstained, "by": by, "ending": ending }))
        }
    };
    Told::default().event(name).data(data.to_string())
}
