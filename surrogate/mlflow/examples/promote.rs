//! Gives the best run of an experiment, by a metric, the alias `best` in the
//! registry, and fetches what the alias points to, as a program that only wants
//! the best model would.
//!
//! ```sh
//! MLFLOW_TRACKING_URI=http://127.0.0.1:5000 \
//!     cargo run -p mlflow-client --example promote -- example train/loss
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::{Context, Result};
use mlflow_client::blocking::Client;
use mlflow_client::{LoggedModelStatus, NewLoggedModel, NewModelVersion, Run, RunSearch};

const MODEL: &str = "example-model";
const ALIAS: &str = "best";

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let experiment = arguments.next().context("the first argument is an experiment")?;
    let metric = arguments.next().context("the second argument is a metric")?;
    let client = Client::from_env()?;

    let experiment = client.experiment_by_name(&experiment)?;
    let search = RunSearch::new(&experiment.experiment_id)
        .filter("attributes.status = 'FINISHED'")
        .order_by(&format!("metrics.`{metric}` ASC"));
    let runs = client.all_runs(&search, 1)?;
    let run = runs.first().context("no run of the experiment has finished")?;
    let value = run.metric(&metric).context("the runs do not have this metric")?;
    println!("run {} has the least {metric}, {value}", run.info.run_name);

    match client.version_by_alias(MODEL, ALIAS) {
        Ok(version) if version.run_id == run.info.run_id => println!("and is {ALIAS} already"),
        Ok(_) => promote(&client, run)?,
        // Nobody has been the best so far.
        Err(error) if error.is_not_found() => promote(&client, run)?,
        Err(error) => return Err(error.into()),
    }

    let version = client.version_by_alias(MODEL, ALIAS)?;
    let model_id = version.model_id().context("the version is no logged model")?;
    let model = client.logged_model(model_id)?;
    let file = std::env::temp_dir().join("best-model.txt");
    let bytes = client.download_artifact(&model.artifacts()?, "weights.txt", &file)?;
    println!("version {}: {bytes} bytes in {}", version.version, file.display());
    Ok(())
}

/// Makes a logged model of the run, a version of that, and it the best one.
fn promote(client: &Client, run: &Run) -> Result<()> {
    let new = NewLoggedModel::new(&run.info.experiment_id, MODEL).of_run(&run.info.run_id);
    let model = client.create_logged_model(&new)?;
    client.log_artifact_bytes(&model.artifacts()?, "weights.txt", "1 2 3\n")?;
    let model = client.finalize_logged_model(&model.model_id, LoggedModelStatus::Ready)?;
    client.log_output(&run.info.run_id, &model.model_id, 0)?;

    client.get_or_create_registered_model(MODEL)?;
    let version = client.create_model_version(&NewModelVersion::of(MODEL, &model))?;
    client.set_alias(MODEL, ALIAS, &version.version)?;
    println!("and is now version {} of {MODEL}", version.version);
    Ok(())
}
