//! The window as a page, at `/viewer`: files of a folder, if somebody made them.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::app::App;
use crate::config::Config;

/// Where it is.
const AT: &str = "/viewer";
/// What this page may load: a module of WebAssembly, and itself again beside the page.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Whether somebody made it.
pub fn is_there(config: &Config) -> bool {
    config.viewer.join("index.html").is_file()
}

/// Its files are named from its folder.
pub async fn to_folder() -> Redirect {
    Redirect::permanent("/viewer/")
}

/// A file of it.
pub async fn file(State(app): State<App>, mut request: Request) -> Response {
    if !is_there(&app.config) {
        let why = "this server has no window to show: viewer/web/build makes it, and the key \
            `viewer` of the configuration says where it is\n";
        return (StatusCode::NOT_FOUND, why).into_response();
    }
    let path = request.uri().path().strip_prefix(AT).unwrap_or_default();
    match path.parse::<Uri>() {
        Ok(uri) => *request.uri_mut() = uri,
        Err(_) => return StatusCode::NOT_FOUND.into_response(),
    }
    let files = ServeDir::new(&app.config.viewer).precompressed_br().precompressed_gzip();
    let Ok(answer) = files.oneshot(request).await;
    let mut answer = answer.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // Asked for each time, and answered with nothing new.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}
