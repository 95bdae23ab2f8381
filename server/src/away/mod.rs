//! Runs of other servers: whoever asks here for one that another server has sees it as if it were
//! here.
//!
//! Servers write each other over a broker, NATS ([`link`], [`letter`]). The server that has a
//! run tells of it while another wants to hear of it, once for all that do ([`host`]); a server
//! whose visitors watch it makes of that the slots of a [`Seat`] ([`room`], [`rooms`]). The stage
//! knows nothing of any of it. Nothing here waits for the broker but what is only here for it: where
//! it is slow frames are lost ([`outbox`]), and where it is gone only runs of others are.

mod host;
mod letter;
mod link;
mod numbers;
mod outbox;
mod room;
mod rooms;
mod stream;

use std::sync::{Arc, OnceLock};

use prometheus_client::registry::Registry;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::BrokerConfig;
use crate::stage::{Refusal, RunId, Seat, Stage};

use self::host::Host;
use self::link::Link;
use self::numbers::Numbers;
use self::rooms::Rooms;

/// Runs of other servers, and what others hear of those of this one.
#[derive(Clone, Debug)]
pub struct Away(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    config: BrokerConfig,
    numbers: Numbers,
    open: OnceLock<Open>,
}

/// What there is once the server serves.
#[derive(Debug)]
struct Open {
    link: Link,
    rooms: Arc<Rooms>,
    hosts: TaskTracker,
}

impl Away {
    /// Over this broker, which is not asked for anything yet.
    pub fn new(config: &BrokerConfig) -> Self {
        let inner =
            || Inner { config: config.clone(), numbers: Numbers::default(), open: OnceLock::new() };
        Self(config.is_on().then(|| Arc::new(inner())))
    }

    /// Shows its numbers, if there is a broker.
    pub fn register(&self, registry: &mut Registry) {
        if let Some(inner) = &self.0 {
            inner.numbers.register(registry);
        }
    }

    /// Begins to show runs that are opened on this stage, and to be shown others.
    pub async fn open(&self, stage: &Stage, closing: &CancellationToken) {
        let Some(inner) = &self.0 else { return };
        let Some(seats) = stage.opened() else { return };
        let link = match Link::open(&inner.config, &inner.numbers).await {
            Ok(link) => link,
            Err(error) => {
                tracing::warn!(%error, "there is no broker");
                return;
            }
        };
        let rooms = Rooms::new(link.clone(), inner.numbers.clone(), closing.clone());
        let hosts = TaskTracker::new();
        hosts.spawn(show(seats, link.clone(), hosts.clone(), closing.clone()));
        // It is empty: a stage gives its runs to one alone.
        let _ = inner.open.set(Open { link, rooms, hosts });
    }

    /// Takes a place before a run that another server has.
    ///
    /// # Errors
    /// Nobody has it, or it cannot be shown here.
    pub async fn join(&self, run: RunId) -> Result<Seat, Refusal> {
        match self.0.as_ref().and_then(|inner| inner.open.get()) {
            Some(open) => open.rooms.join(run).await,
            None => Err(Refusal::Gone(run)),
        }
    }

    /// Waits until those who watch from other servers have been told that this one is closing.
    pub async fn close(&self) {
        let Some(open) = self.0.as_ref().and_then(|inner| inner.open.get()) else { return };
        open.hosts.close();
        open.hosts.wait().await;
        open.link.close().await;
    }
}

/// Has a host for each run.
async fn show(
    mut seats: UnboundedReceiver<Seat>,
    link: Link,
    hosts: TaskTracker,
    closing: CancellationToken,
) {
    let all = async {
        while let Some(seat) = seats.recv().await {
            hosts.spawn(Host::new(seat, link.clone()).serve(closing.clone()));
        }
    };
    closing.run_until_cancelled(all).await;
}
