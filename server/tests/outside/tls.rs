//! Encryption, as a real client meets it.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use weir_server::config::{LimitsConfig, TlsConfig, TlsMode};
use weir_server::{Config, Tls};

use crate::client::{ask, connect, request, shown};
use crate::common::{Server, app};

const HTTP: &[u8] = b"http/1.1";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn self_signed(dir: &Path) -> Config {
    let tls = TlsConfig { mode: TlsMode::SelfSigned, ..TlsConfig::default() };
    Config { data_dir: dir.to_owned(), tls, ..Config::default() }
}

fn from_files(dir: &Path) -> Config {
    let tls = TlsConfig {
        mode: TlsMode::Files,
        cert: dir.join("cert.pem"),
        key: dir.join("key.pem"),
        poll_s: 1,
        ..TlsConfig::default()
    };
    Config { tls, ..Config::default() }
}

/// Writes a certificate for `localhost` that begins and ends so far from now.
fn write(cert: &Path, key: &Path, names: &[&str], since: Duration, until: Duration) {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.not_before = (SystemTime::now() - since).into();
    params.not_after = (SystemTime::now() + until).into();
    let pair = KeyPair::generate().expect("a key");
    std::fs::write(key, pair.serialize_pem()).expect("a file");
    std::fs::write(cert, params.self_signed(&pair).expect("a certificate").pem()).expect("a file");
}

async fn shown_by(addr: SocketAddr) -> CertificateDer<'static> {
    shown(&connect(addr, None, "localhost", HTTP).await.expect("a handshake"))
}

#[tokio::test]
async fn a_certificate_made_here_is_kept_and_made_again_for_other_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("data");
    let server = Server::configured(self_signed(&dir)).await;
    let first = shown_by(server.addr).await;
    let stream = connect(server.addr, Some(&first), "localhost", HTTP).await.expect("trust");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(HTTP));
    let home = ask(stream, request("/", &[])).await;
    assert_eq!(home.status, 200);
    assert_eq!(home.header("strict-transport-security"), None, "nobody could ever pass again");
    let stream = connect(server.addr, Some(&first), "localhost", HTTP).await.expect("trust");
    let (_, answer) =
        tokio_tungstenite::client_async("wss://localhost/ws", stream).await.expect("a socket");
    assert_eq!(answer.status(), 101);
    #[cfg(unix)]
    for file in ["self-signed.pem", "self-signed.key.pem"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = dir.join(file).metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let again = Server::configured(self_signed(&dir)).await;
    assert_eq!(shown_by(again.addr).await, first);
    let mut other = self_signed(&dir);
    other.tls.domains = vec!["weir.example".to_owned()];
    let other = Server::configured(other).await;
    let second = shown_by(other.addr).await;
    assert_ne!(second, first);
    connect(other.addr, Some(&second), "weir.example", HTTP).await.expect("the other name");
}

#[tokio::test]
async fn an_old_certificate_made_here_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let (cert, key) = (dir.join("self-signed.pem"), dir.join("self-signed.key.pem"));
    let names = ["localhost", "127.0.0.1", "::1"];
    for (since, until, stays) in [(5 * DAY, 30 * DAY, true), (25 * DAY, 5 * DAY, false)] {
        write(&cert, &key, &names, since, until);
        let before = std::fs::read(&cert).expect("a file");
        let server = Server::configured(self_signed(dir)).await;
        let shown = shown_by(server.addr).await;
        connect(server.addr, Some(&shown), "localhost", HTTP).await.expect("trust");
        assert_eq!(std::fs::read(&cert).expect("a file") == before, stays);
    }
}

#[tokio::test]
async fn a_certificate_from_files_is_read_again_when_they_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = from_files(folder.path());
    let TlsConfig { cert, key, .. } = config.tls.clone();
    write(&cert, &key, &["localhost"], DAY, DAY);
    let server = Server::configured(config).await;
    let first = shown_by(server.addr).await;
    let stream = connect(server.addr, Some(&first), "localhost", HTTP).await.expect("trust");
    let home = ask(stream, request("/", &[])).await;
    assert_eq!(home.header("strict-transport-security"), Some("max-age=31536000"));
    // What makes no sense is not taken.
    std::fs::write(&key, "nonsense").expect("a file");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(shown_by(server.addr).await, first);
    write(&cert, &key, &["localhost"], DAY, DAY);
    let mut second = shown_by(server.addr).await;
    for _ in 0..100 {
        if second != first {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        second = shown_by(server.addr).await;
    }
    assert_ne!(second, first, "shown without a restart");
    connect(server.addr, Some(&second), "localhost", HTTP).await.expect("trust");
}

#[tokio::test]
async fn files_that_are_no_certificate_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = from_files(folder.path());
    let TlsConfig { cert, key, .. } = config.tls.clone();
    let refused =
        || Tls::start(&config, &CancellationToken::new()).expect_err("no certificate").to_string();
    assert!(refused().starts_with(&format!("{}: ", cert.display())), "{}", refused());
    write(&cert, &key, &["localhost"], DAY, DAY);
    std::fs::write(&cert, "").expect("a file");
    assert!(refused().contains("cert.pem: holds no certificate"), "{}", refused());
    write(&cert, &key, &["localhost"], DAY, DAY);
    std::fs::write(&key, "nonsense").expect("a file");
    assert!(refused().contains("key.pem: "), "{}", refused());
    let other = folder.path().join("other.pem");
    write(&cert, &other, &["localhost"], DAY, DAY);
    write(&other, &key, &["localhost"], DAY, DAY);
    assert!(refused().contains("key.pem: "), "not of this certificate: {}", refused());
    assert!(refused().contains("cert.pem"), "{}", refused());
}

#[tokio::test]
async fn who_is_slow_to_begin_is_left_and_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = LimitsConfig { handshake_timeout_s: NonZeroU64::MIN, ..LimitsConfig::default() };
    let server = Server::configured(Config { limits, ..self_signed(folder.path()) }).await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(server.addr).await.expect("a server"));
    }
    // Twenty that say nothing are before this one.
    shown_by(server.addr).await;
    for mut stream in silent {
        let end = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut [0])).await;
        let end = end.expect("the server closes");
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    }
}

#[tokio::test]
async fn plain_http_is_sent_to_the_same_place_encrypted() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = app(self_signed(folder.path()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let plain = listener.local_addr().expect("an address");
    tokio::spawn(async move { weir_server::redirect(listener, &app, 8443).await });
    for (host, place) in [
        ("weir.example", Some("https://weir.example:8443/a/b?c=d")),
        ("weir.example:80", Some("https://weir.example:8443/a/b?c=d")),
        ("[::1]:80", Some("https://[::1]:8443/a/b?c=d")),
        ("somebody@weir.example", None),
    ] {
        let stream = TcpStream::connect(plain).await.expect("a server");
        let asked = axum::http::Request::get("/a/b?c=d").header("host", host);
        let asked = asked.body(axum::body::Body::empty()).expect("a request");
        let answer = ask(stream, asked).await;
        assert_eq!(answer.status, if place.is_some() { 308 } else { 400 }, "{host}");
        assert_eq!(answer.header("location"), place);
    }
}
