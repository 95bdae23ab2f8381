//! What calls are taken from in tests: a server of calls whose ears hear what the sound spells, and
//! a wire that can be cut.

#![allow(dead_code, reason = "each test plays with a part of it")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;
use url::Url;
use weir_calls::Playbook;
use weir_listen::{Event, ListenConfig};
use weir_live::{CallStore, ClientWord, Live, LiveConfig, RATE, ServerWord, Told};
use weir_speech::{Clip, Ear, Heard, SpeechError, StreamingTranscriber, Transcript};

/// Samples of a word.
pub const WORD: usize = RATE as usize / 10;

/// Sound that spells numbers as words, and then silence: what [`Spelt`] hears.
pub fn spelt(turns: &[&[i16]]) -> Clip {
    let mut samples = Vec::new();
    for turn in turns {
        turn.iter().for_each(|word| samples.extend(vec![*word; WORD]));
        samples.extend(vec![0; 3 * WORD]);
    }
    Clip { samples }
}

/// Ears that hear words spelt by [`spelt`], whatever the frames; silence ends a turn.
pub struct Spelt {
    /// What an ear takes for a frame.
    pub slow: Duration,
}

struct SpeltEar {
    slow: Duration,
    events: mpsc::Sender<Heard>,
    rest: Vec<i16>,
    words: Vec<String>,
    utterance: u64,
    at: usize,
}

#[async_trait]
impl StreamingTranscriber for Spelt {
    fn id(&self) -> &str {
        "spelt"
    }

    async fn listen(&self) -> Result<(Box<dyn Ear>, mpsc::Receiver<Heard>), SpeechError> {
        let (events, heard) = mpsc::channel(64);
        let (slow, rest, words) = (self.slow, Vec::new(), Vec::new());
        Ok((Box::new(SpeltEar { slow, events, rest, words, utterance: 0, at: 0 }), heard))
    }
}

impl SpeltEar {
    async fn tell(&self, heard: Heard) -> Result<(), SpeechError> {
        let gone = |_| SpeechError::Failed("nobody listens".to_owned());
        self.events.send(heard).await.map_err(gone)
    }

    async fn word(&mut self, value: i16) -> Result<(), SpeechError> {
        let (utterance, at_s) = (self.utterance, self.at as f32 / RATE as f32);
        self.at += WORD;
        match (value, self.words.is_empty()) {
            (0, true) => Ok(()),
            (0, false) => self.end_utterance().await,
            (value, first) => {
                if first {
                    self.tell(Heard::Started { utterance, at_s }).await?;
                }
                self.words.push(value.to_string());
                self.tell(Heard::Partial { utterance, text: self.words.join(" ") }).await
            }
        }
    }
}

#[async_trait]
impl Ear for SpeltEar {
    async fn hear(&mut self, samples: &[i16]) -> Result<(), SpeechError> {
        tokio::time::sleep(self.slow).await;
        self.rest.extend(samples);
        while self.rest.len() >= WORD {
            let word: Vec<i16> = self.rest.drain(..WORD).collect();
            self.word(word[WORD / 2]).await?;
        }
        Ok(())
    }

    async fn end_utterance(&mut self) -> Result<(), SpeechError> {
        if self.words.is_empty() {
            return Ok(());
        }
        let words = std::mem::take(&mut self.words);
        let utterance = self.utterance;
        self.utterance += 1;
        let end_s = self.at as f32 / RATE as f32;
        let start_s = end_s - words.len() as f32 * 0.1;
        let transcript = Transcript { text: words.join(" "), words: Vec::new() };
        self.tell(Heard::Final { utterance, start_s, end_s, transcript }).await
    }

    async fn finish(&mut self) -> Result<(), SpeechError> {
        self.end_utterance().await?;
        self.tell(Heard::Ended { heard_s: self.at as f32 / RATE as f32 }).await
    }
}

/// A server of calls.
pub struct Server {
    pub live: Live,
    pub addr: SocketAddr,
    _folder: tempfile::TempDir,
    _serving: JoinSet<()>,
}

impl Server {
    pub async fn start(slow: Duration, config: LiveConfig) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = CallStore::new(folder.path().join("calls.sqlite"));
        let book = Playbook::first_call().expect("the playbook");
        let live = Live::new(book, Arc::new(Spelt { slow }), None, store, config);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let mut serving = JoinSet::new();
        let served = live.clone();
        serving.spawn(async move {
            let mut all = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                all.spawn(serve(served.clone(), stream));
            }
        });
        Self { live, addr, _folder: folder, _serving: serving }
    }
}

/// What the real server does with a connection, in short; every token is Ida's.
async fn serve(live: Live, stream: TcpStream) {
    let Ok(socket) = accept_async(stream).await else { return };
    let (mut out, mut sound) = socket.split();
    let Some(Ok(Message::Text(text))) = sound.next().await else { return };
    let Ok(ClientWord::Hello(hello)) = ClientWord::read(&text) else { return };
    let link = match live.open("ida", &hello).await {
        Ok(link) => link,
        Err(refusal) => {
            let told = Told { n: 0, word: refusal.word() };
            let _ = out.send(Message::text(told.text())).await;
            return;
        }
    };
    let (inbox, mut words) = (link.inbox, link.words);
    let hear = async {
        while let Some(Ok(message)) = sound.next().await {
            let heard = match message {
                Message::Text(text) => inbox.text(&text).await,
                Message::Binary(bytes) => inbox.binary(&bytes).await,
                Message::Close(_) => return,
                _ => Ok(()),
            };
            if heard.is_err() {
                return std::future::pending().await;
            }
        }
    };
    let tell = async {
        while let Some(told) = words.recv().await {
            if out.send(Message::text(told.text())).await.is_err() {
                return;
            }
        }
    };
    tokio::select! { () = hear => {}, () = tell => {} }
}

/// The words of a call, but for those of single connections.
pub fn words(events: &[Event]) -> Vec<&Told> {
    let told = events.iter().filter_map(|event| match event {
        Event::Told(told) => Some(told),
        _ => None,
    });
    told.filter(|told| !matches!(told.word, ServerWord::Ready { .. } | ServerWord::Error { .. }))
        .collect()
}

/// A call to this address that everybody agreed to.
pub fn config(addr: SocketAddr) -> ListenConfig {
    let url = Url::parse(&format!("ws://{addr}/")).expect("a URL");
    let first_wait = Duration::from_millis(20);
    ListenConfig { consent: true, first_wait, ..ListenConfig::new(url) }
}
