//! The client: where the server is, who asks, and how patient to be.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::redirect::Policy;

use crate::{Backoff, Environment, Error, Result};

/// An asynchronous client of one MLflow server, on Tokio.
///
/// It is cheap to clone; clones share one pool of connections. Its methods are
/// grouped by noun: [experiments](crate::Experiment), [runs](crate::Run),
/// [batches](crate::Batch), [artifacts](crate::ArtifactRoot),
/// [logged models](crate::LoggedModel) and the
/// [registry](crate::ModelVersion). [`blocking::Client`](crate::blocking::Client)
/// has the same methods for code that is not async.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    /// Without user name, password, query and final slash.
    pub(crate) address: Url,
    pub(crate) auth: Auth,
    pub(crate) timeout: Duration,
    pub(crate) backoff: Backoff,
    connect_timeout: Duration,
}

#[derive(Clone)]
pub(crate) enum Auth {
    Nobody,
    Basic { username: String, password: String },
    Bearer(String),
}

impl Client {
    /// A client of the server at `tracking_uri`, with defaults throughout.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when that is not an `http://` or `https://` address.
    pub fn new(tracking_uri: &str) -> Result<Self> {
        Self::builder(tracking_uri).build()
    }

    /// A client of the server that the [`Environment`] names.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when it names none, or no `http://` or `https://` address.
    pub fn from_env() -> Result<Self> {
        Environment::read().client()
    }

    /// A client of the server at `tracking_uri`, to be set up. The address may
    /// have a path (`https://example.org/mlflow`), and a user name and password.
    pub fn builder(tracking_uri: &str) -> ClientBuilder {
        ClientBuilder {
            tracking_uri: tracking_uri.to_owned(),
            auth: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            backoff: Backoff::default(),
        }
    }

    /// The server's address, without user name and password.
    #[must_use]
    pub fn tracking_uri(&self) -> &str {
        self.shared.address.as_str().trim_end_matches('/')
    }

    /// The same client with another patience.
    #[must_use]
    pub fn with_backoff(&self, backoff: Backoff) -> Self {
        self.with(self.shared.http.clone(), backoff)
    }

    /// The same client with connections of its own, for another runtime: those of
    /// a runtime end with it, and would take with them the calls of others.
    pub(crate) fn with_own_connections(&self) -> Result<Self> {
        Ok(self.with(connections(self.shared.connect_timeout)?, self.shared.backoff.clone()))
    }

    fn with(&self, http: reqwest::Client, backoff: Backoff) -> Self {
        let Shared { address, auth, timeout, connect_timeout, .. } = &*self.shared;
        Self {
            shared: Arc::new(Shared {
                http,
                address: address.clone(),
                auth: auth.clone(),
                timeout: *timeout,
                backoff,
                connect_timeout: *connect_timeout,
            }),
        }
    }
}

fn connections(connect_timeout: Duration) -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect_timeout)
        // A redirected POST would arrive as a GET; see `transport`.
        .redirect(Policy::none())
        .build()
        .map_err(Error::Setup)
}

impl fmt::Debug for Client {
    /// Secrets are not shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let auth = match &self.shared.auth {
            Auth::Nobody => "nobody",
            Auth::Basic { .. } => "basic",
            Auth::Bearer(_) => "bearer",
        };
        formatter
            .debug_struct("Client")
            .field("tracking_uri", &self.tracking_uri())
            .field("auth", &auth)
            .field("timeout", &self.shared.timeout)
            .field("backoff", &self.shared.backoff)
            .finish_non_exhaustive()
    }
}

/// How a [`Client`] is set up.
#[must_use]
pub struct ClientBuilder {
    tracking_uri: String,
    auth: Option<Auth>,
    timeout: Duration,
    connect_timeout: Duration,
    backoff: Backoff,
}

impl ClientBuilder {
    /// Sends a user name and password with each call. They win over what stands
    /// in the address.
    pub fn basic_auth(mut self, username: &str, password: &str) -> Self {
        let (username, password) = (username.to_owned(), password.to_owned());
        self.auth = Some(Auth::Basic { username, password });
        self
    }

    /// Sends a token with each call.
    pub fn bearer_auth(mut self, token: &str) -> Self {
        self.auth = Some(Auth::Bearer(token.to_owned()));
        self
    }

    /// How long one attempt of a call may take, 30 s by default. An artifact may
    /// take longer by the time that its bytes need at 64 KiB/s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a connection may take to come about, 5 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// What is repeated, how often and when.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// The client. No connection is made yet.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] when the address is not `http://` or `https://`, and
    /// [`Error::Setup`] when TLS cannot be set up.
    pub fn build(self) -> Result<Client> {
        let (address, address_auth) = self.address()?;
        Ok(Client {
            shared: Arc::new(Shared {
                http: connections(self.connect_timeout)?,
                address,
                auth: self.auth.or(address_auth).unwrap_or(Auth::Nobody),
                timeout: self.timeout,
                backoff: self.backoff,
                connect_timeout: self.connect_timeout,
            }),
        })
    }

    fn address(&self) -> Result<(Url, Option<Auth>)> {
        let refused = || Error::Setting {
            setting: "MLFLOW_TRACKING_URI",
            // What follows may hold a password.
            got: match self.tracking_uri.split_once("://") {
                Some((scheme, _)) => format!("{scheme}://…"),
                None => "an address without http://".to_owned(),
            },
            takes: "the address of a server, http://… or https://…",
        };
        let mut address = Url::parse(self.tracking_uri.trim()).map_err(|_| refused())?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(refused());
        }
        let auth = address.password().map(|password| Auth::Basic {
            username: decoded(address.username()),
            password: decoded(password),
        });
        address.set_username("").map_err(|()| refused())?;
        address.set_password(None).map_err(|()| refused())?;
        address.set_query(None);
        address.set_fragment(None);
        let path = address.path().trim_end_matches('/').to_owned();
        address.set_path(&path);
        Ok((address, auth))
    }
}

/// What stands percent-encoded in an address.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| first == b'%');
        let byte = escape
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_path_and_credentials() -> Result<()> {
        let client = Client::new("https://ann:p%40ss%zz@example.org/mlflow/?x=1")?;
        assert_eq!(client.tracking_uri(), "https://example.org/mlflow");
        let Auth::Basic { username, password } = &client.shared.auth else {
            panic!("no credentials");
        };
        assert_eq!((username.as_str(), password.as_str()), ("ann", "p@ss%zz"));
        assert_eq!(Client::new("http://127.0.0.1:5000/")?.tracking_uri(), "http://127.0.0.1:5000");
        Ok(())
    }

    #[test]
    fn calls_can_go_to_other_threads() -> Result<()> {
        fn movable<F: Future + Send>(_: F) {}
        let client = Client::new("http://127.0.0.1:1")?;
        let root = crate::ArtifactRoot::from_uri("mlflow-artifacts:/1/a")?;
        movable(client.run("r"));
        movable(client.log_artifact(&root, "a", "a".as_ref()));
        movable(client.download_artifact(&root, "a", "a".as_ref()));
        Ok(())
    }

    #[test]
    fn a_refused_address_keeps_its_password_to_itself() {
        let error = Client::new("ftp://ann:secret@example.org").expect_err("not HTTP");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
