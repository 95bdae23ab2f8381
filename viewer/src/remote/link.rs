//! The WebSocket to a server, and another try when it breaks.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::Duration;

use ewebsock::{Options, WsEvent, WsMessage, WsSender};
use web_time::{Instant, SystemTime, UNIX_EPOCH};
use weir_words::Wish;

use crate::remote::address::Address;
use crate::worker::Wake;

/// Waits between two tries.
const SOONEST: Duration = Duration::from_millis(400);
const LATEST: Duration = Duration::from_secs(8);
/// Longest that is waited for a server to answer at all.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest that a server says nothing: it says a word a second to who has a run.
const SILENCE: Duration = Duration::from_secs(20);
/// Most bytes of a message: the largest frame there can be is far below.
const LARGEST: usize = 4 << 20;
/// Most events that wait for the window to look, and that are taken in one look: a server that
/// floods is hung up on, and does not hold the window up.
const WAITING: usize = 4096;
const AT_ONCE: usize = 256;
/// Characters of what a stranger says that are passed on.
const ECHO: usize = 200;

/// What comes over the line.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// It is there.
    Up,
    /// It is lost.
    Down,
    /// A word.
    Text(String),
    /// A frame, or maps.
    Bytes(Vec<u8>),
}

/// A line to a server that is held for as long as this is kept.
pub struct Link {
    address: Address,
    wake: Wake,
    line: Option<Line>,
    /// When it is tried again, and how long is waited after that.
    next: Instant,
    wait: Duration,
    /// Why the last try ended.
    why: Option<String>,
}

struct Line {
    sender: WsSender,
    events: Receiver<WsEvent>,
    is_up: bool,
    /// When anything was heard last.
    heard: Instant,
}

impl Link {
    /// To a server; it is connected to when this is first asked for events. `wake` is called
    /// whenever there is one.
    pub fn new(address: Address, wake: Wake) -> Self {
        let next = Instant::now();
        Self { address, wake, line: None, next, wait: SOONEST, why: None }
    }

    /// Whether somebody hears what is said.
    pub fn is_up(&self) -> bool {
        self.line.as_ref().is_some_and(|line| line.is_up)
    }

    /// Why nobody does, in words.
    pub fn away(&self) -> Option<String> {
        let connecting = || format!("connecting to {}", self.address);
        let again = |why: &String| format!("{why}; trying again");
        (!self.is_up()).then(|| self.why.as_ref().map_or_else(connecting, again))
    }

    /// Says something, if anybody hears it.
    pub fn say(&mut self, wish: &Wish) {
        if let Some(line) = self.line.as_mut().filter(|line| line.is_up) {
            line.sender.send(WsMessage::Text(wish.text()));
        }
    }

    /// What has come since this was last asked. It waits for nothing.
    pub fn poll(&mut self) -> Vec<Event> {
        let mut came = Vec::new();
        if self.line.is_none() && Instant::now() >= self.next {
            self.connect();
        }
        while let Some(line) = &mut self.line {
            if came.len() >= AT_ONCE {
                (self.wake)();
                break;
            }
            let event = line.events.try_recv();
            if event.is_ok() {
                line.heard = Instant::now();
            }
            let lost = match event {
                Ok(WsEvent::Opened) => {
                    line.is_up = true;
                    came.push(Event::Up);
                    continue;
                }
                Ok(WsEvent::Message(message)) => {
                    (self.wait, self.why) = (SOONEST, None);
                    match message {
                        WsMessage::Text(text) => came.push(Event::Text(text)),
                        WsMessage::Binary(bytes) => came.push(Event::Bytes(bytes)),
                        // Answered by the library.
                        WsMessage::Ping(_) | WsMessage::Pong(_) | WsMessage::Unknown(_) => {}
                    }
                    continue;
                }
                Ok(WsEvent::Error(why)) => why,
                Ok(WsEvent::Closed) => "the server hung up".to_owned(),
                Err(TryRecvError::Disconnected) => "it ended".to_owned(),
                Err(TryRecvError::Empty) => {
                    let most = if line.is_up { SILENCE } else { PATIENCE };
                    if line.heard.elapsed() < most {
                        break;
                    }
                    format!("no word within {} s", most.as_secs())
                }
            };
            came.push(Event::Down);
            self.lose(&lost);
        }
        came
    }

    fn connect(&mut self) {
        choose_cryptography();
        let (told, events) = sync_channel(WAITING);
        let wake = self.wake.clone();
        let listen = move |event| {
            // In this order, or who is woken might find nothing.
            let is_heard = told.try_send(event).is_ok();
            wake();
            if is_heard { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let options = Options { max_incoming_frame_size: LARGEST, ..Options::default() };
        match ewebsock::ws_connect(self.address.socket().to_owned(), options, Box::new(listen)) {
            Ok(sender) => {
                let heard = Instant::now();
                self.line = Some(Line { sender, events, is_up: false, heard });
            }
            Err(why) => self.lose(&why),
        }
    }

    fn lose(&mut self, why: &str) {
        let was_up = self.line.take().is_some_and(|line| line.is_up);
        let why = ["Connect: ", "read: ", "send: "]
            .iter()
            .fold(why, |why, prefix| why.strip_prefix(prefix).unwrap_or(why));
        let why: String = why.chars().take(ECHO).collect();
        self.why = Some(if was_up {
            format!("the connection to {} is lost: {why}", self.address)
        } else {
            format!("no weir server at {}: {why}", self.address)
        });
        // Not all at the same moment, when a server comes back.
        self.next = Instant::now() + self.wait.mul_f64(0.5 + chance());
        self.wait = (2 * self.wait).min(LATEST);
    }
}

/// A number from 0 to 1 that differs from one window to another.
fn chance() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    f64::from(since.map_or(0, |since| since.subsec_micros())) * 1e-6
}

/// One choice for the whole process, made before it is needed: without one there is no TLS.
#[cfg(not(target_family = "wasm"))]
fn choose_cryptography() {
    use rustls::crypto::{CryptoProvider, aws_lc_rs};
    if CryptoProvider::get_default().is_none() {
        // Somebody else may have chosen since, and the same.
        let _ = aws_lc_rs::default_provider().install_default();
    }
}

/// A browser brings its own.
#[cfg(target_family = "wasm")]
fn choose_cryptography() {}
