//! A server that speaks AssemblyAI's streaming protocol, version 3.

mod said;
mod session;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State, WebSocketUpgrade};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

pub use said::Said;

/// What the server bears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How many times faster than real time the server's clock goes.
    pub speed: f64,
    /// Audio that may be ahead of the clock, in seconds of audio.
    pub ahead_s: f64,
    /// Sessions at a time.
    pub sessions: usize,
    /// Longest session, in seconds of the server's clock.
    pub longest_s: f64,
}

impl Default for Limits {
    /// Real time, 2 s ahead, 5 sessions, 3 h.
    fn default() -> Self {
        Self { speed: 1.0, ahead_s: 2.0, sessions: 5, longest_s: 10_800.0 }
    }
}

/// What goes wrong in a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The connection is gone, without a closing frame, after so much audio.
    CutAt {
        /// Seconds of audio.
        audio_s: f64,
    },
    /// The server fails, with an `Error` and code 3005, after so much audio.
    FailAt {
        /// Seconds of audio.
        audio_s: f64,
    },
    /// `Terminate` is heard and nothing follows.
    NoTermination,
}

/// What came in a session, whether or not it was refused.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The parameters of its address.
    pub query: String,
    /// Seconds of audio that were taken.
    pub audio_s: f64,
    /// Kinds of the text messages.
    pub messages: Vec<String>,
    /// The code it was closed with by the server.
    pub code: Option<u16>,
}

struct Inner {
    key: String,
    limits: Limits,
    scripts: Mutex<VecDeque<(Vec<Said>, Option<Fault>)>>,
    sessions: Mutex<Vec<Session>>,
    open: Mutex<usize>,
}

/// The server. It ends when it is dropped.
///
/// ```
/// # tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
/// use weir_mock::{AssemblyAi, Limits, Said};
///
/// let limits = Limits { speed: 20.0, ..Limits::default() };
/// let server = AssemblyAi::start("a key of a test", limits).await.expect("a free port");
/// server.then(vec![Said::new(0.2, 1.4, "Good morning, how can I help?")], None);
/// assert!(server.url().starts_with("ws://127.0.0.1:"));
/// # });
/// ```
pub struct AssemblyAi {
    inner: Arc<Inner>,
    url: String,
    task: AbortHandle,
}

impl AssemblyAi {
    /// A server on a free port that takes this key.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(key: &str, limits: Limits) -> std::io::Result<Self> {
        let inner = Arc::new(Inner {
            key: key.to_owned(),
            limits,
            scripts: Mutex::default(),
            sessions: Mutex::default(),
            open: Mutex::default(),
        });
        let app = Router::new().route("/v3/ws", get(connect)).with_state(inner.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("ws://{}/v3/ws", listener.local_addr()?);
        let task = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        Ok(Self { inner, url, task })
    }

    /// Where it listens, without parameters.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What is said in the next session, and what goes wrong in it. In a session that nothing is
    /// named for there is silence.
    pub fn then(&self, said: Vec<Said>, fault: Option<Fault>) {
        lock(&self.inner.scripts).push_back((said, fault));
    }

    /// The sessions so far, the oldest first.
    pub fn sessions(&self) -> Vec<Session> {
        lock(&self.inner.sessions).clone()
    }
}

impl Drop for AssemblyAi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A session that is counted as long as this lives.
struct Place(Arc<Inner>);

impl Place {
    fn take(inner: &Arc<Inner>) -> Option<Self> {
        let mut open = lock(&inner.open);
        (*open < inner.limits.sessions).then(|| {
            *open += 1;
            Self(inner.clone())
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *lock(&self.0.open) -= 1;
    }
}

impl Limits {
    /// What the clock shows after so long a time.
    fn clock_s(&self, since: Duration) -> f64 {
        since.as_secs_f64() * self.speed
    }
}

async fn connect(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let right = given == Some(&inner.key);
    upgrade.on_upgrade(move |socket| session::serve(inner, socket, query, right))
}

/// What a test left behind when it panicked is still right: every change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
