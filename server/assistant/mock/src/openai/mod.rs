//! A server that speaks the OpenAI protocol: chat, transcription, embeddings, speech.

mod chat;
mod cut;
mod embedding;
mod refusal;
mod schema;
mod speech;
mod transcription;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use refusal::Refusal;

/// Most bytes of a request: more than a recording may have, so that its own limit is what refuses.
const MOST_BYTES: usize = 32 << 20;
/// Texts that may be embedded at once.
const MOST_INPUTS: usize = 2048;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/v1/chat/completions`
    Chat,
    /// `/v1/audio/transcriptions`
    Transcription,
    /// `/v1/embeddings`
    Embedding,
    /// `/v1/audio/speech`
    Speech,
}

/// What the server does with a request that is well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers this text. Embeddings and speech answer as they always do.
    Say(String),
    /// Refuses with a status, and says when to come again.
    Refuse {
        /// The status of HTTP.
        status: u16,
        /// `Retry-After`, in seconds.
        retry_after_s: Option<u64>,
    },
    /// Sends the first half of the answer and drops the connection.
    BreakOff(String),
    /// Sends the first half of the answer and then nothing more.
    Stall(String),
    /// Does not answer at all.
    Hang,
    /// Answers with status 200 what is no JSON.
    Malformed,
}

/// A request as it came, whether or not it was refused afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What was asked for.
    pub endpoint: Endpoint,
    /// The body. Of a form: its fields, and of its file the name and `bytes`.
    pub body: Value,
}

type Answer = dyn Fn(&Recorded) -> String + Send + Sync;

struct Inner {
    key: String,
    /// Knows `max_tokens` only.
    old: AtomicBool,
    most_inputs: AtomicUsize,
    script: Mutex<HashMap<Endpoint, VecDeque<Behaviour>>>,
    answer: Mutex<Arc<Answer>>,
    recorded: Mutex<Vec<Recorded>>,
    /// Requests that came, those with a wrong key too.
    knocks: AtomicUsize,
}

/// The server. It ends when it is dropped.
///
/// ```
/// # tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
/// use weir_mock::{Behaviour, Endpoint, OpenAi};
///
/// let server = OpenAi::start("a key of a test").await.expect("a free port");
/// server.then(Endpoint::Chat, Behaviour::Refuse { status: 429, retry_after_s: Some(1) });
/// server.then(Endpoint::Chat, Behaviour::Say("Down the weir.".into()));
/// assert!(server.base_url().starts_with("http://127.0.0.1:"));
/// # });
/// ```
pub struct OpenAi {
    inner: Arc<Inner>,
    base_url: String,
    task: AbortHandle,
}

impl OpenAi {
    /// A server on a free port that takes this key.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(key: &str) -> std::io::Result<Self> {
        let inner = Arc::new(Inner {
            key: key.to_owned(),
            old: AtomicBool::new(false),
            most_inputs: AtomicUsize::new(MOST_INPUTS),
            script: Mutex::default(),
            answer: Mutex::new(Arc::new(|_| "Yes.".to_owned())),
            recorded: Mutex::default(),
            knocks: AtomicUsize::new(0),
        });
        let app = Router::new()
            .route("/v1/chat/completions", post(chat::answer))
            .route("/v1/audio/transcriptions", post(transcription::answer))
            .route("/v1/embeddings", post(embedding::answer))
            .route("/v1/audio/speech", post(speech::answer))
            .layer(middleware::from_fn_with_state(inner.clone(), check_key))
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .with_state(inner.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base_url = format!("http://{}/v1", listener.local_addr()?);
        let task = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        Ok(Self { inner, base_url, task })
    }

    /// Where it listens, with `/v1`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// From now on it is an older server, which knows `max_tokens` alone.
    pub fn be_old(&self) {
        self.inner.old.store(true, Ordering::Relaxed);
    }

    /// Texts that may be embedded at once from now on.
    pub fn limit_inputs(&self, most: usize) {
        self.inner.most_inputs.store(most, Ordering::Relaxed);
    }

    /// What it does with the next well formed request for `endpoint`, after those already named.
    pub fn then(&self, endpoint: Endpoint, behaviour: Behaviour) {
        lock(&self.inner.script).entry(endpoint).or_default().push_back(behaviour);
    }

    /// What it answers when nothing is named by [`then`](Self::then); `Yes.` at first.
    pub fn answer_with(&self, answer: impl Fn(&Recorded) -> String + Send + Sync + 'static) {
        *lock(&self.inner.answer) = Arc::new(answer);
    }

    /// The requests with the right key that could be read, the oldest first.
    pub fn recorded(&self) -> Vec<Recorded> {
        lock(&self.inner.recorded).clone()
    }

    /// How many requests came, those with a wrong key too.
    pub fn knocks(&self) -> usize {
        self.inner.knocks.load(Ordering::Relaxed)
    }
}

impl Drop for OpenAi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Inner {
    fn record(&self, endpoint: Endpoint, body: Value) -> Recorded {
        let recorded = Recorded { endpoint, body };
        lock(&self.recorded).push(recorded.clone());
        recorded
    }

    /// What is done with a request that is well formed.
    fn next(&self, recorded: &Recorded) -> Behaviour {
        let named = lock(&self.script).get_mut(&recorded.endpoint).and_then(VecDeque::pop_front);
        named.unwrap_or_else(|| {
            // The closure may ask the server something: no lock is held meanwhile.
            let answer = lock(&self.answer).clone();
            Behaviour::Say(answer(recorded))
        })
    }
}

/// Sends what `body` makes of a text, or does what else the script says.
async fn act(
    behaviour: Behaviour,
    media_type: &'static str,
    body: impl FnOnce(&str) -> Vec<u8>,
) -> Response {
    let (bytes, end) = match behaviour {
        Behaviour::Say(text) => (body(&text), cut::End::Whole),
        Behaviour::BreakOff(text) => (body(&text), cut::End::Broken),
        Behaviour::Stall(text) => (body(&text), cut::End::Stalled),
        Behaviour::Malformed => (b"data: {\"choices\":[{\n\n".to_vec(), cut::End::Whole),
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Refuse { status, retry_after_s } => {
            return Refusal::scripted(status, retry_after_s).into_response();
        }
    };
    let body = Body::from_stream(cut::pieces(bytes, end));
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}

async fn check_key(State(inner): State<Arc<Inner>>, request: Request, next: Next) -> Response {
    inner.knocks.fetch_add(1, Ordering::Relaxed);
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|value| value.strip_prefix("Bearer ")) != Some(&inner.key) {
        return Refusal::key().into_response();
    }
    next.run(request).await
}

/// What a test left behind when it panicked is still right: every change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
