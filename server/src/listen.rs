//! Connections: how many, for how long, and how they end.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::app::App;
use crate::assistant::keep_house;
use crate::crowd::{Crowd, Place};
use crate::peer::{Client, Peer, is_trusted};
use crate::redirect::router as to_https;
use crate::tls::Tls;

/// Longest that visitors have to go when the server closes.
const DRAIN: Duration = Duration::from_secs(8);
/// Pause after the system gave no connection, for instance for want of files.
const BREATH: Duration = Duration::from_millis(100);

/// Answers connections until the app is closing, then lets those that are there end.
/// At most `most` are served at a time; others wait to be accepted.
pub async fn serve(listener: TcpListener, app: App, most: usize) {
    let (closing, visitors) = (app.closing.clone(), app.visitors.clone());
    let clearing = app.requests.clone().clear();
    tokio::spawn(closing.clone().run_until_cancelled_owned(clearing));
    tokio::spawn(closing.clone().run_until_cancelled_owned(keep_house(app.clone())));
    app.away.open(&app.stage, &closing).await;
    let door = Door::new(&app, app.tls.clone());
    let away = app.away.clone();
    let assistant = Arc::clone(&app.assistant);
    let connections = door.open(listener, app.router(), most).await;
    visitors.close();
    let all = async {
        // Those who watch from other servers are told first.
        away.close().await;
        if let Some(live) = assistant.live_if_any() {
            live.close().await;
        }
        visitors.wait().await;
        connections.wait().await;
    };
    if timeout(DRAIN, all).await.is_err() {
        tracing::warn!(left = connections.len(), "closed with connections open");
    }
}

/// Sends everybody who comes by plain HTTP to HTTPS on `port`, until the app is closing.
pub async fn redirect(listener: TcpListener, app: &App, port: u16) {
    let most = app.config.limits.connections.get();
    let router = to_https(port, app.config.limits.body_bytes);
    Door::new(app, None).open(listener, router, most).await;
}

/// Takes calls at a port of their own until the app is closing. They come in at the port of the
/// site as well, so another server that has this one is no reason to end.
pub async fn calls(at: SocketAddr, app: &App) {
    match TcpListener::bind(at).await {
        Ok(listener) => {
            let most = app.config.limits.connections.get();
            let door = Door::new(app, app.tls.clone());
            door.open(listener, app.clone().call_router(), most).await;
        }
        Err(error) => tracing::warn!(%at, %error, "calls come in at /calls/ws alone"),
    }
}

/// How connections come in.
#[derive(Clone)]
struct Door {
    tls: Option<Tls>,
    head: Duration,
    handshake: Duration,
    /// Connections of each client.
    crowd: Crowd,
    app: App,
}

impl Door {
    fn new(app: &App, tls: Option<Tls>) -> Self {
        let limits = &app.config.limits;
        let seconds = |wait: NonZeroU64| Duration::from_secs(wait.get());
        Self {
            tls,
            head: seconds(limits.head_timeout_s),
            handshake: seconds(limits.handshake_timeout_s),
            crowd: Crowd::new(limits.connections_per_client.get()),
            app: app.clone(),
        }
    }

    /// Takes connections until the app is closing; those that are still open are handed back.
    async fn open(self, listener: TcpListener, router: Router, most: usize) -> TaskTracker {
        let closing = self.app.closing.clone();
        let places = Arc::new(Semaphore::new(most));
        let connections = TaskTracker::new();
        loop {
            let place = tokio::select! {
                place = Arc::clone(&places).acquire_owned() => place,
                () = closing.cancelled() => break,
            };
            let Ok(place) = place else { break };
            let (stream, peer) = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "a connection was not accepted");
                        tokio::time::sleep(BREATH).await;
                        continue;
                    }
                },
                () = closing.cancelled() => break,
            };
            let (door, router) = (self.clone(), router.clone());
            connections.spawn(async move {
                door.let_in(stream, peer, router, place).await;
            });
        }
        connections.close();
        connections
    }

    async fn let_in(
        self,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
        place: OwnedSemaphorePermit,
    ) {
        let is_proxy = is_trusted(peer.ip(), &self.app.config.trusted_proxies);
        let one = self.crowd.admit(Client::of(peer.ip()));
        if one.is_none() && !is_proxy {
            tracing::debug!(%peer, "a client has too many connections");
            return;
        }
        let line = Line { peer: Peer(peer), place: Place::new(place, one), head: self.head };
        // A frame is small, and late is worse than two packets.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        let closing = &self.app.closing;
        let Some(tls) = &self.tls else {
            return line.answer(stream, router, closing).await;
        };
        let begun = tokio::select! {
            begun = timeout(self.handshake, tls.accept(stream)) => begun,
            () = closing.cancelled() => return,
        };
        match begun {
            Ok(Ok(Some(stream))) => line.answer(stream, router, closing).await,
            Ok(Ok(None)) => tracing::info!(%peer, "an authority has seen its challenge"),
            Ok(Err(error)) => tracing::debug!(%peer, %error, "no handshake"),
            Err(_) => tracing::debug!(%peer, "a handshake took too long"),
        }
    }
}

/// A connection that is let in.
struct Line {
    peer: Peer,
    place: Place,
    /// Longest that the head of a request may take.
    head: Duration,
}

impl Line {
    async fn answer(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        router: Router,
        closing: &CancellationToken,
    ) {
        let Self { peer, place, head } = self;
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(16 << 10);
        let router = router.map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(place.clone());
            request
        });
        let service = TowerToHyperService::new(router);
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        tokio::pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = closing.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = result {
            tracing::debug!(peer = %peer.0, %error, "a connection ended");
        }
    }
}
