//! Speech to text by AssemblyAI, while it is spoken.

mod close;
mod message;
mod session;
mod socket;
mod turns;

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use url::Url;
use weir_providers::Secret;

use crate::ear::serve;
use crate::{Ear, Heard, SpeechError, StreamingTranscriber};
use session::Sessions;

/// How AssemblyAI is reached.
#[derive(Clone, Debug)]
pub struct AssemblyAiConfig {
    /// Where: `wss://`, or `ws://` for tests.
    pub url: Url,
    /// The key of the account.
    pub key: Secret,
    /// The model that listens. `universal-streaming-english`.
    pub model: String,
    /// Most sound that waits while there is no connection, in seconds. 30.
    pub waiting_s: f32,
    /// How long the server may take to say that a session has begun, or ended. 5 s.
    pub patience: Duration,
}

impl AssemblyAiConfig {
    /// With this key, and defaults.
    pub fn new(key: Secret) -> Self {
        let url = Url::parse("wss://streaming.assemblyai.com/v3/ws").expect("it is a URL");
        let model = "universal-streaming-english".to_owned();
        Self { url, key, model, waiting_s: 30.0, patience: Duration::from_secs(5) }
    }
}

/// AssemblyAI. An ear is a session; when its connection breaks, another one goes on with what was
/// not sent yet. What was being said then is final as far as it was heard.
pub struct AssemblyAi {
    id: String,
    config: AssemblyAiConfig,
}

impl AssemblyAi {
    /// Nothing is connected before somebody listens.
    pub fn new(config: AssemblyAiConfig) -> Self {
        let host = config.url.host_str().unwrap_or_default();
        Self { id: format!("{} at {host}", config.model), config }
    }
}

#[async_trait]
impl StreamingTranscriber for AssemblyAi {
    fn id(&self) -> &str {
        &self.id
    }

    async fn listen(&self) -> Result<(Box<dyn Ear>, mpsc::Receiver<Heard>), SpeechError> {
        let mut sessions = Sessions::new(&self.config);
        let first = sessions.connect().await?;
        Ok(serve(self.config.waiting_s, |queue, events| sessions.work(first, queue, events)))
    }
}
