//! AssemblyAI's protocol is kept, whatever the server does. The server is one of ours, which says
//! so when it is not spoken to as the protocol wants.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Message as Frame, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use weir_providers::{ProviderError, Secret};
use weir_speech::{AssemblyAi, AssemblyAiConfig, Ear, Heard, SpeechError, StreamingTranscriber};

const KEY: &str = "0123456789abcdef-not-a-real-key";

/// What the server does with one connection.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// Listens to the end.
    Listen,
    /// Closes with this code after so many frames.
    Close(u16, usize),
    /// Refuses the connection with this status.
    Refuse(u16),
    /// Is silent after `Terminate`.
    NeverEnds,
    /// Never says that the session begins.
    NeverBegins,
}

/// What the server has seen.
#[derive(Debug, Default)]
struct Seen {
    /// Of each connection: samples that were heard.
    samples: Vec<usize>,
    texts: Vec<String>,
    complaints: Vec<String>,
}

struct Server {
    url: url::Url,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    async fn start(plans: Vec<Plan>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let server = Self {
            url: format!("ws://127.0.0.1:{port}/v3/ws").parse().expect("a URL"),
            seen: Arc::clone(&seen),
        };
        tokio::spawn(async move {
            for plan in plans {
                let (stream, _) = listener.accept().await.expect("a connection");
                tokio::spawn(serve(stream, plan, Arc::clone(&seen)));
            }
        });
        server
    }

    fn assembly(&self) -> AssemblyAi {
        let key = Secret::try_from(KEY.to_owned()).expect("long enough");
        let patience = Duration::from_secs(2);
        let config =
            AssemblyAiConfig { url: self.url.clone(), patience, ..AssemblyAiConfig::new(key) };
        AssemblyAi::new(config)
    }

    fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().expect("no panic"))
    }
}

#[expect(clippy::result_large_err, reason = "tungstenite's")]
async fn serve(stream: TcpStream, plan: Plan, seen: Arc<Mutex<Seen>>) {
    let complaints = Arc::clone(&seen);
    let greet = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        let key = request.headers().get("authorization").map(|key| key.as_bytes());
        let query = request.uri().query().unwrap_or_default();
        let wanted =
            ["sample_rate=16000", "encoding=pcm_s16le", "format_turns=true", "speech_model="];
        let mut seen = complaints.lock().expect("no panic");
        if key != Some(KEY.as_bytes()) || !wanted.iter().all(|part| query.contains(part)) {
            seen.complaints.push(format!("greeted with {query}"));
        }
        match plan {
            Plan::Refuse(status) => {
                let mut refused = ErrorResponse::new(None);
                *refused.status_mut() = StatusCode::from_u16(status).expect("a status");
                Err(refused)
            }
            _ => Ok(response),
        }
    };
    let Ok(socket) = accept_hdr_async(stream, greet).await else { return };
    listen(socket, plan, &seen).await;
}

/// A session in which every frame is a word, and five words are a turn.
async fn listen(mut socket: WebSocketStream<TcpStream>, plan: Plan, seen: &Mutex<Seen>) {
    if !matches!(plan, Plan::NeverBegins) {
        let begin = r#"{"type":"Begin","id":"a","expires_at":1,"new_field":{}}"#;
        socket.send(Frame::text(begin)).await.expect("sent");
        socket.send(Frame::text(r#"{"type":"SpeechStarted","timestamp":1}"#)).await.expect("sent");
    }
    let began = Instant::now();
    let connection = {
        let mut seen = seen.lock().expect("no panic");
        seen.samples.push(0);
        seen.samples.len() - 1
    };
    let (mut frames, mut order, mut in_turn) = (0, 0, 0);
    while let Some(Ok(frame)) = socket.next().await {
        let mut answers = Vec::new();
        match frame {
            Frame::Binary(sound) => {
                frames += 1;
                in_turn += 1;
                let mut seen = seen.lock().expect("no panic");
                let samples = sound.len() / 2;
                seen.samples[connection] += samples;
                let sent_s = seen.samples[connection] as f64 / 16_000.0;
                let faster_s = sent_s - began.elapsed().as_secs_f64();
                if !(800..=16_000).contains(&samples) || faster_s > 0.35 {
                    seen.complaints.push(format!("{samples} samples, {faster_s} s too early"));
                }
                answers.push(turn(order, in_turn, false, false));
                if in_turn == 5 {
                    answers.extend([turn(order, 5, true, false), turn(order, 5, true, true)]);
                    (order, in_turn) = (order + 1, 0);
                }
            }
            Frame::Text(text) => {
                seen.lock().expect("no panic").texts.push(text.to_string());
                let ends = text.contains("ForceEndpoint") || text.contains("Terminate");
                if ends && in_turn > 0 {
                    answers.extend([
                        turn(order, in_turn, true, false),
                        turn(order, in_turn, true, true),
                    ]);
                    (order, in_turn) = (order + 1, 0);
                }
                if text.contains("Terminate") && !matches!(plan, Plan::NeverEnds) {
                    answers.push(r#"{"type":"Termination","audio_duration_seconds":1}"#.to_owned());
                }
            }
            _ => {}
        }
        for answer in answers {
            if socket.send(Frame::text(answer)).await.is_err() {
                return;
            }
        }
        if let Plan::Close(code, after) = plan
            && frames == after
        {
            let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::from("on purpose") };
            let _ = socket.close(Some(frame)).await;
            // What was under way is read: else the reason would not arrive.
            while let Some(Ok(_)) = socket.next().await {}
            return;
        }
    }
}

fn turn(order: u64, words: usize, end: bool, is_formatted: bool) -> String {
    let texts: Vec<String> = (0..words).map(|word| format!("w{word}")).collect();
    let list: Vec<String> = (0..words)
        .map(|word| {
            let start = (order as usize * 5 + word) * 100;
            format!(
                r#"{{"text":"w{word}","start":{start},"end":{},"confidence":0.9,"word_is_final":{end}}}"#,
                start + 100
            )
        })
        .collect();
    let full_stop = if is_formatted { "." } else { "" };
    format!(
        r#"{{"type":"Turn","turn_order":{order},"turn_is_formatted":{is_formatted},"end_of_turn":{end},"transcript":"{}{full_stop}","words":[{}]}}"#,
        texts.join(" "),
        list.join(",")
    )
}

async fn all(mut heard: Receiver<Heard>) -> Vec<Heard> {
    let all = async {
        let mut all = Vec::new();
        while let Some(next) = heard.recv().await {
            all.push(next);
        }
        all
    };
    timeout(Duration::from_secs(30), all).await.expect("it ends")
}

/// Says so many samples in pieces of 37 ms, and finishes.
async fn speak(mut ear: Box<dyn Ear>, samples: usize) -> Result<(), SpeechError> {
    for piece in vec![100; samples].chunks(592) {
        ear.hear(piece).await?;
    }
    ear.finish().await
}

fn finals(heard: &[Heard]) -> Vec<(u64, String)> {
    let texts = heard.iter().filter_map(|heard| match heard {
        Heard::Final { utterance, transcript, .. } => Some((*utterance, transcript.text.clone())),
        _ => None,
    });
    texts.collect()
}

#[tokio::test]
async fn turns_are_told_once_and_sound_is_sent_as_it_is_spoken() {
    let server = Server::start(vec![Plan::Listen]).await;
    let (ear, heard) = server.assembly().listen().await.expect("a session");
    // 1.2 s and a bit that is too little for a frame.
    let (spoken, heard) = tokio::join!(speak(ear, 19_300), all(heard));
    spoken.expect("it listens");
    let expected = [(0, "w0 w1 w2 w3 w4."), (1, "w0 w1 w2 w3 w4."), (2, "w0 w1 w2.")];
    assert_eq!(finals(&heard), expected.map(|(number, text)| (number, text.to_owned())));
    let begun = heard.iter().filter(|heard| matches!(heard, Heard::Started { .. })).count();
    assert_eq!(begun, 3);
    assert_eq!(heard.last(), Some(&Heard::Ended { heard_s: 19_300.0 / 16_000.0 }));
    server.seen(|seen| {
        assert_eq!(seen.complaints, [""; 0]);
        assert_eq!(seen.samples, [12 * 1600 + 800], "the last piece is filled up");
        assert_eq!(seen.texts, [r#"{"type":"Terminate"}"#]);
    });
}

#[tokio::test]
async fn an_utterance_ends_where_it_is_told_to() {
    let server = Server::start(vec![Plan::Listen]).await;
    let (mut ear, heard) = server.assembly().listen().await.expect("a session");
    ear.hear(&[100; 3200]).await.expect("it listens");
    ear.end_utterance().await.expect("it listens");
    ear.hear(&[100; 1600]).await.expect("it listens");
    ear.finish().await.expect("it listens");
    let heard = all(heard).await;
    assert_eq!(finals(&heard), [(0, "w0 w1.".to_owned()), (1, "w0.".to_owned())]);
    server.seen(|seen| assert_eq!(seen.complaints, [""; 0]));
}

#[tokio::test]
async fn when_a_connection_breaks_another_one_goes_on() {
    for code in [3005, 3008, 1011] {
        let server = Server::start(vec![Plan::Close(code, 7), Plan::Listen]).await;
        let (ear, heard) = server.assembly().listen().await.expect("a session");
        let (spoken, heard) = tokio::join!(speak(ear, 16_000), all(heard));
        spoken.expect("it listens");
        let heard_finals = finals(&heard);
        let numbers: Vec<u64> = heard_finals.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>());
        assert!(heard_finals.len() >= 3, "{code}: {heard_finals:?}");
        assert_eq!(heard.last(), Some(&Heard::Ended { heard_s: 1.0 }), "{code}");
        server.seen(|seen| {
            assert_eq!(seen.complaints, [""; 0]);
            assert_eq!(seen.samples.len(), 2);
            // Of a frame that is under way when the connection breaks nobody knows.
            assert!((16_000 - 3200..=16_000).contains(&seen.samples.iter().sum::<usize>()));
        });
        let starts = heard.iter().filter_map(|heard| match heard {
            Heard::Final { start_s, .. } => Some(*start_s),
            _ => None,
        });
        assert!(starts.collect::<Vec<_>>().is_sorted(), "{heard:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_mended_is_said() {
    let refused = |error: &ProviderError, status: u16| matches!(error, ProviderError::Refused { status: found, .. } if *found == status);
    for (code, status) in [(1008, 401), (3006, 400), (3007, 400)] {
        let server = Server::start(vec![Plan::Close(code, 2)]).await;
        let (ear, heard) = server.assembly().listen().await.expect("a session");
        let (_, heard) = tokio::join!(speak(ear, 16_000), all(heard));
        let Some(Heard::Failed(SpeechError::Provider(error))) = heard.last() else {
            panic!("{code}: {heard:?}");
        };
        assert!(refused(error, status), "{code}: {error:?}");
        assert!(error.to_string().contains("on purpose") && !error.to_string().contains(KEY));
    }
}

#[tokio::test]
async fn too_many_sessions_are_tried_again_a_few_times() {
    let mut plans = vec![Plan::Close(3009, 1); 5];
    plans.push(Plan::Listen);
    let server = Server::start(plans).await;
    let (ear, heard) = server.assembly().listen().await.expect("a session");
    let (_, heard) = tokio::join!(speak(ear, 16_000), all(heard));
    // Each of them hears a word before it is closed, so that there is always hope.
    assert!(matches!(heard.last(), Some(Heard::Ended { .. })), "{heard:?}");
}

#[tokio::test]
async fn a_connection_that_is_refused_is_an_error_at_once() {
    for status in [401, 403, 429, 503] {
        let server = Server::start(vec![Plan::Refuse(status)]).await;
        let error = server.assembly().listen().await.err().expect("refused");
        match error {
            SpeechError::Provider(ProviderError::TooMany { .. }) => assert_eq!(status, 429),
            SpeechError::Provider(ProviderError::Refused { status: found, .. }) => {
                assert_eq!(found, status);
            }
            other => panic!("{other:?}"),
        }
    }
    let nobody = AssemblyAiConfig {
        url: "ws://127.0.0.1:1/".parse().expect("a URL"),
        ..AssemblyAiConfig::new(Secret::try_from(KEY.to_owned()).expect("long enough"))
    };
    let error = AssemblyAi::new(nobody).listen().await.err().expect("nobody is there");
    assert!(matches!(error, SpeechError::Provider(ProviderError::Unreachable { .. })));
    let server = Server::start(vec![Plan::NeverBegins]).await;
    let error = server.assembly().listen().await.err().expect("it does not begin");
    assert!(matches!(error, SpeechError::Provider(ProviderError::Late { .. })));
}

#[tokio::test]
async fn a_server_that_never_ends_is_not_waited_for_for_ever() {
    let server = Server::start(vec![Plan::NeverEnds]).await;
    let (ear, heard) = server.assembly().listen().await.expect("a session");
    let (spoken, heard) = tokio::join!(speak(ear, 3200), all(heard));
    spoken.expect("it listens");
    assert_eq!(finals(&heard), [(0, "w0 w1.".to_owned())]);
    assert_eq!(heard.last(), Some(&Heard::Ended { heard_s: 0.2 }));
}
