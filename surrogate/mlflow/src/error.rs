//! Why a call did not do what was asked.

use std::path::PathBuf;
use std::time::Duration;

/// What a call of this crate ends with when it fails.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed. `call` is the method and path, `"POST runs/log-batch"`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting that no client can be made from.
    #[error("{setting}: got {got}, takes {takes}")]
    Setting {
        /// The setting, by the name of its environment variable.
        setting: &'static str,
        /// What stood there; never a password or token.
        got: String,
        /// What may stand there.
        takes: &'static str,
    },
    /// The HTTP library could not be set up.
    #[error("cannot set up HTTP")]
    Setup(#[source] reqwest::Error),
    /// No thread or runtime could be started.
    #[error("cannot start a thread for the client")]
    Thread(#[source] std::io::Error),
    /// Something to be logged is longer than the server keeps.
    #[error("{what} {key:?} is {got} long, at most {max} is kept")]
    Limit {
        /// What is too long, `"param value"`.
        what: &'static str,
        /// The key that it belongs to, at most 80 characters of it.
        key: String,
        /// Its length.
        got: usize,
        /// The longest that is kept, in the unit of `got`: characters, or bytes
        /// for a `"request"`.
        max: usize,
    },
    /// A key, alias or path that the server would refuse or change.
    #[error("{what} {name:?}: {reason}")]
    Name {
        /// What was named, `"metric key"`.
        what: &'static str,
        /// The name, at most 80 characters of it.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The server could not be reached, or went away before its answer was whole.
    #[error("{call}: {}", innermost(source))]
    Transport {
        /// The call.
        call: String,
        /// The HTTP library's reason.
        source: reqwest::Error,
    },
    /// The server did not answer in time.
    #[error("{call}: no answer within {} s", after.as_secs_f64())]
    Timeout {
        /// The call.
        call: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The server answered, and the answer is no.
    #[error("{call}: {status} {code}: {message}")]
    Status {
        /// The call.
        call: String,
        /// The HTTP status.
        status: u16,
        /// MLflow's own code, `"RESOURCE_DOES_NOT_EXIST"`; empty when the answer
        /// was not MLflow's.
        code: String,
        /// MLflow's words, or the start of the answer's body.
        message: String,
        /// How long the server asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The server answered with something else than MLflow does.
    #[error("{call}: cannot read the answer ({source}): {snippet:?}")]
    Decode {
        /// The call.
        call: String,
        /// The start of the answer's body.
        snippet: String,
        /// What was expected, and where.
        source: serde_json::Error,
    },
    /// An answer larger than any that this client has a use for.
    #[error("{call}: the answer is larger than {max} bytes")]
    AnswerSize {
        /// The call.
        call: String,
        /// The most that is read.
        max: usize,
    },
    /// What was to be sent cannot be written as JSON.
    #[error("{call}: cannot write the request")]
    Encode {
        /// The call.
        call: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The artifacts of this run or model are not behind the tracking server.
    #[error(
        "artifacts lie at {uri:?}; only those that the server proxies (mlflow-artifacts:) can be reached"
    )]
    NotProxied {
        /// Where they are.
        uri: String,
    },
    /// A folder that no run can be recorded in, or sent from.
    #[error("{}: {fault}", folder.display())]
    Spool {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        fault: SpoolFault,
    },
    /// A file of this machine could not be read or written.
    #[error("{}: cannot {doing}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The step that failed, `"open"`.
        doing: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

/// What is wrong with a folder that a run is recorded in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolFault {
    /// Somebody records or sends there at this moment.
    #[error("is in use by another recorder or sender")]
    Busy,
    /// A run is recorded there already.
    #[error("a run is recorded there already; resume it, or take another folder")]
    Taken,
    /// No run is recorded there.
    #[error("no run is recorded there")]
    Empty,
    /// The entries do not begin with the run that they belong to.
    #[error("the entries do not begin with a run")]
    Headless,
    /// A later version of this crate recorded it.
    #[error("is of version {0}, this is version 1")]
    Version(u32),
}

impl Error {
    /// The thing asked for does not exist on the server.
    ///
    /// Most calls say so with a 404; a missing alias is a 400 whose message has
    /// to be read, and so it is here.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Status { status: 404, .. } => true,
            Self::Status { status: 400, code, message, .. } => {
                code == "RESOURCE_DOES_NOT_EXIST"
                    || (message.contains("alias") && message.contains("not found"))
            }
            _ => false,
        }
    }

    /// The thing to be created exists already.
    #[must_use]
    pub fn is_already_there(&self) -> bool {
        matches!(self, Self::Status { code, .. } if code == "RESOURCE_ALREADY_EXISTS")
    }

    /// The server does not accept the user name, password or token (401, 403).
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Status { status: 401 | 403, .. })
    }

    /// The same call may well succeed later: the server is away, slow, busy or
    /// in trouble. Whether it is *harmless* to repeat is another question, which
    /// [`Backoff`](crate::Backoff) answers.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport { .. } | Self::Timeout { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// The server has certainly not begun to do what the call asked for: it was
    /// never reached, or it said that it is too busy.
    pub(crate) fn is_untouched(&self) -> bool {
        match self {
            Self::Transport { source, .. } => source.is_connect(),
            Self::Status { status, .. } => matches!(status, 429 | 503),
            _ => false,
        }
    }

    /// How long the server asks to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    pub(crate) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, doing, source }
    }
}

/// The HTTP library's outer words repeat the address; the cause is what helps.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The start of a text, for a message.
pub(crate) fn start_of(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
