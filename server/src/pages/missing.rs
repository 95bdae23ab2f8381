//! What is said where there is nothing.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::HTML;
use crate::problem::Problem;

/// Its title.
pub const TITLE: &str = "There is no such page";

/// What the page says to people.
pub fn main() -> Markup {
    html! {
        h1 { (TITLE) }
        p.lead { "What was here has flowed away, or never was." }
        p {
            "The " a href="/" { "water" } " is where it was; so are the "
            a href="/blog" { "posts" } " and the " a href="/projects" { "projects" } "."
        }
    }
}

/// The answer to who asks for `path`: JSON to programs, `html` to browsers, a line to others.
pub fn answer(
    path: &str,
    headers: &HeaderMap,
    html: &Bytes,
    is_page: impl Fn(&str) -> bool,
) -> Response {
    if path.starts_with("/api/") {
        return Problem::not_found(format!("{path}: there is no such call")).into_response();
    }
    let shorter = path.trim_end_matches('/');
    if shorter != path && is_page(shorter) {
        return Redirect::permanent(shorter).into_response();
    }
    let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_browser = accepted.is_some_and(|accept| accept.contains("text/html"));
    let (kind, body) = match is_browser {
        true => (HTML, html.clone()),
        false => ("text/plain; charset=utf-8", Bytes::from_static(b"there is no such page\n")),
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    (StatusCode::NOT_FOUND, headers, body).into_response()
}
