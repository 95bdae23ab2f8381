//! Who asks too often, or for too much at a time.

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;
use weir_server::Config;
use weir_server::config::{LimitsConfig, RateConfig};

use crate::client::get;
use crate::common::{Heard, Server};

fn rate(per_second: u32, burst: u32) -> RateConfig {
    let of = |number| NonZeroU32::new(number).expect("not zero");
    RateConfig { per_second: of(per_second), burst: of(burst) }
}

fn few_requests() -> LimitsConfig {
    LimitsConfig { requests: rate(1, 3), ..LimitsConfig::default() }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let server = Server::configured(Config { limits: few_requests(), ..Config::default() }).await;
    for _ in 0..3 {
        assert_eq!(get(server.addr, "/api/scenes", &[]).await.status, 200);
    }
    let mut refused = get(server.addr, "/api/scenes", &[]).await;
    // A slow machine may have earned a request meanwhile.
    while refused.status == 200 {
        refused = get(server.addr, "/api/scenes", &[]).await;
    }
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    let wait_s: u64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((1..=2).contains(&wait_s), "{wait_s}");
    assert_eq!(get(server.addr, "/healthz", &[]).await.status, 200, "life is not counted");
    tokio::time::sleep(Duration::from_secs(wait_s)).await;
    assert_eq!(get(server.addr, "/api/scenes", &[]).await.status, 200);
}

/// How many of twelve requests, each said to come from another client, are answered.
async fn answered(config: Config, header: &str) -> usize {
    let server = Server::configured(Config { limits: few_requests(), ..config }).await;
    let mut count = 0;
    for k in 0..12 {
        let (x, forwarded) = (format!("198.51.100.{k}"), format!("for=198.51.100.{k}"));
        let value = if header == "forwarded" { &forwarded } else { &x };
        let answer = get(server.addr, "/icon.svg", &[(header, value)]).await;
        count += usize::from(answer.status == 200);
    }
    count
}

#[tokio::test]
async fn a_header_that_no_trusted_proxy_wrote_is_not_believed() {
    let proxies = || vec!["127.0.0.0/8".parse().expect("a network")];
    let strange = vec!["203.0.113.0/24".parse().expect("a network")];
    let trusted = Config { trusted_proxies: proxies(), ..Config::default() };
    let other = Config { trusted_proxies: strange, ..Config::default() };
    assert!(answered(Config::default(), "x-forwarded-for").await < 12);
    assert!(answered(other, "x-forwarded-for").await < 12);
    assert!(answered(trusted.clone(), "forwarded").await < 12, "it writes the other header");
    assert_eq!(answered(trusted, "x-forwarded-for").await, 12);
}

#[tokio::test]
async fn who_floods_a_socket_is_refused_once_and_then_closed_on() {
    let limits = LimitsConfig { messages: rate(1, 5), ..LimitsConfig::default() };
    let server = Server::configured(Config { limits, ..Config::default() }).await;
    let mut visitor = server.visit().await;
    for _ in 0..40 {
        visitor.say(json!({ "do": "leave" })).await;
    }
    let refused = visitor.word("refused").await;
    assert!(refused["why"].as_str().is_some_and(|why| why.contains("too many")), "{refused}");
    match visitor.hear().await {
        Heard::Closed(code) => assert_eq!(code, Some(1008)),
        heard => panic!("{heard:?}"),
    }
}

#[tokio::test]
async fn a_page_that_shows_every_frame_is_no_flood() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.open().await;
    visitor.say(json!({ "do": "speed", "to": 4.0 })).await;
    visitor.say(json!({ "do": "start" })).await;
    // Each frame that is heard is acknowledged.
    while visitor.frame(0).await.time_ms < 8000 {}
}

#[tokio::test]
async fn one_client_has_so_many_connections_and_sockets() {
    let limits = LimitsConfig {
        connections_per_client: NonZeroUsize::new(3).expect("not zero"),
        visits_per_client: NonZeroUsize::MIN,
        ..LimitsConfig::default()
    };
    let server = Server::configured(Config { limits, ..Config::default() }).await;
    let visitor = server.visit().await;
    match tokio_tungstenite::connect_async(format!("ws://{}/ws", server.addr)).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 429),
        other => panic!("{other:?}"),
    }
    // The one that was just refused may be there still for a moment.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(TcpStream::connect(server.addr).await.expect("a server"));
    }
    let mut closed = 0;
    for stream in &mut held {
        let end = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut [0])).await;
        closed += usize::from(end.is_ok());
    }
    assert_eq!(closed, 3, "of five, beside a visitor's");
    drop((held, visitor));
    // Places that are given back are there again.
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.visit().await;
}

#[tokio::test]
async fn who_takes_long_to_ask_is_left() {
    let limits = LimitsConfig { head_timeout_s: NonZeroU64::MIN, ..LimitsConfig::default() };
    let server = Server::configured(Config { limits, ..Config::default() }).await;
    let mut slow = TcpStream::connect(server.addr).await.expect("a server");
    slow.write_all(b"GET / HTTP/1.1\r\nhost:").await.expect("half a head");
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), slow.read_to_end(&mut rest)).await;
    end.expect("the server closes").expect("a good end");
    let text = String::from_utf8_lossy(&rest);
    assert!(rest.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
}
