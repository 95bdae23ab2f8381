//! Numbers for Prometheus, in the text format of OpenMetrics.
//!
//! Labels take few values: what a client can choose freely is never one.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, text::encode};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use tokio_util::task::TaskTracker;

use crate::away::Away;
use crate::follow::Reach;
use crate::insides::MAPS;
use crate::stage::Stage;

/// Upper ends of the bins, seconds.
const BINS_S: [f64; 10] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
/// Of the text (OpenMetrics 1.0).
const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Which network moves water.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelInfo {
    /// What for.
    role: &'static str,
    /// Its name.
    name: String,
    /// Its number in the registry, or nothing.
    version: String,
    /// Of its weights, as they are kept in a file.
    sha256: String,
}

/// What of visitors' scenes is compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Feature {
    feature: &'static str,
}

/// Labels of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    /// As the route was written, `/api/scenes/{name}`.
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: String,
}

#[derive(Clone, Debug)]
struct Bins;

impl MetricConstructor<Histogram> for Bins {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BINS_S)
    }
}

/// What is counted.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Request, Histogram, Bins>,
    messages: Family<Kind, Counter>,
    bytes: Family<Kind, Counter>,
    refused: Family<Kind, Counter>,
}

/// What a message over a WebSocket is.
#[derive(Clone, Copy, Debug)]
pub enum Sent {
    /// Words, in JSON.
    Word,
    /// A frame that stands alone, and begins nothing.
    Alone,
    /// A frame that others follow.
    First,
    /// A frame that follows another.
    Next,
    /// Maps of the network's insides.
    Maps,
}

impl Sent {
    /// What a binary message is: its third byte is the kind of the frame.
    pub fn frame(message: &[u8]) -> Self {
        match message.get(2) {
            _ if message.first().is_some_and(|&stream| stream >= MAPS) => Self::Maps,
            Some(1) => Self::First,
            Some(2) => Self::Next,
            _ => Self::Alone,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Alone => "frame-alone",
            Self::First => "frame-first",
            Self::Next => "frame-next",
            Self::Maps => "maps",
        }
    }
}

impl Metrics {
    /// Of this stage and these visitors.
    pub fn new(stage: &Stage, visitors: &TaskTracker, reach: Option<Reach>, away: &Away) -> Self {
        let requests = Family::new_with_constructor(Bins);
        let [messages, bytes, refused] = [(); 3].map(|()| Family::<Kind, Counter>::default());
        let mut registry = Registry::with_prefix("weir");
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "What runs", Info::new(version));
        let of = "Requests by route, with the time to the end of the answer";
        registry.register_with_unit("http_request_duration", of, Unit::Seconds, requests.clone());
        registry.register("messages_sent", "Messages to visitors", messages.clone());
        let of = "Payload of messages to visitors";
        registry.register_with_unit("sent", of, Unit::Bytes, bytes.clone());
        registry.register("refused_wishes", "Wishes that were refused, by what", refused.clone());
        let beats = stage.beats();
        let of = "Time that a beat, a thirtieth of a second, was at work";
        registry.register_with_unit("beat_duration", of, Unit::Seconds, beats.beat_s.clone());
        stage.witness().conduct.register(&mut registry);
        away.register(&mut registry);
        let now = Now { stage: stage.clone(), visitors: visitors.clone(), reach };
        registry.register_collector(Box::new(now));
        Self { registry: Arc::new(registry), requests, messages, bytes, refused }
    }

    /// A request was answered.
    pub fn request(&self, route: &str, method: &str, status: StatusCode, took: Duration) {
        let status = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        // A method can be any word.
        let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
        let method = known.into_iter().find(|known| *known == method).unwrap_or("other");
        let request = Request { route: route.to_owned(), method, status };
        self.requests.get_or_create(&request).observe(took.as_secs_f64());
    }

    /// A message went to a visitor.
    pub fn sent(&self, kind: Sent, bytes: usize) {
        let kind = Kind { kind: kind.name().to_owned() };
        self.messages.get_or_create(&kind).inc();
        self.bytes.get_or_create(&kind).inc_by(bytes as u64);
    }

    /// A wish was refused; `what` is one of the words of the protocol.
    pub fn refused(&self, what: &str) {
        self.refused.get_or_create(&Kind { kind: what.to_owned() }).inc();
    }

    /// All of it.
    pub fn told(&self) -> Response {
        let mut text = String::new();
        // Writing into a string cannot fail.
        match encode(&mut text, &self.registry) {
            Ok(()) => ([(header::CONTENT_TYPE, KIND)], text).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// What is looked at only when somebody asks.
struct Now {
    stage: Stage,
    visitors: TaskTracker,
    reach: Option<Reach>,
}

impl std::fmt::Debug for Now {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Now")
    }
}

impl Collector for Now {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let load = self.stage.load();
        let visitors = self.visitors.len();
        for (name, help, value) in [
            ("runs_open", "Runs that are open", load.runs as f64),
            ("runs_playing", "Runs that move", load.playing as f64),
            ("visitors", "WebSockets that are open", visitors as f64),
            ("stage_busy_ratio", "Share of each beat at work, a running mean", load.share),
        ] {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        if let Some(reach) = &self.reach {
            let gauge = ConstGauge::new(i64::from(reach.is_there()));
            let (name, help) = ("registry_reachable", "Whether the registry could be asked");
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        let networks = Family::<ModelInfo, Gauge>::default();
        for engines in self.stage.cast().all() {
            let version = engines.version.as_ref().map(|version| version.number.to_string());
            let info = ModelInfo {
                role: engines.role.name(),
                name: engines.atlas.name.clone(),
                version: version.unwrap_or_default(),
                sha256: engines.sha256().to_owned(),
            };
            networks.get_or_create(&info).set(1);
        }
        let (name, help) = ("model_info", "The networks that are at hand, by what for");
        networks.encode(encoder.encode_descriptor(name, help, None, networks.metric_type())?)?;
        let drift = Family::<Feature, Gauge<f64, AtomicU64>>::default();
        for (feature, ratio) in self.stage.witness().drift() {
            drift.get_or_create(&Feature { feature }).set(ratio);
        }
        let (name, help) = (
            "input_drift_ratio",
            "What visitors draw beside what was learned from; above 1 something has changed",
        );
        drift.encode(encoder.encode_descriptor(name, help, None, drift.metric_type())?)?;
        let late = ConstCounter::new(load.late_beats);
        let help = "Beats that came more than one beat late";
        late.encode(encoder.encode_descriptor("late_beats", help, None, late.metric_type())?)
    }
}
