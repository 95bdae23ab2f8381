//! Sends a request, again where that may help, and reads what comes back, up to a bound.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use super::Client;
use crate::ProviderError;

/// First pause between two tries; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// Most bytes of a refusal that are read.
const MOST_REFUSAL: usize = 64 << 10;
/// Longest word of a refusal that is repeated.
const LONGEST_WORD: usize = 64;

/// A refusal, and what it was refused with.
pub struct Refused {
    pub error: ProviderError,
    pub body: Bytes,
}

impl Client {
    /// An answer with a status of success to what `build` makes for a path.
    pub(super) async fn ask(
        &self,
        path: &str,
        build: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Response, Refused> {
        let (start, mut pause) = (Instant::now(), PAUSE);
        let mut tries = 1;
        loop {
            let url = format!("{}/{path}", self.base);
            let refused = match timeout(self.first, build(self.http.post(url)).send()).await {
                Ok(Ok(response)) if response.status().is_success() => return Ok(response),
                Ok(Ok(response)) => self.refused(response).await,
                Ok(Err(error)) => {
                    let again = error.is_connect();
                    let error = self.unreachable(root(error));
                    if !again {
                        return Err(error.into());
                    }
                    error.into()
                }
                // What was understood may be worked on: it is not sent twice.
                Err(_) => return Err(self.late(self.first).into()),
            };
            // Jitter keeps those who failed together from coming back together.
            let wait = match &refused.error {
                ProviderError::TooMany { retry_after: Some(wait), .. } => *wait,
                _ => pause.mul_f32(0.5 + fastrand::f32()),
            };
            let in_time = start.elapsed().checked_add(wait).is_some_and(|end| end < self.deadline);
            if !refused.error.is_passing() || tries >= self.config.tries || !in_time {
                return Err(refused);
            }
            sleep(wait).await;
            tries += 1;
            pause *= 2;
        }
    }

    async fn refused(&self, response: Response) -> Refused {
        let (status, provider) = (response.status(), self.id.clone());
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| {
            let seconds = value.to_str().ok()?.trim().parse::<f64>().ok()?;
            Duration::try_from_secs_f64(seconds).ok()
        });
        // The status says enough if the rest does not come.
        let body = self.read(response, MOST_REFUSAL).await.unwrap_or_default();
        let error = if status == StatusCode::TOO_MANY_REQUESTS {
            ProviderError::TooMany { provider, retry_after }
        } else {
            ProviderError::Refused { provider, status: status.as_u16(), message: words(&body) }
        };
        Refused { error, body }
    }

    /// A body of at most `most` bytes.
    pub(super) async fn read(
        &self,
        mut response: Response,
        most: usize,
    ) -> Result<Bytes, ProviderError> {
        let mut body = Vec::new();
        loop {
            let piece = timeout(self.idle, response.chunk()).await;
            let piece = piece.map_err(|_| self.late(self.idle))?;
            let Some(piece) = piece.map_err(|error| self.unreachable(root(error)))? else {
                return Ok(body.into());
            };
            if body.len() + piece.len() > most {
                return Err(self.unexpected(format!("more than {most} bytes")));
            }
            body.extend_from_slice(&piece);
        }
    }

    /// A body that is JSON.
    pub(super) async fn read_json<T: DeserializeOwned>(
        &self,
        response: Response,
    ) -> Result<T, ProviderError> {
        let body = self.read(response, self.config.most_bytes).await?;
        // What serde says of wrong types may repeat what was answered.
        let place = |error: serde_json::Error| {
            self.unexpected(format!(
                "no such JSON, at line {} column {}",
                error.line(),
                error.column()
            ))
        };
        serde_json::from_slice(&body).map_err(place)
    }
}

impl From<ProviderError> for Refused {
    fn from(error: ProviderError) -> Self {
        Self { error, body: Bytes::new() }
    }
}

impl From<Refused> for ProviderError {
    fn from(refused: Refused) -> Self {
        refused.error
    }
}

/// The deepest cause, without the address.
pub fn root(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Kind, code and parameter of a refusal. Its message is left out: it may repeat the key or what
/// was asked.
fn words(body: &[u8]) -> String {
    let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let is_name = |word: &&str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.[]-".contains(c);
        (1..=LONGEST_WORD).contains(&word.len()) && word.chars().all(allowed)
    };
    let word = |name: &&str| body["error"][*name].as_str().filter(is_name);
    let words: Vec<_> = ["type", "code", "param"].iter().filter_map(word).collect();
    if words.is_empty() { "no reason".into() } else { words.join(", ") }
}
