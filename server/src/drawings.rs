//! Drawings that visitors keep to share them: `/api/drawings`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use weir_kept::KeptError;
use weir_scene::Scene;

use crate::app::App;
use crate::problem::Problem;

/// Where a drawing is from now on.
#[derive(Serialize, ToSchema)]
pub(crate) struct Kept {
    /// What it is asked for by: the same for the same drawing.
    id: String,
}

/// Keeps a scene.
#[utoipa::path(
    post,
    path = "/api/drawings",
    request_body(content = Object, description = "A scene file, as JSON"),
    responses(
        (status = 201, description = "It is kept", body = Kept),
        (status = 413, description = "It is too large", body = Problem,
            content_type = "application/problem+json"),
        (status = 422, description = "It is no scene", body = Problem,
            content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn keep(State(app): State<App>, body: String) -> Response {
    let scene = match Scene::from_json_within(&body, &app.limits) {
        Ok(scene) => scene,
        Err(error) => return Problem::unprocessable(error.to_string()).into_response(),
    };
    // In the words of the program, so that blanks make no other drawing.
    let text = match serde_json::to_string(&scene) {
        Ok(text) => text,
        Err(error) => return Problem::unprocessable(error.to_string()).into_response(),
    };
    match app.store.keep(&text).await {
        Ok(id) => {
            let at = [(header::LOCATION, format!("/api/drawings/{id}"))];
            (StatusCode::CREATED, at, Json(Kept { id })).into_response()
        }
        Err(error) => failed(&error),
    }
}

/// A scene that somebody kept.
#[utoipa::path(
    get,
    path = "/api/drawings/{id}",
    params(("id" = String, Path, description = "What keeping it answered")),
    responses(
        (status = 200, description = "The scene", body = Object),
        (status = 404, description = "There is none, or it was not asked for in a long time",
            body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn find(State(app): State<App>, Path(id): Path<String>) -> Response {
    match app.store.find(&id).await {
        Ok(Some(scene)) => ([(header::CONTENT_TYPE, "application/json")], scene).into_response(),
        Ok(None) => Problem::not_found(format!("drawing {id:?}: there is none")).into_response(),
        Err(error) => failed(&error),
    }
}

/// What the disk has is the server's business; the visitor only hears that it failed.
fn failed(error: &KeptError) -> Response {
    tracing::error!(%error, "the store of drawings");
    let why = "drawings cannot be kept or found just now".to_owned();
    (StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
}
