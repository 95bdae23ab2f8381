//! Calls as the client of calls takes them from a whole server.

use std::future::pending;
use std::time::Duration;

use url::Url;
use weir_assistant::config::{AssistantConfig, TranscriptionBy, TranscriptionConfig};
use weir_assistant::{Assistant, UserRole};
use weir_calls::Role;
use weir_listen::{
    Event, ListenConfig, ListenError, LogInError, Pace, Recorded, Token, listen, log_in,
};
use weir_live::{ErrorCode, Reason, ServerWord};
use weir_mock::{AssemblyAi, Limits, Said};
use weir_server::Config;
use weir_speech::Clip;

use crate::common::Server;

const KEY: &str = "a key of sixteen bytes or more";
const PASSWORD: &str = "a long password";

/// A server that Ida may call, and whose ears hear what is written here.
async fn server() -> (Server, AssemblyAi, tempfile::TempDir) {
    let limits = Limits { speed: 100.0, ..Limits::default() };
    let ears = AssemblyAi::start(KEY, limits).await.expect("a free port");
    let transcription = TranscriptionConfig {
        by: TranscriptionBy::Assemblyai,
        url: Some(ears.url().to_owned()),
        key: Some(KEY.to_owned().try_into().expect("a key")),
        usd_micro_a_minute: 0,
        ..TranscriptionConfig::default()
    };
    let assistant = AssistantConfig { transcription, ..AssistantConfig::default() };
    let folder = tempfile::tempdir().expect("a folder");
    let config =
        Config { data_dir: folder.path().to_owned(), assistant, ..Config::default() };
    let home = config.data_dir.join("assistant");
    let assistant = Assistant::open(config.assistant.clone(), &home, Vec::new()).expect("it");
    assistant.accounts().add("ida", PASSWORD, UserRole::Agent).await.expect("an account");
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
    let (server, ears, _folder) = server().await;
    ears.then(vec![Said::new(0.2, 1.4, "Just so you know, this call is recorded.")], None);
    ears.then(vec![Said::new(1.8, 2.9, "That is fine with me.")], None);
    let token = log_in(&site(&server), "ida", PASSWORD).await.expect("a token");
    let mut words = Vec::new();
    let mut told = |event| match event {
        Event::Told(told) => words.push(told.word),
        other => panic!("{other:?}"),
    };
    let ended = listen(&config(&server), &token, recorded(), pending(), &mut told);
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
    let (server, _ears, _folder) = server().await;
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
