//! All calls that go on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;
use weir_calls::{Detector, Playbook, Role};
use weir_providers::ChatModel;
use weir_speech::{SpeechError, StreamingTranscriber};

use crate::desk::Desk;
use crate::judge::Judge;
use crate::link::Link;
use crate::session::{Control, Session, Watch};
use crate::store::{CallStore, StoreError, Viewer};
use crate::words::{CHANNELS, ErrorCode, Hello, LandmarkState, RATE, Reason, ServerWord, TITLE};

/// What is asked of a call at a time; more wait.
const ASKED: usize = 8;

/// Limits of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveConfig {
    /// Calls at a time of one user. 2.
    pub calls_a_user: usize,
    /// Calls at a time. 4.
    pub calls: usize,
    /// Without a frame of sound for so long a call ends. 60 s.
    pub idle: Duration,
    /// Longest call. 2 h.
    pub longest: Duration,
    /// So long after a cut the client may come back. 30 s.
    pub resume: Duration,
    /// So long the last words are waited for. 5 s.
    pub finish: Duration,
    /// Days that a call is kept. 30.
    pub days: u32,
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            calls_a_user: 2,
            calls: 4,
            idle: Duration::from_secs(60),
            longest: Duration::from_secs(2 * 3600),
            resume: Duration::from_secs(30),
            finish: Duration::from_secs(5),
            days: 30,
        }
    }
}

/// Why there is no connection to a call.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Nobody agreed.
    #[error("consent: takes true: everybody has to agree before anything is heard")]
    Consent,
    /// Sound of another rate.
    #[error("rate: got {0}, takes {RATE}")]
    Rate(u32),
    /// Two voices of one role, or not those that the call began with.
    #[error("channels: take agent and customer, in the order in which the call began")]
    Channels,
    /// It is too long, or not one line.
    #[error("title: takes a line of at most {TITLE} letters")]
    Title,
    /// The user has as many calls as one may.
    #[error("you have {0} calls that go on, which is as many as one may have")]
    Busy(usize),
    /// There are as many calls as there may be.
    #[error("{0} calls go on, which is as many as there is room for; try again later")]
    Full(usize),
    /// There is no such call of this user, or it has ended.
    #[error("call_id: there is no such call that goes on")]
    Unknown,
    /// Nobody listens.
    #[error(transparent)]
    Transcriber(#[from] SpeechError),
    /// It cannot be kept.
    #[error("the call cannot be kept")]
    Store(#[from] StoreError),
    /// The server is closing.
    #[error("the server is closing")]
    Closing,
}

impl Refusal {
    /// What a client is told, after which the connection is closed.
    pub fn word(&self) -> ServerWord {
        let code = match self {
            Self::Consent | Self::Rate(_) | Self::Channels | Self::Title => ErrorCode::Refused,
            Self::Busy(_) | Self::Full(_) | Self::Closing => ErrorCode::Busy,
            Self::Unknown => ErrorCode::Unknown,
            Self::Transcriber(_) => ErrorCode::Transcriber,
            Self::Store(_) => ErrorCode::Store,
        };
        ServerWord::Error { code, why: self.to_string() }
    }
}

/// All calls that go on. Clones are the same.
#[derive(Clone)]
pub struct Live {
    shared: Arc<Shared>,
}

struct Shared {
    book: Arc<Playbook>,
    detector: Arc<Detector>,
    transcriber: Arc<dyn StreamingTranscriber>,
    judge: Option<Judge>,
    store: CallStore,
    config: LiveConfig,
    calls: Mutex<HashMap<String, Entry>>,
    is_closing: AtomicBool,
    /// Calls whose last word is not told yet.
    running: watch::Sender<usize>,
}

struct Entry {
    user_id: String,
    channels: [Role; CHANNELS],
    control: mpsc::Sender<Control>,
}

impl Live {
    /// No call yet. Turns are judged by a model, if there is one, and else, or where it fails, by a
    /// detector, which has learnt the playbook.
    pub fn new(
        book: Playbook,
        detector: Detector,
        transcriber: Arc<dyn StreamingTranscriber>,
        model: Option<Arc<dyn ChatModel>>,
        store: CallStore,
        config: LiveConfig,
    ) -> Self {
        let (detector, book) = (Arc::new(detector), Arc::new(book));
        let judge = model.map(|model| Judge::new(model, Arc::clone(&book)));
        let (calls, running) = (Mutex::default(), watch::Sender::new(0));
        let is_closing = AtomicBool::new(false);
        let shared = Shared {
            book,
            detector,
            transcriber,
            judge,
            store,
            config,
            calls,
            is_closing,
            running,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Where calls are kept.
    pub fn store(&self) -> &CallStore {
        &self.shared.store
    }

    /// Begins a call of a user, whose token has been checked, or goes on with one.
    ///
    /// # Errors
    /// See [`Refusal`]; nothing was heard or kept.
    pub async fn open(&self, user_id: &str, hello: &Hello) -> Result<Link, Refusal> {
        if !hello.consent {
            return Err(Refusal::Consent);
        }
        if hello.rate != RATE {
            return Err(Refusal::Rate(hello.rate));
        }
        if hello.channels[0] == hello.channels[1] {
            return Err(Refusal::Channels);
        }
        let control = match &hello.call_id {
            Some(id) => self.control_of(user_id, id, hello.channels)?,
            None => self.begin(user_id, hello).await?,
        };
        let (reply, link) = oneshot::channel();
        let attach = Control::Attach { last_n: hello.last_n, reply };
        control.send(attach).await.map_err(|_| Refusal::Unknown)?;
        link.await.map_err(|_| Refusal::Unknown)
    }

    /// Says how a landmark of a call is, for a viewer who may see the call; whatever is heard, it
    /// stays so. Whether there is such a call.
    pub async fn mark(
        &self,
        viewer: &Viewer,
        call_id: &str,
        landmark: String,
        state: LandmarkState,
    ) -> bool {
        let Some(control) = self.seen_by(viewer, call_id) else { return false };
        control.send(Control::Mark { landmark, state }).await.is_ok()
    }

    /// Watches a call that goes on, if this viewer may.
    pub async fn watch(&self, viewer: &Viewer, call_id: &str) -> Option<Watch> {
        let control = self.seen_by(viewer, call_id)?;
        let (reply, watch) = oneshot::channel();
        control.send(Control::Watch { reply }).await.ok()?;
        watch.await.ok()
    }

    /// Calls that go on and that this viewer may see, by their ids.
    pub fn calls(&self, viewer: &Viewer) -> Vec<String> {
        let calls = self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = calls.iter().filter(|(_, entry)| entry.is_seen_by(viewer));
        let mut ids: Vec<_> = seen.map(|(id, _)| id.clone()).collect();
        ids.sort();
        ids
    }

    /// Ends a call, if it goes on, and deletes all that is kept of it. Whether there was one that
    /// this viewer may see.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn delete(&self, viewer: &Viewer, call_id: &str) -> Result<bool, StoreError> {
        if let Some(control) = self.seen_by(viewer, call_id) {
            // It may have ended by itself.
            let _ = control.send(Control::End(Reason::Deleted)).await;
            // What it keeps while it ends is deleted after it.
            control.closed().await;
        }
        self.store().delete(viewer, call_id).await
    }

    /// Ends all calls, lets no more begin, and waits until their last words are kept and told.
    pub async fn close(&self) {
        let controls: Vec<_> = {
            let calls = self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
            self.shared.is_closing.store(true, Ordering::Relaxed);
            calls.values().map(|entry| entry.control.clone()).collect()
        };
        for control in controls {
            // It may have ended by itself.
            let _ = control.send(Control::End(Reason::Shutdown)).await;
        }
        // The other end is in `shared`.
        let _ = self.shared.running.subscribe().wait_for(|running| *running == 0).await;
    }

    fn seen_by(&self, viewer: &Viewer, call_id: &str) -> Option<mpsc::Sender<Control>> {
        let calls = self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = calls.get(call_id).filter(|entry| entry.is_seen_by(viewer))?;
        Some(entry.control.clone())
    }

    fn control_of(
        &self,
        user_id: &str,
        id: &str,
        channels: [Role; CHANNELS],
    ) -> Result<mpsc::Sender<Control>, Refusal> {
        let calls = self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = calls.get(id).filter(|entry| entry.user_id == user_id);
        let entry = entry.ok_or(Refusal::Unknown)?;
        if entry.channels != channels {
            return Err(Refusal::Channels);
        }
        Ok(entry.control.clone())
    }

    async fn begin(&self, user_id: &str, hello: &Hello) -> Result<mpsc::Sender<Control>, Refusal> {
        let title = hello.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
        let title = title.unwrap_or("Call");
        if title.chars().count() > TITLE || title.contains(char::is_control) {
            return Err(Refusal::Title);
        }
        let Shared { book, detector, transcriber, judge, store, config, .. } = &*self.shared;
        let (place, control, controlled) = self.place(user_id, hello.channels)?;
        let listeners = [transcriber.listen().await?, transcriber.listen().await?];
        let learnt = (Arc::clone(book), Arc::clone(detector));
        let called = transcriber.id().to_owned();
        let id = place.call_id.clone();
        let desk = Desk::new(id, hello.channels, called, learnt, judge.clone(), store.clone());
        store.begin(&desk.new_call(user_id, title, config.days)).await.inspect_err(|error| {
            tracing::error!(%error, "a call cannot be kept");
        })?;
        let session = Session::new(listeners, controlled, desk, *config);
        tokio::spawn(async move { session.run(|| place.free()).await });
        Ok(control)
    }

    /// A place for one more call, if there is one.
    fn place(
        &self,
        user_id: &str,
        channels: [Role; CHANNELS],
    ) -> Result<(Place, mpsc::Sender<Control>, mpsc::Receiver<Control>), Refusal> {
        let LiveConfig { calls: most, calls_a_user, .. } = self.shared.config;
        let mut calls = self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock: whoever closes sees all that were let in.
        if self.shared.is_closing.load(Ordering::Relaxed) {
            return Err(Refusal::Closing);
        }
        if calls.values().filter(|entry| entry.user_id == user_id).count() >= calls_a_user {
            return Err(Refusal::Busy(calls_a_user));
        }
        if calls.len() >= most {
            return Err(Refusal::Full(most));
        }
        let call_id = Uuid::new_v4().to_string();
        let (control, controlled) = mpsc::channel(ASKED);
        let entry = Entry { user_id: user_id.to_owned(), channels, control: control.clone() };
        calls.insert(call_id.clone(), entry);
        self.shared.running.send_modify(|running| *running += 1);
        Ok((Place { call_id, shared: Arc::clone(&self.shared) }, control, controlled))
    }
}

impl Entry {
    fn is_seen_by(&self, viewer: &Viewer) -> bool {
        viewer.sees_all || self.user_id == viewer.user_id
    }
}

/// The place of one call; dropping it gives it back.
struct Place {
    call_id: String,
    shared: Arc<Shared>,
}

impl Place {
    fn free(&self) {
        let mut calls = self.shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.remove(&self.call_id);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.free();
        self.shared.running.send_modify(|running| *running -= 1);
    }
}
