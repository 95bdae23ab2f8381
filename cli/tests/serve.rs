//! `weir serve` from outside: what it is set up by, and that it needs nothing.

mod common;

use std::io::Write;
use std::net::TcpStream;

use common::Weir;
use common::server::Server;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::Message;
use weir_surrogate::{Model, checkpoints, device};
use weir_words::Wish;

#[test]
fn what_is_printed_is_a_configuration_with_each_source_over_the_one_before() {
    let weir = Weir::new();
    weir.write("weir.toml", "device = \"file\"\nmodel = \"file\"\n[limits]\nbody_bytes = 5\n");
    let mut command = weir.command(&["serve", "--config", "weir.toml", "--check-config"]);
    command.args(["--model", "line", "--set", "tls.poll_s=7"]);
    command.env("WEIR_MODEL", "variable").env("WEIR_LIMITS__BODY_BYTES", "6");
    command.env("WEIR_METRICS__TOKEN", "correct horse battery");
    let output = command.output().expect("weir");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: toml::Table = text.parse().expect("TOML");
    assert_eq!(told["device"].as_str(), Some("file"));
    assert_eq!(told["model"].as_str(), Some("line"));
    assert_eq!(told["limits"]["body_bytes"].as_integer(), Some(6));
    assert_eq!(told["tls"]["poll_s"].as_integer(), Some(7));
    assert!(!text.contains("horse"), "{text}");
}

#[test]
fn what_cannot_be_ends_it_before_anything_is_opened() {
    let weir = Weir::new();
    weir.write("weir.toml", "adr = \"127.0.0.1:1\"\n");
    for (arguments, variable, words) in [
        (&["serve", "--config", "weir.toml"][..], None, "weir.toml: adr: unknown field"),
        (&["serve"], Some(("WEIR_TLS__MDOE", "off")), "WEIR_TLS__MDOE: tls.mdoe: unknown field"),
        (&["serve", "--addr", "here"], None, "--addr: addr: got \"here\", takes an address"),
        (&["serve", "--set", "tls.mode=files"], None, "tls.cert: got nothing, takes a file"),
    ] {
        let mut command = weir.command(arguments);
        command.envs(variable);
        let output = command.output().expect("weir");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(words), "{arguments:?}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn with_no_configuration_there_is_the_site_and_no_file() {
    let weir = Weir::new();
    let server = Server::start(&weir, &[]);
    let page = server.ask("GET / HTTP/1.0\r\nhost: localhost\r\n\r\n");
    assert_eq!(server.stop(), Vec::<String>::new(), "nothing more to say");
    assert!(page.starts_with("HTTP/1.0 200 OK") && page.contains("</html>"), "{page}");
    assert_eq!(std::fs::read_dir(weir.path(".")).expect("a folder").count(), 0, "no files");
}

#[test]
fn a_request_and_a_visit_are_noted_without_what_was_said() {
    let weir = Weir::new();
    let mut server = Server::start(&weir, &["--set", "log.format=json", "--set", "log.level=info"]);
    let line = "GET /api/scenes/funnel?secret=1 HTTP/1.0";
    let answer = server.ask(&format!("{line}\r\nhost: localhost\r\nx-request-id: mine\r\n\r\n"));
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let next = |server: &mut Server| -> serde_json::Value {
        let line = server.says();
        assert!(!line.contains("secret"), "{line}");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let noted = next(&mut server);
    assert_eq!((&noted["message"], &noted["level"]), (&"request".into(), &"INFO".into()));
    assert_eq!((&noted["request_id"], &noted["method"]), (&"mine".into(), &"GET".into()));
    assert_eq!((&noted["path"], &noted["status"]), (&"/api/scenes/funnel".into(), &200.into()));
    assert_eq!(noted["bytes"], body.len());
    assert!(noted["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{noted}");
    let mut visitor = TcpStream::connect(&server.addr).expect("a server");
    let upgrade = "GET /ws HTTP/1.1\r\nhost: localhost\r\nx-request-id: visit\r\n\
        connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    visitor.write_all(upgrade.as_bytes()).expect("a request");
    let mut seen: Vec<serde_json::Value> = (0..2).map(|_| next(&mut server)).collect();
    drop(visitor);
    seen.push(next(&mut server));
    assert!(seen.iter().all(|noted| noted["request_id"] == "visit"), "{seen:?}");
    let messages: Vec<_> = seen.iter().map(|noted| noted["message"].as_str()).collect();
    assert!(messages[..2].contains(&Some("request")), "{seen:?}");
    assert!(messages[..2].contains(&Some("a visit begins")), "{seen:?}");
    assert_eq!(messages[2], Some("a visit ends"));
    assert!(seen[2]["duration_ms"].is_number());
    server.stop();
}

/// Somebody whose water flows, and who counts what comes until the server says something that is
/// no frame's next: the times of all frames, milliseconds.
async fn watch_water(addr: String, stop: tokio::sync::oneshot::Receiver<()>) -> Vec<u32> {
    let url = format!("ws://{addr}/ws");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
    for wish in [Wish::example("funnel"), Wish::Start] {
        socket.send(Message::text(wish.text())).await.expect("the socket is open");
    }
    let (mut receiver, mut times_ms) = (weir_wire::Receiver::default(), Vec::new());
    let mut stop = std::pin::pin!(stop);
    loop {
        let message = tokio::select! {
            message = socket.next() => message.expect("the session goes on").expect("a message"),
            _ = &mut stop => return times_ms,
        };
        match message {
            Message::Binary(bytes) => {
                let picture = receiver.take(&bytes[1..]).expect("a frame");
                let seen = Wish::Seen { stream: 0, number: picture.number };
                socket.send(Message::text(seen.text())).await.expect("the socket is open");
                times_ms.push(picture.time_ms);
            }
            Message::Close(frame) => panic!("the session was dropped: {frame:?}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_and_its_rollback_reach_who_is_there_and_drop_nobody() {
    let weir = Weir::new();
    let device = device::open("flex").expect("a processor");
    let model = Model::open("default", &device).expect("a model");
    let younger = checkpoints::of(&model, "default").expect("checkpoints");
    model.save(&weir.path("old")).expect("a folder");
    younger.last().expect("one").model.save(&weir.path("new")).expect("a folder");
    let promote = |what: &[&str]| {
        let arguments = [what, &["--registry", "registry"][..]].concat();
        let ran = weir.run(&arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.err);
    };
    promote(&["promote", "old", "--force", "--reason", "the first"]);
    let place = ["--set", "registry.place=registry", "--set", "registry.poll_s=1"];
    let server = Server::start(&weir, &place);
    let is_champion = |number: u32| {
        let begun = std::time::Instant::now();
        loop {
            let answer = server.ask("GET /api/status HTTP/1.0\r\nhost: localhost\r\n\r\n");
            let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
            let status: serde_json::Value = serde_json::from_str(body).expect("JSON");
            if status["networks"][0]["version"] == number {
                return status;
            }
            assert!(begun.elapsed().as_secs() < 60, "version {number}: {status}");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    };
    let first = is_champion(1);
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let watching = tokio::spawn(watch_water(server.addr.clone(), stopped));
    promote(&["promote", "new", "--force", "--reason", "to see it go"]);
    assert_ne!(is_champion(2)["networks"][0]["sha256"], first["networks"][0]["sha256"]);
    promote(&["rollback"]);
    let back = is_champion(1);
    assert_eq!(back["networks"][0]["sha256"], first["networks"][0]["sha256"]);
    std::thread::sleep(std::time::Duration::from_secs(1));
    stop.send(()).expect("somebody watches");
    let times_ms = watching.await.expect("the session was there all the time");
    assert!(times_ms.len() > 30, "{} frames", times_ms.len());
    assert!(times_ms.is_sorted_by(|before, after| before < after), "{times_ms:?}");
    // It begins with the last good one where the registry is gone.
    server.stop();
    std::fs::remove_dir_all(weir.path("registry")).expect("it was there");
    let server = Server::start(&weir, &place);
    let answer = server.ask("GET /api/status HTTP/1.0\r\nhost: localhost\r\n\r\n");
    assert!(answer.contains("\"version\":1"), "{answer}");
    let url = format!("http://{}", server.addr);
    let ran = weir.run(&["smoke", &url, "--json"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let said = server.stop();
    assert!(said.iter().any(|line| line.contains("registry cannot be asked")), "{said:#?}");
    let ran = weir.run(&["smoke", &url]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("NOT")).count(), 4);
}
