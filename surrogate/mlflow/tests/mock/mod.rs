//! A small HTTP server that answers as a test tells it to, and misbehaves as real
//! ones do.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod tracker;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The path without `/api/2.0/mlflow/` and the query.
    pub fn call(&self) -> &str {
        let path = self.target.split('?').next().unwrap_or_default();
        path.strip_prefix("/api/2.0/mlflow/").unwrap_or(path)
    }
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A whole answer.
    Json(u16, Value),
    /// A whole answer with one more header.
    With(u16, (&'static str, String), Vec<u8>),
    /// As many bytes of an answer as there are here, of which more were promised.
    Half(&'static str),
    /// No answer, and the connection stays.
    Silence,
    /// No answer, and the connection ends.
    HangUp,
}

impl Answer {
    pub fn ok() -> Self {
        Self::Json(200, serde_json::json!({}))
    }

    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Json(status, serde_json::json!({ "error_code": code, "message": message }))
    }
}

type Handler = dyn Fn(&Request) -> Answer + Send + Sync;

/// A server on a port of this machine. Dropped, it is gone: its connections end
/// and its port refuses.
pub struct Mock {
    address: SocketAddr,
    is_ending: Arc<AtomicBool>,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
    acceptor: Option<JoinHandle<()>>,
}

impl Mock {
    /// Answers each request as the handler says.
    pub fn new(handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), Arc::new(handler))
    }

    /// Answers with these, one after the other; the last again and again.
    pub fn script(answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let answers = Mutex::new(answers);
        Self::new(move |_| {
            let mut answers = answers.lock().expect("a script");
            let last = answers.last().cloned().expect("an answer");
            if answers.len() > 1 {
                answers.pop();
            }
            last
        })
    }

    /// On a port that is known already.
    pub fn at(address: SocketAddr, handler: Arc<Handler>) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        let address = listener.local_addr().expect("an address");
        let is_ending = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(Vec::new()));
        let acceptor = std::thread::spawn({
            let (is_ending, requests) = (Arc::clone(&is_ending), Arc::clone(&requests));
            let connections: Arc<Mutex<Vec<TcpStream>>> = Arc::clone(&connections);
            move || {
                for stream in listener.incoming().flatten() {
                    if is_ending.load(Ordering::SeqCst) {
                        return;
                    }
                    let mine = stream.try_clone().expect("a socket");
                    connections.lock().expect("connections").push(mine);
                    let (handler, requests) = (Arc::clone(&handler), Arc::clone(&requests));
                    std::thread::spawn(move || serve(stream, &*handler, &requests));
                }
            }
        });
        Self { address, is_ending, requests, connections, acceptor: Some(acceptor) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn uri(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has arrived.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("requests").clone()
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.is_ending.store(true, Ordering::SeqCst);
        for connection in self.connections.lock().expect("connections").iter() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        // Wakes the acceptor, which closes its port.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().expect("no panic in the server");
        }
    }
}

/// One connection, request after request.
fn serve(stream: TcpStream, handler: &Handler, requests: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let mut writer = stream;
    while let Some(request) = read(&mut reader) {
        let answer = handler(&request);
        requests.lock().expect("requests").push(request);
        let sent = match answer {
            Answer::Json(status, body) => {
                let body = serde_json::to_vec(&body).expect("JSON");
                whole(&mut writer, status, ("Content-Type", "application/json"), &body)
            }
            Answer::With(status, (name, value), body) => {
                whole(&mut writer, status, (name, &value), &body)
            }
            Answer::Half(body) => {
                let _ = write!(writer, "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{body}");
                let _ = writer.shutdown(Shutdown::Both);
                return;
            }
            Answer::Silence => continue,
            Answer::HangUp => {
                let _ = writer.shutdown(Shutdown::Both);
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

fn whole(
    writer: &mut TcpStream,
    status: u16,
    (name, value): (&str, &str),
    body: &[u8],
) -> std::io::Result<()> {
    let mut answer =
        format!("HTTP/1.1 {status} X\r\n{name}: {value}\r\nContent-Length: {}\r\n\r\n", body.len())
            .into_bytes();
    answer.extend_from_slice(body);
    writer.write_all(&answer)
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, target, headers, body })
}
