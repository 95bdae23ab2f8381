//! One call: built, sent, repeated where that is harmless, and its answer read.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::backoff::Repeat;
use crate::client::Auth;
use crate::error::{Error, Result, start_of};
use crate::{Backoff, Client};

/// What every path of MLflow's interface begins with.
const API: &str = "api/2.0/mlflow";
/// The most of an answer that is read: a page of 1000 large runs stays below.
const LARGEST_ANSWER: usize = 256 << 20;
/// As much of an unreadable answer as an error repeats, in characters.
const SNIPPET: usize = 200;

impl Client {
    /// `GET`, with what follows the `?`.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T> {
        let mut url = self.api_url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.get_url(&format!("GET {path}"), &url).await
    }

    pub(crate) async fn get_url<T: DeserializeOwned>(&self, call: &str, url: &Url) -> Result<T> {
        let mut attempts = self.attempts(Repeat::Harmless);
        loop {
            match self.answer(call, self.request(Method::GET, url.clone())).await {
                Err(error) => attempts.after(error).await?,
                answer => return answer,
            }
        }
    }

    /// A call with a JSON body, and an answer that is of interest.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<T> {
        let call = format!("{method} {path}");
        let body = match serde_json::to_vec(body) {
            Ok(body) => bytes(body),
            Err(source) => return Err(Error::Encode { call, source }),
        };
        let url = self.api_url(path);
        let mut attempts = self.attempts(repeat);
        loop {
            let request = self
                .request(method.clone(), url.clone())
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
            match self.answer(&call, request).await {
                Err(error) => attempts.after(error).await?,
                answer => return answer,
            }
        }
    }

    /// A call whose answer says no more than that it worked.
    pub(crate) async fn tell(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<()> {
        self.ask::<serde::de::IgnoredAny>(method, path, body, repeat).await.map(drop)
    }

    /// The address of a path of the tracking interface.
    fn api_url(&self, path: &str) -> Url {
        self.url(API.split('/').chain(path.split('/')))
    }

    /// The server's address, followed by segments that it encodes as needed.
    pub(crate) fn url<'a>(&self, segments: impl Iterator<Item = &'a str>) -> Url {
        let mut url = self.shared.address.clone();
        // An address that cannot have a path is refused when the client is built.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.shared.http.request(method, url);
        match &self.shared.auth {
            Auth::Nobody => request,
            Auth::Basic { username, password } => request.basic_auth(username, Some(password)),
            Auth::Bearer(token) => request.bearer_auth(token),
        }
    }

    /// The attempts of one call, of which none has been made yet.
    pub(crate) fn attempts(&self, repeat: Repeat) -> Attempts<'_> {
        Attempts { backoff: &self.shared.backoff, repeat, failures: 0 }
    }

    /// One attempt, within the time that a call may take.
    async fn answer<T: DeserializeOwned>(&self, call: &str, request: RequestBuilder) -> Result<T> {
        let after = self.shared.timeout;
        within(after, call, async {
            let body = whole_body(call, self.accepted(call, request).await?).await?;
            serde_json::from_slice(&body).map_err(|source| Error::Decode {
                call: call.to_owned(),
                snippet: snippet(&body),
                source,
            })
        })
        .await
    }

    /// Sends a request; an answer other than 2xx is an error.
    pub(crate) async fn accepted(&self, call: &str, request: RequestBuilder) -> Result<Response> {
        let response = request.send().await.map_err(|source| transport(call, source))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refusal(call, response).await)
    }
}

/// How often a call has failed, and whether it is worth another attempt.
pub(crate) struct Attempts<'a> {
    backoff: &'a Backoff,
    repeat: Repeat,
    failures: u32,
}

impl Attempts<'_> {
    /// Waits until it is time for another attempt, or hands the error back when
    /// there shall be none.
    pub(crate) async fn after(&mut self, error: Error) -> Result<()> {
        self.failures += 1;
        match self.backoff.wait(self.failures, &error, self.repeat, fastrand::f64()) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return Err(error),
        }
        Ok(())
    }
}

/// Gives up when `work` takes too long.
pub(crate) async fn within<T>(
    after: Duration,
    call: &str,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(after, work).await {
        Ok(result) => result,
        Err(_) => Err(Error::Timeout { call: call.to_owned(), after }),
    }
}

/// Cheap to clone, for each attempt.
fn bytes(body: Vec<u8>) -> tokio_util::bytes::Bytes {
    body.into()
}

pub(crate) fn transport(call: &str, source: reqwest::Error) -> Error {
    // The address is in `call`, and may hold what should not be in a message.
    Error::Transport { call: call.to_owned(), source: source.without_url() }
}

/// The body, which is only then an answer when it is whole.
async fn whole_body(call: &str, mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|source| transport(call, source))? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return Err(Error::AnswerSize { call: call.to_owned(), max: LARGEST_ANSWER });
        }
    }
    Ok(body)
}

/// The server's no, in MLflow's words where it is MLflow's.
async fn refusal(call: &str, response: Response) -> Error {
    #[derive(serde::Deserialize)]
    struct Refusal {
        #[serde(default)]
        error_code: String,
        #[serde(default)]
        message: String,
    }
    let status = response.status().as_u16();
    let header = |name| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    // The other form of the header, a date, is not worth a calendar: our own
    // wait serves then.
    let retry_after =
        header(RETRY_AFTER).and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let location = header(LOCATION).filter(|_| (300..400).contains(&status));
    // A body that breaks off still leaves the status.
    let body = whole_body(call, response).await.unwrap_or_default();
    let Refusal { error_code: code, message } = match serde_json::from_slice(&body) {
        Ok(refusal) => refusal,
        Err(_) => Refusal { error_code: String::new(), message: snippet(&body) },
    };
    let message = match location {
        Some(there) => format!("the server sends to {there}; is that the address to use?"),
        None => message,
    };
    Error::Status { call: call.to_owned(), status, code, message, retry_after }
}

fn snippet(body: &[u8]) -> String {
    start_of(String::from_utf8_lossy(&body[..body.len().min(8 * SNIPPET)]).trim(), SNIPPET)
}
