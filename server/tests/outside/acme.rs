//! A certificate from an authority: asked for, kept, and asked for again when it is old.

use std::path::Path;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use weir_server::Config;
use weir_server::config::{AcmeConfig, TlsConfig, TlsMode};

use crate::authority::Authority;
use crate::client::{ask, connect, get_ready, request, shown};
use crate::common::{Server, app};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NAMES: [&str; 2] = ["weir.example", "www.weir.example"];

fn config(authority: &Authority, dir: &Path) -> Config {
    let acme = AcmeConfig {
        directory: authority.directory(),
        contact: vec!["mailto:somebody@weir.example".to_owned()],
        terms_agreed: true,
        root: Some(authority.root.clone()),
    };
    let domains = NAMES.map(str::to_owned).to_vec();
    let tls = TlsConfig { mode: TlsMode::Acme, domains, acme, ..TlsConfig::default() };
    Config { data_dir: dir.to_owned(), tls, ..Config::default() }
}

/// Waits until a certificate of the authority's is shown that is not this one.
async fn certificate(
    server: &Server,
    authority: &Authority,
    not: Option<&CertificateDer<'static>>,
) -> CertificateDer<'static> {
    for _ in 0..300 {
        let root = authority.certificate();
        if let Ok(stream) = connect(server.addr, Some(root), NAMES[1], b"http/1.1").await {
            let shown = shown(&stream);
            if Some(&shown) != not {
                return shown;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no certificate; faults: {:?}", authority.known().faults);
}

#[tokio::test]
async fn an_authority_is_asked_when_there_is_none_or_it_is_old_and_not_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("data");
    let authority = Authority::open(folder.path()).await;
    authority.known().validity = [80 * DAY, 10 * DAY];
    let app = app(config(&authority, &dir));
    let server = Server::of(app.clone()).await;
    // The authority has not looked yet, so there is nothing to show.
    assert_eq!(get_ready(&app).await["checks"]["certificate"], false);
    authority.known().target = Some(server.addr);
    let old = certificate(&server, &authority, None).await;
    for name in NAMES {
        let root = authority.certificate();
        let stream = connect(server.addr, Some(root), name, b"http/1.1").await.expect("trust");
        let home = ask(stream, request("/", &[])).await;
        assert_eq!(home.status, 200);
        assert!(home.header("strict-transport-security").is_some());
    }
    let stream = connect(server.addr, None, NAMES[0], b"acme-tls/1").await;
    assert!(stream.is_err(), "a challenge is shown only while one looks for it");
    assert_eq!(get_ready(&app).await["checks"]["certificate"], true);

    // Two thirds of its time are over: the next start asks again, with the same account.
    authority.known().validity = [DAY, 90 * DAY];
    authority.known().target = None;
    let server = Server::configured(config(&authority, &dir)).await;
    assert_eq!(certificate(&server, &authority, None).await, old, "until there is a new one");
    authority.known().target = Some(server.addr);
    let young = certificate(&server, &authority, Some(&old)).await;

    // It is young: nobody is asked.
    let server = Server::configured(config(&authority, &dir)).await;
    assert_eq!(certificate(&server, &authority, None).await, young);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let known = authority.known();
    assert_eq!((known.accounts, known.issued), (1, 2));
    assert_eq!(known.faults, Vec::<String>::new());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let place = std::fs::read_dir(dir.join("acme")).expect("a folder").next();
        let place = place.expect("one directory").expect("readable").path();
        let files: Vec<_> = std::fs::read_dir(place).expect("a folder").flatten().collect();
        assert_eq!(files.len(), 2, "the account, and the key with its certificate");
        for file in files {
            assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
        }
    }
}
