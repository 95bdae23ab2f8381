//! A server of its own for each test, and a visitor that talks to it as a page does.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;
use weir_scene::{Advance, AdvanceError, Draw, Frame, Limits, Scene, Stroke};
use weir_server::config::LimitsConfig;
use weir_server::{App, Config, Content, Engines, Tls};
use weir_surrogate::{Model, checkpoints, device};
use weir_wire::{Picture, Receiver};

/// Longest that a test waits for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Water that stands still: what a solver would be, without one.
pub struct Still(pub Frame);

impl Advance for Still {
    fn frame_dt_s(&self) -> f64 {
        1.0 / 60.0
    }

    fn snapshot(&self, frame: &mut Frame) {
        frame.clone_from(&self.0);
    }

    fn advance(&mut self, frame: &mut Frame) -> Result<(), AdvanceError> {
        self.0.time_s += self.frame_dt_s();
        self.snapshot(frame);
        Ok(())
    }
}

impl Draw for Still {
    fn add_stroke(&mut self, _stroke: &Stroke) -> Result<u32, String> {
        Ok(0)
    }

    fn erase_stroke(&mut self, _id: u32) -> Result<(), String> {
        Ok(())
    }
}

/// What a server is made of, with the network that ships.
pub fn app(config: Config) -> App {
    let device = device::open("flex").expect("a processor");
    let model = Model::open("default", &device).expect("a model");
    let still = |_: &Scene| {
        let frame = Frame {
            positions_m: vec![[0.5, 0.5]],
            velocities_m_s: vec![[0.0; 2]],
            ids: vec![1],
            ..Frame::default()
        };
        Ok(Box::new(Still(frame)) as Box<dyn Draw>)
    };
    let before = checkpoints::of(&model, "default").expect("checkpoints");
    let engines = Engines::new(model, before, Arc::new(still)).expect("a network that runs");
    let content = Content::load().expect("content");
    let mut app = App::new(engines, config, &content).expect("a thread");
    app.tls = Tls::start(&app.config, &app.closing).expect("a certificate");
    app
}

/// A server that listens.
pub struct Server {
    pub addr: SocketAddr,
    pub closing: CancellationToken,
    pub task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts one with the network that ships.
    pub async fn start() -> Self {
        let scenes = Limits { particles: 10_000, strokes: 50, ..Limits::default() };
        let limits = LimitsConfig { scenes, ..LimitsConfig::default() };
        Self::configured(Config { limits, ..Config::default() }).await
    }

    /// Starts one that is set up like this, but for where it listens.
    pub async fn configured(config: Config) -> Self {
        Self::of(app(config)).await
    }

    /// Starts one of this app.
    pub async fn of(app: App) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let closing = app.closing.clone();
        Self { addr, closing, task: tokio::spawn(weir_server::serve(listener, app, 64)) }
    }

    /// A visitor comes.
    pub async fn visit(&self) -> Visitor {
        let (socket, _) = connect_async(format!("ws://{}/ws", self.addr)).await.expect("a socket");
        Visitor { socket, receivers: Default::default() }
    }
}

/// What a visitor hears.
#[derive(Debug)]
pub enum Heard {
    Word(Value),
    Frame(u8, Picture),
    Maps(Maps),
    Closed(Option<u16>),
}

/// A message with maps of the network's insides.
#[derive(Debug)]
pub struct Maps {
    pub grid: [usize; 2],
    pub maps: Vec<Map>,
}

/// One of them, in 127ths of its scale.
#[derive(Debug)]
pub struct Map {
    /// Layer and channel.
    pub of: [u8; 2],
    pub width: usize,
    pub height: usize,
    pub values: Vec<i8>,
}

impl Maps {
    fn read(message: &[u8]) -> Self {
        let pair = |bytes: &[u8]| {
            [0, 2].map(|k| usize::from(u16::from_le_bytes([bytes[k], bytes[k + 1]])))
        };
        assert_eq!(message[1], 1, "version");
        let mut body = Vec::new();
        flate2::read::DeflateDecoder::new(&message[10..]).read_to_end(&mut body).expect("deflate");
        let (mut maps, mut rest) = (Vec::new(), &body[..]);
        while !rest.is_empty() {
            let [width, height] = pair(&rest[2..6]);
            let (this, others) = rest.split_at(6 + width * height);
            let values = this[6..].iter().map(|&byte| byte as i8).collect();
            maps.push(Map { of: [this[0], this[1]], width, height, values });
            rest = others;
        }
        Self { grid: pair(&message[6..10]), maps }
    }
}

/// A visitor.
pub struct Visitor {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    receivers: [Receiver; 2],
}

impl Visitor {
    pub async fn say(&mut self, word: Value) {
        self.socket.send(Message::text(word.to_string())).await.expect("the socket is open");
    }

    /// The next thing that is heard; frames are acknowledged.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("in time");
            match next {
                Some(Ok(Message::Text(text))) => {
                    let word: Value = serde_json::from_str(&text).expect("JSON");
                    if word["is"] == "run" {
                        self.receivers = Default::default();
                    }
                    return Heard::Word(word);
                }
                Some(Ok(Message::Binary(bytes))) if bytes[0] > 1 => {
                    return Heard::Maps(Maps::read(&bytes));
                }
                Some(Ok(Message::Binary(bytes))) => {
                    let receiver = &mut self.receivers[usize::from(bytes[0])];
                    let picture = receiver.take(&bytes[1..]).expect("a frame");
                    let seen =
                        json!({ "do": "seen", "stream": bytes[0], "number": picture.number });
                    self.say(seen).await;
                    return Heard::Frame(bytes[0], picture);
                }
                Some(Ok(Message::Close(frame))) => {
                    return Heard::Closed(frame.map(|frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(None),
            }
        }
    }

    /// The next word of this kind.
    pub async fn word(&mut self, is: &str) -> Value {
        loop {
            match self.hear().await {
                Heard::Word(word) if word["is"] == is => return word,
                Heard::Closed(code) => panic!("closed with {code:?} instead of {is}"),
                _ => {}
            }
        }
    }

    /// The next frame of a stream.
    pub async fn frame(&mut self, stream: u8) -> Picture {
        loop {
            match self.hear().await {
                Heard::Frame(of, picture) if of == stream => return picture,
                Heard::Closed(code) => panic!("closed with {code:?} instead of a frame"),
                _ => {}
            }
        }
    }

    /// The next maps.
    pub async fn maps(&mut self) -> Maps {
        loop {
            match self.hear().await {
                Heard::Maps(maps) => return maps,
                Heard::Closed(code) => panic!("closed with {code:?} instead of maps"),
                _ => {}
            }
        }
    }

    /// Opens a small scene with a shelf under some water.
    pub async fn open(&mut self) -> Value {
        self.say(json!({ "do": "open", "scene": shelf() })).await;
        self.word("run").await
    }
}

/// Water above a shelf across the whole rectangle, half a metre up.
pub fn shelf() -> Value {
    json!({
        "version": 1,
        "domain": { "width_m": 1.0, "height_m": 1.0, "cell_m": 0.015625 },
        "water": [{ "kind": "block", "min_m": [0.4, 0.7], "max_m": [0.6, 0.9] }],
        "stroke": [{ "points_m": [[0.0, 0.5], [1.0, 0.5]] }],
    })
}
