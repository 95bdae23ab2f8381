//! A NATS server of its own for each test.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest that it may take to start.
const START: Duration = Duration::from_secs(10);

/// A NATS server, stopped when it is dropped.
pub struct Broker {
    child: Child,
    pub port: u16,
    /// Where it says how it is.
    monitor: u16,
}

impl Broker {
    /// Starts one.
    pub fn start() -> Self {
        Self::at(free_port())
    }

    /// Starts one at this port.
    pub fn at(port: u16) -> Self {
        Self::with(port, &[])
    }

    /// Starts one at this port that is told more.
    pub fn with(port: u16, more: &[&str]) -> Self {
        let monitor = free_port();
        let child = Command::new(program())
            .args(["--addr", "127.0.0.1", "--port", &port.to_string()])
            .args(["--http_port", &monitor.to_string()])
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server starts");
        let begun = Instant::now();
        for port in [port, monitor] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(begun.elapsed() < START, "nats-server does not listen");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        Self { child, port, monitor }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        url(self.port)
    }

    /// How many subscriptions there are to this subject.
    pub fn listeners(&self, subject: &str) -> usize {
        let all = self.ask("/connz?subs=1");
        let connections = all["connections"].as_array().expect("connections");
        let lists = connections.iter().filter_map(|one| one["subscriptions_list"].as_array());
        lists.flatten().filter(|one| one.as_str() == Some(subject)).count()
    }

    /// How many messages have come in.
    pub fn messages(&self) -> u64 {
        self.ask("/varz")["in_msgs"].as_u64().expect("a number")
    }

    fn ask(&self, path: &str) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.monitor)).expect("a monitor");
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n").expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).expect("JSON")
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // It may have ended by itself; then the test has failed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Of a broker at this port.
pub fn url(port: u16) -> String {
    format!("nats://127.0.0.1:{port}")
}

/// A port that nobody has.
pub fn free_port() -> u16 {
    let probe = TcpListener::bind("127.0.0.1:0").expect("a port");
    probe.local_addr().expect("an address").port()
}

fn program() -> PathBuf {
    if let Some(given) = std::env::var_os("WEIR_NATS") {
        return given.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let mut programs = folders.map(|folder| folder.join("nats-server"));
    programs.find(|program| program.is_file()).expect("nats-server: Debian's package, or WEIR_NATS")
}
