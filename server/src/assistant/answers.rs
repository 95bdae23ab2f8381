//! Questions and their answers, as they come: `/api/ask`.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::sse::{Event as Told, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use weir_answers::jobs::Jobs;
use weir_answers::{Answerer, Event, Within};

use super::limits::Admitted;
use crate::app::App;
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
    _: Admitted,
    Answers(_, answerer): Answers,
    Json(asked): Json<Question>,
) -> Response {
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
    match answerer.answer(&asked.question, &within).await {
        Ok(answer) => {
            let events = answer.map(|event| Ok::<_, Infallible>(told(&event)));
            Sse::new(events).keep_alive(KeepAlive::default()).into_response()
        }
        Err(error) => Problem::unprocessable(format!("question: {error}")).into_response(),
    }
}

/// The postings, and what answers, as they are when somebody asks.
pub struct Answers(pub Arc<Jobs>, pub Answerer);

impl FromRequestParts<App> for Answers {
    type Rejection = Response;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Response> {
        match app.assistant.answering().await {
            Ok(answering) => Ok(Self(answering.jobs(), answering.answerer().clone())),
            // What cannot be opened is the server's business; who asks hears only that.
            Err(why) => {
                tracing::error!(why, "questions are not answered");
                let why = "questions cannot be answered just now";
                Err((StatusCode::SERVICE_UNAVAILABLE, why).into_response())
            }
        }
    }
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
