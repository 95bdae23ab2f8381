//! Calls as the client of calls takes them from a whole server.

use std::future::pending;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use tokio::net::TcpStream;
use url::Url;
use weir_assistant::config::{AssistantConfig, CallsConfig, TranscriptionBy, TranscriptionConfig};
use weir_assistant::{Assistant, UserRole};
use weir_calls::Role;
use weir_listen::{
    Event, ListenConfig, ListenError, LogInError, Pace, Recorded, Source as _, Token, listen,
    log_in,
};
use weir_live::{ErrorCode, Reason, ServerWord};
use weir_mock::{AssemblyAi, Limits, Said};
use weir_server::Config;
use weir_speech::Clip;

use crate::client::{Answer, ask};
use crate::common::Server;

const KEY: &str = "a key of sixteen bytes or more";
const PASSWORD: &str = "a long password";

/// A server that Ida and Bo may call, and whose ears hear what a test says.
async fn server(keep_sound: bool) -> (Server, AssemblyAi, tempfile::TempDir) {
    let limits = Limits { speed: 100.0, ..Limits::default() };
    let ears = AssemblyAi::start(KEY, limits).await.expect("a free port");
    let transcription = TranscriptionConfig {
        by: TranscriptionBy::Assemblyai,
        url: Some(ears.url().to_owned()),
        key: Some(KEY.to_owned().try_into().expect("a key")),
        usd_micro_a_minute: 0,
        ..TranscriptionConfig::default()
    };
    let calls = CallsConfig { keep_sound, ..CallsConfig::default() };
    let assistant = AssistantConfig { transcription, calls, ..AssistantConfig::default() };
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data_dir: folder.path().to_owned(), assistant, ..Config::default() };
    let home = config.data_dir.join("assistant");
    let assistant = Assistant::open(config.assistant.clone(), &home, Vec::new()).expect("it");
    for name in ["ida", "bo"] {
        assistant.accounts().add(name, PASSWORD, UserRole::Agent).await.expect("an account");
    }
    (Server::configured(config).await, ears, folder)
}

fn site(server: &Server) -> Url {
    Url::parse(&format!("http://{}/", server.addr)).expect("a URL")
}

fn config(server: &Server) -> ListenConfig {
    let url = Url::parse(&format!("ws://{}/calls/ws", server.addr)).expect("a URL");
    ListenConfig { consent: true, ..ListenConfig::new(url) }
}

fn recorded() -> Box<Recorded> {
    let clip = || Clip { samples: vec![100; 16_000 * 4] };
    Box::new(Recorded::new([clip(), clip()], Pace::Fast))
}

#[tokio::test]
async fn who_logs_in_takes_a_call_and_is_told_its_words() {
    let (server, ears, _folder) = server(false).await;
    ears.then(vec![Said::new(0.2, 1.4, "Just so you know, this call is recorded.")], None);
    ears.then(vec![Said::new(1.8, 2.9, "That is fine with me.")], None);
    let token = log_in(&site(&server), "ida", PASSWORD).await.expect("a token");
    let mut words = Vec::new();
    let mut told = |event| match event {
        Event::Told(told) => words.push(told.word),
        other => panic!("{other:?}"),
    };
    let config = config(&server);
    let ended = listen(&config, &token, recorded(), pending(), &mut told);
    let ended = tokio::time::timeout(Duration::from_secs(60), ended).await.expect("in time");
    let ended = ended.expect("the last word");
    assert_eq!((ended.reason, ended.cuts, ended.duration_s), (Reason::Bye, 0, 4.0));
    let said = words.iter().filter_map(|word| match word {
        ServerWord::Final(turn) => Some((turn.role, turn.text.as_str())),
        _ => None,
    });
    let said: Vec<_> = said.collect();
    assert_eq!(said.len(), 2, "{words:?}");
    assert!(said[0].0 == Role::Agent && said[0].1.contains("recorded"), "{said:?}");
    assert!(said[1].0 == Role::Customer && said[1].1.contains("fine"), "{said:?}");
}

#[tokio::test]
async fn who_is_nobody_gets_no_token_and_a_token_of_nobody_no_call() {
    let (server, _ears, _folder) = server(false).await;
    let wrong = log_in(&site(&server), "ida", "another password").await;
    assert!(matches!(wrong, Err(LogInError::Wrong)), "{wrong:?}");
    let elsewhere = log_in(&site(&server).join("/nowhere/").expect("a URL"), "ida", PASSWORD).await;
    assert!(elsewhere.is_ok(), "the path of a page is none of the site: {elsewhere:?}");
    let token = Token::new("nonsense");
    let refused = listen(&config(&server), &token, recorded(), pending(), &mut |_| {}).await;
    let is_refused = |error: &ListenError| {
        matches!(error, ListenError::Refused { code: ErrorCode::Refused, .. })
    };
    assert!(refused.as_ref().is_err_and(is_refused), "{refused:?}");
}

/// Something of a call, for who has this token, and perhaps only a part of it.
async fn ask_for(
    server: &Server,
    method: Method,
    path: &str,
    token: &str,
    range: Option<&str>,
) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let mut request = request.header("authorization", format!("Bearer {token}"));
    if let Some(range) = range {
        request = request.header("range", range);
    }
    let request = request.body(Body::empty()).expect("a request");
    ask(TcpStream::connect(server.addr).await.expect("a server"), request).await
}

#[tokio::test]
async fn the_sound_of_a_call_is_kept_as_it_was_sent_and_deleted_with_it() {
    let (server, _ears, folder) = server(true).await;
    let token = log_in(&site(&server), "ida", PASSWORD).await.expect("a token");
    let voices = [0, 1].map(|voice: i16| {
        let sample = |at: i16| at.wrapping_mul(31).wrapping_add(voice * 7);
        Clip { samples: (0..i16::MAX).chain(0..i16::MAX).map(sample).collect() }
    });
    let source = Box::new(Recorded::new(voices.clone(), Pace::Fast));
    let ended = listen(&config(&server), &token, source, pending(), &mut |_| {}).await;
    let path = format!("/api/calls/{}", ended.expect("the last word").call_id);
    let sound = format!("{path}/sound");
    let ida = bearer(&server, "ida").await;
    let whole = ask_for(&server, Method::GET, &sound, &ida, None).await;
    assert_eq!((whole.status.as_u16(), whole.header("content-type")), (200, Some("audio/wav")));
    let file = folder.path().join("heard.wav");
    std::fs::write(&file, &whole.body).expect("a file");
    let mut kept = Recorded::stereo_file(&file, Pace::Fast).expect("a WAV file");
    let mut heard = [Vec::new(), Vec::new()];
    while let Some(moment) = kept.next().await.expect("sound") {
        heard.iter_mut().zip(moment.voices).for_each(|(heard, voice)| heard.extend(voice));
    }
    assert!(heard == voices.map(|clip| clip.samples), "what is kept is what was sent");

    let part = ask_for(&server, Method::GET, &sound, &ida, Some("bytes=40-1043")).await;
    let is = format!("bytes 40-1043/{}", whole.body.len());
    assert_eq!((part.status.as_u16(), part.header("content-range")), (206, Some(&*is)));
    assert_eq!(part.body, whole.body[40..1044]);
    let beyond = ask_for(&server, Method::GET, &sound, &ida, Some("bytes=99999999-")).await;
    assert_eq!(beyond.status, 416);
    for (who, status) in [("bo", 404), ("nobody", 401)] {
        let token = if who == "bo" { bearer(&server, who).await } else { String::new() };
        let answer = ask_for(&server, Method::GET, &sound, &token, None).await;
        assert_eq!(answer.status.as_u16(), status, "{who}");
    }
    let pieces = folder.path().join("assistant/sound/calls");
    assert!(pieces.is_dir());
    assert_eq!(ask_for(&server, Method::DELETE, &path, &ida, None).await.status, 204);
    assert_eq!(ask_for(&server, Method::GET, &sound, &ida, None).await.status, 404);
    let left = std::fs::read_dir(&pieces).map_or(0, Iterator::count);
    assert_eq!(left, 0, "the objects are gone");
}

#[tokio::test]
async fn without_being_asked_to_no_sound_is_kept() {
    let (server, _ears, folder) = server(false).await;
    let token = log_in(&site(&server), "ida", PASSWORD).await.expect("a token");
    let ended = listen(&config(&server), &token, recorded(), pending(), &mut |_| {}).await;
    let sound = format!("/api/calls/{}/sound", ended.expect("the last word").call_id);
    let ida = bearer(&server, "ida").await;
    assert_eq!(ask_for(&server, Method::GET, &sound, &ida, None).await.status, 404);
    assert!(!folder.path().join("assistant/sound").exists());
}

/// The token of somebody, as text.
async fn bearer(server: &Server, name: &str) -> String {
    let body = serde_json::json!({ "name": name, "password": PASSWORD }).to_string();
    let request = Request::builder().method(Method::POST).uri("/api/login");
    let request = request.header("host", "localhost").header("content-type", "application/json");
    let request = request.body(Body::from(body)).expect("a request");
    let answer = ask(TcpStream::connect(server.addr).await.expect("a server"), request).await;
    answer.json()["token"].as_str().expect("a token").to_owned()
}
