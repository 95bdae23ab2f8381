//! Whether the server lives, and whether it is ready for visitors.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::app::App;

/// Longest that the water may stand still with nothing to say for itself.
const SILENCE: Duration = Duration::from_secs(1);

/// Whether it is ready, and what that is made of.
#[derive(Debug, Serialize)]
pub struct Readiness {
    ready: bool,
    checks: Checks,
}

#[derive(Debug, Serialize)]
struct Checks {
    /// The network is loaded: without it nothing is served at all.
    model: bool,
    /// The server is not being closed.
    open: bool,
    /// The thread of the water has been heard within the last second.
    stage: bool,
    /// There is a certificate, where one is needed.
    certificate: bool,
}

/// It answers, so it lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// 200 where every check holds, else 503.
pub async fn ready(State(app): State<App>) -> (StatusCode, Json<Readiness>) {
    let readiness = Readiness::of(&app);
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

/// Whether every check holds.
pub fn is_ready(app: &App) -> bool {
    Readiness::of(app).ready
}

impl Readiness {
    fn of(app: &App) -> Self {
        let checks = Checks {
            model: true,
            open: !app.closing.is_cancelled(),
            stage: app.stage.beats().since() < SILENCE,
            certificate: app.tls.as_ref().is_none_or(crate::Tls::is_ready),
        };
        let ready = checks.model && checks.open && checks.stage && checks.certificate;
        Self { ready, checks }
    }
}
