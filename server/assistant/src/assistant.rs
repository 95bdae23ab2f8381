//! All of it, put together by configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use weir_answers::{Documents, Looked, Progress, Refreshed};
use weir_calls::{Detector, Meaning, Playbook};
use weir_kept::{Kept, now_s};
use weir_live::{CallStore, Live, LiveConfig};
use weir_minilm::MiniLm;
use weir_providers::Embedder as _;
use weir_speech::{Clip, Limits, SpeechError, StreamingTranscriber, Transcript};

use crate::accounts::Accounts;
use crate::answering::Answering;
use crate::call_sound::CallSounds;
use crate::config::{AssistantConfig, EmbeddingsBy};
use crate::documents::{self, Page};
use crate::hearing::Hearing;
use crate::models::{Clients, Models, Spending};
use crate::place::Place;
use crate::recordings::Recordings;
use crate::renewal::{Renewal, RenewalError, Renewed};
use crate::tokens::{KeyError, Tokens};

/// A key of the configuration whose value cannot be used on this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {why}")]
pub struct OpenError {
    /// The key, below the assistant's table.
    pub key: &'static str,
    /// Why.
    pub why: String,
}

/// The assistant of one server. Nothing is written before something has to be kept, and what
/// takes long to begin begins when it is first needed.
pub struct Assistant {
    config: AssistantConfig,
    accounts: Accounts,
    tokens: TokenFile,
    recordings: Recordings,
    playbook: Playbook,
    folder: PathBuf,
    site: Vec<Page>,
    documents: Documents,
    answering: OnceCell<Answering>,
    hearing: OnceCell<Result<Hearing, String>>,
    clients: Clients,
    spending: Spending,
    models: OnceCell<Models>,
    calls: CallStore,
    call_sounds: CallSounds,
    live: OnceCell<Live>,
}

struct TokenFile {
    path: PathBuf,
    tokens: std::sync::OnceLock<Tokens>,
}

impl Assistant {
    /// As configured, with what it keeps in a folder, which is made when it is needed. It answers
    /// from pages of the site, too.
    ///
    /// # Errors
    /// A file or a place that the configuration names cannot be used.
    pub fn open(
        config: AssistantConfig,
        folder: &Path,
        site: Vec<Page>,
    ) -> Result<Self, OpenError> {
        let place = match &config.recordings.place {
            Some(place) => {
                Place::new(place).map_err(|why| OpenError { key: "recordings.place", why })?
            }
            None => Place::folder(&folder.join("sound")),
        };
        let kept = Kept::new(folder.join("assistant.sqlite"), &crate::MIGRATIONS);
        let call_sounds = CallSounds::new(place.clone(), config.calls.keep_sound);
        let calls = CallStore::new(folder.join("calls.sqlite"));
        Ok(Self {
            playbook: playbook(&config.calls.playbook)?,
            documents: documents::open(&config.documents, &site)?,
            answering: OnceCell::new(),
            folder: folder.to_owned(),
            site,
            accounts: Accounts::new(kept.clone()),
            tokens: TokenFile { path: folder.join("tokens.key"), tokens: Default::default() },
            recordings: Recordings::new(kept, place),
            hearing: OnceCell::new(),
            clients: Clients::new(&config)?,
            spending: Spending::new(folder, config.spending.usd_micro_a_day),
            models: OnceCell::new(),
            calls: calls.with_sound(Arc::new(call_sounds.clone())),
            call_sounds,
            live: OnceCell::new(),
            config,
        })
    }

    /// How it is set up.
    pub fn config(&self) -> &AssistantConfig {
        &self.config
    }

    /// Who may take calls.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// What signs log-ins.
    ///
    /// # Errors
    /// Its key cannot be read or made.
    pub fn tokens(&self) -> Result<&Tokens, KeyError> {
        if let Some(tokens) = self.tokens.tokens.get() {
            return Ok(tokens);
        }
        let tokens = Tokens::open(&self.tokens.path)?;
        Ok(self.tokens.tokens.get_or_init(|| tokens))
    }

    /// Sound that is kept.
    pub fn recordings(&self) -> &Recordings {
        &self.recordings
    }

    /// What a call is to reach.
    pub fn playbook(&self) -> &Playbook {
        &self.playbook
    }

    /// Models of others.
    ///
    /// # Errors
    /// What is spent on them cannot be written down, so they are not asked.
    pub async fn models(&self) -> Result<&Models, String> {
        self.models.get_or_try_init(|| self.clients.paid(&self.config, &self.spending)).await
    }

    /// What is kept of calls.
    pub fn calls(&self) -> &CallStore {
        &self.calls
    }

    /// The sound of calls, where it is kept. Who may see a call is not asked here.
    pub fn call_sounds(&self) -> &CallSounds {
        &self.call_sounds
    }

    /// Calls that go on.
    ///
    /// # Errors
    /// There is nobody to listen, and what to do about it.
    pub async fn live(&self) -> Result<&Live, String> {
        let open = || async {
            let streaming = self.streaming().await?;
            let model = self.models().await?.chat.clone();
            let (book, store) = (self.playbook.clone(), self.calls.clone());
            let detector = self.detector().await?;
            let config = &self.config.calls;
            let limits = LiveConfig {
                calls_a_user: config.calls_a_user,
                calls: config.calls,
                idle: Duration::from_secs(config.idle_s),
                longest: Duration::from_secs(config.longest_s),
                days: config.days,
                ..LiveConfig::default()
            };
            Ok(Live::new(book, detector, streaming, model, store, limits))
        };
        self.live.get_or_try_init(open).await
    }

    /// What finds landmarks in calls: by words and, with MiniLM, by what they mean. It learns the
    /// playbook each time that it is asked for, which takes a second or, with MiniLM, some.
    ///
    /// # Errors
    /// What its sentences mean cannot be told.
    pub async fn detector(&self) -> Result<Detector, String> {
        let (book, minilm) = (self.playbook.clone(), self.models().await?.minilm.clone());
        let learnt = spawn_blocking(move || match minilm {
            Some(minilm) => Detector::with_meaning(&book, meaning(minilm)),
            None => Ok(Detector::new(&book)),
        });
        let learnt = learnt.await.map_err(|error| error.to_string())?;
        learnt.map_err(|error| format!("the playbook: {error}"))
    }

    /// Calls that go on, if there ever was one since the start.
    pub fn live_if_any(&self) -> Option<&Live> {
        self.live.get()
    }

    /// Deletes what has been kept for long enough; says how many recordings and calls that were.
    ///
    /// # Errors
    /// Something could not be deleted; the next time it is tried again.
    pub async fn sweep(&self) -> Result<u64, String> {
        let recordings = self.recordings.sweep().await.map_err(|error| error.to_string())?;
        let calls = self.calls.sweep(now_s()).await.map_err(|error| error.to_string())?;
        Ok(recordings + calls)
    }

    /// What answers questions.
    ///
    /// # Errors
    /// A model or a store that is configured cannot be opened.
    pub async fn answering(&self) -> Result<&Answering, String> {
        let open = || async {
            let models = self.models().await?;
            Answering::open(&self.config, &self.folder, models, self.documents.clone()).await
        };
        self.answering.get_or_try_init(open).await
    }

    /// The documents as they are now.
    ///
    /// # Errors
    /// One of them is wrong.
    pub fn documents(&self) -> Result<Documents, OpenError> {
        documents::open(&self.config.documents, &self.site)
    }

    /// Reads the documents again, and embeds what is new in them; `progress` hears of each batch.
    /// Of several processes that keep their vectors in one place one does so at a time, and the
    /// others find what it has made.
    ///
    /// # Errors
    /// A document is wrong, or what embeds or keeps fails; then the old ones stay.
    pub async fn refresh(
        &self,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Refreshed, RenewalError> {
        self.take(self.documents()?, progress).await
    }

    /// The same from beside a server: what became of the documents is told, and other processes
    /// on the same folder notice by [`Assistant::renewed`] that there is something to read again.
    ///
    /// # Errors
    /// As of [`Assistant::refresh`]; or it cannot be written down that it was done.
    pub async fn renew(
        &self,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Renewed, RenewalError> {
        let documents = self.documents()?;
        let looked = Looked::at(&documents);
        let parts = self.take(documents, progress).await?;
        let renewal = Renewal::of(&self.folder);
        let changes = renewal.last()?.until(&looked);
        renewal.write(&looked)?;
        Ok(Renewed { changes, parts })
    }

    /// When documents were last renewed from beside a server, if ever.
    pub fn renewed(&self) -> Option<SystemTime> {
        Renewal::of(&self.folder).at()
    }

    async fn take(
        &self,
        documents: Documents,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<Refreshed, RenewalError> {
        let answering = self.answering().await.map_err(RenewalError::Failed)?;
        // Without vectors nothing is paid for, and nothing kept.
        let _alone = match self.config.embeddings.by {
            EmbeddingsBy::None => None,
            _ => Some(Renewal::of(&self.folder).alone().await?),
        };
        let refreshed = answering.refresh(documents, progress).await;
        refreshed.map_err(|error| RenewalError::Failed(error.to_string()))
    }

    /// Who makes text of sound; the first time it is asked for it may take a second.
    ///
    /// # Errors
    /// There is nobody, and what to do about it.
    pub async fn hearing(&self) -> Result<&Hearing, &str> {
        let open = || {
            let config = &self.config.transcription;
            Hearing::open(config, &self.clients, &self.spending, self.likely_words())
        };
        self.hearing.get_or_init(open).await.as_ref().map_err(String::as_str)
    }

    /// Who makes text while somebody speaks.
    ///
    /// # Errors
    /// There is nobody, and what to do about it.
    pub async fn streaming(&self) -> Result<Arc<dyn StreamingTranscriber>, String> {
        let hearing = self.hearing().await.map_err(str::to_owned)?;
        Ok(Arc::clone(&hearing.streaming))
    }

    /// What is said in a file of sound, and how many seconds it has.
    ///
    /// # Errors
    /// It is no sound, too long, or there is nobody to listen.
    pub async fn transcribe_file(&self, file: Bytes) -> Result<(Transcript, f32), SpeechError> {
        let hearing = self.hearing().await.map_err(|why| SpeechError::Missing(why.to_owned()))?;
        let limits =
            Limits { duration_s: self.config.recordings.longest_s as f32, ..Limits::default() };
        let read = spawn_blocking(move || Clip::read(&file, &limits)).await;
        let clip = read.map_err(|error| SpeechError::Failed(error.to_string()))??;
        let transcript = hearing.clips.transcribe(&clip).await?;
        Ok((transcript, clip.duration_s()))
    }

    /// Texts like those that will be said: what documents say and how they are asked for, what is
    /// said in calls, and what can be drawn.
    fn likely_words(&self) -> Vec<String> {
        let documents = self.documents.chunks().iter().flat_map(|chunk| {
            [chunk.heading.clone(), chunk.text.clone()].into_iter().chain(chunk.asked.clone())
        });
        let calls = self.playbook.sayings().map(str::to_owned);
        documents.chain(calls).chain(weir_drawing::sentences()).collect()
    }
}

/// What sentences of calls mean. Who fails says so once for each turn, and words decide.
fn meaning(minilm: MiniLm) -> Meaning {
    Meaning::new(minilm.dimensions(), move |texts| {
        minilm.vectors(texts).map_err(|error| {
            tracing::warn!(%error, "a turn is judged by its words");
            error.into()
        })
    })
}

fn playbook(name: &str) -> Result<Playbook, OpenError> {
    let book = match name {
        "first-call" => Playbook::first_call(),
        path => Playbook::open(path.as_ref()),
    };
    book.map_err(|error| OpenError { key: "calls.playbook", why: error.to_string() })
}
