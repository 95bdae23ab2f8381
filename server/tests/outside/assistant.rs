//! Questions, voices and recordings, as programs and pages meet them.

use std::process::Command;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use weir_server::Config;

use crate::client::{Answer, ask, get};
use crate::common::Server;

const VISITOR: &str = "0123456789abcdef0123456789abcdef";

async fn server() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data_dir: folder.path().join("data"), ..Config::default() };
    (Server::configured(config).await, folder)
}

/// Asks with a body; as a visitor whose recordings are kept under `VISITOR`.
pub async fn send(
    server: &Server,
    method: Method,
    path: &str,
    kind: &str,
    body: Vec<u8>,
) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = request.header("content-type", kind).header("weir-visitor", VISITOR);
    let request = request.body(Body::from(body)).expect("a request");
    ask(TcpStream::connect(server.addr).await.expect("a server"), request).await
}

async fn post(server: &Server, path: &str, body: Value) -> Answer {
    send(server, Method::POST, path, "application/json", body.to_string().into()).await
}

struct Voice(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Voice {
    async fn open(server: &Server) -> Self {
        let opened = connect_async(format!("ws://{}/voice", server.addr)).await;
        Self(opened.expect("a socket").0)
    }

    async fn say(&mut self, word: Value) {
        self.0.send(Message::text(word.to_string())).await.expect("it is open");
    }

    async fn sound(&mut self, samples: &[i16]) {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        self.0.send(Message::binary(bytes)).await.expect("it is open");
    }

    /// The next word.
    async fn hear(&mut self) -> Value {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(60), self.0.next()).await;
            match next.expect("in time").expect("a message").expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Close(_) => panic!("closed without a word"),
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn what_is_said_becomes_a_drawing_that_can_be_kept() {
    let (server, _folder) = server().await;
    let drawn =
        post(&server, "/api/draw", json!({ "text": "a funnel and a purple cup under it" })).await;
    assert_eq!(drawn.status, 200, "{}", drawn.text());
    let drawn = drawn.json();
    assert_eq!(
        (&drawn["things"], &drawn["unknown"]),
        (&json!(["funnel", "cup"]), &json!(["purple"]))
    );
    assert_eq!(post(&server, "/api/drawings", drawn["scene"].clone()).await.status, 201);
    for (body, why) in [
        (json!({ "text": "sing" }), "funnel, cup"),
        (json!({ "text": "cup ".repeat(200) }), "500 letters"),
        (json!({ "words": "cup" }), "words"),
    ] {
        let refused = post(&server, "/api/draw", body).await;
        assert_eq!(refused.status, 422);
        let detail = refused.json()["detail"].as_str().expect("words").to_owned();
        assert!(detail.contains(why), "{detail}");
    }
}

#[tokio::test]
async fn nobody_is_heard_without_having_agreed_and_wrong_words_are_named() {
    let (server, folder) = server().await;
    let hello = json!({ "do": "hello", "consent": true, "rate": 16_000 });
    let with = |key: &str, value: Value| {
        let mut hello = hello.clone();
        hello[key] = value;
        hello
    };
    for (word, why) in [
        (with("consent", json!(false)), "consent"),
        (with("rate", json!(44_100)), "got 44100, takes 16000"),
        (with("keep", json!(true)), "visitor: takes one"),
        (
            json!({ "do": "hello", "consent": true, "rate": 16_000, "keep": true, "visitor": "me" }),
            "32 hexadecimal",
        ),
        (json!({ "do": "end" }), "takes a hello first"),
        (json!({ "do": "sing" }), "sing"),
        (with("tempo", json!(1)), "tempo"),
    ] {
        let mut voice = Voice::open(&server).await;
        voice.say(word.clone()).await;
        let told = voice.hear().await;
        assert_eq!(told["is"], "error", "{word}");
        assert!(told["why"].as_str().is_some_and(|told| told.contains(why)), "{word}: {told}");
    }
    let mut voice = Voice::open(&server).await;
    voice.sound(&[0; 160]).await;
    assert!(voice.hear().await["why"].as_str().expect("words").contains("text before sound"));
    assert!(!folder.path().join("data").exists(), "nothing was kept");
    // Two voices of one client, and no third.
    let _both = (Voice::open(&server).await, Voice::open(&server).await);
    let third = connect_async(format!("ws://{}/voice", server.addr)).await;
    assert!(third.expect_err("too many").to_string().contains("429"));
}

#[tokio::test]
async fn what_can_be_done_is_told_and_recordings_ask_for_whom() {
    let (server, _folder) = server().await;
    let status = get(server.addr, "/api/assistant", &[]).await.json();
    let transcription = &status["transcription"];
    if transcription["is_ready"] == false {
        // What to do is said where it is needed.
        let why = transcription["why"].as_str().expect("words");
        assert!(why.contains("apt install pocketsphinx"), "{why}");
    }
    assert_eq!((&status["speech"], &status["longest_s"]), (&json!("browser"), &json!(60)));
    assert_eq!(get(server.addr, "/api/recordings", &[]).await.status, 401);
    let mine = get(server.addr, "/api/recordings", &[("weir-visitor", VISITOR)]).await;
    assert_eq!(mine.json(), json!([]));
    let none = get(server.addr, "/api/recordings/x", &[("weir-visitor", VISITOR)]).await;
    assert_eq!(
        (none.status.as_u16(), none.header("content-type")),
        (404, Some("application/problem+json"))
    );
    let spoken = post(&server, "/api/speak", json!({ "text": "Hello." })).await;
    assert_eq!(spoken.status, 404, "browsers read aloud");
    let noise =
        send(&server, Method::POST, "/api/transcribe", "audio/wav", b"no sound".to_vec()).await;
    assert!([422, 503].contains(&noise.status.as_u16()), "{}", noise.text());
    // Refused by its head alone, before any of it is read.
    let mut stream = TcpStream::connect(server.addr).await.expect("a server");
    let head =
        "POST /api/transcribe HTTP/1.1\r\nhost: localhost\r\ncontent-length: 11000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("it is open");
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.expect("an answer");
    assert_eq!(&status, b"HTTP/1.1 413");
}

/// Speech by flite: 16,000 samples a second.
pub fn flite(words: &str) -> Vec<i16> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.wav");
    let said = Command::new("flite").args(["-voice", "slt", "-t", words, "-o"]).arg(&path).status();
    assert!(said.expect("flite").success());
    let file = std::fs::read(&path).expect("a file");
    file[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

#[tokio::test]
#[ignore = "needs flite and PocketSphinx"]
async fn a_voice_is_heard_while_it_speaks_and_kept_until_it_is_deleted() {
    let (server, _folder) = server().await;
    let mut voice = Voice::open(&server).await;
    let hello =
        json!({ "do": "hello", "consent": true, "keep": true, "visitor": VISITOR, "rate": 16_000 });
    voice.say(hello).await;
    assert_eq!(voice.hear().await["is"], "ready");
    let mut sound = flite("draw a funnel and a cup under it");
    sound.extend([0; 16_000]);
    for frame in sound.chunks(1_600) {
        voice.sound(frame).await;
    }
    voice.say(json!({ "do": "end" })).await;
    let mut words = Vec::new();
    let ended = loop {
        let word = voice.hear().await;
        words.push(word["is"].as_str().expect("a word").to_owned());
        match word["is"].as_str() {
            Some("ended") => break word,
            Some("error") => panic!("{word}"),
            _ => {}
        }
    };
    let text = ended["text"].as_str().expect("text");
    assert!(text.contains("funnel") && text.contains("cup"), "{text}");
    assert!(words.iter().any(|word| word == "partial"), "{words:?}");
    assert_eq!(words.iter().filter(|word| *word == "final").count(), 1, "{words:?}");

    let mine = [("weir-visitor", VISITOR)];
    let listed = get(server.addr, "/api/recordings", &mine).await.json();
    assert_eq!(listed[0]["transcript"], text);
    let path = format!("/api/recordings/{}", listed[0]["id"].as_str().expect("an id"));
    let kept = get(server.addr, &path, &mine).await;
    assert_eq!(
        (kept.header("content-type"), kept.body.len()),
        (Some("audio/wav"), 44 + 2 * sound.len())
    );
    let again = send(&server, Method::POST, "/api/transcribe", "audio/wav", kept.body).await;
    assert!(
        again.json()["text"].as_str().is_some_and(|text| text.contains("cup")),
        "{}",
        again.text()
    );
    let other = [("weir-visitor", "ffffffffffffffffffffffffffffffff")];
    assert_eq!(get(server.addr, &path, &other).await.status, 404, "it is somebody else's");
    let deleted = send(&server, Method::DELETE, "/api/recordings", "text/plain", Vec::new()).await;
    assert_eq!(deleted.json()["deleted"], 1);
    assert_eq!(get(server.addr, &path, &mine).await.status, 404);
}

#[tokio::test]
#[ignore = "needs PocketSphinx"]
async fn silence_is_no_words() {
    let (server, _folder) = server().await;
    let mut voice = Voice::open(&server).await;
    voice.say(json!({ "do": "hello", "consent": true, "rate": 16_000 })).await;
    assert_eq!(voice.hear().await["is"], "ready");
    for _ in 0..30 {
        voice.sound(&[0; 1_600]).await;
    }
    voice.say(json!({ "do": "end" })).await;
    let word = voice.hear().await;
    assert_eq!(
        (&word["is"], &word["text"], &word["recording"]),
        (&json!("ended"), &json!(""), &Value::Null)
    );
    assert!(word["heard_s"].as_f64().is_some_and(|heard_s| (heard_s - 3.0).abs() < 0.01), "{word}");
}
