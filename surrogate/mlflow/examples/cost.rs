//! What it costs to log metrics: one a call, in batches, and to a recorder.
//!
//! ```sh
//! MLFLOW_TRACKING_URI=http://127.0.0.1:5000 \
//!     cargo run --release -p mlflow-client --example cost
//! ```

#![allow(clippy::print_stdout, reason = "the table is the result")]

use std::time::Instant;

use mlflow_client::blocking::Client;
use mlflow_client::{Batch, Metric, NewRun, Recorder, Result, RunStatus};

fn main() -> Result<()> {
    let client = Client::from_env()?;
    let experiment = client.get_or_create_experiment("cost")?;
    let run = client.create_run(&NewRun::new(&experiment.experiment_id))?.info.run_id;
    println!("| what | calls | ms a call | slowest, ms | µs a metric |\n|---|---|---|---|---|");

    client.log_metric(&run, &Metric::new("warm-up", 0.0, 0))?;
    let calls = measure(200, |step| client.log_metric(&run, &Metric::new("single", 0.5, step)))?;
    row("one metric a call", &calls, 1);
    for size in [10, 100, 1000] {
        let key = format!("batch of {size}");
        let calls = measure(20, |call| {
            let steps = call * size..(call + 1) * size;
            let batch = steps.fold(Batch::default(), |batch, step| batch.metric(&key, 0.5, step));
            client.log_batch(&run, &batch)
        })?;
        row(&format!("batches of {size}"), &calls, size);
    }

    let folder = std::env::temp_dir().join(format!("mlflow-client-cost-{}", std::process::id()));
    let recorder = Recorder::builder("cost", &folder).client(client.inner().clone()).start()?;
    let calls = measure(100_000, |step| {
        recorder.metric("recorded", 0.5, step);
        Ok(())
    })?;
    row("`Recorder::metric`, to its file", &calls, 1);
    let start = Instant::now();
    let mut report = recorder.report();
    while report.pending > 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
        report = recorder.report();
    }
    println!(
        "\nThe server had all of the recorder's 100,000 {:.1} s later.",
        start.elapsed().as_secs_f64()
    );
    recorder.finish(RunStatus::Finished);
    let _ = std::fs::remove_dir_all(folder);
    Ok(())
}

/// Seconds of each call, in ascending order.
fn measure(calls: i64, mut call: impl FnMut(i64) -> Result<()>) -> Result<Vec<f64>> {
    let mut seconds = Vec::new();
    for number in 0..calls {
        let start = Instant::now();
        call(number)?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds)
}

/// The median, which one slow call does not move.
fn row(what: &str, seconds: &[f64], metrics: i64) {
    let median = seconds[seconds.len() / 2];
    let (ms, us) = (median * 1e3, median * 1e6 / metrics as f64);
    let slowest = seconds[seconds.len() - 1] * 1e3;
    println!("| {what} | {} | {ms:.3} | {slowest:.1} | {us:.1} |", seconds.len());
}
