//! Providers as they are mocked for all of the assistant.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use weir_mock::{Behaviour, Endpoint, Fault, Limits, Said};
use weir_providers::openai::{Client, Config};
use weir_providers::{ProviderError, Secret};
use weir_speech::{
    AssemblyAi, AssemblyAiConfig, Clip, Ear, Endpointed, Heard, Listening, OpenAi, SpeechError,
    StreamingTranscriber, Transcriber,
};

const KEY: &str = "a key of sixteen bytes or more";

fn key() -> Secret {
    Secret::try_from(KEY.to_owned()).expect("long enough")
}

/// Somebody says a sentence, and is silent for a second.
fn sentence() -> Clip {
    let file = include_bytes!("../testdata/sentence.ogg");
    let mut clip = Clip::read(file, &weir_speech::Limits::default()).expect("ours");
    clip.samples.extend([0; 16_000]);
    clip
}

async fn speak(mut ear: Box<dyn Ear>, samples: &[i16]) {
    for piece in samples.chunks(1600) {
        ear.hear(piece).await.expect("it listens");
    }
    ear.finish().await.expect("it listens");
}

async fn all(mut heard: Receiver<Heard>) -> Vec<Heard> {
    let mut all = Vec::new();
    while let Some(next) = heard.recv().await {
        all.push(next);
    }
    all
}

fn finals(heard: &[Heard]) -> Vec<&str> {
    let texts = heard.iter().filter_map(|heard| match heard {
        Heard::Final { transcript, .. } => Some(transcript.text.as_str()),
        _ => None,
    });
    texts.collect()
}

async fn openai() -> (weir_mock::OpenAi, OpenAi) {
    let server = weir_mock::OpenAi::start(KEY).await.expect("a free port");
    let base_url = server.base_url().to_owned();
    let config = Config { base_url, key: Some(key()), model: "m".into(), ..Config::default() };
    let openai = OpenAi::new(Client::new(config).expect("a client"), Some("en".to_owned()));
    (server, openai)
}

#[tokio::test]
async fn a_clip_is_sent_and_its_words_have_times() {
    let (server, openai) = openai().await;
    server.then(Endpoint::Transcription, Behaviour::Say("The water rises.".into()));
    let clip = sentence();
    let heard = openai.transcribe(&clip).await.expect("it answers");
    assert_eq!((heard.text.as_str(), heard.words.len()), ("The water rises.", 3));
    let last = &heard.words[2];
    assert!((last.end_s - clip.duration_s()).abs() < 0.01, "{last:?}");
    assert!((last.confidence - (-0.2_f32).exp()).abs() < 1e-3, "of its segment");
}

#[tokio::test]
async fn silence_is_not_even_sent() {
    let (server, openai) = openai().await;
    let silence = Clip { samples: vec![0; 48_000] };
    assert_eq!(openai.transcribe(&silence).await.expect("no error").text, "");
    assert_eq!(server.knocks(), 0);
}

#[tokio::test]
async fn a_refusal_is_the_provider_s() {
    let (server, openai) = openai().await;
    let refuse = Behaviour::Refuse { status: 400, retry_after_s: None };
    server.then(Endpoint::Transcription, refuse);
    let error = openai.transcribe(&sentence()).await.expect_err("it refuses");
    assert!(matches!(error, SpeechError::Provider(ProviderError::Refused { status: 400, .. })));
}

#[tokio::test]
async fn every_utterance_is_a_request() {
    let (server, openai) = openai().await;
    for text in ["First.", "Second."] {
        server.then(Endpoint::Transcription, Behaviour::Say(text.into()));
    }
    let endpointed = Endpointed::new(Arc::new(openai), Listening::default());
    let (ear, heard) = endpointed.listen().await.expect("it listens");
    let samples = [sentence().samples, sentence().samples].concat();
    let ((), heard) = tokio::join!(speak(ear, &samples), all(heard));
    assert_eq!(finals(&heard), ["First.", "Second."]);
    assert_eq!(server.knocks(), 2);
}

async fn assembly(limits: Limits) -> (weir_mock::AssemblyAi, AssemblyAi) {
    let server = weir_mock::AssemblyAi::start(KEY, limits).await.expect("a free port");
    let url = server.url().parse().expect("a URL");
    let patience = Duration::from_secs(1);
    let assembly =
        AssemblyAi::new(AssemblyAiConfig { url, patience, ..AssemblyAiConfig::new(key()) });
    (server, assembly)
}

#[tokio::test]
async fn turns_are_heard_at_the_pace_of_speech() {
    let (server, assembly) = assembly(Limits { ahead_s: 0.4, ..Limits::default() }).await;
    server.then(vec![Said::new(0.1, 0.8, "Good morning."), Said::new(1.0, 1.4, "Yes?")], None);
    let (ear, heard) = assembly.listen().await.expect("a session");
    let ((), heard) = tokio::join!(speak(ear, &[100; 24_000]), all(heard));
    assert_eq!(finals(&heard), ["Good morning.", "Yes?"]);
    let session = &server.sessions()[0];
    assert!((session.audio_s - 1.5).abs() < 1e-6 && session.code == Some(1000), "{session:?}");
    assert_eq!(session.messages, ["Terminate"]);
}

#[tokio::test]
async fn a_pulled_cable_and_a_failing_server_are_overcome() {
    for fault in [Fault::CutAt { audio_s: 0.7 }, Fault::FailAt { audio_s: 0.7 }] {
        let (server, assembly) = assembly(Limits::default()).await;
        server.then(vec![Said::new(0.1, 0.5, "Good morning.")], Some(fault));
        server.then(vec![Said::new(0.2, 0.6, "Yes?")], None);
        let (ear, heard) = assembly.listen().await.expect("a session");
        let ((), heard) = tokio::join!(speak(ear, &[100; 32_000]), all(heard));
        assert_eq!(finals(&heard), ["Good morning.", "Yes?"], "{fault:?}");
        assert_eq!(heard.last(), Some(&Heard::Ended { heard_s: 2.0 }), "{fault:?}");
        assert_eq!(server.sessions().len(), 2);
    }
}

#[tokio::test]
async fn an_end_that_is_never_said_and_a_wrong_key() {
    let (server, assembly) = assembly(Limits::default()).await;
    server.then(vec![Said::new(0.1, 0.3, "Yes.")], Some(Fault::NoTermination));
    let (ear, heard) = assembly.listen().await.expect("a session");
    let ((), heard) = tokio::join!(speak(ear, &[100; 8000]), all(heard));
    assert_eq!(finals(&heard), ["Yes."]);
    let wrong = Secret::try_from("another key of many bytes".to_owned()).expect("long enough");
    let url = server.url().parse().expect("a URL");
    let config = AssemblyAiConfig { url, ..AssemblyAiConfig::new(wrong) };
    let error = AssemblyAi::new(config).listen().await.err().expect("refused");
    assert!(matches!(error, SpeechError::Provider(ProviderError::Refused { status: 401, .. })));
}
