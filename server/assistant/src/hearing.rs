//! Who makes text of sound, as it is configured.

use std::sync::Arc;

use tokio::task::spawn_blocking;
use url::Url;
use weir_providers::Prices;
use weir_speech::{
    AssemblyAi, AssemblyAiConfig, Domain, Endpointed, Listening, Sphinx, SphinxConfig,
    StreamingTranscriber, Transcriber,
};

use crate::config::{TranscriptionBy, TranscriptionConfig};
use crate::models::{Clients, Spending};
use crate::paid_ears::PaidEars;
use crate::whole::Whole;

/// Who makes text of sound: while somebody speaks, and of a clip.
#[derive(Clone)]
pub struct Hearing {
    /// While somebody speaks.
    pub streaming: Arc<dyn StreamingTranscriber>,
    /// Of a clip.
    pub clips: Arc<dyn Transcriber>,
}

impl Hearing {
    /// As configured; `texts` are like what will be said. It may take a second.
    ///
    /// # Errors
    /// There is nobody, and what to do about it.
    pub async fn open(
        config: &TranscriptionConfig,
        clients: &Clients,
        spending: &Spending,
        texts: Vec<String>,
    ) -> Result<Self, String> {
        let prices = Prices { audio_minute: config.usd_micro_a_minute, ..Prices::default() };
        match config.by {
            TranscriptionBy::Off => Err("it is turned off".to_owned()),
            TranscriptionBy::Sphinx => {
                let opened = spawn_blocking(move || {
                    let domain = Some(Domain::new(texts));
                    Sphinx::new(SphinxConfig { domain, ..SphinxConfig::default() })
                });
                let sphinx = opened.await.map_err(|error| error.to_string())?;
                let sphinx = Arc::new(sphinx.map_err(|error| error.to_string())?);
                Ok(Self { streaming: Arc::clone(&sphinx) as _, clips: sphinx })
            }
            TranscriptionBy::Openai => {
                let remote = clients.transcriber().ok_or("there is no client")?;
                let purse = spending.purse().await?.clone();
                let clips: Arc<dyn Transcriber> = Arc::new(remote.paid_from(purse, prices));
                let streaming = Endpointed::new(Arc::clone(&clips), Listening::default());
                Ok(Self { streaming: Arc::new(streaming), clips })
            }
            TranscriptionBy::Assemblyai => {
                let key = config.key.clone().ok_or("key: takes one")?;
                let mut reached = AssemblyAiConfig::new(key);
                if let Some(url) = &config.url {
                    reached.url = Url::parse(url).map_err(|error| format!("url: {error}"))?;
                }
                let purse = spending.purse().await?.clone();
                let paid = PaidEars::new(AssemblyAi::new(reached), purse, prices);
                let streaming: Arc<dyn StreamingTranscriber> = Arc::new(paid);
                Ok(Self { clips: Arc::new(Whole::new(Arc::clone(&streaming))), streaming })
            }
        }
    }
}
