//! What is answered where.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Extension, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use weir_assistant::{Assistant, OpenError};
use weir_scene::Limits;
use weir_words::LONGEST;

use crate::assistant::{self, Desk};
use crate::auditor::Auditor;
use crate::away::Away;
use crate::cast::Cast;
use crate::conduct::Conduct;
use crate::config::Config;
use crate::content::Content;
use crate::crowd::{Crowd, Place};
use crate::download::Download;
use crate::engine::Engines;
use crate::follow::{Follower, Maker, Reach, Registry};
use crate::gallery::Gallery;
use crate::log::RequestId;
use crate::metrics::Metrics;
use crate::pages::Pages;
use crate::peer::Client;
use crate::stage::{Refusal, RunId, Seat, Stage};
use crate::store::Store;
use crate::tls::Tls;
use crate::witness::Witness;
use crate::{
    api, download, drawings, health, log, openapi, problem, rate, site, status, visitor, window,
};

/// What axum reads at a time, for each visitor.
const READ: usize = 4 << 10;
/// Bytes that wait for a slow visitor.
const WAITING: usize = 512 << 10;

/// Why there is no app.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The system gives no thread.
    #[error("starting the thread for water: {0}")]
    Thread(#[from] std::io::Error),
    /// The assistant cannot be as it is configured.
    #[error("assistant.{0}")]
    Assistant(#[from] OpenError),
    /// What was learned from cannot be read.
    #[error("drift.reference: {0}")]
    Drift(String),
}

/// What the answers are made of.
#[derive(Clone)]
pub struct App {
    /// Where the water moves.
    pub stage: Stage,
    /// A run that is always there.
    pub gallery: Gallery,
    /// What moves it.
    pub cast: Cast,
    /// How large scenes of visitors may be.
    pub limits: Limits,
    /// Called when the server closes.
    pub closing: CancellationToken,
    /// Visitors that are here.
    pub visitors: TaskTracker,
    /// Who thinks about a question to the network; one at a time, so that water goes first.
    pub thinker: Arc<Semaphore>,
    /// How it is set up.
    pub config: Arc<Config>,
    /// Encryption, if there is any.
    pub tls: Option<Tls>,
    /// The pages around the water.
    pub(crate) pages: Arc<Pages>,
    /// Drawings that visitors keep.
    pub(crate) store: Arc<Store>,
    /// What can be taken away of the network.
    pub(crate) download: Arc<Download>,
    /// Questions, voices and calls.
    pub(crate) assistant: Arc<Desk>,
    /// Runs of other servers.
    pub(crate) away: Away,
    pub(crate) metrics: Metrics,
    /// Whether the registry can be asked, if there is one.
    pub(crate) reach: Option<Reach>,
    pub(crate) requests: rate::Requests,
    /// When it began.
    pub(crate) begun: Instant,
    /// WebSockets of each client.
    visits: Crowd,
}

impl App {
    /// An app with a stage of its own, set up like this and not yet encrypted.
    ///
    /// # Errors
    /// The system gives no thread, or the assistant cannot be as it is configured.
    pub fn new(engines: Engines, config: Config, content: &Content) -> Result<Self, AppError> {
        let limits = &config.limits;
        let folder = config.data_dir.join("assistant");
        let assistant =
            Assistant::open(config.assistant.clone(), &folder, content.documents().to_vec())?;
        let cast = Cast::new(engines, config.registry.canary_share);
        let conduct = Conduct::default();
        let auditor = Auditor::start(cast.clone(), &config.audit, conduct.clone())?;
        let window = config.drift.window().map_err(AppError::Drift)?;
        let witness = Witness::new(conduct, auditor, window);
        let stage = Stage::start(cast.clone(), witness, limits.scenes)?;
        let visitors = TaskTracker::new();
        let away = Away::new(&config.broker);
        let reach = (!config.registry.place.is_empty()).then(Reach::default);
        Ok(Self {
            gallery: Gallery::new(stage.clone()),
            limits: limits.scenes,
            closing: CancellationToken::new(),
            thinker: Arc::new(Semaphore::new(1)),
            tls: None,
            pages: Arc::new(Pages::new(content, window::is_there(&config))),
            store: Arc::new(Store::new(&config.data_dir)),
            download: Arc::default(),
            assistant: Arc::new(Desk::new(assistant)),
            metrics: Metrics::new(&stage, &visitors, reach.clone(), &away),
            away,
            reach,
            requests: rate::Requests::new(limits.requests),
            begun: Instant::now(),
            visits: Crowd::new(limits.visits_per_client.get()),
            config: Arc::new(config),
            visitors,
            cast,
            stage,
        })
    }

    /// A watcher's place before a run, of this server or of another.
    pub(crate) async fn join(&self, run: RunId) -> Result<Seat, Refusal> {
        match self.stage.join(run).await {
            Err(Refusal::Gone(run)) => self.away.join(run).await,
            known => known,
        }
    }

    /// Follows a registry until the server closes; `maker` makes networks of what it has.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn follow(&self, registry: Arc<dyn Registry>, maker: Maker) -> std::io::Result<()> {
        let reach = self.reach.clone().unwrap_or_default();
        let every = Duration::from_secs(self.config.registry.poll_s.get());
        let follower = Follower::new(self.stage.clone(), registry, maker, reach);
        follower.start(every, self.closing.clone())
    }

    /// All routes.
    pub fn router(self) -> Router {
        let limits = &self.config.limits;
        let patience = Duration::from_secs(limits.request_timeout_s.get());
        // Sound hardly gets smaller, and is long.
        let worth_it = DefaultPredicate::new().and(NotForContentType::const_new("audio/"));
        let late = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, patience);
        // The last layer is the outermost: what it adds, every answer has.
        Router::new()
            .route("/", get(site::home))
            .route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready))
            .route("/metrics", get(metrics))
            .route("/api/status", get(status::status))
            .route("/api/docs", get(site::api_docs))
            .route("/api/openapi.json", get(openapi::document))
            .route("/api/model", get(api::model))
            .route("/api/model/description", get(download::description))
            .route("/api/model/weights", get(download::weights))
            .route("/api/model/golden", get(download::golden))
            .route("/api/drawings", post(drawings::keep))
            .route("/api/drawings/{id}", get(drawings::find))
            .route("/api/{*path}", any(|| async { StatusCode::NOT_FOUND }))
            .route("/api/scenes", get(api::scenes))
            .route("/api/scenes/{name}", get(api::scene))
            .route("/viewer", get(window::to_folder))
            .route("/viewer/", get(window::file))
            .route("/viewer/{*path}", get(window::file))
            .route("/ws", get(socket))
            .route("/{*path}", get(site::file))
            .merge(assistant::routes())
            .layer(RequestBodyLimitLayer::new(limits.body_bytes))
            .merge(assistant::sound_routes())
            .layer(late)
            .layer(from_fn_with_state(self.requests.clone(), rate::limit))
            .layer(from_fn(problem::tell))
            .layer(CompressionLayer::new().gzip(true).br(true).compress_when(worth_it))
            .layer(map_response_with_state(self.clone(), guard))
            .layer(from_fn_with_state(self.clone(), log::note))
            .with_state(self)
    }
}

impl App {
    /// Routes of calls that come by a port of their own.
    pub fn call_router(self) -> Router {
        assistant::call_routes()
            .layer(from_fn_with_state(self.requests.clone(), rate::limit))
            .layer(map_response_with_state(self.clone(), guard))
            .layer(from_fn_with_state(self.clone(), log::note))
            .with_state(self)
    }
}

async fn metrics(State(app): State<App>, headers: HeaderMap) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
    let given = given.and_then(|given| given.strip_prefix("Bearer ")).unwrap_or_default();
    if app.config.metrics.token.as_ref().is_some_and(|token| !token.is(given)) {
        let asks = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, asks, "takes a token\n").into_response();
    }
    app.metrics.told()
}

async fn socket(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    client: Option<Extension<Client>>,
    place: Option<Extension<Place>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !is_from_here(&headers, &app.config.public_origins) {
        return (StatusCode::FORBIDDEN, "origin: takes this site's own pages\n").into_response();
    }
    let upgrade = upgrade
        .read_buffer_size(READ)
        .max_message_size(LONGEST)
        .max_frame_size(LONGEST)
        .write_buffer_size(0)
        .max_write_buffer_size(WAITING);
    let one = client.map(|Extension(client)| app.visits.admit(client));
    if matches!(one, Some(None)) {
        return rate::too_many("too many WebSockets of one client are open\n".to_owned());
    }
    let visitors = app.visitors.clone();
    upgrade.on_upgrade(move |socket| {
        visitors.track_future(async move {
            let begun = Instant::now();
            tracing::info!(request_id = id.as_str(), "a visit begins");
            visitor::serve(socket, app).await;
            let duration_ms = begun.elapsed().as_secs_f64() * 1e3;
            tracing::info!(request_id = id.as_str(), duration_ms, "a visit ends");
            drop((place, one));
        })
    })
}

/// Whether a page of this site asks, or no page at all.
pub(crate) fn is_from_here(headers: &HeaderMap, origins: &[String]) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let origin = origin.to_str().unwrap_or_default();
    if origins.iter().any(|known| known == origin) {
        return true;
    }
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(header::HOST)
}

/// What a page may load, and who may show it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' \
    data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

async fn guard(State(app): State<App>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    let hsts = app.tls.as_ref().and_then(|tls| tls.hsts.as_deref());
    if let Some(hsts) = hsts.and_then(|hsts| HeaderValue::from_str(hsts).ok()) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), "microphone=(self), camera=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // A page that needs more has said so.
    let policy = headers.entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert(HeaderValue::from_static(POLICY));
    response
}
