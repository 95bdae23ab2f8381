//! What the assistant is made of: every key, its default, and what it takes.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use weir_providers::Secret;

use crate::recordings::DAYS;

/// What is wrong with `embeddings.folder` where it is left out.
pub(crate) const NO_FOLDER: &str = "got nothing, takes the folder with the files of MiniLM";

/// Everything that can be set. No key needs to be: by default nothing leaves this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssistantConfig {
    /// What is answered from: `default`, which comes with weir, or a folder of Markdown files.
    pub documents: String,
    /// Seconds between two looks whether documents have changed; 0 looks once, at the start.
    pub refresh_s: u64,
    /// Sound to text.
    pub transcription: TranscriptionConfig,
    /// Who words answers.
    pub chat: ChatConfig,
    /// Who tells which texts mean the same.
    pub embeddings: EmbeddingsConfig,
    /// Where vectors are.
    pub vectors: VectorsConfig,
    /// Who reads answers aloud.
    pub speech: SpeechConfig,
    /// How much may be spent.
    pub spending: SpendingConfig,
    /// Sound that is kept.
    pub recordings: RecordingsConfig,
    /// Live calls.
    pub calls: CallsConfig,
}

impl Default for AssistantConfig {
    fn default() -> Self {
        Self {
            documents: "default".to_owned(),
            refresh_s: 900,
            transcription: TranscriptionConfig::default(),
            chat: ChatConfig::default(),
            embeddings: EmbeddingsConfig::default(),
            vectors: VectorsConfig::default(),
            speech: SpeechConfig::default(),
            spending: SpendingConfig::default(),
            recordings: RecordingsConfig::default(),
            calls: CallsConfig::default(),
        }
    }
}

/// What makes text of sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TranscriptionBy {
    /// Nothing: questions are typed, and there are no calls.
    Off,
    /// PocketSphinx on this machine, where it is installed.
    #[default]
    Sphinx,
    /// A server that speaks the OpenAI protocol.
    Openai,
    /// AssemblyAI, while somebody speaks.
    Assemblyai,
}

/// Sound to text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TranscriptionConfig {
    /// What does it.
    pub by: TranscriptionBy,
    /// Where, for `openai` and `assemblyai`; their own places if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// With what, for `openai` and `assemblyai`.
    pub model: String,
    /// The key of whoever does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
    /// Micro-dollars a minute.
    pub usd_micro_a_minute: u64,
}

impl Default for TranscriptionConfig {
    fn default() -> Self {
        let model = "whisper-1".to_owned();
        Self {
            by: TranscriptionBy::default(),
            url: None,
            model,
            key: None,
            usd_micro_a_minute: 6_000,
        }
    }
}

/// Who words answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChatBy {
    /// Nobody: sentences of the documents are quoted.
    #[default]
    Documents,
    /// A server that speaks the OpenAI protocol.
    Openai,
}

/// Who words answers, judges calls and draws what is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatConfig {
    /// Who.
    pub by: ChatBy,
    /// Where, for `openai`.
    pub url: String,
    /// With what.
    pub model: String,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
    /// Most tokens of an answer.
    pub most_tokens: u32,
    /// Micro-dollars for a million tokens that are read.
    pub usd_micro_a_million_in: u64,
    /// And for a million that are written.
    pub usd_micro_a_million_out: u64,
}

impl Default for ChatConfig {
    fn default() -> Self {
        Self {
            by: ChatBy::default(),
            url: "https://api.openai.com/v1".to_owned(),
            model: "gpt-4o-mini".to_owned(),
            key: None,
            most_tokens: 600,
            usd_micro_a_million_in: 150_000,
            usd_micro_a_million_out: 600_000,
        }
    }
}

/// Who tells which texts mean the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmbeddingsBy {
    /// Nobody: words are compared.
    #[default]
    None,
    /// MiniLM on this machine, from a folder with its files. It judges calls, too.
    Minilm,
    /// A server that speaks the OpenAI protocol.
    Openai,
}

/// Who tells which texts mean the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddingsConfig {
    /// Who.
    pub by: EmbeddingsBy,
    /// For `minilm`: where its files are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// For `openai`: where.
    pub url: String,
    /// With what.
    pub model: String,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
    /// Micro-dollars for a million tokens.
    pub usd_micro_a_million: u64,
}

impl Default for EmbeddingsConfig {
    fn default() -> Self {
        Self {
            by: EmbeddingsBy::default(),
            folder: None,
            url: "https://api.openai.com/v1".to_owned(),
            model: "text-embedding-3-small".to_owned(),
            dimensions: 1_536,
            key: None,
            usd_micro_a_million: 20_000,
        }
    }
}

/// Where vectors are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VectorsConfig {
    /// A PostgreSQL with pgvector, `postgres://…`; a SQLite file of ours if it is left out. It may
    /// have a password in it, so it is never shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Secret>,
}

/// Who reads answers aloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpeechBy {
    /// Nobody.
    Off,
    /// The visitor's browser.
    #[default]
    Browser,
    /// A server that speaks the OpenAI protocol.
    Openai,
}

/// Who reads answers aloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechConfig {
    /// Who.
    pub by: SpeechBy,
    /// For `openai`: where.
    pub url: String,
    /// With what.
    pub model: String,
    /// In which voice.
    pub voice: String,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Secret>,
    /// Micro-dollars for a million characters.
    pub usd_micro_a_million: u64,
}

impl Default for SpeechConfig {
    fn default() -> Self {
        Self {
            by: SpeechBy::default(),
            url: "https://api.openai.com/v1".to_owned(),
            model: "tts-1".to_owned(),
            voice: "alloy".to_owned(),
            key: None,
            usd_micro_a_million: 15_000_000,
        }
    }
}

/// How much may be spent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpendingConfig {
    /// Micro-dollars a day, of UTC, by all visitors together.
    pub usd_micro_a_day: u64,
    /// Questions of one client in a minute.
    pub questions_a_minute: std::num::NonZeroU32,
}

impl Default for SpendingConfig {
    fn default() -> Self {
        Self {
            usd_micro_a_day: 2_000_000,
            questions_a_minute: std::num::NonZeroU32::MIN.saturating_add(11),
        }
    }
}

/// Sound that is kept, of who agreed to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordingsConfig {
    /// A folder, or a place such as `s3://bucket/prefix`; a folder below `data_dir` if it is left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Days that a recording is kept.
    pub days: u32,
    /// Seconds of the longest one.
    pub longest_s: u32,
}

impl Default for RecordingsConfig {
    fn default() -> Self {
        Self { place: None, days: 30, longest_s: 60 }
    }
}

/// Live calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallsConfig {
    /// Where they come in. Where that is taken, and was not asked for, they only come in at
    /// `/calls/ws`.
    pub addr: SocketAddr,
    /// What a call is to reach: `first-call`, which comes with weir, or a file.
    pub playbook: String,
    /// Calls at a time of one user.
    pub calls_a_user: usize,
    /// Calls at a time.
    pub calls: usize,
    /// Seconds without any sound after which a call ends.
    pub idle_s: u64,
    /// Seconds of the longest call.
    pub longest_s: u64,
    /// Days that a call is kept.
    pub days: u32,
    /// Whether its sound is kept with it, as long as it is, where recordings are.
    pub keep_sound: bool,
}

impl Default for CallsConfig {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 8765)),
            playbook: "first-call".to_owned(),
            calls_a_user: 2,
            calls: 4,
            idle_s: 60,
            longest_s: 7_200,
            days: 30,
            keep_sound: false,
        }
    }
}

impl AssistantConfig {
    /// The first key, below this table, whose value is wrong, or wrong beside the others, and why.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let fault = |key, why: &str| Some((key, why.to_owned()));
        let lacks_key = "got nothing, takes a key where it is to be used";
        let days = |days: u32| format!("got {days}, takes {} to {}", DAYS.start, DAYS.end - 1);
        let is_web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        let is_socket = |url: &str| url.starts_with("ws://") || url.starts_with("wss://");
        let not_web = |url: &str| format!("got {url:?}, takes a http:// or https:// URL");
        let (by, url) = (self.transcription.by, self.transcription.url.as_deref());
        match (by, url) {
            (TranscriptionBy::Openai, Some(url)) if !is_web(url) => {
                return Some(("transcription.url", not_web(url)));
            }
            (TranscriptionBy::Assemblyai, Some(url)) if !is_socket(url) => {
                let why = format!("got {url:?}, takes a ws:// or wss:// URL");
                return Some(("transcription.url", why));
            }
            _ => {}
        }
        if by == TranscriptionBy::Assemblyai && self.transcription.key.is_none() {
            return fault("transcription.key", lacks_key);
        }
        for (is_used, key, url) in [
            (self.chat.by == ChatBy::Openai, "chat.url", &self.chat.url),
            (self.embeddings.by == EmbeddingsBy::Openai, "embeddings.url", &self.embeddings.url),
            (self.speech.by == SpeechBy::Openai, "speech.url", &self.speech.url),
        ] {
            if is_used && !is_web(url) {
                return Some((key, not_web(url)));
            }
        }
        if self.embeddings.by == EmbeddingsBy::Minilm && self.embeddings.folder.is_none() {
            return fault("embeddings.folder", NO_FOLDER);
        }
        if !(1..=4_096).contains(&self.embeddings.dimensions) {
            return fault("embeddings.dimensions", "takes 1 to 4096");
        }
        if !(1..=16_000).contains(&self.chat.most_tokens) {
            return fault("chat.most_tokens", "takes 1 to 16000");
        }
        if !DAYS.contains(&self.recordings.days) {
            return Some(("recordings.days", days(self.recordings.days)));
        }
        if !(1..=600).contains(&self.recordings.longest_s) {
            return fault("recordings.longest_s", "takes 1 to 600");
        }
        if !DAYS.contains(&self.calls.days) {
            return Some(("calls.days", days(self.calls.days)));
        }
        if self.calls.calls == 0 || self.calls.calls_a_user == 0 {
            return fault("calls.calls", "takes 1 or more, and so does calls.calls_a_user");
        }
        if self.calls.idle_s == 0 || self.calls.longest_s == 0 {
            return fault("calls.idle_s", "takes 1 or more, and so does calls.longest_s");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> AssistantConfig {
        toml::from_str(text).expect("a configuration")
    }

    #[test]
    fn by_default_nothing_is_wrong_and_nothing_leaves_the_machine() {
        let config = of("");
        assert_eq!(config, AssistantConfig::default());
        assert_eq!(config.fault(), None);
        assert_eq!(config.chat.by, ChatBy::Documents);
        assert!(toml::from_str::<AssistantConfig>("[chat]\nmodell = 'x'").is_err());
    }

    #[test]
    fn what_does_not_go_together_is_named_by_its_key() {
        for (text, key) in [
            ("[transcription]\nby = 'assemblyai'", "transcription.key"),
            ("[transcription]\nby = 'openai'\nurl = 'ftp://x'", "transcription.url"),
            ("[chat]\nby = 'openai'\nurl = 'api.openai.com'", "chat.url"),
            ("[embeddings]\nby = 'minilm'", "embeddings.folder"),
            ("[recordings]\ndays = 0", "recordings.days"),
            ("[calls]\ndays = 1000", "calls.days"),
            ("[calls]\ncalls = 0", "calls.calls"),
        ] {
            assert_eq!(of(text).fault().map(|(key, _)| key), Some(key), "{text}");
        }
        let shown = toml::to_string(&of("[chat]\nkey = 'sk-0123456789abcdef'")).expect("TOML");
        assert!(shown.contains("(hidden)") && !shown.contains("0123456789"), "{shown}");
    }
}
