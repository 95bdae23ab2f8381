//! A client of servers that speak the OpenAI protocol.

mod asking;
mod chat;
mod embedding;
mod speech;
mod transcription;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{ProviderError, Secret};

pub use transcription::{Segment, Transcription, Word};

/// A model of a server. Times are in seconds.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where it is, such as `https://api.openai.com/v1`; `/v1` is put there if it is missing.
    pub base_url: String,
    /// Sent as `Authorization: Bearer`, if the server wants one.
    pub key: Option<Secret>,
    /// Which of its models.
    pub model: String,
    /// Which of its voices; of speech alone.
    pub voice: String,
    /// Numbers of a vector; of embeddings alone. Other vectors are refused.
    pub dimensions: usize,
    /// Texts of one request; of embeddings alone.
    pub batch: usize,
    /// Longest that a connection takes.
    pub connect_s: f32,
    /// Longest that the beginning of an answer takes.
    pub first_s: f32,
    /// Longest between two pieces of an answer.
    pub idle_s: f32,
    /// Most bytes of an answer: of a chat, of its text.
    pub most_bytes: usize,
    /// How often a request is sent at most.
    pub tries: u32,
    /// After so long no request is sent again.
    pub deadline_s: f32,
}

impl Default for Config {
    /// OpenAI with no key and no model: patient for half a minute, three tries.
    fn default() -> Self {
        Self {
            base_url: "https://api.openai.com/v1".into(),
            key: None,
            model: String::new(),
            voice: "alloy".into(),
            dimensions: 1536,
            batch: 128,
            connect_s: 5.0,
            first_s: 30.0,
            idle_s: 15.0,
            most_bytes: 32 << 20,
            tries: 3,
            deadline_s: 20.0,
        }
    }
}

/// Why a configuration does not work. None has the key in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The address is none.
    #[error(
        "base_url takes http:// or https://, a host and a path, without name, password or query"
    )]
    BaseUrl,
    /// The key cannot be sent.
    #[error("key has characters in it that no header may have")]
    Key,
    /// No model is named.
    #[error("model takes the name of a model")]
    Model,
    /// A number is out of its range.
    #[error("{0} takes a positive number")]
    Number(&'static str),
    /// There is no client.
    #[error("no client: {0}")]
    Client(String),
}

/// Asks one model of a server. Copies share their connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    id: String,
    config: Arc<Config>,
    first: Duration,
    idle: Duration,
    deadline: Duration,
    /// The server knows `max_tokens` alone.
    old: Arc<AtomicBool>,
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let base = base(&config.base_url)?;
        if config.model.is_empty() {
            return Err(ConfigError::Model);
        }
        let time = |name, s: f32| match Duration::try_from_secs_f32(s) {
            Ok(time) if !time.is_zero() => Ok(time),
            _ => Err(ConfigError::Number(name)),
        };
        for (name, number) in [
            ("batch", config.batch),
            ("dimensions", config.dimensions),
            ("most_bytes", config.most_bytes),
            ("tries", config.tries as usize),
        ] {
            if number == 0 {
                return Err(ConfigError::Number(name));
            }
        }
        let mut headers = HeaderMap::new();
        if let Some(key) = &config.key {
            headers.insert(AUTHORIZATION, key.header("Bearer ").ok_or(ConfigError::Key)?);
        }
        // A redirection could lead the key and the question to somebody else.
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .redirect(Policy::none())
            .connect_timeout(time("connect_s", config.connect_s)?)
            .build()
            .map_err(|error| ConfigError::Client(error.without_url().to_string()))?;
        Ok(Self {
            http,
            id: format!("{} at {}", config.model, base.host_str().unwrap_or_default()),
            base,
            first: time("first_s", config.first_s)?,
            idle: time("idle_s", config.idle_s)?,
            deadline: time("deadline_s", config.deadline_s)?,
            config: Arc::new(config),
            old: Arc::default(),
        })
    }

    fn unexpected(&self, why: impl Into<String>) -> ProviderError {
        ProviderError::Unexpected { provider: self.id.clone(), why: why.into() }
    }

    fn unreachable(&self, why: impl Into<String>) -> ProviderError {
        ProviderError::Unreachable { provider: self.id.clone(), why: why.into() }
    }

    fn late(&self, after: Duration) -> ProviderError {
        ProviderError::Late { provider: self.id.clone(), after }
    }
}

/// The address that the paths are put after: it ends with `/v1`.
fn base(text: &str) -> Result<Url, ConfigError> {
    let mut url = Url::parse(text.trim()).map_err(|_| ConfigError::BaseUrl)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !plain {
        return Err(ConfigError::BaseUrl);
    }
    let path = url.path().trim_end_matches('/');
    let path = if path.ends_with("/v1") { path.to_owned() } else { format!("{path}/v1") };
    url.set_path(&path);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_v1_and_slashes_or_not() {
        for text in ["http://a", "http://a/", "http://a/v1", "http://a/v1//"] {
            assert_eq!(base(text).expect("an address").as_str(), "http://a/v1");
        }
        let below = base("https://a/openai/").expect("an address");
        assert_eq!(below.as_str(), "https://a/openai/v1");
        for text in ["", "a", "ftp://a", "http://", "http://me:you@a", "http://a/?key=1"] {
            assert_eq!(base(text), Err(ConfigError::BaseUrl), "{text}");
        }
    }
}
