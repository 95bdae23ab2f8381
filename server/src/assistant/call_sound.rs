//! The sound of a call: `/api/calls/{id}/sound`.

use std::ops::Range;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use weir_assistant::CallSound;

use super::login::LoggedIn;
use crate::app::App;
use crate::problem::Problem;
use crate::range::{Asked, asked};

/// The sound of a call, if it is kept: both voices side by side, as far as it is written.
#[utoipa::path(
    get,
    path = "/api/calls/{id}/sound",
    params(
        ("id" = String, Path, description = "Its id in the list"),
        ("range" = Option<String>, Header, description = "A part of it: bytes=FIRST-LAST"),
    ),
    responses(
        (status = 200, description = "A WAV file", content_type = "audio/wav"),
        (status = 206, description = "A part of it", content_type = "audio/wav"),
        (status = 404, description = "There is none that you may hear", body = Problem,
            content_type = "application/problem+json"),
        (status = 416, description = "It has no such part"),
    )
)]
pub async fn sound(
    State(app): State<App>,
    who: LoggedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match app.assistant.calls().find(&who.viewer(), &id).await {
        Ok(Some(_)) => {}
        Ok(None) => return none(&id),
        Err(error) => return failed(&error),
    }
    match app.assistant.call_sounds().open(&id).await {
        Ok(Some(sound)) => answer(sound, &headers),
        Ok(None) => none(&id),
        Err(error) => failed(&error),
    }
}

fn answer(sound: CallSound, headers: &HeaderMap) -> Response {
    let length = sound.bytes();
    // It has no name for what it was when a part of it was asked for before.
    let range = headers.get(header::RANGE).filter(|_| !headers.contains_key(header::IF_RANGE));
    let range = range.and_then(|range| range.to_str().ok());
    let told = |bytes: &Range<u64>| {
        [
            (header::CONTENT_TYPE, "audio/wav".to_owned()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
            (header::CONTENT_LENGTH, (bytes.end - bytes.start).to_string()),
        ]
    };
    // No file here has more bytes than a machine counts.
    match range.map_or(Asked::All, |range| asked(range, length as usize)) {
        Asked::All => (told(&(0..length)), body(sound, 0..length)).into_response(),
        Asked::Part(part) => {
            let part = part.start as u64..part.end as u64;
            let is = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            let is = [(header::CONTENT_RANGE, is)];
            (StatusCode::PARTIAL_CONTENT, told(&part), is, body(sound, part)).into_response()
        }
        Asked::Beyond => {
            let has = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, has).into_response()
        }
    }
}

/// Sound as it is read: never more than ten seconds at a time.
fn body(sound: CallSound, bytes: Range<u64>) -> Body {
    Body::from_stream(stream::try_unfold((sound, bytes), |(sound, rest)| async move {
        let part = sound.read(rest.clone()).await.inspect_err(|error| {
            tracing::error!(%error, "the sound of a call");
        })?;
        let next = rest.start + part.len() as u64..rest.end;
        Ok::<_, weir_assistant::SoundReadError>((!part.is_empty()).then_some((part, (sound, next))))
    }))
}

fn none(id: &str) -> Response {
    Problem::not_found(format!("call {id:?}: there is no sound of it that you may hear"))
        .into_response()
}

/// What the disk has is the server's business.
fn failed(error: &impl std::fmt::Display) -> Response {
    tracing::error!(%error, "the sound of a call");
    let why = "sound cannot be found just now".to_owned();
    (StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
}
