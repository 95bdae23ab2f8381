//! The pages, embedded in the program.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::app::App;
use crate::range::{Asked, asked};

#[derive(RustEmbed)]
#[folder = "web"]
#[exclude = "test/*"]
struct Assets;

/// The first page.
pub async fn home(headers: HeaderMap) -> Response {
    let page = asset("index.html", &headers);
    page.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// What can be asked for under `/api`, for people.
pub async fn api_docs(headers: HeaderMap) -> Response {
    let page = asset("docs/index.html", &headers);
    page.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// Anything else.
pub async fn file(
    State(app): State<App>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let at = format!("/{path}");
    let page = app.pages.answer(&at, &headers);
    let found = page.or_else(|| asset(&path, &headers));
    found.unwrap_or_else(|| app.pages.missing(&at, &headers))
}

/// A file in the program.
pub fn embedded(path: &str) -> Option<Cow<'static, [u8]>> {
    Assets::get(path).map(|file| file.data)
}

fn asset(path: &str, headers: &HeaderMap) -> Option<Response> {
    let file = Assets::get(path)?;
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let tag = tag(&file.metadata.sha256_hash());
    let bytes = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    Some(tagged(kind.as_ref(), bytes, &tag, headers))
}

/// What a file with this hash is called in a cache.
pub fn tag(hash: &[u8]) -> String {
    let tag: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    // Weak: compressed or not, it is the same.
    format!("W/\"{tag}\"")
}

/// An answer: all of `bytes`, the part that is asked for, or that nothing is new since `tag`.
pub fn tagged(kind: &str, bytes: Bytes, tag: &str, headers: &HeaderMap) -> Response {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let told = [
        (header::CONTENT_TYPE, kind),
        (header::ETAG, tag),
        // Asked for each time, and answered with nothing new.
        (header::CACHE_CONTROL, "no-cache"),
        (header::ACCEPT_RANGES, "bytes"),
    ];
    if text(header::IF_NONE_MATCH) == Some(tag) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    // A part of what has changed would not fit to the parts before it.
    let is_same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let range = text(header::RANGE).filter(|_| is_same);
    let length = bytes.len();
    match range.map_or(Asked::All, |range| asked(range, length)) {
        Asked::All => (told, bytes).into_response(),
        Asked::Part(part) => {
            let is = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            let is = [(header::CONTENT_RANGE, is)];
            (StatusCode::PARTIAL_CONTENT, told, is, bytes.slice(part)).into_response()
        }
        Asked::Beyond => {
            let has = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, has).into_response()
        }
    }
}
