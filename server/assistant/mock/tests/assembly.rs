//! What the AssemblyAI server takes, and the code that it closes with on the rest.

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use weir_mock::{AssemblyAi, Fault, Limits, Said};

const KEY: &str = "a key of a test";
const QUERY: &str = "sample_rate=16000&encoding=pcm_s16le&speech_model=m&format_turns=true";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// So fast that the clock is always ahead of the audio.
fn fast() -> Limits {
    Limits { speed: 1e5, longest_s: 1e7, ..Limits::default() }
}

async fn start(limits: Limits) -> AssemblyAi {
    AssemblyAi::start(KEY, limits).await.expect("a free port")
}

async fn connect(server: &AssemblyAi, key: &str, query: &str) -> Socket {
    let url = format!("{}?{query}", server.url());
    let mut request = url.into_client_request().expect("an address");
    request.headers_mut().insert("authorization", key.parse().expect("a header"));
    connect_async(request).await.expect("a connection").0
}

fn audio(ms: usize) -> Message {
    Message::binary(vec![0; ms * 32])
}

/// All that comes until the end, and the code of the end; none if it was cut.
async fn rest(socket: &mut Socket) -> (Vec<Value>, Option<u16>) {
    let mut messages = vec![];
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                messages.push(serde_json::from_str(&text).expect("JSON"));
            }
            Some(Ok(Message::Close(frame))) => {
                return (messages, frame.map(|frame| frame.code.into()));
            }
            Some(Ok(_)) => {}
            None | Some(Err(_)) => return (messages, None),
        }
    }
}

/// The code that a session ends with in which this was sent.
async fn code(server: &AssemblyAi, sent: Vec<Message>) -> Option<u16> {
    let mut socket = connect(server, KEY, QUERY).await;
    for message in sent {
        // It may be closed already.
        let _ = socket.send(message).await;
    }
    rest(&mut socket).await.1
}

#[tokio::test]
async fn every_refusal_has_its_code() {
    let server = start(fast()).await;
    let closed = async |key, query| rest(&mut connect(&server, key, query).await).await.1;
    assert_eq!(closed("another", QUERY).await, Some(1008));
    assert_eq!(closed("Bearer a key of a test", QUERY).await, Some(1008));
    assert_eq!(closed(KEY, "sample_rate=16000").await, Some(3006));
    assert_eq!(closed(KEY, "sample_rate=9&speech_model=m").await, Some(3006));
    assert_eq!(code(&server, vec![Message::text("{\"type\":\"Sing\"}")]).await, Some(3006));
    assert_eq!(code(&server, vec![Message::text("no JSON")]).await, Some(3006));
    assert_eq!(code(&server, vec![audio(49)]).await, Some(3007));
    assert_eq!(code(&server, vec![audio(1001)]).await, Some(3007));
    server.then(vec![], Some(Fault::FailAt { audio_s: 0.1 }));
    assert_eq!(code(&server, vec![audio(100)]).await, Some(3005));
    server.then(vec![], Some(Fault::CutAt { audio_s: 0.1 }));
    assert_eq!(code(&server, vec![audio(100)]).await, None);
    assert_eq!(code(&server, vec![Message::text("{\"type\":\"Terminate\"}")]).await, Some(1000));
}

#[tokio::test]
async fn audio_must_not_run_ahead_of_the_clock() {
    // The clock all but stands, however slow the machine is.
    let server = start(Limits { speed: 1e-9, ..Limits::default() }).await;
    assert_eq!(code(&server, vec![audio(1000), audio(1000), audio(50)]).await, Some(3007));
    assert_eq!(server.sessions()[0].audio_s, 2.0);
}

#[tokio::test]
async fn a_session_expires_and_places_are_counted() {
    let server = start(Limits { longest_s: 0.0, ..Limits::default() }).await;
    assert_eq!(code(&server, vec![]).await, Some(3008));

    let server = start(Limits { sessions: 1, ..fast() }).await;
    let mut first = connect(&server, KEY, QUERY).await;
    first.next().await.expect("Begin").expect("Begin");
    assert_eq!(code(&server, vec![]).await, Some(3009));
    first.send(Message::text("{\"type\":\"Terminate\"}")).await.expect("sent");
    assert_eq!(rest(&mut first).await.1, Some(1000));
    assert_eq!(code(&server, vec![Message::text("{\"type\":\"Terminate\"}")]).await, Some(1000));
}

#[tokio::test]
async fn a_session_from_begin_to_termination() {
    let server = start(fast()).await;
    server
        .then(vec![Said::new(0.1, 0.7, "Good morning."), Said::new(1.0, 9.0, "I want more")], None);
    let mut socket = connect(&server, KEY, QUERY).await;
    for _ in 0..40 {
        socket.send(audio(100)).await.expect("sent");
    }
    for kind in ["KeepAlive", "ForceEndpoint", "Terminate"] {
        socket.send(Message::text(format!("{{\"type\":\"{kind}\"}}"))).await.expect("sent");
    }
    let (messages, code) = rest(&mut socket).await;
    assert_eq!(code, Some(1000));
    let kinds: Vec<_> = messages.iter().filter_map(|m| m["type"].as_str()).collect();
    assert_eq!((kinds[0], kinds[1]), ("Begin", "SpeechStarted"));
    assert_eq!(kinds.last(), Some(&"Termination"));
    let formatted = messages.iter().filter(|m| m["turn_is_formatted"] == true);
    let texts: Vec<_> = formatted.filter_map(|m| m["transcript"].as_str()).collect();
    assert_eq!(texts, ["Good morning.", "I"]);
    let session = &server.sessions()[0];
    assert!((session.audio_s - 4.0).abs() < 1e-9);
    assert_eq!(session.messages, ["KeepAlive", "ForceEndpoint", "Terminate"]);
    assert_eq!(session.code, Some(1000));
}

#[tokio::test]
async fn a_termination_may_never_come() {
    let server = start(fast()).await;
    server.then(vec![], Some(Fault::NoTermination));
    let mut socket = connect(&server, KEY, QUERY).await;
    socket.next().await.expect("Begin").expect("Begin");
    socket.send(Message::text("{\"type\":\"Terminate\"}")).await.expect("sent");
    // What is answered to a message after it shows that nothing was answered to it.
    socket.send(Message::text("{\"type\":\"Sing\"}")).await.expect("sent");
    let (messages, code) = rest(&mut socket).await;
    assert_eq!(
        (messages.len(), messages[0]["type"].as_str(), code),
        (1, Some("Error"), Some(3006))
    );
}
