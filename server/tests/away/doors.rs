//! Brokers that do not let everybody in, or speak in secret.

use std::process::Command;
use std::time::Duration;

use weir_server::config::{BrokerConfig, Secret};

use crate::broker::{Broker, free_port};
use crate::replica::{connected, guest, number, of, owner, until};

const RIGHT: &str = "correct horse battery";
const WRONG: &str = "correct horse staple";

/// Where that process has the broker's key.
const KEY: &str = "WEIR_CI_BROKER_KEY";

fn secret(text: &str) -> Option<Secret> {
    Some(Secret::try_from(text.to_owned()).expect("long enough"))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_broker_lets_in_who_has_its_password_or_its_token() {
    let user = |url: String, password| BrokerConfig {
        url,
        user: "weir".to_owned(),
        password: secret(password),
        ..BrokerConfig::default()
    };
    let token =
        |url: String, token| BrokerConfig { url, token: secret(token), ..BrokerConfig::default() };
    let asks_user = Broker::with(free_port(), &["--user", "weir", "--pass", RIGHT]);
    let asks_token = Broker::with(free_port(), &["--auth", RIGHT]);
    let right = [of(user(asks_user.url(), RIGHT)).await, of(token(asks_token.url(), RIGHT)).await];
    let wrong = [of(user(asks_user.url(), WRONG)).await, of(token(asks_token.url(), WRONG)).await];
    for server in &right {
        until(server, "weir_broker_connected", 1.0).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    for server in &wrong {
        assert_eq!(number(server, "weir_broker_connected").await, Some(0.0));
    }
}

/// In a process of its own, since which certificates are trusted is a matter of its environment.
#[test]
#[ignore = "needs nats-server"]
fn what_servers_write_each_other_can_be_encrypted() {
    if std::env::var_os(KEY).is_some() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        return runtime.block_on(encrypted());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
    std::fs::write(&cert, made.cert.pem()).expect("a file");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
    let status = Command::new(std::env::current_exe().expect("a program"))
        .args(["--ignored", "--exact", "doors::what_servers_write_each_other_can_be_encrypted"])
        .env("SSL_CERT_FILE", &cert)
        .env(KEY, &key)
        .status()
        .expect("a process");
    assert!(status.success(), "{status}");
}

async fn encrypted() {
    let file = |name| std::env::var(name).expect("a file");
    let (cert, key) = (file("SSL_CERT_FILE"), file(KEY));
    let broker = Broker::with(free_port(), &["--tls", "--tlscert", &cert, "--tlskey", &key]);
    let url = format!("tls://localhost:{}", broker.port);
    let (a, b) = (connected(&url, "a").await, connected(&url, "b").await);
    let (_owner, run) = owner(&a).await;
    guest(&b, &run).await.frame(0).await;
    // Who is not known is not believed.
    let stranger = format!("tls://127.0.0.1:{}", broker.port);
    let c = crate::replica::start(&stranger, "c").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(number(&c, "weir_broker_connected").await, Some(0.0));
}
