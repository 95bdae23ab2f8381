//! A visitor's voice over a WebSocket: sound in, words out.
//!
//! The visitor says `hello` with consent, then sends sound: 16-bit samples, little endian, one
//! channel, 16,000 a second. `end` ends it. docs/PROTOCOL.md has all of it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use axum::extract::{Extension, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;
use weir_assistant::Recording;
use weir_speech::{Clip, Ear, Heard, SAMPLE_RATE, SpeechError};

use super::visitor_id::VisitorId;
use crate::app::{App, is_from_here};
use crate::peer::Client;
use crate::rate;

/// Longest that a visitor may take to say what it wants.
const HELLO: Duration = Duration::from_secs(5);
/// Longest silence of a connection: not of a visitor, whose microphone sends silence, too.
const IDLE: Duration = Duration::from_secs(15);
/// Longest that the last words may take after the sound has ended.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of one message: a second of sound.
const LONGEST: usize = 2 * SAMPLE_RATE as usize;

/// What a visitor says.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Wish {
    Hello {
        /// Whether the visitor has agreed to be heard.
        consent: bool,
        /// Whether the sound shall be kept.
        #[serde(default)]
        keep: bool,
        /// Samples a second.
        rate: u32,
        /// What recordings are kept under.
        visitor: Option<String>,
    },
    End,
}

/// What the visitor is told.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Word {
    Ready {
        by: String,
        longest_s: u32,
    },
    Started {
        at_s: f32,
    },
    Partial {
        text: String,
    },
    Final {
        text: String,
        start_s: f32,
        end_s: f32,
    },
    Lag {
        behind_s: f32,
    },
    Ended {
        /// All that was said.
        text: String,
        heard_s: f32,
        recording: Option<Recording>,
    },
    Error {
        why: String,
    },
}

/// Upgrades to a WebSocket.
pub async fn socket(
    State(app): State<App>,
    client: Option<Extension<Client>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_from_here(&headers, &app.config.public_origins) {
        return (StatusCode::FORBIDDEN, "origin: takes this site's own pages\n").into_response();
    }
    let one = client.map(|Extension(client)| app.assistant.voices.admit(client));
    if matches!(one, Some(None)) {
        return rate::too_many("this client is listened to already\n".to_owned());
    }
    let Ok(turn) = Arc::clone(&app.assistant.listeners).try_acquire_owned() else {
        return rate::too_many("many people speak just now; try again in a minute\n".to_owned());
    };
    let upgrade = upgrade.max_message_size(LONGEST).max_frame_size(LONGEST);
    let visitors = app.visitors.clone();
    upgrade.on_upgrade(move |socket| {
        visitors.track_future(async move {
            serve(socket, &app, turn).await;
            drop(one);
        })
    })
}

async fn serve(socket: WebSocket, app: &App, _turn: OwnedSemaphorePermit) {
    let (mut out, mut sound) = socket.split();
    let closing = app.closing.clone();
    let listened = tokio::select! {
        listened = listen(&mut out, &mut sound, app) => listened,
        () = closing.cancelled() => Err("the server is closing".to_owned()),
    };
    if let Err(why) = listened {
        // Who is gone already need not be told.
        let _ = say(&mut out, &Word::Error { why }).await;
    }
    let _ = out.close().await;
}

/// From hello to the end.
async fn listen(
    out: &mut SplitSink<WebSocket, Message>,
    sound: &mut SplitStream<WebSocket>,
    app: &App,
) -> Result<(), String> {
    let assistant = &app.assistant;
    let hello = timeout(HELLO, sound.next()).await.map_err(|_| "hello: none came in 5 s")?;
    let text = match hello {
        Some(Ok(Message::Text(text))) => text,
        Some(Ok(_)) => return Err("hello: takes text before sound".to_owned()),
        _ => return Ok(()),
    };
    let Wish::Hello { consent, keep, rate, visitor } = understand(&text)? else {
        return Err("hello: takes a hello first".to_owned());
    };
    if !consent {
        return Err("consent: got false; nobody is heard without having agreed".to_owned());
    }
    if rate != SAMPLE_RATE {
        return Err(format!("rate: got {rate}, takes {SAMPLE_RATE}"));
    }
    let visitor = match (keep, visitor) {
        (false, _) => None,
        (true, Some(word)) => Some(word.parse::<VisitorId>()?),
        (true, None) => return Err("visitor: takes one where keep is true".to_owned()),
    };
    let transcriber = assistant.streaming().await?;
    let (ear, heard) = transcriber.listen().await.map_err(|error| error.to_string())?;
    let longest_s = assistant.config().recordings.longest_s;
    say(out, &Word::Ready { by: transcriber.id().to_owned(), longest_s }).await?;

    // Both at once: an ear may wait for what it has heard to be taken.
    let ear = Hearing { ear, clip: visitor.is_some().then(Clip::default), longest_s };
    let (clip, (text, heard_s)) = tokio::try_join!(ear.take(sound), tell(out, heard))?;
    let recording = match (visitor, clip) {
        (Some(visitor), Some(clip)) if !clip.samples.is_empty() => {
            Some(assistant.keep(&visitor, &clip, &text).await?)
        }
        _ => None,
    };
    say(out, &Word::Ended { text, heard_s, recording }).await
}

fn understand(text: &str) -> Result<Wish, String> {
    serde_json::from_str(text).map_err(|error| format!("message: {error}"))
}

async fn say(out: &mut SplitSink<WebSocket, Message>, word: &Word) -> Result<(), String> {
    let text = serde_json::to_string(word).map_err(|error| error.to_string())?;
    out.send(Message::Text(text.into())).await.map_err(|_| "the visitor has gone".to_owned())
}

struct Hearing {
    ear: Box<dyn Ear>,
    /// What was heard, if it is to be kept.
    clip: Option<Clip>,
    longest_s: u32,
}

impl Hearing {
    /// Takes sound until the visitor ends it; gives what is to be kept.
    async fn take(mut self, sound: &mut SplitStream<WebSocket>) -> Result<Option<Clip>, String> {
        let most = (self.longest_s * SAMPLE_RATE) as usize;
        let mut heard = 0;
        while let Some(message) = timeout(IDLE, sound.next())
            .await
            .map_err(|_| format!("no sound came for {} s", IDLE.as_secs()))?
        {
            match message.map_err(|_| "the visitor has gone")? {
                Message::Binary(bytes) => {
                    let samples = samples(&bytes)?;
                    heard += samples.len();
                    if heard > most {
                        return Err(format!("sound: takes {} s and no more", self.longest_s));
                    }
                    if let Some(clip) = &mut self.clip {
                        clip.samples.extend(&samples);
                    }
                    self.ear.hear(&samples).await.map_err(wrong)?;
                }
                Message::Text(text) => match understand(&text)? {
                    Wish::End => {
                        self.ear.finish().await.map_err(wrong)?;
                        return Ok(self.clip);
                    }
                    Wish::Hello { .. } => return Err("hello: takes one".to_owned()),
                },
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Close(_) => break,
            }
        }
        Err("the visitor has gone".to_owned())
    }
}

fn wrong(error: SpeechError) -> String {
    error.to_string()
}

/// Sound of a message.
fn samples(bytes: &[u8]) -> Result<Vec<i16>, String> {
    if !bytes.len().is_multiple_of(2) {
        return Err(format!("sound: got {} bytes, takes two a sample", bytes.len()));
    }
    Ok(bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect())
}

/// Tells what is heard until all is told; gives all that was said, and how long it was listened.
async fn tell(
    out: &mut SplitSink<WebSocket, Message>,
    mut heard: mpsc::Receiver<Heard>,
) -> Result<(String, f32), String> {
    let mut said: Vec<String> = Vec::new();
    // Silence is told of by no word, and the visitor may be silent as long as it sends.
    while let Some(heard) = heard.recv().await {
        let word = match heard {
            Heard::Started { at_s, .. } => Word::Started { at_s },
            Heard::Partial { text, .. } => Word::Partial { text },
            Heard::Final { start_s, end_s, transcript, .. } => {
                if transcript.text.is_empty() {
                    continue;
                }
                said.push(transcript.text.clone());
                Word::Final { text: transcript.text, start_s, end_s }
            }
            Heard::Lag { behind_s } => Word::Lag { behind_s },
            Heard::Ended { heard_s } => return Ok((said.join(" "), heard_s)),
            Heard::Failed(error) => return Err(error.to_string()),
        };
        timeout(PATIENCE, say(out, &word)).await.map_err(|_| "the visitor does not read")??;
    }
    Err("the transcriber has gone".to_owned())
}
