//! What is done without being asked: documents are read again, and what has been kept for long
//! enough is deleted.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;

/// Time between two looks for what has been kept for long enough.
const SWEEP: Duration = Duration::from_secs(3600);

/// Keeps house; does not end.
pub async fn keep_house(app: App) {
    if let Err(error) = app.assistant.calls().end_lost().await {
        tracing::error!(%error, "calls that were cut off when the server ended");
    }
    tokio::join!(sweep(&app), refresh(&app));
}

async fn sweep(app: &App) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match app.assistant.sweep().await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "recordings and calls were kept for long enough"),
            Err(error) => tracing::error!(error, "what was kept for long enough is not deleted"),
        }
    }
}

async fn refresh(app: &App) {
    let every = Duration::from_secs(app.assistant.config().refresh_s);
    if every.is_zero() || app.assistant.config().documents == "default" {
        return;
    }
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = app.assistant.refresh(|_| {}).await {
            tracing::error!(error, "documents are as they were");
        }
    }
}
