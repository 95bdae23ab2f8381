//! Plain HTTP, for who types no `https://`: the same address, encrypted.

use axum::Router;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::limit::RequestBodyLimitLayer;

/// Sends to HTTPS on this port.
pub fn router(port: u16, body_bytes: usize) -> Router {
    let send = move |request: Request| async move { send(&request, port) };
    Router::new().fallback(send).layer(RequestBodyLimitLayer::new(body_bytes))
}

fn send(request: &Request, port: u16) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let Some(host) = host.filter(|host| !host.as_str().contains('@')) else {
        return (StatusCode::BAD_REQUEST, "Host: takes a name and a port\n").into_response();
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let place = match port {
        443 => format!("https://{}{path}", host.host()),
        _ => format!("https://{}:{port}{path}", host.host()),
    };
    // Permanent, and a POST stays one.
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response()
}
