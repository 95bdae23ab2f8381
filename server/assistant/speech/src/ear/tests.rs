//! Ears keep their word whatever makes the text: here something that says how much it has heard.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::*;
use crate::{Clip, Limits, Word};

/// Says how many samples it has heard of an utterance.
#[derive(Clone, Default)]
struct Counting {
    length: usize,
    all: Arc<AtomicUsize>,
    /// What it waits for before it hears anything.
    gate: Option<Arc<Semaphore>>,
    /// The utterance that it fails with.
    fails_at: Option<usize>,
    begun: usize,
}

#[async_trait]
impl Utterances for Counting {
    async fn begin(&mut self) -> Result<(), SpeechError> {
        self.length = 0;
        self.begun += 1;
        if self.fails_at == Some(self.begun) {
            return Err(SpeechError::Failed("on purpose".to_owned()));
        }
        Ok(())
    }

    async fn hear(&mut self, samples: Vec<i16>) -> Result<(), SpeechError> {
        if let Some(gate) = &self.gate {
            gate.acquire().await.expect("never closed").forget();
        }
        self.length += samples.len();
        self.all.fetch_add(samples.len(), Ordering::Relaxed);
        Ok(())
    }

    async fn so_far(&mut self) -> Result<Option<String>, SpeechError> {
        Ok(Some(format!("{} s", self.length / SAMPLE_RATE as usize)))
    }

    async fn finish(&mut self) -> Result<Transcript, SpeechError> {
        let text = self.length.to_string();
        let end_s = seconds(self.length as u64);
        let word = Word { text: text.clone(), start_s: 0.0, end_s, confidence: 1.0 };
        Ok(Transcript { text, words: vec![word] })
    }
}

/// Somebody says a sentence, as flite speaks it (`testdata/make.sh`), and is silent for a second.
fn sentence() -> Vec<i16> {
    let file = include_bytes!("../../testdata/sentence.ogg");
    let mut clip = Clip::read(file, &Limits::default()).expect("ours");
    clip.samples.extend([0; SAMPLE_RATE as usize]);
    clip.samples
}

async fn all(mut heard: mpsc::Receiver<Heard>) -> Vec<Heard> {
    let mut all = Vec::new();
    while let Some(next) = heard.recv().await {
        all.push(next);
    }
    all
}

/// What is heard of a sound, without lags.
async fn heard_of(sound: Vec<i16>, piece: usize) -> Vec<Heard> {
    let (mut ear, heard) = listen(&Listening::default(), Counting::default());
    let hearing = tokio::spawn(async move {
        for piece in sound.chunks(piece) {
            ear.hear(piece).await.expect("it listens");
        }
        ear.finish().await.expect("it listens");
    });
    let mut heard = all(heard).await;
    hearing.await.expect("no panic");
    heard.retain(|heard| !matches!(heard, Heard::Lag { .. }));
    heard
}

#[tokio::test]
async fn utterances_are_numbered_begin_once_and_end_once() {
    let sound = [vec![0; 8000], sentence(), sentence(), sentence()].concat();
    let heard = heard_of(sound.clone(), 1600).await;
    let (mut begun, mut ended, mut last_s) = (0, 0, 0.0);
    for event in &heard {
        match event {
            Heard::Started { utterance, at_s } => {
                assert_eq!((*utterance, begun), (begun, ended));
                assert!(*at_s >= last_s);
                (begun, last_s) = (begun + 1, *at_s);
            }
            Heard::Partial { utterance, .. } => assert_eq!((*utterance, ended + 1), (ended, begun)),
            Heard::Final { utterance, start_s, end_s, transcript } => {
                assert_eq!((*utterance, *start_s), (ended, last_s));
                assert!(end_s > start_s && transcript.words[0].start_s == *start_s);
                (ended, last_s) = (ended + 1, *end_s);
            }
            Heard::Ended { heard_s } => assert_eq!(*heard_s, seconds(sound.len() as u64)),
            Heard::Lag { .. } | Heard::Failed(_) => panic!("{event:?}"),
        }
    }
    assert_eq!((begun, ended), (3, 3));
    assert!(matches!(heard.last(), Some(Heard::Ended { .. })));
}

#[tokio::test]
async fn it_does_not_matter_in_what_pieces_sound_comes() {
    let finals = |heard: Vec<Heard>| -> Vec<Heard> {
        heard.into_iter().filter(|heard| !matches!(heard, Heard::Partial { .. })).collect()
    };
    let sound = [sentence(), sentence()].concat();
    let whole = finals(heard_of(sound.clone(), usize::MAX).await);
    assert_eq!(whole.len(), 5);
    for piece in [77, 256, 1000, 16_001] {
        assert_eq!(finals(heard_of(sound.clone(), piece).await), whole, "in pieces of {piece}");
    }
}

#[tokio::test]
async fn partial_texts_are_told_when_they_change() {
    let heard = heard_of(sentence(), 1600).await;
    let partials: Vec<&str> = heard
        .iter()
        .filter_map(|heard| match heard {
            Heard::Partial { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert!(partials.len() >= 2, "{partials:?}");
    assert!(partials.windows(2).all(|two| two[0] != two[1]), "{partials:?}");
}

#[tokio::test]
async fn silence_is_heard_and_nothing_is_said() {
    let heard = heard_of(vec![0; 160_000], 1600).await;
    assert_eq!(heard, [Heard::Ended { heard_s: 10.0 }]);
    assert_eq!(heard_of(Vec::new(), 1).await, [Heard::Ended { heard_s: 0.0 }]);
}

#[tokio::test]
async fn an_utterance_can_be_ended_by_hand() {
    let (mut ear, mut heard) = listen(&Listening::default(), Counting::default());
    let sound = sentence();
    ear.hear(&sound[..SAMPLE_RATE as usize * 3 / 2]).await.expect("it listens");
    ear.end_utterance().await.expect("it listens");
    loop {
        match heard.recv().await.expect("it goes on") {
            Heard::Final { utterance, .. } => break assert_eq!(utterance, 0),
            Heard::Started { .. } | Heard::Partial { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn who_is_faster_than_the_work_waits_and_is_told() {
    let gate = Arc::new(Semaphore::new(0));
    let counting = Counting { gate: Some(Arc::clone(&gate)), ..Counting::default() };
    let settings = Listening { waiting_s: 4.0, ..Listening::default() };
    let (mut ear, heard) = listen(&settings, counting);
    let sound: Vec<i16> = (0..5).flat_map(|_| sentence()).collect();
    assert!(sound.len() > 10 * SAMPLE_RATE as usize);
    let hearing = async {
        ear.hear(&sound).await.expect("it listens");
        ear.finish().await.expect("it listens");
    };
    let mut hearing = Box::pin(hearing);
    // Nothing is worked on: what is more than can wait is not taken.
    assert!(timeout(Duration::from_millis(200), &mut hearing).await.is_err());
    gate.add_permits(Semaphore::MAX_PERMITS / 2);
    let ((), heard) = tokio::join!(hearing, all(heard));
    let lags: Vec<f32> = heard
        .iter()
        .filter_map(|heard| match heard {
            Heard::Lag { behind_s } => Some(*behind_s),
            _ => None,
        })
        .collect();
    assert!(lags.len() >= 2 && lags.len().is_multiple_of(2), "{lags:?}");
    assert!(lags.iter().step_by(2).all(|behind| (2.0..=4.0).contains(behind)), "{lags:?}");
    assert!(lags.iter().skip(1).step_by(2).all(|behind| *behind < 0.5), "{lags:?}");
    let finals = heard.iter().filter(|heard| matches!(heard, Heard::Final { .. })).count();
    assert_eq!(finals, 5, "nothing was dropped");
}

#[tokio::test]
async fn a_failure_is_the_last_that_is_heard() {
    let counting = Counting { fails_at: Some(2), ..Counting::default() };
    let (mut ear, heard) = listen(&Listening::default(), counting);
    let sound = [sentence(), sentence(), sentence()].concat();
    let mut refused = false;
    for _ in 0..20 {
        refused |= ear.hear(&sound).await.is_err();
    }
    assert!(refused, "nobody listens any more");
    assert!(ear.finish().await.is_err());
    let heard = all(heard).await;
    assert_eq!(heard.last(), Some(&Heard::Failed(SpeechError::Failed("on purpose".to_owned()))));
    let finals = heard.iter().filter(|heard| matches!(heard, Heard::Final { .. })).count();
    assert_eq!(finals, 1);
}

#[tokio::test]
async fn an_ear_that_nobody_listens_to_says_so() {
    let (mut ear, heard) = listen(&Listening::default(), Counting::default());
    drop(heard);
    let sound = vec![0; 100 * SAMPLE_RATE as usize];
    let refused = timeout(Duration::from_secs(20), ear.hear(&sound)).await;
    assert!(refused.expect("it does not wait for ever").is_err());
}

#[tokio::test]
async fn an_hour_of_speech_is_heard_and_not_kept() {
    let all_samples = Arc::new(AtomicUsize::new(0));
    let counting = Counting { all: Arc::clone(&all_samples), ..Counting::default() };
    let (mut ear, heard) = listen(&Listening::default(), counting);
    let listening = tokio::spawn(all(heard));
    let sentence = sentence();
    let times = 3600 * SAMPLE_RATE as usize / sentence.len();
    for _ in 0..times {
        ear.hear(&sentence).await.expect("it listens");
    }
    ear.finish().await.expect("it listens");
    let heard = listening.await.expect("no panic");
    let finals = heard.iter().filter(|heard| matches!(heard, Heard::Final { .. })).count();
    assert_eq!(finals, times);
    assert!(all_samples.load(Ordering::Relaxed) <= times * sentence.len());
}

#[tokio::test]
async fn a_clip_is_heard_like_a_stream() {
    let samples = [sentence(), sentence()].concat();
    let streamed: Vec<String> = heard_of(samples.clone(), 1600)
        .await
        .into_iter()
        .filter_map(|heard| match heard {
            Heard::Final { transcript, .. } => Some(transcript.text),
            _ => None,
        })
        .collect();
    let clip = Clip { samples };
    let whole = transcribe(&Endpointing::default(), Counting::default(), &clip).await;
    let whole = whole.expect("it does not fail");
    assert_eq!(whole.text, streamed.join(" "));
    assert!(whole.words[1].start_s > whole.words[0].end_s);
}
