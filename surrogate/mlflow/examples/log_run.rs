//! Records a run as a training does, and says how it went.
//!
//! ```sh
//! MLFLOW_TRACKING_URI=http://127.0.0.1:5000 cargo run -p mlflow-client --example log_run
//! ```
//!
//! Without an address the run stays in its folder, and the next start with one
//! sends it.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Result;
use mlflow_client::{Client, DatasetInput, Environment, Recorder, RunStatus, blocking};
use serde_json::json;

fn main() -> Result<()> {
    let environment = Environment::read();
    let server = environment.tracking_uri.is_some().then(|| environment.client()).transpose()?;
    let folder = std::env::temp_dir().join("mlflow-client-example");
    if folder.exists() {
        return send_what_is_left(&folder, server);
    }

    let experiment = environment.experiment_name.as_deref().unwrap_or("example");
    let mut builder = Recorder::builder(experiment, &folder).run_name("a parabola");
    if let Some(client) = server {
        builder = builder.client(client);
    }
    let recorder = builder.tag("mlflow.note.content", "Goes downhill, as it should.").start()?;
    recorder.param("learning_rate", 0.1);
    let source = json!({ "uri": "made up" });
    recorder.input(DatasetInput::new("parabola", "x-squared", "code", &source, "training"));
    let mut x = 5.0;
    for step in 0..100 {
        recorder.metric("train/loss", x * x, step);
        x -= 0.1 * 2.0 * x;
    }
    recorder.artifact_bytes("minimum.txt", format!("{x}\n").as_bytes());

    let report = recorder.finish(RunStatus::Finished);
    println!("{} entries recorded, {} still to be sent", report.recorded, report.pending);
    report.problems.iter().for_each(|problem| println!("not recorded: {problem}"));
    if report.is_complete() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}

fn send_what_is_left(folder: &std::path::Path, server: Option<Client>) -> Result<()> {
    let Some(client) = server else {
        println!("{} waits for an address in MLFLOW_TRACKING_URI", folder.display());
        return Ok(());
    };
    let sent = blocking::Client::wrap(&client)?.send_spool(folder)?;
    println!("sent as run {}: {} entries", sent.run_id, sent.accepted);
    Ok(std::fs::remove_dir_all(folder)?)
}
