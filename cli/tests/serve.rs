//! `weir serve` from outside: what it is set up by, and that it needs nothing.

mod common;

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};

use common::Weir;

/// A server that runs, and what it says.
struct Server {
    process: Child,
    told: Lines<BufReader<ChildStderr>>,
    addr: String,
}

impl Server {
    fn start(weir: &Weir, more: &[&str]) -> Self {
        let mut command = weir.command(&["serve", "--addr", "127.0.0.1:0"]);
        let mut process = command.args(more).stderr(Stdio::piped()).spawn().expect("weir");
        let mut told = BufReader::new(process.stderr.take().expect("standard error")).lines();
        let line = told.next().expect("a line").expect("text");
        let addr = line.strip_prefix("weir is at http://").unwrap_or_else(|| panic!("{line}"));
        let addr = addr.to_owned();
        Self { process, told, addr }
    }

    /// All that is answered until the connection ends.
    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).expect("a server");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Ends it, and says what else it has said.
    fn stop(mut self) -> Vec<String> {
        self.process.kill().expect("the server is there");
        self.process.wait().expect("an end");
        self.told.map(|line| line.expect("text")).collect()
    }
}

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
    let mut next = || -> serde_json::Value {
        let line = server.told.next().expect("a line").expect("text");
        assert!(!line.contains("secret"), "{line}");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let noted = next();
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
    let mut seen: Vec<serde_json::Value> = (0..2).map(|_| next()).collect();
    drop(visitor);
    seen.push(next());
    assert!(seen.iter().all(|noted| noted["request_id"] == "visit"), "{seen:?}");
    let messages: Vec<_> = seen.iter().map(|noted| noted["message"].as_str()).collect();
    assert!(messages[..2].contains(&Some("request")), "{seen:?}");
    assert!(messages[..2].contains(&Some("a visit begins")), "{seen:?}");
    assert_eq!(messages[2], Some("a visit ends"));
    assert!(seen[2]["duration_ms"].is_number());
    server.stop();
}
