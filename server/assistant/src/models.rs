//! Models of others, as they are configured: each paid from one purse, and left alone for a while
//! when it fails often.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::OnceCell;
use weir_minilm::MiniLm;
use weir_providers::openai::{self, Client};
use weir_providers::{
    Breaker, ChatModel, Clock, Embedder, Guarded, Paid, Patience, Prices, Purse, Secret, Voice,
};
use weir_speech::OpenAi;

use crate::assistant::OpenError;
use crate::config::{AssistantConfig, ChatBy, EmbeddingsBy, NO_FOLDER, SpeechBy, TranscriptionBy};

/// Models of others.
#[derive(Clone, Default)]
pub struct Models {
    /// Who words answers.
    pub chat: Option<Arc<dyn ChatModel>>,
    /// Who tells which texts mean the same.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// The same on this machine, for sentences of calls.
    pub minilm: Option<MiniLm>,
    /// Who reads aloud.
    pub voice: Option<Arc<dyn Voice>>,
}

/// What is spent, in one file, which is opened when somebody has to be paid.
pub struct Spending {
    path: std::path::PathBuf,
    usd_micro_a_day: u64,
    purse: OnceCell<Purse>,
}

impl Spending {
    /// A file in this folder.
    pub fn new(folder: &Path, usd_micro_a_day: u64) -> Self {
        Self { path: folder.join("spending.sqlite"), usd_micro_a_day, purse: OnceCell::new() }
    }

    /// The purse.
    ///
    /// # Errors
    /// Its file cannot be opened.
    pub async fn purse(&self) -> Result<&Purse, String> {
        let open = || async {
            let purse = Purse::open(&self.path, self.usd_micro_a_day, Clock::calendar()).await;
            purse.map_err(|error| error.to_string())
        };
        self.purse.get_or_try_init(open).await
    }
}

/// Clients, which are made when the configuration is read so that what is wrong in it is said
/// then.
#[derive(Clone, Default)]
pub struct Clients {
    chat: Option<Client>,
    embedder: Option<Client>,
    minilm: Option<MiniLm>,
    voice: Option<Client>,
    transcription: Option<Client>,
}

impl Clients {
    /// As configured.
    ///
    /// # Errors
    /// One cannot be made, and by which key.
    pub fn new(config: &AssistantConfig) -> Result<Self, OpenError> {
        let client = |key, is_used: bool, config: openai::Config| match is_used {
            false => Ok(None),
            true => Client::new(config)
                .map(Some)
                .map_err(|error| OpenError { key, why: error.to_string() }),
        };
        let at = |url: &str, model: &str, key: &Option<Secret>| openai::Config {
            base_url: url.to_owned(),
            model: model.to_owned(),
            key: key.clone(),
            ..openai::Config::default()
        };
        let AssistantConfig { chat, embeddings, speech, transcription, .. } = config;
        let heard_at = transcription.url.as_deref().unwrap_or(&chat.url);
        Ok(Self {
            chat: client("chat", chat.by == ChatBy::Openai, at(&chat.url, &chat.model, &chat.key))?,
            embedder: client(
                "embeddings",
                embeddings.by == EmbeddingsBy::Openai,
                openai::Config {
                    dimensions: embeddings.dimensions,
                    ..at(&embeddings.url, &embeddings.model, &embeddings.key)
                },
            )?,
            minilm: minilm(config)?,
            voice: client(
                "speech",
                speech.by == SpeechBy::Openai,
                openai::Config {
                    voice: speech.voice.clone(),
                    ..at(&speech.url, &speech.model, &speech.key)
                },
            )?,
            transcription: client(
                "transcription",
                transcription.by == TranscriptionBy::Openai,
                at(heard_at, &transcription.model, &transcription.key),
            )?,
        })
    }

    /// The models, each paid from the purse.
    ///
    /// # Errors
    /// The purse cannot be opened.
    pub async fn paid(
        &self,
        config: &AssistantConfig,
        spending: &Spending,
    ) -> Result<Models, String> {
        let mut models = Models { minilm: self.minilm.clone(), ..Models::default() };
        if let Some(minilm) = &self.minilm {
            models.embedder = Some(Arc::new(minilm.clone()));
        }
        if let Some(client) = &self.chat {
            let prices = Prices {
                million_tokens_in: config.chat.usd_micro_a_million_in,
                million_tokens_out: config.chat.usd_micro_a_million_out,
                ..Prices::default()
            };
            models.chat =
                Some(Arc::new(Paid::new(guarded(client), spending.purse().await?.clone(), prices)));
        }
        if let Some(client) = &self.embedder {
            let million_tokens_in = config.embeddings.usd_micro_a_million;
            let prices = Prices { million_tokens_in, ..Prices::default() };
            models.embedder =
                Some(Arc::new(Paid::new(guarded(client), spending.purse().await?.clone(), prices)));
        }
        if let Some(client) = &self.voice {
            let million_characters = config.speech.usd_micro_a_million;
            let prices = Prices { million_characters, ..Prices::default() };
            models.voice =
                Some(Arc::new(Paid::new(guarded(client), spending.purse().await?.clone(), prices)));
        }
        Ok(models)
    }

    /// Who makes text of clips elsewhere, if somebody does.
    pub fn transcriber(&self) -> Option<OpenAi> {
        let client = self.transcription.clone()?;
        Some(OpenAi::new(client, Some("en".to_owned())))
    }
}

/// The model of this machine, opened when the configuration is read: what is wrong with its files
/// is said then, and it takes less than a second.
fn minilm(config: &AssistantConfig) -> Result<Option<MiniLm>, OpenError> {
    let key = "embeddings.folder";
    match (config.embeddings.by, &config.embeddings.folder) {
        (EmbeddingsBy::None | EmbeddingsBy::Openai, _) => Ok(None),
        (EmbeddingsBy::Minilm, None) => Err(OpenError { key, why: NO_FOLDER.to_owned() }),
        (EmbeddingsBy::Minilm, Some(folder)) => MiniLm::open(folder)
            .map(Some)
            .map_err(|error| OpenError { key, why: error.to_string() }),
    }
}

fn guarded(client: &Client) -> Guarded<Client> {
    Guarded::new(client.clone(), Breaker::new(Patience::default(), Clock::steady()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_model_is_named_when_the_configuration_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = AssistantConfig::default();
        config.embeddings.by = EmbeddingsBy::Minilm;
        let refused =
            |config: &AssistantConfig| Clients::new(config).err().expect("no model").to_string();
        assert_eq!(refused(&config), format!("embeddings.folder: {NO_FOLDER}"));
        config.embeddings.folder = Some(folder.path().to_owned());
        let missing = refused(&config);
        assert!(missing.starts_with("embeddings.folder: "), "{missing}");
        assert!(missing.contains("config.json cannot be read"), "{missing}");
        std::fs::write(folder.path().join("config.json"), "{}").expect("a file");
        let strange = refused(&config);
        assert!(strange.contains("SHA-256"), "{strange}");
    }

    #[test]
    fn the_example_has_the_hashes_of_the_files() {
        let example = include_str!("../../weir.example.toml");
        for pin in weir_minilm::PINS.iter().filter(|pin| pin.file != "vocab.txt") {
            assert!(example.contains(pin.file) && example.contains(pin.sha256), "{}", pin.file);
        }
    }
}
