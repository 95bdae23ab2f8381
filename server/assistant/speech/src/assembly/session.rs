//! Sessions on a wire.

use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use weir_providers::ProviderError;

use super::AssemblyAiConfig;
use super::message::Message;
use super::socket::Socket;
use super::turns::Turns;
use crate::ear::{CHUNK, End, Queue, Request, seconds, tell};
use crate::{Heard, SAMPLE_RATE, SpeechError};

/// Least samples of a frame: 50 ms.
const LEAST: usize = SAMPLE_RATE as usize / 20;
/// So much sound that came late may be sent at once; otherwise it is sent no faster than spoken.
const CATCH_UP: Duration = Duration::from_millis(200);
/// Without sound for so long it is said that we are still there.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Connections that are tried one after the other, and the pause before the second; each pause
/// is twice the one before.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(250);

/// The sessions of one ear, one after the other.
pub(super) struct Sessions {
    config: AssemblyAiConfig,
    turns: Turns,
    /// Samples that are to be sent, and the room that they take.
    unsent: Vec<i16>,
    room: Option<OwnedSemaphorePermit>,
    /// What is to be said when they are sent.
    then: Then,
    /// Samples that were sent.
    sent: u64,
    /// When the next frame may be sent, and when something was sent last.
    next_at: Instant,
    last_at: Instant,
    /// Connections that broke since something was heard.
    broken: u32,
}

/// What is to be said after the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Nothing,
    ForceEndpoint,
    Terminate,
}

impl Then {
    fn message(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::ForceEndpoint => Some(r#"{"type":"ForceEndpoint"}"#),
            Self::Terminate => Some(r#"{"type":"Terminate"}"#),
        }
    }
}

impl Sessions {
    pub(super) fn new(config: &AssemblyAiConfig) -> Self {
        Self {
            config: config.clone(),
            turns: Turns::default(),
            unsent: Vec::new(),
            room: None,
            then: Then::Nothing,
            sent: 0,
            next_at: Instant::now(),
            last_at: Instant::now(),
            broken: 0,
        }
    }

    /// Connects, and waits until the session has begun.
    ///
    /// # Errors
    /// It does not begin.
    pub(super) async fn connect(&mut self) -> Result<Socket, ProviderError> {
        let socket = Socket::connect(&self.config).await?;
        (self.next_at, self.last_at) = (Instant::now(), Instant::now());
        Ok(socket)
    }

    /// Works until the ear is finished or gone.
    pub(super) async fn work(
        mut self,
        mut socket: Socket,
        mut queue: Queue,
        events: mpsc::Sender<Heard>,
    ) -> Result<(), End> {
        loop {
            match self.session(&mut socket, &mut queue, &events).await {
                Ok(()) => break,
                Err(End::Failed(SpeechError::Provider(error))) if error.is_passing() => {
                    tracing::warn!(%error, "a connection broke");
                    let before_s = seconds(self.sent);
                    if let Some(heard) = self.turns.begin(before_s) {
                        tell(&events, heard).await?;
                    }
                    socket = self.connect_again(error).await?;
                }
                Err(end) => return Err(end),
            }
        }
        if let Some(heard) = self.turns.close() {
            tell(&events, heard).await?;
        }
        tell(&events, Heard::Ended { heard_s: seconds(self.sent) }).await
    }

    /// Tries to connect, with pauses that get longer.
    async fn connect_again(&mut self, mut why: ProviderError) -> Result<Socket, ProviderError> {
        while self.broken < TRIES && why.is_passing() {
            sleep(PAUSE * 2_u32.pow(self.broken)).await;
            self.broken += 1;
            match self.connect().await {
                Ok(socket) => return Ok(socket),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// One session, until all is said.
    async fn session(
        &mut self,
        socket: &mut Socket,
        queue: &mut Queue,
        events: &mpsc::Sender<Heard>,
    ) -> Result<(), End> {
        loop {
            let is_sent = self.unsent.is_empty();
            if let Some(message) = self.then.message().filter(|_| is_sent) {
                self.say(socket, message).await?;
                if self.then == Then::Terminate {
                    return self.drain(socket, events).await;
                }
                self.then = Then::Nothing;
            }
            let is_ready = self.unsent.len() >= CHUNK || self.then != Then::Nothing;
            tokio::select! {
                message = socket.next() => self.hear(&message?, events).await?,
                () = sleep_until(self.next_at), if is_ready => self.send(socket).await?,
                request = queue.next(), if !is_ready => self.take(request),
                () = sleep_until(self.last_at + KEEP_ALIVE) => {
                    self.say(socket, r#"{"type":"KeepAlive"}"#).await?;
                }
            }
            if let Some(lag) = queue.lag() {
                tell(events, lag).await?;
            }
        }
    }

    fn take(&mut self, request: Option<Request>) {
        match request {
            Some(Request::Hear(samples, room)) => {
                self.unsent.extend(samples);
                match &mut self.room {
                    Some(all) => all.merge(room),
                    None => self.room = Some(room),
                }
            }
            Some(Request::EndUtterance) => self.then = Then::ForceEndpoint,
            // A session that nobody ends costs money until it expires.
            Some(Request::Finish) | None => self.then = Then::Terminate,
        }
    }

    /// Sends the next frame of sound: 100 ms, and at the end what is left, filled up with silence.
    async fn send(&mut self, socket: &mut Socket) -> Result<(), ProviderError> {
        let count = self.unsent.len().min(CHUNK);
        let mut samples = self.unsent[..count].to_vec();
        samples.resize(count.max(LEAST), 0);
        socket.send_sound(&samples).await?;
        self.unsent.drain(..count);
        // Room that was taken for them is free again.
        drop(self.room.as_mut().and_then(|room| room.split(count)));
        self.sent += count as u64;
        let now = Instant::now();
        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        let frame = Duration::from_secs_f64(samples.len() as f64 / f64::from(SAMPLE_RATE));
        self.next_at = self.next_at.max(earliest) + frame;
        self.last_at = now;
        Ok(())
    }

    async fn say(&mut self, socket: &mut Socket, message: &str) -> Result<(), ProviderError> {
        socket.send_text(message).await?;
        self.last_at = Instant::now();
        Ok(())
    }

    async fn hear(&mut self, message: &Message, events: &mpsc::Sender<Heard>) -> Result<(), End> {
        if let Message::Turn(turn) = message {
            self.broken = 0;
            for heard in self.turns.turn(turn) {
                tell(events, heard).await?;
            }
        }
        Ok(())
    }

    /// Hears the rest, until the server has ended the session or has had its time.
    async fn drain(
        &mut self,
        socket: &mut Socket,
        events: &mpsc::Sender<Heard>,
    ) -> Result<(), End> {
        let patience = self.config.patience;
        let all = async {
            loop {
                match socket.next().await? {
                    Message::Termination {} => return Ok(()),
                    message => self.hear(&message, events).await?,
                }
            }
        };
        match timeout(patience, all).await {
            Ok(Err(End::Unheard)) => Err(End::Unheard),
            // All sound was sent: what was heard of it is what there is.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
