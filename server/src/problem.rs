//! What went wrong, as programs expect to be told (RFC 9457): each answer to a program that is an
//! error is one of these, whoever made it.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Of a problem.
const KIND: &str = "application/problem+json";
/// Bytes of a text that become the detail.
const DETAIL: usize = 4 << 10;

/// A problem, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `about:blank`: the status says what kind it is.
    r#type: String,
    /// The status in words.
    title: String,
    /// The status.
    status: u16,
    /// What it is this time, for people.
    detail: String,
    /// The path that was asked for.
    instance: String,
}

impl Problem {
    fn new(status: StatusCode, detail: String, instance: &str) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        let (r#type, instance) = ("about:blank".to_owned(), instance.to_owned());
        Self { r#type, title, status: status.as_u16(), detail, instance }
    }

    /// There is no such thing.
    pub fn not_found(detail: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail, "")
    }

    /// What was sent is not what it should be.
    pub fn unprocessable(detail: String) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail, "")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(KIND));
        response
    }
}

/// Whether programs ask here.
fn is_for_programs(path: &str) -> bool {
    path == "/api"
        || path.starts_with("/api/")
        || matches!(path, "/recommend_jobs" | "/job_qa" | "/classify_match")
}

/// Makes problems of all errors that programs meet.
pub async fn tell(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || !is_for_programs(&path) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = to_bytes(body, DETAIL).await.unwrap_or_default();
    let detail = match serde_json::from_slice::<Problem>(&text) {
        Ok(problem) => problem.detail,
        Err(_) if text.is_empty() => said(status, &path),
        Err(_) => String::from_utf8_lossy(&text).trim().to_owned(),
    };
    let told = Problem::new(status, detail, &path).into_response();
    let (told_parts, body) = told.into_parts();
    // `Allow` and `Retry-After` are as they were.
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(told_parts.headers);
    Response::from_parts(parts, body)
}

/// What to say where nothing was said.
fn said(status: StatusCode, path: &str) -> String {
    match status {
        StatusCode::NOT_FOUND => format!("{path}: there is nothing here"),
        StatusCode::METHOD_NOT_ALLOWED => format!("{path}: takes the methods in Allow"),
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than this server takes".to_owned(),
        _ => status.canonical_reason().unwrap_or("an error").to_owned(),
    }
}
