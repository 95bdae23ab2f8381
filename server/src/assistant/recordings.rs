//! A visitor's recordings: `/api/recordings`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use weir_assistant::RecordingError;

use super::visitor_id::VisitorId;
use crate::app::App;
use crate::problem::Problem;

/// How many there were.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deleted {
    /// Recordings that are no more.
    deleted: u64,
}

/// The recordings of a visitor, the newest first.
#[utoipa::path(
    get,
    path = "/api/recordings",
    params(("weir-visitor" = String, Header, description = "The word under which they are kept")),
    responses(
        (status = 200, description = "What is known of each", body = [Object]),
        (status = 401, description = "No visitor is named", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn list(State(app): State<App>, visitor: VisitorId) -> Response {
    match app.assistant.recordings().of(visitor.as_str()).await {
        Ok(all) => Json(all).into_response(),
        Err(error) => failed(&error),
    }
}

/// The sound of one of them.
#[utoipa::path(
    get,
    path = "/api/recordings/{id}",
    params(
        ("id" = String, Path, description = "Its id in the list"),
        ("weir-visitor" = String, Header, description = "The word under which it is kept"),
    ),
    responses(
        (status = 200, description = "A WAV file", content_type = "audio/wav"),
        (status = 404, description = "This visitor has none of this id", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn sound(State(app): State<App>, visitor: VisitorId, Path(id): Path<String>) -> Response {
    match app.assistant.recordings().sound(visitor.as_str(), &id).await {
        Ok(Some(sound)) => {
            let told = [(header::CONTENT_TYPE, "audio/wav"), (header::CACHE_CONTROL, "no-store")];
            (told, sound).into_response()
        }
        Ok(None) => none(&id),
        Err(error) => failed(&error),
    }
}

/// Deletes one of them.
#[utoipa::path(
    delete,
    path = "/api/recordings/{id}",
    params(
        ("id" = String, Path, description = "Its id in the list"),
        ("weir-visitor" = String, Header, description = "The word under which it is kept"),
    ),
    responses(
        (status = 200, description = "It is no more", body = Deleted),
        (status = 404, description = "This visitor has none of this id", body = Problem,
            content_type = "application/problem+json"),
    )
)]
pub async fn delete(
    State(app): State<App>,
    visitor: VisitorId,
    Path(id): Path<String>,
) -> Response {
    match app.assistant.recordings().delete(visitor.as_str(), Some(&id)).await {
        Ok(0) => none(&id),
        Ok(deleted) => Json(Deleted { deleted }).into_response(),
        Err(error) => failed(&error),
    }
}

/// Deletes all of them.
#[utoipa::path(
    delete,
    path = "/api/recordings",
    params(("weir-visitor" = String, Header, description = "The word under which they are kept")),
    responses((status = 200, description = "They are no more", body = Deleted))
)]
pub async fn delete_all(State(app): State<App>, visitor: VisitorId) -> Response {
    match app.assistant.recordings().delete(visitor.as_str(), None).await {
        Ok(deleted) => Json(Deleted { deleted }).into_response(),
        Err(error) => failed(&error),
    }
}

fn none(id: &str) -> Response {
    Problem::not_found(format!("recording {id:?}: you have none of this id")).into_response()
}

/// What the disk has is the server's business; the visitor only hears that it failed.
fn failed(error: &RecordingError) -> Response {
    tracing::error!(%error, "the store of recordings");
    let why = "recordings cannot be kept or found just now".to_owned();
    (StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
}
