//! Calls over connections that hold.

mod stage;

use std::time::Duration;

use async_trait::async_trait;
use stage::{Server, config, spelt, words};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::Url;
use weir_calls::Role;
use weir_listen::{
    Event, ListenConfig, ListenError, LogInError, Moment, Pace, Recorded, Source, SourceError,
    Token, listen, log_in,
};
use weir_live::{ErrorCode, LiveConfig, RATE, Reason, ServerWord, Viewer};
use weir_speech::Clip;

fn said(events: &[Event]) -> Vec<(Role, String)> {
    let said = words(events).into_iter().filter_map(|told| match &told.word {
        ServerWord::Final(turn) => Some((turn.role, turn.text.clone())),
        _ => None,
    });
    said.collect()
}

fn recorded() -> Box<Recorded> {
    Box::new(Recorded::new([spelt(&[&[1, 2]]), spelt(&[&[], &[3]])], Pace::Fast))
}

#[tokio::test]
async fn a_call_is_told_to_its_last_word() {
    let server = Server::start(Duration::ZERO, LiveConfig::default()).await;
    let mut events = Vec::new();
    let config = ListenConfig { title: Some("Pipes".to_owned()), ..config(server.addr) };
    let token = Token::new("a token");
    let mut told = |event| events.push(event);
    let ended = listen(&config, &token, recorded(), std::future::pending(), &mut told).await;
    let ended = ended.expect("the last word");
    assert_eq!((ended.reason, ended.cuts), (Reason::Bye, 0));
    assert!((ended.duration_s - 0.7).abs() < 1e-6, "{ended:?}");
    let [a, c] = [Role::Agent, Role::Customer];
    assert_eq!(said(&events), [(a, "1 2".to_owned()), (c, "3".to_owned())]);
    let viewer = Viewer { user_id: "ida".to_owned(), sees_all: false };
    let kept = server.live.store().find(&viewer, &ended.call_id).await;
    assert_eq!(kept.expect("an answer").expect("a call").summary.title, "Pipes");
}

#[tokio::test]
async fn who_is_still_sending_when_the_server_ends_the_call_is_told_why() {
    let longest = LiveConfig { longest: Duration::from_secs(2), ..LiveConfig::default() };
    for _ in 0..20 {
        let server = Server::start(Duration::ZERO, longest).await;
        let hours = Clip { samples: vec![0; 3600 * RATE as usize] };
        let hours = Box::new(Recorded::new([hours, Clip::default()], Pace::Fast));
        let (config, token) = (config(server.addr), Token::new("a token"));
        let ended = listen(&config, &token, hours, std::future::pending(), &mut |_| {}).await;
        let ended = ended.expect("the last word");
        assert_eq!((ended.reason, ended.cuts), (Reason::Longest, 0));
    }
}

#[tokio::test]
async fn without_consent_nothing_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    let config = ListenConfig { consent: false, ..config(addr) };
    let (token, stop) = (Token::new("a token"), std::future::pending());
    let error = listen(&config, &token, recorded(), stop, &mut |_| {}).await;
    assert!(matches!(error, Err(ListenError::Consent)), "{error:?}");
    let asked = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(asked.is_err(), "nobody connects");
}

#[tokio::test]
async fn what_the_server_refuses_is_told_and_not_tried_again() {
    let limits = LiveConfig { calls: 0, ..LiveConfig::default() };
    let server = Server::start(Duration::ZERO, limits).await;
    let (token, stop) = (Token::new("a token"), std::future::pending());
    let refused = listen(&config(server.addr), &token, recorded(), stop, &mut |_| {}).await;
    let is_busy =
        |error: &ListenError| matches!(error, ListenError::Refused { code: ErrorCode::Busy, .. });
    assert!(refused.as_ref().is_err_and(is_busy), "{refused:?}");
    let nowhere = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let addr = nowhere.local_addr().expect("an address");
    drop(nowhere);
    let stop = std::future::pending();
    let error = listen(&config(addr), &token, recorded(), stop, &mut |_| {}).await;
    assert!(matches!(error, Err(ListenError::Unreachable(_))), "{error:?}");
}

/// A voice that never ends.
struct Endless;

#[async_trait]
impl Source for Endless {
    async fn next(&mut self) -> Result<Option<Moment>, SourceError> {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok(Some(Moment { voices: [vec![7; 1600], vec![0; 1600]] }))
    }
}

#[tokio::test]
async fn who_stops_says_goodbye_and_hears_the_last_word() {
    let server = Server::start(Duration::ZERO, LiveConfig::default()).await;
    let (mut stop, stopped) = (None, oneshot::channel());
    stop.replace(stopped.0);
    let mut events = Vec::new();
    let mut told = |event| {
        if matches!(&event, Event::Told(told) if matches!(told.word, ServerWord::Partial { .. })) {
            stop.take().into_iter().for_each(|stop| stop.send(()).expect("it is taken"));
        }
        events.push(event);
    };
    let stopped = async { drop(stopped.1.await) };
    let token = Token::new("a token");
    let ended = listen(&config(server.addr), &token, Box::new(Endless), stopped, &mut told).await;
    assert_eq!(ended.expect("the last word").reason, Reason::Bye);
    assert!(said(&events)[0].1.starts_with('7'), "what was said until then is heard");
}

/// A voice that breaks off.
struct Broken(bool);

#[async_trait]
impl Source for Broken {
    async fn next(&mut self) -> Result<Option<Moment>, SourceError> {
        if std::mem::replace(&mut self.0, true) {
            let path = "a.wav".into();
            return Err(SourceError::Channels { path, got: 1, takes: 2 });
        }
        Ok(Some(Moment { voices: [vec![7; 1600], vec![0; 1600]] }))
    }
}

#[tokio::test]
async fn what_came_before_a_source_failed_is_heard() {
    let server = Server::start(Duration::ZERO, LiveConfig::default()).await;
    let mut events = Vec::new();
    let (token, stop) = (Token::new("a token"), std::future::pending());
    let mut told = |event| events.push(event);
    let error =
        listen(&config(server.addr), &token, Box::new(Broken(false)), stop, &mut told).await;
    assert!(matches!(error, Err(ListenError::Source(_))), "{error:?}");
    assert_eq!(said(&events), [(Role::Agent, "7".to_owned())]);
}

#[tokio::test]
async fn a_slow_server_is_waited_for_within_bounds() {
    let server = Server::start(Duration::from_millis(5), LiveConfig::default()).await;
    let turns: Vec<[i16; 3]> = (0..10).map(|turn| [turn + 1, 50, 60]).collect();
    let turns: Vec<&[i16]> = turns.iter().map(<[i16; 3]>::as_slice).collect();
    let source = Recorded::new([spelt(&turns), spelt(&[])], Pace::Fast);
    let config = ListenConfig { room_s: 1, ..config(server.addr) };
    let mut events = Vec::new();
    let (token, stop) = (Token::new("a token"), std::future::pending());
    let mut told = |event| events.push(event);
    let ended = listen(&config, &token, Box::new(source), stop, &mut told).await;
    assert_eq!(ended.expect("the last word").cuts, 0);
    assert_eq!(said(&events).len(), turns.len());
    assert!(events.iter().any(|event| matches!(event, Event::Full { .. })), "{events:?}");
}

#[tokio::test]
async fn a_token_is_asked_of_sites_and_shown_nowhere() {
    assert_eq!(format!("{:?}", Token::new("secret")), "Token(hidden)");
    let url = Url::parse("ftp://localhost/").expect("a URL");
    let error = log_in(&url, "ida", "a password").await;
    assert!(matches!(error, Err(LogInError::Address(_))), "{error:?}");
}
