//! What is done without being asked: documents are read again, and what has been kept for long
//! enough is deleted.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use weir_assistant::config::EmbeddingsBy;

use crate::app::App;

/// Time between two looks for what has been kept for long enough.
const SWEEP: Duration = Duration::from_secs(3600);

/// Time between two looks whether somebody else has renewed the documents.
const NOTICE: Duration = Duration::from_secs(2);

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

/// Reads documents again when their time has come, and as soon as `weir refresh` has.
async fn refresh(app: &App) {
    let config = app.assistant.config();
    // What comes with weir changes with weir, and without vectors there is nothing to make of it.
    let is_fixed = config.documents == "default";
    let is_embedded = config.embeddings.by != EmbeddingsBy::None;
    let every = Duration::from_secs(config.refresh_s);
    let mut renewed = app.assistant.renewed();
    let mut due = (!is_fixed || is_embedded).then(Instant::now);
    loop {
        let now = app.assistant.renewed();
        if due.is_some_and(|due| due <= Instant::now()) || now != renewed {
            renewed = now;
            if let Err(error) = app.assistant.refresh(|_| {}).await {
                tracing::error!(%error, "documents are as they were");
            }
            due = (!is_fixed && !every.is_zero()).then(|| Instant::now() + every);
        }
        sleep(NOTICE).await;
    }
}
