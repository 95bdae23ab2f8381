//! One connection of a call.
//!
//! The protocol has no word for "heard until here". A ping does: a server reads its messages in
//! order, so that whoever sees the pong knows that all frames before the ping have been read
//! (RFC 6455, 5.5.3: a pong bears what the ping bore). The number of the next frame of each channel
//! is what it bears.

use std::time::Duration;

use futures_util::stream::SplitSink;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use weir_live::{CHANNELS, ClientWord, ErrorCode, ServerWord, Told};

use crate::call::{Broken, Call, Socket};
use crate::event::{Ended, Event, ListenError};

/// How often the server is asked what it has heard.
const PING: Duration = Duration::from_millis(500);
/// Messages that wait for the socket: less than a second of two voices.
const WAITING: usize = 8;

impl Call<'_> {
    /// From hello to the last word, or to a cut.
    pub(crate) async fn converse(&mut self, mut socket: Socket) -> Result<Ended, Broken> {
        self.greet(&mut socket).await?;
        let (out, mut words) = socket.split();
        let (messages, sent) = mpsc::channel(WAITING);
        // It ends with this connection.
        let mut writer = JoinSet::new();
        writer.spawn(write(out, sent));
        let mut pings = interval(PING);
        let mut heard = Instant::now();
        let mut bye: Option<Instant> = None;
        // Who cannot send any more may still be told the last word.
        let mut can_send = true;
        loop {
            let has_sound = self.replay.unsent().is_some();
            let says_bye = self.is_over && !has_sound && bye.is_none();
            let silent = heard + self.config.silence;
            let last = bye.map(|bye| bye + self.config.finish);
            tokio::select! {
                biased;
                message = next(&mut words) => {
                    heard = Instant::now();
                    if let Some(ended) = self.message(message?)? {
                        return Ok(ended);
                    }
                }
                permit = messages.reserve(), if can_send && (has_sound || says_bye) => {
                    let Ok(permit) = permit else {
                        can_send = false;
                        continue;
                    };
                    if let Some(frame) = self.replay.unsent() {
                        let channel = frame.channel;
                        permit.send(Message::binary(frame.bytes()));
                        self.replay.sent(channel);
                    } else {
                        permit.send(Message::text(ClientWord::Bye {}.text()));
                        bye = Some(Instant::now());
                        self.said_bye = true;
                    }
                }
                _ = pings.tick() => {
                    // Where messages wait, it is asked later.
                    let ping = Message::Ping(told_until(self.replay.sent_until()));
                    let _ = messages.try_send(ping);
                }
                () = sleep_until(silent) => return Err(cut("the server says nothing any more")),
                () = sleep_until(last.unwrap_or(silent)), if last.is_some() => {
                    let call_id = self.call_id.clone().unwrap_or_default();
                    return Err(ListenError::NoLastWord { call_id }.into());
                }
                () = self.gather() => {}
            }
        }
    }

    /// Says hello, and takes the first word.
    async fn greet(&mut self, socket: &mut Socket) -> Result<(), Broken> {
        let hello = Message::text(self.hello());
        let greeted = async {
            socket.send(hello).await.map_err(|error| Broken::Cut(error.to_string()))?;
            loop {
                if let Message::Text(text) = next(socket).await?
                    && let Some(told) = word(&text)
                {
                    return Ok::<_, Broken>(told);
                }
            }
        };
        let greeted = timeout(self.config.silence, greeted);
        let told = self.meanwhile(greeted).await;
        let told = told.map_err(|_| cut("the server says nothing"))??;
        match &told.word {
            ServerWord::Ready { call_id, resume_from, .. } => {
                let resumed = self.replay.resume(*resume_from);
                let call_id = call_id.clone();
                resumed.map_err(|why| ListenError::Forgotten { call_id: call_id.clone(), why })?;
                if self.call_id.replace(call_id).is_some() {
                    self.cuts += 1;
                }
                (self.tries, self.cut_since) = (0, None);
                self.tell_room();
                (self.told)(Event::Told(told));
                Ok(())
            }
            ServerWord::Error { code, why } => Err(self.refused(*code, why).into()),
            _ => Err(cut("the server says something else first")),
        }
    }

    /// The server does not take the call, or does not any more.
    fn refused(&self, code: ErrorCode, why: &str) -> ListenError {
        match (&self.call_id, code) {
            (Some(call_id), ErrorCode::Unknown) if self.said_bye => {
                ListenError::NoLastWord { call_id: call_id.clone() }
            }
            (Some(call_id), _) => {
                ListenError::Lost { call_id: call_id.clone(), why: why.to_owned() }
            }
            (None, _) => ListenError::Refused { code, why: why.to_owned() },
        }
    }

    /// A message of the server; the end of the call, if it is that.
    fn message(&mut self, message: Message) -> Result<Option<Ended>, Broken> {
        match message {
            Message::Text(text) => match word(&text) {
                Some(told) => self.word(told),
                None => Ok(None),
            },
            Message::Pong(told) => {
                if let Some(before) = heard_until(&told) {
                    self.confirm(before);
                }
                Ok(None)
            }
            Message::Close(_) => Err(cut("the server closed the connection")),
            _ => Ok(None),
        }
    }

    fn word(&mut self, told: Told) -> Result<Option<Ended>, Broken> {
        let is_of_the_connection =
            matches!(told.word, ServerWord::Ready { .. } | ServerWord::Error { .. });
        if told.n <= self.last_n && !is_of_the_connection {
            return Ok(None);
        }
        self.last_n = self.last_n.max(told.n);
        let ended = match &told.word {
            ServerWord::Ended { reason, duration_s } => Some((*reason, *duration_s)),
            // What comes after a gap is not heard; the next hello says what is wanted.
            ServerWord::Error { code: ErrorCode::Gap, why } => {
                let why = why.clone();
                (self.told)(Event::Told(told));
                return Err(Broken::Cut(why));
            }
            _ => None,
        };
        (self.told)(Event::Told(told));
        Ok(ended.map(|(reason, duration_s)| Ended {
            call_id: self.call_id.clone().unwrap_or_default(),
            reason,
            duration_s,
            cuts: self.cuts,
        }))
    }
}

/// The next message.
async fn next<S>(words: &mut S) -> Result<Message, Broken>
where
    S: futures_util::Stream<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
{
    match words.next().await {
        Some(Ok(message)) => Ok(message),
        Some(Err(error)) => Err(Broken::Cut(error.to_string())),
        None => Err(cut("the server closed the connection")),
    }
}

/// Sends what comes, until the connection is given up.
async fn write(mut out: SplitSink<Socket, Message>, mut messages: mpsc::Receiver<Message>) {
    while let Some(message) = messages.recv().await {
        if out.send(message).await.is_err() {
            return;
        }
    }
}

fn cut(why: &str) -> Broken {
    Broken::Cut(why.to_owned())
}

/// Texts that are no words of this protocol are those of a later server.
fn word(text: &str) -> Option<Told> {
    serde_json::from_str(text).ok()
}

fn told_until(next: [u32; CHANNELS]) -> Bytes {
    next.into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>().into()
}

fn heard_until(told: &[u8]) -> Option<[u32; CHANNELS]> {
    let (numbers, rest) = told.as_chunks::<4>();
    let numbers: [_; CHANNELS] = numbers.try_into().ok().filter(|_| rest.is_empty())?;
    Some(numbers.map(u32::from_le_bytes))
}
