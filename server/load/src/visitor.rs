//! One visitor: a WebSocket that speaks the protocol.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use weir_wire::Glance;
use weir_words::{Wish, Word};

use crate::failure::Failure;

/// Longest that is waited for an answer: a server under load may be slow, one that is gone is
/// not waited for.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Buffers of each connection, bytes: thousands of them have to fit.
const BUFFER: usize = 4 << 10;

/// What a visitor hears.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A word.
    Word(Word),
    /// A frame of water.
    Frame(Came),
}

/// A frame that came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Came {
    /// When.
    pub at: Instant,
    /// 0 for what the first engine makes, 1 for the second.
    pub stream: u8,
    /// Its head.
    pub head: Glance,
    /// Bytes of the message.
    pub bytes: usize,
}

/// A visitor.
///
/// It says that it has seen a frame as soon as it has come, as a page does that keeps up.
#[derive(Debug)]
pub struct Visitor {
    socket: WebSocketStream<TcpStream>,
}

impl Visitor {
    /// Comes in.
    ///
    /// # Errors
    /// There is no server, or it takes nobody.
    pub async fn enter(addr: SocketAddr) -> Result<Self, Failure> {
        Self::enter_with(addr, None).await
    }

    /// Comes in with so little room in the system's buffers, bytes, that what is not read soon
    /// waits at the server.
    ///
    /// # Errors
    /// There is no server, or it takes nobody.
    pub async fn enter_narrow(addr: SocketAddr, room: u32) -> Result<Self, Failure> {
        Self::enter_with(addr, Some(room)).await
    }

    async fn enter_with(addr: SocketAddr, room: Option<u32>) -> Result<Self, Failure> {
        let unreachable = |why: String| Failure::Unreachable { addr, why };
        let connecting = async {
            let stream =
                connect(addr, room).await.map_err(|error| unreachable(error.to_string()))?;
            let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(0);
            let url = format!("ws://{addr}/ws");
            let (socket, _) = client_async_with_config(url, stream, Some(config))
                .await
                .map_err(|error| unreachable(answer(&error)))?;
            Ok(Self { socket })
        };
        let late = || unreachable(format!("no answer within {} s", PATIENCE.as_secs()));
        timeout(PATIENCE, connecting).await.unwrap_or_else(|_| Err(late()))
    }

    /// Says something.
    ///
    /// # Errors
    /// The connection ended.
    pub async fn say(&mut self, wish: &Wish) -> Result<(), Failure> {
        self.send(Message::text(wish.text())).await
    }

    /// Sends any message, also one that is no part of the protocol.
    ///
    /// # Errors
    /// The connection ended, or the server takes nothing any more.
    pub async fn send(&mut self, message: Message) -> Result<(), Failure> {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(sent) => sent.map_err(Failure::broken),
            Err(_) => Err(Failure::Silent { what: "sending", after_s: PATIENCE.as_secs() }),
        }
    }

    /// The next thing that the server says, however long it takes.
    ///
    /// It may be dropped while it waits; at most a frame that is just being acknowledged is lost.
    ///
    /// # Errors
    /// The connection ended, or what came is no part of the protocol.
    pub async fn hear(&mut self) -> Result<Heard, Failure> {
        loop {
            let ended = |why: &str, code| Failure::Ended { code, why: why.to_owned() };
            let message = match self.socket.next().await {
                Some(message) => message.map_err(Failure::broken)?,
                None => return Err(ended("the server closed it", None)),
            };
            match message {
                Message::Text(text) => {
                    let word = serde_json::from_str(&text);
                    let garbled = |error| Failure::Garbled(format!("{error}: {text}"));
                    return Ok(Heard::Word(word.map_err(garbled)?));
                }
                Message::Binary(bytes) => {
                    let came = came(&bytes)?;
                    let (stream, number) = (came.stream, came.head.number);
                    self.say(&Wish::Seen { stream: stream.into(), number }).await?;
                    return Ok(Heard::Frame(came));
                }
                Message::Close(frame) => {
                    let code = frame.as_ref().map(|frame| frame.code.into());
                    let why = frame.map(|frame| frame.reason.to_string()).unwrap_or_default();
                    return Err(ended(if why.is_empty() { "closed" } else { &why }, code));
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// The next word that `pick` takes; what comes before it is passed over.
    ///
    /// # Errors
    /// The connection ended, or there was no such word for too long.
    pub async fn word<T>(
        &mut self,
        what: &'static str,
        mut pick: impl FnMut(Word) -> Option<T>,
    ) -> Result<T, Failure> {
        let listening = async {
            loop {
                if let Heard::Word(word) = self.hear().await?
                    && let Some(picked) = pick(word)
                {
                    return Ok(picked);
                }
            }
        };
        let silent = Failure::Silent { what, after_s: PATIENCE.as_secs() };
        timeout(PATIENCE, listening).await.unwrap_or(Err(silent))
    }

    /// Takes a place, by `open` or `watch`. Returns the run's name.
    ///
    /// # Errors
    /// The server refuses it, or the connection ended.
    pub async fn sit(&mut self, wish: &Wish) -> Result<String, Failure> {
        self.say(wish).await?;
        self.word("a place", |word| match word {
            Word::Run { run, .. } => Some(Ok(run)),
            Word::Refused { what, why } => Some(Err(Failure::Refused { what, why })),
            _ => None,
        })
        .await?
    }

    /// Goes, as a page does that is closed.
    pub async fn go(mut self) {
        // Who is gone already need not be told.
        let _ = timeout(Duration::from_secs(2), self.socket.close(None)).await;
    }

    /// The socket below, for what no visitor with manners does.
    pub fn socket(&mut self) -> &mut WebSocketStream<TcpStream> {
        &mut self.socket
    }
}

/// A TCP connection.
pub(crate) async fn connect(addr: SocketAddr, room: Option<u32>) -> std::io::Result<TcpStream> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    if let Some(bytes) = room {
        socket.set_recv_buffer_size(bytes)?;
    }
    let stream = socket.connect(addr).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A binary message, by its head.
fn came(message: &[u8]) -> Result<Came, Failure> {
    let at = Instant::now();
    let Some((&stream @ 0..=1, frame)) = message.split_first() else {
        let first = message.first();
        return Err(Failure::Garbled(format!(
            "a binary message begins with {first:?}, not 0 or 1"
        )));
    };
    let head = Glance::of(frame).map_err(|error| Failure::Garbled(error.to_string()))?;
    Ok(Came { at, stream, head, bytes: message.len() })
}

/// What the server said instead of a WebSocket.
fn answer(error: &tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            let body: String = String::from_utf8_lossy(body).trim().chars().take(200).collect();
            format!("{} {body}", response.status())
        }
        error => error.to_string(),
    }
}
