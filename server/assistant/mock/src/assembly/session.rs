//! One connection: what it may send, and what it hears.

use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::said::Teller;
use super::{Fault, Inner, Place, Session, lock};

/// Shortest and longest frame, in milliseconds.
const FRAME_MS: std::ops::RangeInclusive<f64> = 50.0..=1000.0;

/// Why the server closes.
struct Close(u16, &'static str);

const UNAUTHORISED: Close = Close(1008, "Unauthorized Connection: missing or wrong key");
const FAILED: Close = Close(3005, "Server error");
const EXPIRED: Close = Close(3008, "Session expired: longest duration exceeded");
const CROWDED: Close = Close(3009, "Unauthorized Connection: too many concurrent sessions");
const DONE: Close = Close(1000, "");

/// How a session ends: with a closing frame, or as if a cable were pulled.
type End = Option<Close>;

/// Serves one connection.
pub async fn serve(
    inner: Arc<Inner>,
    mut socket: WebSocket,
    query: Option<String>,
    right_key: bool,
) {
    let query = query.unwrap_or_default();
    let index = {
        let mut sessions = lock(&inner.sessions);
        sessions.push(Session { query: query.clone(), ..Session::default() });
        sessions.len() - 1
    };
    let place = Place::take(&inner);
    let end = match (right_key, parameters(&query), &place) {
        (false, ..) => Some(UNAUTHORISED),
        (_, Err(why), _) => Some(Close(3006, why)),
        (.., None) => Some(CROWDED),
        (true, Ok((rate, format)), Some(_)) => {
            let (said, fault) = lock(&inner.scripts).pop_front().unwrap_or_default();
            let (teller, since) = (Teller::new(said, format), Instant::now());
            let mut talk = Talk { inner: &inner, index, rate, teller, fault, since, audio_s: 0.0 };
            talk.run(&mut socket).await
        }
    };
    let Some(Close(code, reason)) = end else { return };
    lock(&inner.sessions)[index].code = Some(code);
    // Whoever is gone already does not hear why: that is no matter of the server's.
    if code != DONE.0 {
        let error = json!({"type": "Error", "error_code": code, "error": reason});
        let _ = socket.send(Message::text(error.to_string())).await;
    }
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    // The place is free before the other side answers, and the answer is waited for, else what
    // was sent may be lost with the connection.
    drop(place);
    let answer = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = tokio::time::timeout(Duration::from_secs(1), answer).await;
}

/// Samples in a second and whether turns are formatted.
fn parameters(query: &str) -> Result<(f64, bool), &'static str> {
    let (mut rate, mut encoding, mut model, mut format) = (None, "pcm_s16le", "", false);
    for pair in query.split('&') {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("sample_rate", given) => rate = given.parse::<u32>().ok(),
            ("encoding", given) => encoding = given,
            ("speech_model", given) => model = given,
            ("format_turns", "true") => format = true,
            ("format_turns", "false") => format = false,
            ("format_turns", _) => return Err("Invalid format_turns"),
            _ => {}
        }
    }
    let rate = rate.filter(|rate| (8000..=48_000).contains(rate)).ok_or("Invalid sample_rate")?;
    if encoding != "pcm_s16le" {
        return Err("Invalid encoding");
    }
    if model.is_empty() {
        return Err("Invalid speech_model");
    }
    Ok((f64::from(rate), format))
}

struct Talk<'a> {
    inner: &'a Inner,
    index: usize,
    rate: f64,
    teller: Teller,
    fault: Option<Fault>,
    since: Instant,
    audio_s: f64,
}

impl Talk<'_> {
    async fn run(&mut self, socket: &mut WebSocket) -> End {
        let limits = self.inner.limits;
        let longest = Duration::try_from_secs_f64(limits.longest_s / limits.speed);
        let expires = self.since + longest.unwrap_or(Duration::from_secs(86_400));
        let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let expires_at = now_s + limits.longest_s as u64;
        let id = format!("mock-{}", self.index);
        let begin = json!({"type": "Begin", "id": id, "expires_at": expires_at});
        if let Break(end) = tell(socket, vec![begin]).await {
            return end;
        }
        loop {
            let message = tokio::select! {
                () = sleep_until(expires) => return Some(EXPIRED),
                message = socket.recv() => message,
            };
            let heard = match message {
                None | Some(Err(_) | Ok(Message::Close(_))) => return None,
                Some(Ok(Message::Binary(pcm))) => self.hear(pcm.len()),
                Some(Ok(Message::Text(text))) => self.read(&text),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Continue(vec![]),
            };
            match heard {
                Continue(messages) => {
                    if let Break(end) = tell(socket, messages).await {
                        return end;
                    }
                }
                Break((messages, end)) => {
                    return tell(socket, messages).await.break_value().unwrap_or(end);
                }
            }
        }
    }

    /// A frame of `bytes` bytes of audio.
    fn hear(&mut self, bytes: usize) -> ControlFlow<(Vec<Value>, End), Vec<Value>> {
        let frame_s = (bytes / 2) as f64 / self.rate;
        if !bytes.is_multiple_of(2) || !FRAME_MS.contains(&(frame_s * 1000.0)) {
            let why = "Input duration violation: a frame takes 50 to 1000 ms";
            return Break((vec![], Some(Close(3007, why))));
        }
        let limits = self.inner.limits;
        if self.audio_s + frame_s > limits.clock_s(self.since.elapsed()) + limits.ahead_s {
            let why = "Audio transmission rate exceeded: faster than real time";
            return Break((vec![], Some(Close(3007, why))));
        }
        self.audio_s += frame_s;
        lock(&self.inner.sessions)[self.index].audio_s = self.audio_s;
        let messages = self.teller.hear(self.audio_s);
        match self.fault {
            Some(Fault::CutAt { audio_s }) if audio_s <= self.audio_s => Break((messages, None)),
            Some(Fault::FailAt { audio_s }) if audio_s <= self.audio_s => {
                Break((messages, Some(FAILED)))
            }
            _ => Continue(messages),
        }
    }

    fn read(&mut self, text: &str) -> ControlFlow<(Vec<Value>, End), Vec<Value>> {
        let kind = serde_json::from_str::<Value>(text).ok();
        let kind = kind.as_ref().and_then(|message| message["type"].as_str()).unwrap_or_default();
        lock(&self.inner.sessions)[self.index].messages.push(kind.to_owned());
        match kind {
            "ForceEndpoint" => Continue(self.teller.end(self.audio_s)),
            "KeepAlive" => Continue(vec![]),
            "Terminate" if self.fault == Some(Fault::NoTermination) => Continue(vec![]),
            "Terminate" => {
                let mut messages = self.teller.end(self.audio_s);
                let clock_s = self.inner.limits.clock_s(self.since.elapsed());
                messages.push(json!({"type": "Termination",
                    "audio_duration_seconds": self.audio_s, "session_duration_seconds": clock_s}));
                Break((messages, Some(DONE)))
            }
            _ => Break((vec![], Some(Close(3006, "Invalid Message")))),
        }
    }
}

async fn tell(socket: &mut WebSocket, messages: Vec<Value>) -> ControlFlow<End> {
    for message in messages {
        if socket.send(Message::text(message.to_string())).await.is_err() {
            return Break(None);
        }
    }
    Continue(())
}
