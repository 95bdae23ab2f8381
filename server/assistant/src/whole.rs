//! A transcriber that listens while somebody speaks, for a clip that is all there.

use std::sync::Arc;

use async_trait::async_trait;
use weir_speech::{Clip, Heard, SpeechError, StreamingTranscriber, Transcriber, Transcript};

/// Gives a clip to an ear, and gathers what that hears.
pub struct Whole {
    ears: Arc<dyn StreamingTranscriber>,
}

impl Whole {
    /// By these ears.
    pub fn new(ears: Arc<dyn StreamingTranscriber>) -> Self {
        Self { ears }
    }
}

#[async_trait]
impl Transcriber for Whole {
    fn id(&self) -> &str {
        self.ears.id()
    }

    async fn transcribe(&self, clip: &Clip) -> Result<Transcript, SpeechError> {
        let (mut ear, mut heard) = self.ears.listen().await?;
        let speak = async {
            ear.hear(&clip.samples).await?;
            ear.finish().await
        };
        let gather = async {
            let mut all = Transcript::default();
            while let Some(heard) = heard.recv().await {
                match heard {
                    Heard::Final { transcript, .. } => {
                        if !all.text.is_empty() && !transcript.text.is_empty() {
                            all.text.push(' ');
                        }
                        all.text.push_str(&transcript.text);
                        all.words.extend(transcript.words);
                    }
                    Heard::Ended { .. } => return Ok(all),
                    Heard::Failed(error) => return Err(error),
                    Heard::Started { .. } | Heard::Partial { .. } | Heard::Lag { .. } => {}
                }
            }
            Err(SpeechError::Failed("it ended without a word".to_owned()))
        };
        // Both at once: an ear may wait for what it has heard to be taken.
        let ((), all) = tokio::try_join!(speak, gather)?;
        Ok(all)
    }
}
