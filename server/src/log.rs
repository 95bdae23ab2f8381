//! What is noted: a line for each request and each visit. Never what was said in them, and of
//! an address that was asked for nothing after the `?`.

use std::io::IsTerminal as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::config::{LogConfig, LogFormat};
use crate::metrics::Metrics;
use crate::peer::{Client, Peer};

/// The header that names a request, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest name of a request that is taken over from a client.
const LONGEST_ID: usize = 64;

/// Starts the log of this process, on standard error; once one is started this changes nothing.
pub fn start(config: &LogConfig) {
    // The level was checked with the rest of the configuration.
    let filter = EnvFilter::new(&config.level);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Colours are for eyes.
    let log = log.with_ansi(std::io::stderr().is_terminal());
    let started = match config.format {
        LogFormat::Pretty => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "there is a log already");
    }
}

/// The name of a request, for all that is noted of it.
#[derive(Clone, Debug)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The one that the client gave, if it can stand in a log; else a new one.
    fn of(request: &Request) -> Self {
        let given = request.headers().get(REQUEST_ID).filter(|given| is_fit(given.as_bytes()));
        Self(given.cloned().unwrap_or_else(|| {
            let new = uuid::Uuid::new_v4().to_string();
            // The digits of a number can stand in a header.
            HeaderValue::try_from(new).unwrap_or_else(|_| HeaderValue::from_static("none"))
        }))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

fn is_fit(id: &[u8]) -> bool {
    (1..=LONGEST_ID).contains(&id.len())
        && id.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
}

/// Names each request, says who asks, and notes how it ended.
pub async fn note(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = RequestId::of(&request);
    let peer = request.extensions().get::<Peer>().copied();
    if let Some(peer) = peer {
        let client = Client::asking(request.headers(), peer, &app.config);
        request.extensions_mut().insert(client);
    }
    request.extensions_mut().insert(id.clone());
    let route = request.extensions().get::<MatchedPath>();
    let note = Note {
        id: id.clone(),
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        route: route.map_or_else(|| "none".to_owned(), |route| route.as_str().to_owned()),
        status: StatusCode::OK,
        begun,
        bytes: 0,
        metrics: app.metrics,
    };
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, id.0);
    let status = response.status();
    response.map(|body| Body::new(Noted { body, note: Note { status, ..note } }))
}

/// What is noted when the answer has ended.
struct Note {
    id: RequestId,
    method: Method,
    path: String,
    route: String,
    status: StatusCode,
    begun: Instant,
    bytes: u64,
    metrics: Metrics,
}

/// A body that notes its end, also if the client has gone before.
struct Noted {
    body: Body,
    note: Note,
}

impl HttpBody for Noted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.note.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        let Note { id, method, path, route, status, begun, bytes, metrics } = &self.note;
        let took = begun.elapsed();
        metrics.request(route, method.as_str(), *status, took);
        tracing::info!(
            request_id = id.as_str(),
            %method,
            path,
            status = status.as_u16(),
            duration_ms = took.as_secs_f64() * 1e3,
            bytes,
            "request"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::is_fit;

    #[test]
    fn a_name_that_would_break_a_log_is_not_taken_over() {
        assert!(is_fit(b"01J-x_y.z"));
        for id in [&b""[..], b"a b", b"a\"b", b"a\nb", &[b'a'; 65], "ä".as_bytes()] {
            assert!(!is_fit(id), "{id:?}");
        }
    }
}
