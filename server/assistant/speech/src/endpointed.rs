//! A transcriber of clips that listens while somebody speaks: it gets one utterance after the other.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::ear::{self, Utterances};
use crate::{
    Clip, Ear, Heard, Listening, SpeechError, StreamingTranscriber, Transcriber, Transcript,
};

/// Listens by a transcriber of clips. There are no partial texts: an utterance is given to it when
/// it has ended, and sound that comes while it thinks waits.
pub struct Endpointed {
    transcriber: Arc<dyn Transcriber>,
    listening: Listening,
}

impl Endpointed {
    /// Of a transcriber.
    pub fn new(transcriber: Arc<dyn Transcriber>, listening: Listening) -> Self {
        Self { transcriber, listening }
    }
}

#[async_trait]
impl StreamingTranscriber for Endpointed {
    fn id(&self) -> &str {
        self.transcriber.id()
    }

    async fn listen(&self) -> Result<(Box<dyn Ear>, mpsc::Receiver<Heard>), SpeechError> {
        let transcriber = Arc::clone(&self.transcriber);
        Ok(ear::listen(&self.listening, Whole { transcriber, clip: Clip::default() }))
    }
}

/// Keeps an utterance until it has ended.
struct Whole {
    transcriber: Arc<dyn Transcriber>,
    clip: Clip,
}

#[async_trait]
impl Utterances for Whole {
    async fn begin(&mut self) -> Result<(), SpeechError> {
        self.clip.samples.clear();
        Ok(())
    }

    async fn hear(&mut self, samples: Vec<i16>) -> Result<(), SpeechError> {
        self.clip.samples.extend(samples);
        Ok(())
    }

    async fn so_far(&mut self) -> Result<Option<String>, SpeechError> {
        Ok(None)
    }

    async fn finish(&mut self) -> Result<Transcript, SpeechError> {
        self.transcriber.transcribe(&self.clip).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, Word};

    /// Says how long a clip is.
    struct Measuring;

    #[async_trait]
    impl Transcriber for Measuring {
        fn id(&self) -> &str {
            "a ruler"
        }

        async fn transcribe(&self, clip: &Clip) -> Result<Transcript, SpeechError> {
            let end_s = clip.duration_s();
            let text = "said".to_owned();
            let word = Word { text: text.clone(), start_s: 0.0, end_s, confidence: 1.0 };
            Ok(Transcript { text, words: vec![word] })
        }
    }

    #[tokio::test]
    async fn each_utterance_is_a_clip_and_its_times_are_those_of_the_stream() {
        let file = include_bytes!("../testdata/sentence.ogg");
        let mut sound = Clip::read(file, &Limits::default()).expect("ours").samples;
        sound.extend([0; 16_000]);
        let endpointed = Endpointed::new(Arc::new(Measuring), Listening::default());
        assert_eq!(endpointed.id(), "a ruler");
        let (mut ear, mut heard) = endpointed.listen().await.expect("it listens");
        for _ in 0..2 {
            ear.hear(&sound).await.expect("it listens");
        }
        ear.finish().await.expect("it listens");
        let mut finals = Vec::new();
        while let Some(heard) = heard.recv().await {
            match heard {
                Heard::Final { start_s, end_s, transcript, .. } => {
                    finals.push((start_s, end_s, transcript));
                }
                Heard::Partial { .. } => panic!("nothing is known before the end"),
                _ => {}
            }
        }
        assert_eq!(finals.len(), 2);
        for (start_s, end_s, transcript) in finals {
            let word = &transcript.words[0];
            assert_eq!(word.start_s, start_s);
            // The silence that ended it was heard, too.
            assert!((end_s..end_s + 0.7).contains(&word.end_s), "{word:?}, ended at {end_s}");
        }
    }
}
