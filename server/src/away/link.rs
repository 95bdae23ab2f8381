//! The connection to the broker: it comes and goes by itself, and nobody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, Subscriber};
use bytes::Bytes;
use rustls::crypto::CryptoProvider;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::letter;
use super::numbers::Numbers;
use super::outbox::{Outbox, Parcel};
use crate::config::BrokerConfig;
use crate::tls::provider;

/// Longest that one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(3);
/// Between two signs of life; a connection on which three are missed is dead.
const PULSE: Duration = Duration::from_secs(5);
/// Messages of one subscription that wait to be read; more are lost.
const UNREAD: usize = 256;
/// Commands that wait for the connection.
const COMMANDS: usize = 256;
/// Longest that the last letters may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// The connection.
#[derive(Clone, Debug)]
pub struct Link {
    client: Client,
    up: watch::Receiver<bool>,
    outbox: Arc<Outbox>,
    done: CancellationToken,
}

impl Link {
    /// Begins to connect, and goes on with that for as long as it takes.
    ///
    /// # Errors
    /// There is nothing that one could connect to.
    pub async fn open(config: &BrokerConfig, numbers: &Numbers) -> Result<Self, String> {
        // The library takes what the process has chosen. If something else has, it stays.
        let _ = CryptoProvider::install_default((*provider()).clone());
        let (says, up) = watch::channel(false);
        let connected = numbers.connected.clone();
        // It is tried again and again, and said once that it was in vain.
        let is_said = AtomicBool::new(false);
        let on_event = move |event| {
            match event {
                Event::Connected => {
                    tracing::info!("the broker is connected");
                    is_said.store(false, Ordering::Relaxed);
                    connected.set(1);
                    says.send_replace(true);
                }
                Event::Disconnected | Event::Closed => {
                    tracing::warn!("the broker is gone");
                    connected.set(0);
                    says.send_replace(false);
                }
                Event::ClientError(error) if !is_said.swap(true, Ordering::Relaxed) => {
                    tracing::warn!(%error, "the broker cannot be reached; trying again");
                }
                event => tracing::debug!(%event, "the broker"),
            }
            std::future::ready(())
        };
        let mut options = ConnectOptions::new()
            .name(config.called())
            .connection_timeout(CONNECT)
            .ping_interval(PULSE)
            .subscription_capacity(UNREAD)
            .client_capacity(COMMANDS)
            .retry_on_initial_connect()
            .event_callback(on_event);
        if let Some(password) = &config.password {
            options = options.user_and_password(config.user.clone(), password.reveal().to_owned());
        }
        if let Some(token) = &config.token {
            options = options.token(token.reveal().to_owned());
        }
        let client = options.connect(config.servers()?).await;
        let client = client.map_err(|error| match error.kind() {
            // It has been read once before, when the server was set up.
            ConnectErrorKind::ServerParse => "broker.url: takes a URL".to_owned(),
            _ => error.to_string(),
        })?;
        let outbox = Arc::new(Outbox::new(numbers.dropped.clone()));
        let link = Self { client, up, outbox, done: CancellationToken::new() };
        tokio::spawn(link.clone().carry());
        Ok(link)
    }

    /// Whether the broker is connected.
    pub fn is_up(&self) -> bool {
        *self.up.borrow()
    }

    /// Waits for the broker.
    pub async fn wait(&self) {
        let mut up = self.up.clone();
        if up.wait_for(|up| *up).await.is_err() {
            // It will never come.
            std::future::pending::<()>().await;
        }
    }

    /// Most bytes of a letter that the broker takes, and that a reader does.
    pub fn most(&self) -> usize {
        self.client.max_payload().min(letter::MOST)
    }

    /// Sends a letter, when there is room and a broker.
    pub fn send(&self, to: String, letter: Bytes) {
        self.post(Parcel { to, letter, lost: None });
    }

    /// The same of one whose loss its sender wants to know of.
    pub fn post(&self, parcel: Parcel) {
        // What waited for a broker would be old when it comes.
        if self.is_up() {
            self.outbox.push(parcel);
        }
    }

    /// What comes on a subject from now on.
    ///
    /// # Errors
    /// The connection is closed.
    pub async fn subscribe(&self, to: String) -> Result<Subscriber, String> {
        self.client.subscribe(to).await.map_err(|error| error.to_string())
    }

    /// The answer to a letter. Where nobody listens that is said at once.
    ///
    /// # Errors
    /// Nobody listens, or answers in time.
    pub async fn ask(&self, to: String, letter: Bytes) -> Result<Bytes, String> {
        let answer = self.client.request(to, letter).await;
        answer.map(|message| message.payload).map_err(|error| error.to_string())
    }

    /// Lets what waits go out, and ends.
    pub async fn close(&self) {
        let all = async {
            while !self.outbox.is_empty() && self.is_up() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            self.client.flush().await
        };
        if !self.is_up() || !matches!(timeout(FAREWELL, all).await, Ok(Ok(()))) {
            tracing::debug!("closed before the broker had heard everything");
        }
        self.done.cancel();
    }

    /// Carries letters out.
    async fn carry(self) {
        let all = async {
            loop {
                self.wait().await;
                let Parcel { to, letter, .. } = self.outbox.next().await;
                if let Err(error) = self.client.publish(to, letter).await {
                    tracing::warn!(%error, "a letter was not sent");
                }
            }
        };
        self.done.run_until_cancelled(all).await;
    }
}
