//! Speech to text on this machine, by PocketSphinx.

mod decoder;
mod library;
mod pool;
mod remote;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::ear::{self, Utterances};
use crate::language::Files;
use crate::{
    Clip, Domain, Ear, Heard, Listening, SpeechError, StreamingTranscriber, Transcriber, Transcript,
};
use decoder::Setup;
use library::{INSTALL, Library};
use pool::{Lease, Pool};

/// How PocketSphinx is used.
#[derive(Clone, Debug, PartialEq)]
pub struct SphinxConfig {
    /// A folder with the acoustic model (`en-us`), the dictionary (`cmudict-en-us.dict`) and the
    /// language model (`en-us.lm.bin`). Where Debian's package `pocketsphinx-en-us` puts them.
    pub models: PathBuf,
    /// What will be talked about, if that is known.
    pub domain: Option<Domain>,
    /// How likely it is that the next word is one of the domain's model and not one of the general
    /// model, 0 to 1: their likelihoods are mixed so. With 1 nothing else can be heard. 0.5.
    pub domain_share: f32,
    /// Most decoders, each of which hears one who speaks at a time. 4 a core.
    pub decoders: usize,
    /// How it listens.
    pub listening: Listening,
}

impl Default for SphinxConfig {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            models: "/usr/share/pocketsphinx/model/en-us".into(),
            domain: None,
            domain_share: 0.5,
            decoders: 4 * cores,
            listening: Listening::default(),
        }
    }
}

/// PocketSphinx.
pub struct Sphinx {
    id: String,
    listening: Listening,
    pool: Arc<Pool>,
    /// Must stay while decoders can be made.
    files: Option<Files>,
}

impl Sphinx {
    /// Finds the library and its models, and makes the language model of the domain. Decoders are
    /// made when they are first needed.
    ///
    /// # Errors
    /// Something is not installed ([`SpeechError::Missing`] says what), or no word of the domain
    /// is known.
    pub fn new(config: SphinxConfig) -> Result<Self, SpeechError> {
        Library::get()?;
        let in_models = |name: &str| {
            let path = config.models.join(name);
            std::fs::metadata(&path).map(|_| path.clone()).map_err(|error| {
                SpeechError::Missing(format!("no model in {} ({error}): {INSTALL}", path.display()))
            })
        };
        let (acoustic, general) = (in_models("en-us")?, in_models("cmudict-en-us.dict")?);
        let model = in_models("en-us.lm.bin")?;
        let domain = config.domain.filter(|domain| !domain.is_empty());
        let files = domain.map(|domain| domain.write(&general)).transpose()?;
        let (dictionary, language, id) = match &files {
            None => (general, vec![(model, 1.0)], "PocketSphinx en-us"),
            Some(files) => {
                let share = config.domain_share.clamp(0.0, 1.0);
                let mut language = vec![(files.model.clone(), share), (model, 1.0 - share)];
                language.retain(|(_, share)| *share > 0.0);
                (files.dictionary.clone(), language, "PocketSphinx en-us with a domain")
            }
        };
        if let Some(files) = &files {
            let (guessed, left_out) = (files.guessed, files.left_out);
            tracing::info!(guessed, left_out, "words of the domain that the dictionary lacks");
        }
        let setup = Setup { acoustic, dictionary, language };
        let pool = Pool::new(setup, config.decoders);
        Ok(Self { id: id.to_owned(), listening: config.listening, pool, files })
    }

    /// Words of the domain that the dictionary lacks: how many got a pronunciation by rule, and
    /// how many cannot be heard.
    pub fn unknown_words(&self) -> (usize, usize) {
        self.files.as_ref().map_or((0, 0), |files| (files.guessed, files.left_out))
    }
}

#[async_trait]
impl Transcriber for Sphinx {
    fn id(&self) -> &str {
        &self.id
    }

    async fn transcribe(&self, clip: &Clip) -> Result<Transcript, SpeechError> {
        ear::transcribe(&self.listening.endpointing, Leased::new(&self.pool), clip).await
    }
}

#[async_trait]
impl StreamingTranscriber for Sphinx {
    fn id(&self) -> &str {
        &self.id
    }

    async fn listen(&self) -> Result<(Box<dyn Ear>, mpsc::Receiver<Heard>), SpeechError> {
        // Whoever is told that it is heard must not wait for models at the first word.
        self.pool.prepare().await?;
        Ok(ear::listen(&self.listening, Leased::new(&self.pool)))
    }
}

/// A decoder, held only while somebody speaks.
struct Leased {
    pool: Arc<Pool>,
    lease: Option<Lease>,
}

impl Leased {
    fn new(pool: &Arc<Pool>) -> Self {
        Self { pool: Arc::clone(pool), lease: None }
    }

    fn lease(&mut self) -> Result<&mut Lease, SpeechError> {
        let none = || SpeechError::Failed("no utterance was begun".to_owned());
        self.lease.as_mut().ok_or_else(none)
    }
}

#[async_trait]
impl Utterances for Leased {
    async fn begin(&mut self) -> Result<(), SpeechError> {
        let lease = self.lease.insert(self.pool.take().await?);
        lease.begin().await
    }

    async fn hear(&mut self, samples: Vec<i16>) -> Result<(), SpeechError> {
        self.lease()?.hear(samples).await
    }

    async fn so_far(&mut self) -> Result<Option<String>, SpeechError> {
        self.lease()?.so_far().await.map(Some)
    }

    async fn finish(&mut self) -> Result<Transcript, SpeechError> {
        let transcript = self.lease()?.finish().await;
        self.lease = None;
        transcript
    }
}
