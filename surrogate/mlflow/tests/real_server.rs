//! Against a real MLflow server, which says in the end what is true.
//!
//! Ignored where there is none; `.ci/run` installs one from PyPI and runs
//! `cargo test -p mlflow-client --test real_server -- --ignored`.

mod server;

use std::collections::BTreeMap;
use std::time::Duration;

use mlflow_client::{
    Backoff, Batch, Client, DatasetInput, Error, ImageName, LoggedModelStatus, Metric,
    NewLoggedModel, NewModelVersion, NewRun, RecordedModel, Recorder, Result, Run, RunSearch,
    RunStatus, Tag, blocking, limits, spool,
};
use serde_json::json;
use server::Server;

fn client() -> Client {
    Client::new(&Server::shared().uri()).expect("a client")
}

async fn new_run(client: &Client, experiment: &str) -> Result<Run> {
    let experiment = client.get_or_create_experiment(experiment).await?;
    client.create_run(&NewRun::new(&experiment.experiment_id)).await
}

/// The steps of a metric, from all pages.
async fn steps(client: &Client, run_id: &str, key: &str) -> Result<Vec<i64>> {
    let (mut steps, mut token) = (Vec::new(), None);
    loop {
        let page = client.metric_history(run_id, key, token.as_deref()).await?;
        steps.extend(page.items.iter().map(|metric| metric.step));
        token = page.next;
        if token.is_none() {
            return Ok(steps);
        }
    }
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("not within a minute: {what}");
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn experiments() -> Result<()> {
    let client = client();
    let missing = client.experiment_by_name("no such").await.expect_err("there is none");
    assert!(missing.is_not_found(), "{missing}");
    let id = client.create_experiment("one", &[Tag::new("colour", "blue")]).await?;
    let twice = client.create_experiment("one", &[]).await.expect_err("there is one");
    assert!(twice.is_already_there() && !twice.is_not_found(), "{twice}");
    let found = client.get_or_create_experiment("one").await?;
    assert_eq!((&*found.experiment_id, &found.tags[..]), (&*id, &[Tag::new("colour", "blue")][..]));

    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_or_create_experiment("raced for").await })
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.expect("no panic")?.experiment_id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn a_batch_of_any_size() -> Result<()> {
    let client = client();
    let run = new_run(&client, "batches").await?;
    let run_id = &run.info.run_id;
    let mut batch = Batch::default();
    for number in 0..250 {
        // The longest that are kept, and as many bytes as such take.
        let (key, value) = (format!("{number:0>250}"), "水".repeat(limits::PARAM_VALUE));
        batch = batch.param(&key, value).tag(&key, "\"".repeat(limits::TAG_VALUE));
    }
    for step in 0..2500 {
        batch = batch.metric("train/loss", 1.0 / (1 + step) as f64, step);
    }
    client.log_batch(run_id, &batch).await?;
    // Once more, as after an answer that was lost.
    client.log_batch(run_id, &batch).await?;

    let stored = client.run(run_id).await?;
    let params: BTreeMap<_, _> = stored.data.params.iter().map(|p| (&p.key, &p.value)).collect();
    assert_eq!(params, batch.params.iter().map(|p| (&p.key, &p.value)).collect());
    let tags: BTreeMap<_, _> = stored.data.tags.iter().map(|t| (&t.key, &t.value)).collect();
    assert!(batch.tags.iter().all(|tag| tags.get(&tag.key) == Some(&&tag.value)));
    assert_eq!(stored.metric("train/loss"), Some(1.0 / 2500.0));
    assert!(steps(&client, run_id, "train/loss").await?.into_iter().eq(0..2500));

    let error = client.log_param(run_id, &batch.params[0].key, "other").await.expect_err("changed");
    assert!(matches!(error, Error::Status { status: 400, .. }) && !error.is_transient(), "{error}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn values_that_json_has_not() -> Result<()> {
    let client = client();
    let run = new_run(&client, "values").await?;
    let run_id = &run.info.run_id;
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.1 + 0.2, 5e-324, -0.0];
    let mut batch = Batch::default();
    for (step, value) in (0..).zip(values) {
        batch = batch.metric("all", value, step).metric(&format!("of/{step}"), value, step);
    }
    client.log_batch(run_id, &batch).await?;
    let history = client.metric_history(run_id, "all", None).await?.items;
    let mut stored: Vec<_> = history.iter().map(|metric| (metric.step, metric.value)).collect();
    stored.sort_by_key(|(step, _)| *step);
    assert!(stored[0].1.is_nan());
    // The database has no infinities.
    assert_eq!((stored[1].1, stored[2].1), (f64::MAX, -f64::MAX));
    assert_eq!((stored[3].1, stored[4].1), (0.1 + 0.2, 5e-324));
    assert!(client.run(run_id).await?.metric("of/0").is_some_and(f64::is_nan));
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn runs_end_and_are_found() -> Result<()> {
    let client = client();
    let experiment = client.get_or_create_experiment("found").await?;
    let id = &experiment.experiment_id;
    let ends = [RunStatus::Finished, RunStatus::Failed, RunStatus::Killed, RunStatus::Scheduled];
    for (number, status) in (0..).zip(ends) {
        let new = NewRun::new(id).name(&format!("run {number}")).tag("mlflow.user", "ann");
        let run = client.create_run(&new).await?;
        assert_eq!((run.info.status, run.tag("mlflow.user")), (RunStatus::Running, Some("ann")));
        let mse = Metric::new("val/rollout_mse", 0.1 * number as f64, 1);
        client.log_metric(&run.info.run_id, &mse).await?;
        client.set_tag(&run.info.run_id, "number", &number.to_string()).await?;
        client.finish_run(&run.info.run_id, status).await?;
        let info = client.run(&run.info.run_id).await?.info;
        assert_eq!(info.status, status);
        assert!(info.end_time >= info.start_time);
    }
    let search = RunSearch::new(id)
        .filter("metrics.`val/rollout_mse` < 0.25 and attributes.status != 'FAILED'")
        .order_by("metrics.`val/rollout_mse` DESC");
    let names: Vec<_> =
        client.all_runs(&search, 99).await?.into_iter().map(|run| run.info.run_name).collect();
    assert_eq!(names, ["run 2", "run 0"]);

    let all = RunSearch::new(id).max_results(3);
    let first = client.search_runs(&all, None).await?;
    assert_eq!(first.items.len(), 3);
    let second = client.search_runs(&all, first.next.as_deref()).await?;
    assert_eq!((second.items.len(), second.next), (1, None));
    assert_eq!(client.all_runs(&all, 99).await?.len(), 4);

    client.delete_run(&second.items[0].info.run_id).await?;
    assert_eq!(client.all_runs(&all, 99).await?.len(), 3);
    let bad = client.search_runs(&RunSearch::new(id).filter("metrics.a/b <"), None).await;
    assert!(matches!(bad, Err(Error::Status { status: 400, .. })), "{bad:?}");
    assert!(client.run("0".repeat(32).as_str()).await.is_err_and(|error| error.is_not_found()));
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn data_sets() -> Result<()> {
    let client = client();
    let run = new_run(&client, "data sets").await?;
    let source = json!({ "uri": "runs/basins.h5" });
    let schema = json!({ "mlflow_colspec": [{ "name": "x", "type": "double", "required": true }] });
    let train = DatasetInput::new("basins", "9f3c", "local", &source, "training")
        .schema(&schema)
        .profile(&json!({ "num_rows": 4800 }));
    let check = DatasetInput::new("weirs", "77aa", "local", &source, "validation");
    let run_id = &run.info.run_id;
    client.log_inputs(run_id, &[train.clone(), check]).await?;
    client.log_inputs(run_id, std::slice::from_ref(&train)).await?;
    let mut inputs = client.run(run_id).await?.inputs.dataset_inputs;
    inputs.sort_by(|a, b| a.dataset.name.cmp(&b.dataset.name));
    assert_eq!(inputs.len(), 2);
    assert_eq!((&inputs[0].dataset, inputs[0].context()), (&train.dataset, Some("training")));
    assert_eq!(inputs[1].context(), Some("validation"));
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn artifacts() -> Result<()> {
    let client = client();
    let run = new_run(&client, "artifacts").await?;
    let root = run.info.artifacts()?;
    let folder = tempfile::tempdir().expect("a folder");
    let (here, back) = (folder.path().join("model.bin"), folder.path().join("back.bin"));
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|n| (n ^ (n >> 9)) as u8).collect();
    std::fs::write(&here, &bytes).expect("a file");
    client.log_artifact(&root, "checkpoints/best model (1) + ü.bin", &here).await?;
    client.log_artifact_bytes(&root, "empty.txt", Vec::new()).await?;

    let files = client.list_artifacts(&root, Some("checkpoints")).await?;
    assert_eq!((files.len(), files[0].is_dir, files[0].bytes), (1, false, Some(20_000_000)));
    let name = format!("checkpoints/{}", files[0].name);
    assert_eq!(client.download_artifact(&root, &name, &back).await?, 20_000_000);
    assert!(std::fs::read(&back).expect("a file") == bytes);
    let mut names: Vec<_> =
        client.list_artifacts(&root, None).await?.into_iter().map(|f| (f.name, f.is_dir)).collect();
    names.sort();
    assert_eq!(names, [("checkpoints".to_owned(), true), ("empty.txt".to_owned(), false)]);
    assert_eq!(client.list_artifacts(&root, Some("no/such")).await?, []);

    let missing = client.download_artifact(&root, "no/such", &back).await.expect_err("none");
    assert!(missing.is_not_found(), "{missing}");

    let name = ImageName::new("val/rollout", 7)?;
    client.log_image(&run.info.run_id, &root, &name, b"not really".to_vec(), None).await?;
    assert_eq!(client.list_artifacts(&root, Some("images")).await?.len(), 2);
    assert_eq!(client.run(&run.info.run_id).await?.tag("mlflow.loggedImages"), Some("True"));
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn models_and_aliases() -> Result<()> {
    let client = client();
    let run = new_run(&client, "models").await?;
    let (run_id, experiment_id) = (&run.info.run_id, &run.info.experiment_id);
    let new = NewLoggedModel::new(experiment_id, "surrogate").of_run(run_id).model_type("burn");
    let model = client.create_logged_model(&new).await?;
    assert_eq!(model.status, LoggedModelStatus::Pending);
    client.log_artifact_bytes(&model.artifacts()?, "weights.bin", vec![7; 1000]).await?;
    let model = client.finalize_logged_model(&model.model_id, LoggedModelStatus::Ready).await?;
    assert_eq!(client.logged_model(&model.model_id).await?, model);
    assert_eq!((model.status, &model.source_run_id), (LoggedModelStatus::Ready, run_id));
    client.log_output(run_id, &model.model_id, 40).await?;
    let metric = Metric::new("val/mse", 0.02, 40).of_model(&*model.model_id);
    client.log_metric(run_id, &metric).await?;
    let good = client.search_logged_models(experiment_id, "metrics.`val/mse` < 0.1", None).await?;
    assert_eq!(good.items.len(), 1);
    let bad = client.search_logged_models(experiment_id, "metrics.`val/mse` > 0.1", None).await?;
    assert_eq!(bad.items.len(), 0);

    let missing = client.registered_model("water").await.expect_err("there is none");
    assert!(missing.is_not_found(), "{missing}");
    client.get_or_create_registered_model("water").await?;
    client.get_or_create_registered_model("water").await?;
    let first = client.create_model_version(&NewModelVersion::of("water", &model)).await?;
    let second = client.create_model_version(&NewModelVersion::of("water", &model)).await?;
    assert_eq!((&*first.version, &*second.version), ("1", "2"));
    client.set_version_tag("water", "2", &Tag::new("checked", true)).await?;
    let found = client.search_model_versions("name = 'water'", None).await?;
    assert_eq!(found.items.len(), 2);

    let missing = client.version_by_alias("water", "best").await.expect_err("not set");
    assert!(missing.is_not_found(), "{missing}");
    client.set_alias("water", "best", "1").await?;
    assert_eq!(client.version_by_alias("water", "best").await?.version, "1");
    client.set_alias("water", "best", "2").await?;
    let best = client.version_by_alias("water", "best").await?;
    assert_eq!((&*best.version, &best.source), ("2", &model.uri()));
    assert_eq!(best.model_id(), Some(&*model.model_id));
    assert_eq!(best.tags, [Tag::new("checked", true)]);
    let registered = client.registered_model("water").await?;
    assert_eq!(registered.aliases[0].alias, "best");
    client.delete_alias("water", "best").await?;
    client.delete_alias("water", "best").await?;
    assert!(client.version_by_alias("water", "best").await.is_err_and(|e| e.is_not_found()));
    let missing = client.version_by_alias("no such", "best").await.expect_err("no such model");
    assert!(missing.is_not_found(), "{missing}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn the_server_goes_and_a_training_goes_on() -> Result<()> {
    let mut server = Server::start();
    let client = Client::new(&server.uri())?;
    let folder = tempfile::tempdir().expect("a folder");
    let soon = Duration::from_millis(50);
    let recorder = Recorder::builder("outage", folder.path())
        .client(client.with_backoff(Backoff { first: soon, longest: soon, ..Backoff::default() }))
        .gather(soon)
        .backoff(Backoff { first: soon, longest: soon, ..Backoff::default() })
        .patience(Duration::from_secs(60))
        .start()?;
    recorder.param("layers", 10);
    for step in 0..3000 {
        recorder.metric("loss", 1.0 / (1 + step) as f64, step);
        if step == 1000 {
            // In the midst of a batch, as likely as not.
            server.stop();
        }
    }
    recorder.artifact_bytes("weights.bin", &[1; 100_000]);
    until("the outage is noticed", || recorder.report().outage.is_some());
    assert!(recorder.report().pending > 0);
    server.restart();
    let report = recorder.finish(RunStatus::Finished);
    assert!(report.is_complete(), "{report:?}");

    let runs = client.experiment_by_name("outage").await?.experiment_id;
    let runs = client.all_runs(&RunSearch::new(&runs), 99).await?;
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].info.status, runs[0].param("layers")), (RunStatus::Finished, Some("10")));
    assert!(steps(&client, &runs[0].info.run_id, "loss").await?.into_iter().eq(0..3000));
    let files = client.list_artifacts(&runs[0].info.artifacts()?, None).await?;
    assert_eq!(files[0].bytes, Some(100_000));
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn recorded_without_a_server_and_sent_twice() -> Result<()> {
    let client = client();
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = Recorder::builder("later", folder.path()).run_name("offline").start()?;
    for step in 0..1500 {
        recorder.metric("loss", if step == 700 { f64::NAN } else { 0.5 }, step);
    }
    recorder.image("val/rollout", 3, b"not really", None);
    let weights = folder.path().join("weights.bin");
    std::fs::write(&weights, "weights").expect("a file");
    let model = RecordedModel::new("net", 1499).file("weights.bin", &weights).param("layers", 2);
    recorder.model(model.clone().registered_as("recorded"));
    assert_eq!(recorder.finish(RunStatus::Failed).problem_count, 0);
    // Recorded once more by a process that did not know.
    let recorder = Recorder::resume(folder.path(), None)?;
    recorder.model(model.registered_as("recorded"));
    assert_eq!(recorder.finish(RunStatus::Failed).problem_count, 0);

    let sent = spool::send(folder.path(), &client).await?;
    assert_eq!((sent.refused, sent.torn), (0, 0));
    let outputs = client.run(&sent.run_id).await?.outputs.model_outputs;
    assert_eq!((outputs.len(), outputs[0].step), (1, 1499));
    let logged = client.logged_model(&outputs[0].model_id).await?;
    assert_eq!((&*logged.name, logged.status), ("net", LoggedModelStatus::Ready));
    let files = client.list_artifacts(&logged.artifacts()?, None).await?;
    assert_eq!((&*files[0].name, files[0].bytes), ("weights.bin", Some(7)));
    let versions = client.search_model_versions("name = 'recorded'", None).await?.items;
    assert_eq!(versions.len(), 1, "{versions:?}");
    assert_eq!(versions[0].model_id(), Some(&*logged.model_id));

    std::fs::remove_file(folder.path().join("progress.json")).expect("a file");
    assert_eq!(spool::send(folder.path(), &client).await?.run_id, sent.run_id);
    let run = client.run(&sent.run_id).await?;
    assert_eq!((&*run.info.run_name, run.info.status), ("offline", RunStatus::Failed));
    assert!(steps(&client, &sent.run_id, "loss").await?.into_iter().eq(0..1500));
    let all = client.all_runs(&RunSearch::new(&run.info.experiment_id), 99).await?;
    assert_eq!(all.len(), 1);

    // A run that is there goes on.
    let more = folder.path().join("more");
    let recorder = Recorder::builder("", &more).run_id(&sent.run_id).client(client.clone());
    let recorder = recorder.patience(Duration::from_secs(60)).tag("again", true).start()?;
    recorder.metric("loss", 0.25, 1500);
    assert!(recorder.finish(RunStatus::Finished).is_complete());
    let run = client.run(&sent.run_id).await?;
    assert_eq!((run.info.status, run.tag("again")), (RunStatus::Finished, Some("true")));
    assert_eq!(run.metric("loss"), Some(0.25));
    Ok(())
}

#[tokio::test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
async fn a_run_in_the_bin_is_waited_for() -> Result<()> {
    let client = client();
    let folder = tempfile::tempdir().expect("a folder");
    let soon = Duration::from_millis(50);
    let recorder = Recorder::builder("the bin", folder.path())
        .client(client.clone())
        .gather(soon)
        .backoff(Backoff { first: soon, longest: soon, ..Backoff::default() })
        .patience(Duration::from_secs(60))
        .start()?;
    until("the run is there", || recorder.report().run_id.is_some());
    let run_id = recorder.report().run_id.unwrap_or_default();
    client.delete_run(&run_id).await?;
    for step in 0..100 {
        recorder.metric("loss", 0.5, step);
    }
    until("the server's no", || recorder.report().outage.is_some());
    client.restore_run(&run_id).await?;
    let report = recorder.finish(RunStatus::Finished);
    assert!(report.is_complete(), "{report:?}");
    assert!(steps(&client, &run_id, "loss").await?.into_iter().eq(0..100));
    Ok(())
}

#[test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
fn the_blocking_client_does_the_same() -> Result<()> {
    let client = blocking::Client::wrap(&client())?;
    let experiment = client.get_or_create_experiment("blocking")?;
    let run = client.create_run(&NewRun::new(&experiment.experiment_id))?;
    client.log_batch(&run.info.run_id, &Batch::default().metric("loss", 0.5, 1))?;
    client.finish_run(&run.info.run_id, RunStatus::Finished)?;
    assert_eq!(client.run(&run.info.run_id)?.metric("loss"), Some(0.5));
    Ok(())
}
