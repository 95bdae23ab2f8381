//! Servers on one broker, and what is asked of them again and again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use weir_server::Config;
use weir_server::config::BrokerConfig;

use crate::common::{Server, Visitor, shelf};

/// Longest that anything takes that takes no time to speak of.
pub const SOON: Duration = Duration::from_millis(900);

/// A server that knows this broker; it may not have found it yet.
pub async fn start(url: &str, name: &str) -> Server {
    let (url, name) = (url.to_owned(), name.to_owned());
    of(BrokerConfig { url, name, ..BrokerConfig::default() }).await
}

/// A server with a broker that is set up like this.
pub async fn of(broker: BrokerConfig) -> Server {
    Server::configured(Config { broker, ..Config::default() }).await
}

/// A server that has found the broker.
pub async fn connected(url: &str, name: &str) -> Server {
    let server = start(url, name).await;
    until(&server, "weir_broker_connected", 1.0).await;
    server
}

/// Two of them.
pub async fn two(url: &str) -> [Server; 2] {
    [connected(url, "a").await, connected(url, "b").await]
}

/// A number that a server tells of itself.
pub async fn number(server: &Server, name: &str) -> Option<f64> {
    let mut stream = TcpStream::connect(server.addr).await.expect("a server");
    let request = "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an answer");
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok();
    text.lines().find_map(value)
}

/// Waits until a server tells this number of itself.
pub async fn until(server: &Server, name: &str, wanted: f64) {
    let begun = Instant::now();
    loop {
        let now = number(server, name).await;
        if now == Some(wanted) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{name} is {now:?}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Somebody who has opened a run whose water moves, and the name of the run.
pub async fn owner(server: &Server) -> (Visitor, Value) {
    let mut owner = server.visit().await;
    owner.say(json!({ "do": "open", "scene": shelf() })).await;
    let run = owner.word("run").await["run"].take();
    owner.say(json!({ "do": "start" })).await;
    while owner.word("state").await["is_playing"] == false {}
    (owner, run)
}

/// Somebody who watches a run of another server. It may not listen yet for who asks.
pub async fn guest(server: &Server, run: &Value) -> Visitor {
    let begun = Instant::now();
    let mut guest = server.visit().await;
    loop {
        guest.say(json!({ "do": "watch", "run": run })).await;
        loop {
            if let crate::common::Heard::Word(word) = guest.hear().await {
                match word["is"].as_str() {
                    Some("run") => {
                        assert_eq!(word["mine"], false);
                        return guest;
                    }
                    Some("refused") => break,
                    _ => {}
                }
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{run} cannot be watched");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
