//! How the server is, for people and for programs.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::health;

/// Share of a beat above which visitors may come to wait.
const BUSY: f64 = 0.9;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServerStatus)]
pub(crate) struct Status {
    /// In a word.
    state: Condition,
    /// Of the program.
    version: &'static str,
    /// Time since it started, seconds.
    up_s: u64,
    /// WebSockets that are open.
    visitors: usize,
    /// Runs that are open, that move, and that wait to.
    runs: [usize; 3],
    /// Share of each thirtieth of a second at work, a running mean.
    busy: f64,
    /// Times that water came more than a thirtieth of a second late, since the start.
    late: u64,
    /// The networks that are at hand, the champion first.
    networks: Vec<Network>,
    /// Limits of water that networks broke, by which, since the start.
    violations: BTreeMap<&'static str, u64>,
    /// Runs that the solver took over for that.
    fallbacks: u64,
    /// Runs that the solver ran again to compare.
    audits: u64,
    /// Median distance of the champion's water from the solver's, of that of free fall, over the
    /// latest audits.
    error_of_free_fall: Option<f64>,
    /// What visitors draw beside what was learned from, by feature; above 1 it has changed.
    drift: BTreeMap<&'static str, f64>,
    /// Scenes that this is about.
    scenes: usize,
    /// Whether the registry could be asked; nothing where there is none.
    registry: Option<bool>,
}

/// How it is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Condition {
    /// Everything works.
    Good,
    /// Everything works, and visitors may have to wait.
    Busy,
    /// Something does not work.
    Ill,
}

/// A network.
#[derive(Debug, Serialize, ToSchema)]
struct Network {
    /// `champion` or `challenger`.
    role: &'static str,
    /// Its name.
    name: String,
    /// Its number in the registry.
    version: Option<u32>,
    /// SHA-256 of its weights.
    sha256: String,
    /// Numbers that it has learned.
    parameters: usize,
}

/// How the server is.
#[utoipa::path(
    get,
    path = "/api/status",
    responses((status = 200, description = "How it is", body = Status))
)]
pub(crate) async fn status(State(app): State<App>) -> Json<Status> {
    let (load, witness) = (app.stage.load(), app.stage.witness());
    let (violations, fallbacks, audits) = witness.conduct.so_far();
    let is_ready = health::is_ready(&app);
    let networks = app.cast.all().map(|engines| Network {
        role: engines.role.name(),
        name: engines.atlas.name.clone(),
        version: engines.version.as_ref().map(|version| version.number),
        sha256: engines.sha256().to_owned(),
        parameters: engines.atlas.parameters,
    });
    Json(Status {
        state: match is_ready {
            false => Condition::Ill,
            true if load.share > BUSY || load.waiting > 0 => Condition::Busy,
            true => Condition::Good,
        },
        version: env!("CARGO_PKG_VERSION"),
        up_s: app.begun.elapsed().as_secs(),
        visitors: app.visitors.len(),
        runs: [load.runs, load.playing, load.waiting],
        busy: load.share,
        late: load.late_beats,
        networks: networks.collect(),
        violations: violations.into_iter().map(|(limit, count)| (limit.name(), count)).collect(),
        fallbacks,
        audits,
        error_of_free_fall: witness.conduct.median_error(),
        drift: witness.drift().into_iter().collect(),
        scenes: witness.scenes(),
        registry: app.reach.as_ref().map(crate::follow::Reach::is_there),
    })
}
