//! Who calls.

use std::time::Duration;

use serde::Deserialize;
use url::Url;

/// Longest that a server may take to let somebody in.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes of the longest answer that is read.
const ANSWER: usize = 64 << 10;

/// What says who calls. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// One that is there already.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// Name and password are of nobody.
    #[error("there is nobody of this name and password")]
    Wrong,
    /// Too many tries.
    #[error("too many tries; try again later")]
    Busy,
    /// It is no site of ours, or it is not well.
    #[error("{url}: got {got}, takes a token")]
    Strange {
        /// Where.
        url: Url,
        /// What came instead.
        got: String,
    },
    /// The site cannot be reached.
    #[error("the site cannot be reached: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// The address is no site's.
    #[error("{0}: takes the http:// or https:// address of a site")]
    Address(Url),
}

/// What is read of the answer.
#[derive(Deserialize)]
struct Me {
    token: String,
}

/// Asks the site for a token, by `POST /api/login`.
///
/// # Errors
/// See [`LogInError`].
pub async fn log_in(site: &Url, name: &str, password: &str) -> Result<Token, LogInError> {
    let url = match (site.scheme(), site.join("/api/login")) {
        ("http" | "https", Ok(url)) => url,
        _ => return Err(LogInError::Address(site.clone())),
    };
    let client = reqwest::Client::builder().timeout(PATIENCE);
    // A redirection could send the password elsewhere.
    let client = client.redirect(reqwest::redirect::Policy::none()).build()?;
    let body = serde_json::json!({ "name": name, "password": password }).to_string();
    let asked = client.post(url.clone()).header("content-type", "application/json").body(body);
    let mut answer = asked.send().await?;
    let strange = |got: String| LogInError::Strange { url: url.clone(), got };
    match answer.status().as_u16() {
        200 => {}
        401 => return Err(LogInError::Wrong),
        429 => return Err(LogInError::Busy),
        status => return Err(strange(format!("status {status}"))),
    }
    let mut text = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        text.extend_from_slice(&piece);
        if text.len() > ANSWER {
            return Err(strange(format!("more than {ANSWER} bytes")));
        }
    }
    let me: Result<Me, _> = serde_json::from_slice(&text);
    me.map(|me| Token(me.token)).map_err(|_| strange("another answer".to_owned()))
}
