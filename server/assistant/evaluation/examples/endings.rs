//! What the silence is worth by which the end of an utterance is known: of sentences spoken by
//! `flite`, how many are cut in two, and how many are missed.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use weir_calls::Playbook;
use weir_evaluation::{VOICES, say};
use weir_speech::{
    Clip, Endpointed, Endpointing, Heard, Listening, SpeechError, StreamingTranscriber,
    Transcriber, Transcript,
};

/// Hears nothing: only where utterances end is of interest.
struct Deaf;

#[async_trait]
impl Transcriber for Deaf {
    fn id(&self) -> &str {
        "deaf"
    }

    async fn transcribe(&self, _: &Clip) -> Result<Transcript, SpeechError> {
        Ok(Transcript::default())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sentences: Vec<String> = Playbook::first_call()?.sayings().map(str::to_owned).collect();
    let mut said = Vec::new();
    for (sentence, voice) in sentences.iter().step_by(12).take(100).zip(VOICES.iter().cycle()) {
        said.push(say(voice, sentence).await?);
    }
    for end_s in [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8] {
        let endpointing = Endpointing { end_s, ..Endpointing::default() };
        let listening = Listening { endpointing, ..Listening::default() };
        let endpointed = Endpointed::new(Arc::new(Deaf), listening);
        let (mut cut, mut missed) = (0, 0);
        for clip in &said {
            let (mut ear, mut heard) = endpointed.listen().await?;
            ear.hear(&clip.samples).await?;
            ear.finish().await?;
            let mut utterances = 0;
            while let Some(heard) = heard.recv().await {
                utterances += usize::from(matches!(heard, Heard::Final { .. }));
            }
            cut += usize::from(utterances > 1);
            missed += usize::from(utterances == 0);
        }
        let all = said.len();
        println!("{end_s} s of silence: of {all} sentences {cut} are cut, {missed} missed");
    }
    Ok(())
}
