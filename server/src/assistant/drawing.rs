//! Words that become a scene: `/api/draw`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_drawing::{Drawing, draw as draw_words, draw_by};
use weir_scene::Scene;

use super::limits::Admitted;
use crate::app::App;
use crate::problem::Problem;

/// Letters of a description.
const LONGEST: usize = 500;

/// What is to be drawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    /// In words: `a funnel and a cup under it`.
    #[schema(max_length = 500)]
    text: String,
}

/// A drawing.
#[derive(Serialize, ToSchema)]
pub(crate) struct Drawn {
    /// A scene file.
    #[schema(value_type = Object)]
    scene: Scene,
    /// What is in it, in words.
    things: Vec<String>,
    /// Words that may have mattered, and were not understood.
    unknown: Vec<String>,
}

/// Draws what is said.
#[utoipa::path(
    post,
    path = "/api/draw",
    request_body = Said,
    responses(
        (status = 200, description = "The drawing", body = Drawn),
        (status = 422, description = "There is nothing in it to draw", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn draw(State(app): State<App>, _: Admitted, Json(said): Json<Said>) -> Response {
    let text = said.text.trim();
    if text.chars().count() > LONGEST {
        let why = format!("text: takes {LONGEST} letters and no more");
        return Problem::unprocessable(why).into_response();
    }
    match drawn(&app, text).await {
        Ok(Drawing { scene, things, unknown }) => {
            Json(Drawn { scene, things, unknown }).into_response()
        }
        Err(error) => Problem::unprocessable(format!("text: {error}")).into_response(),
    }
}

/// By a model where there is one; where it fails, and otherwise, by words.
async fn drawn(app: &App, text: &str) -> Result<Drawing, weir_drawing::DrawingError> {
    let models = app.assistant.models().await;
    if let Some(model) = models.as_ref().ok().and_then(|models| models.chat.as_ref()) {
        match draw_by(model.as_ref(), text, &app.limits).await {
            Ok(drawing) => return Ok(drawing),
            Err(error) => tracing::warn!(%error, "a drawing by the model"),
        }
    }
    draw_words(text, &app.limits)
}
