//! A call that is taken: over as many connections as it needs.

use std::future::pending;
use std::pin::Pin;

use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use weir_live::{CHANNELS, ClientWord, Hello, RATE};

use crate::config::ListenConfig;
use crate::event::{Ended, Event, ListenError};
use crate::replay::Replay;
use crate::source::{Source, SourceError};
use crate::token::Token;

/// What a connection goes over.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;
/// Comes when no more shall be listened to.
pub(crate) type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Takes a call until its sound ends or `stop` comes, says goodbye, and waits for the last word.
/// `told` is told what happens as it happens. A connection that is cut is made again; sound comes in
/// meanwhile, and what the server has not heard is sent again.
///
/// # Errors
/// See [`ListenError`]. Where the source fails, what came before is heard to the end first.
pub async fn listen(
    config: &ListenConfig,
    token: &Token,
    source: Box<dyn Source>,
    stop: impl Future<Output = ()> + Send + 'static,
    told: &mut (dyn FnMut(Event) + Send),
) -> Result<Ended, ListenError> {
    if !config.consent {
        return Err(ListenError::Consent);
    }
    let mut call = Call {
        config,
        token,
        source,
        stop: Box::pin(stop),
        told,
        replay: Replay::new(config.room_s),
        is_over: false,
        is_full: false,
        fault: None,
        call_id: None,
        last_n: 0,
        said_bye: false,
        cuts: 0,
        tries: 0,
        cut_since: None,
    };
    let ended = call.run().await;
    match call.fault {
        Some(fault) => Err(fault.into()),
        None => ended,
    }
}

/// Why a connection ended.
pub(crate) enum Broken {
    /// It may be made again.
    Cut(String),
    /// The call cannot go on.
    Over(ListenError),
}

impl From<ListenError> for Broken {
    fn from(error: ListenError) -> Self {
        Self::Over(error)
    }
}

/// A call, whatever connection it goes over.
pub(crate) struct Call<'a> {
    pub config: &'a ListenConfig,
    token: &'a Token,
    source: Box<dyn Source>,
    stop: Stop,
    pub told: &'a mut (dyn FnMut(Event) + Send),
    pub replay: Replay,
    /// No more sound comes in.
    pub is_over: bool,
    is_full: bool,
    /// What went wrong with the source.
    fault: Option<SourceError>,
    pub call_id: Option<String>,
    /// The number of the last word that came.
    pub last_n: u64,
    /// Whether any connection was told that the call is over.
    pub said_bye: bool,
    pub cuts: u32,
    /// How often in a row it was tried to come back.
    pub tries: u32,
    /// Since when there is no connection.
    pub cut_since: Option<Instant>,
}

impl Call<'_> {
    async fn run(&mut self) -> Result<Ended, ListenError> {
        loop {
            let why = match self.over_one_connection().await {
                Ok(ended) => return Ok(ended),
                Err(Broken::Over(error)) => return Err(error),
                Err(Broken::Cut(why)) => why,
            };
            let Some(call_id) = self.call_id.clone() else {
                return Err(ListenError::Unreachable(why));
            };
            let since = *self.cut_since.get_or_insert_with(Instant::now);
            let again = self.config.wait(self.tries);
            self.tries += 1;
            if since.elapsed() + again > self.config.patience {
                return Err(ListenError::Lost { call_id, why });
            }
            (self.told)(Event::Cut { why, again });
            self.meanwhile(sleep(again)).await;
        }
    }

    async fn over_one_connection(&mut self) -> Result<Ended, Broken> {
        let connects = timeout(self.config.silence, connect_async(self.config.url.as_str()));
        match self.meanwhile(connects).await {
            Ok(Ok((socket, _))) => self.converse(socket).await,
            Ok(Err(error)) => Err(Broken::Cut(error.to_string())),
            Err(_) => Err(Broken::Cut("the server does not answer".to_owned())),
        }
    }

    /// What this connection begins with.
    pub fn hello(&self) -> String {
        let hello = Hello {
            jwt: self.token.text().to_owned(),
            call_id: self.call_id.clone(),
            last_n: self.last_n,
            rate: RATE,
            channels: self.config.channels,
            consent: self.config.consent,
            title: self.config.title.clone().filter(|_| self.call_id.is_none()),
        };
        ClientWord::Hello(hello).text()
    }

    /// Does something while sound comes in.
    pub async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = self.gather() => {}
            }
        }
    }

    /// Takes one moment of sound, if there is room for it, or learns that there is no more. It may
    /// be given up at any time; it never returns where there is nothing to wait for.
    pub async fn gather(&mut self) {
        if self.is_over {
            return pending().await;
        }
        let has_room = self.replay.has_room();
        let next = tokio::select! {
            biased;
            () = &mut self.stop => Ok(None),
            next = self.source.next(), if has_room => next,
        };
        match next {
            Ok(Some(moment)) => self.replay.push(moment),
            Ok(None) => self.is_over = true,
            Err(error) => {
                self.fault = Some(error);
                self.is_over = true;
            }
        }
        self.tell_room();
    }

    /// The server has heard all frames before these.
    pub fn confirm(&mut self, before: [u32; CHANNELS]) {
        self.replay.confirm(before);
        self.tell_room();
    }

    /// Says so when there is no more room, or there is again.
    pub fn tell_room(&mut self) {
        let is_full = !self.replay.has_room();
        if std::mem::replace(&mut self.is_full, is_full) != is_full {
            let held_s = self.replay.held_s();
            (self.told)(if is_full { Event::Full { held_s } } else { Event::Room });
        }
    }
}
