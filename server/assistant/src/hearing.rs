//! Who makes text of sound, as it is configured.

use std::sync::Arc;

use weir_speech::{Domain, Sphinx, SphinxConfig, StreamingTranscriber, Transcriber};

use crate::config::{TranscriptionBy, TranscriptionConfig};

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
    pub fn open(config: &TranscriptionConfig, texts: &[String]) -> Result<Self, String> {
        match config.by {
            TranscriptionBy::Off => Err("it is turned off".to_owned()),
            TranscriptionBy::Sphinx => {
                let domain = Some(Domain::new(texts));
                let sphinx = Sphinx::new(SphinxConfig { domain, ..SphinxConfig::default() });
                let sphinx = Arc::new(sphinx.map_err(|error| error.to_string())?);
                Ok(Self { streaming: Arc::clone(&sphinx) as _, clips: sphinx })
            }
            other => Err(format!("{other:?}")),
        }
    }
}
