//! What a client does when the server does not do what it should.

mod mock;

use std::time::{Duration, Instant};

use mlflow_client::{
    Backoff, Batch, Client, Environment, Error, Metric, NewRun, RunSearch, blocking,
};
use mock::{Answer, Mock};
use serde_json::json;

/// Hardly waits between attempts.
fn impatient(attempts: u32) -> Backoff {
    let wait = Duration::from_micros(10);
    Backoff { attempts, first: wait, longest: wait, ..Backoff::default() }
}

fn client(mock: &Mock, attempts: u32) -> Client {
    let builder = Client::builder(&mock.uri()).backoff(impatient(attempts));
    builder.timeout(Duration::from_millis(300)).build().expect("a client")
}

fn a_run() -> Answer {
    let info = json!({ "run_id": "r", "experiment_id": "1", "status": "RUNNING" });
    Answer::Json(200, json!({ "run": { "info": info } }))
}

#[tokio::test]
async fn trouble_that_passes_is_waited_out() {
    let troubles = [
        Answer::error(500, "INTERNAL_ERROR", "sorry"),
        Answer::error(503, "TEMPORARILY_UNAVAILABLE", "later"),
        Answer::With(429, ("Retry-After", "0".to_owned()), Vec::new()),
        Answer::Half("{\"run\": {"),
        Answer::HangUp,
        Answer::Silence,
    ];
    for trouble in troubles {
        let mock = Mock::script([trouble.clone(), trouble.clone(), a_run()]);
        let run = client(&mock, 3).run("r").await;
        assert_eq!(run.expect("the third answer").info.run_id, "r", "{trouble:?}");
        assert_eq!(mock.requests().len(), 3, "{trouble:?}");

        let mock = Mock::script([trouble.clone(), trouble.clone(), a_run()]);
        let error = client(&mock, 2).run("r").await.expect_err("two attempts are too few");
        assert!(error.is_transient(), "{error}");
        assert_eq!(mock.requests().len(), 2, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_batch_is_sent_again_as_it_was() {
    let mock = Mock::script([Answer::HangUp, Answer::ok()]);
    let batch = Batch::default().metric("a", f64::NAN, 1).param("p", 1).tag("t", "x");
    client(&mock, 2).log_batch("r", &batch).await.expect("the second attempt");
    let requests = mock.requests();
    assert_eq!(requests[0].json(), requests[1].json());
    assert_eq!(requests[1].json()["metrics"][0]["value"], "NaN");
}

#[tokio::test]
async fn a_run_is_not_created_twice() {
    let half_done = [
        Answer::error(500, "INTERNAL_ERROR", "sorry"),
        Answer::Half("{\"run\": {"),
        Answer::HangUp,
        Answer::Silence,
    ];
    for trouble in half_done {
        let mock = Mock::script([trouble.clone(), a_run()]);
        let error = client(&mock, 5).create_run(&NewRun::new("1")).await.err();
        assert!(error.is_some_and(|error| error.is_transient()), "{trouble:?}");
        assert_eq!(mock.requests().len(), 1, "{trouble:?}");
    }
    let not_begun = Answer::With(429, ("Retry-After", "0".to_owned()), Vec::new());
    let mock = Mock::script([not_begun, a_run()]);
    assert!(client(&mock, 5).create_run(&NewRun::new("1")).await.is_ok());
}

#[tokio::test]
async fn nobody_there_is_a_transport_error() {
    let mock = Mock::script([a_run()]);
    let gone = client(&mock, 2);
    drop(mock);
    let error = gone.create_run(&NewRun::new("1")).await.expect_err("nobody is there");
    assert!(matches!(error, Error::Transport { .. }) && error.is_transient(), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn silence_ends_in_time() {
    let mock = Mock::script([Answer::Silence]);
    let start = Instant::now();
    let error = client(&mock, 1).run("r").await.expect_err("silence");
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_long_retry_after_is_reported_instead() {
    let mock = Mock::script([Answer::With(429, ("Retry-After", "3600".to_owned()), Vec::new())]);
    let error = client(&mock, 5).run("r").await.expect_err("an hour is too long");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn what_is_refused_is_not_repeated() {
    let mock = Mock::script([Answer::error(400, "INVALID_PARAMETER_VALUE", "no such thing")]);
    let error = client(&mock, 5).run("r").await.expect_err("refused");
    let shown = "GET runs/get: 400 INVALID_PARAMETER_VALUE: no such thing";
    assert_eq!(error.to_string(), shown);
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_shown() {
    let page = Answer::With(200, ("Content-Type", "text/html".to_owned()), b"<h1>Login".to_vec());
    let mock = Mock::script([page]);
    let error = client(&mock, 5).run("r").await.expect_err("not JSON");
    assert!(matches!(&error, Error::Decode { snippet, .. } if snippet == "<h1>Login"), "{error}");

    let page = Answer::With(502, ("Content-Type", "text/html".to_owned()), vec![b'x'; 100_000]);
    let mock = Mock::script([page]);
    let error = client(&mock, 1).run("r").await.expect_err("not MLflow's");
    assert!(error.to_string().len() < 300, "{error}");
}

#[tokio::test]
async fn a_redirect_names_its_target() {
    let there = ("Location", "https://example.org/mlflow".to_owned());
    let mock = Mock::script([Answer::With(301, there, Vec::new())]);
    let error = client(&mock, 5).run("r").await.expect_err("not followed");
    assert!(error.to_string().contains("https://example.org/mlflow"), "{error}");
}

#[tokio::test]
async fn limits_are_checked_before_the_call() {
    let mock = Mock::script([Answer::ok()]);
    let client = client(&mock, 1);
    let metric = Metric::new("größe", 1.0, 0);
    assert!(matches!(client.log_metric("r", &metric).await, Err(Error::Name { .. })));
    let long = "x".repeat(6001);
    let refused = client.log_param("r", "p", &long).await;
    assert!(matches!(refused, Err(Error::Limit { got: 6001, max: 6000, .. })), "{refused:?}");
    // One bad entry, and none is sent.
    let batch = Batch::default().param("good", 1).tag("bad\n", 1);
    assert!(client.log_batch("r", &batch).await.is_err());
    assert!(matches!(client.set_alias("m", "latest", "1").await, Err(Error::Name { .. })));
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn credentials_go_with_each_call() {
    let mock = Mock::script([a_run()]);
    let basic = Client::builder(&mock.uri()).basic_auth("ann", "pass").build().expect("a client");
    basic.run("r").await.expect("a run");
    let bearer = Client::builder(&mock.uri()).bearer_auth("word").build().expect("a client");
    bearer.run("r").await.expect("a run");
    let environment = Environment::from_lookup(|variable| match variable {
        "MLFLOW_TRACKING_URI" => Some(mock.uri()),
        _ => Some("word".to_owned()),
    });
    environment.client().expect("a client").run("r").await.expect("a run");
    let requests = mock.requests();
    let sent: Vec<_> = requests.iter().map(|request| request.header("authorization")).collect();
    // Of several, a user name and password win.
    let both = Some("Basic d29yZDp3b3Jk");
    assert_eq!(sent, [Some("Basic YW5uOnBhc3M="), Some("Bearer word"), both]);
}

#[tokio::test]
async fn pages_are_followed_and_cut() {
    let page = |id: &str, next: &str| {
        let info = json!({ "run_id": id, "experiment_id": "1", "status": "FINISHED" });
        Answer::Json(200, json!({ "runs": [{ "info": info }], "next_page_token": next }))
    };
    let mock = Mock::script([page("a", "2"), page("b", "3"), page("c", "")]);
    let runs = client(&mock, 1).all_runs(&RunSearch::new("1"), 99).await.expect("three pages");
    let ids: Vec<_> = runs.iter().map(|run| &*run.info.run_id).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let tokens: Vec<_> = mock.requests().iter().map(|r| r.json()["page_token"].clone()).collect();
    assert_eq!(tokens, [json!(null), json!("2"), json!("3")]);

    let mock = Mock::script([page("a", "2"), page("b", "3"), page("c", "")]);
    let runs = client(&mock, 1).all_runs(&RunSearch::new("1"), 2).await.expect("two pages");
    assert_eq!((runs.len(), mock.requests().len()), (2, 2));
}

#[tokio::test]
async fn half_a_download_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("model.bin");
    std::fs::write(&file, "old").expect("a file");
    let root = mlflow_client::ArtifactRoot::from_uri("mlflow-artifacts:/1/r/artifacts");
    let root = root.expect("a root");

    let mock = Mock::script([Answer::Half("ne")]);
    let error = client(&mock, 2).download_artifact(&root, "model.bin", &file).await;
    assert!(error.is_err_and(|error| error.is_transient()));
    assert_eq!(std::fs::read(&file).expect("a file"), b"old");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);

    let whole = Answer::With(200, ("Content-Type", "x/y".to_owned()), b"new".to_vec());
    let mock = Mock::script([Answer::Half("ne"), whole]);
    let bytes = client(&mock, 2).download_artifact(&root, "model.bin", &file).await;
    assert_eq!(bytes.expect("the second attempt"), 3);
    assert_eq!(std::fs::read(&file).expect("a file"), b"new");
}

#[tokio::test]
async fn a_file_is_sent_again_from_its_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("plot.png");
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
    std::fs::write(&file, &bytes).expect("a file");
    let root = mlflow_client::ArtifactRoot::from_uri("mlflow-artifacts:/1/r/artifacts");
    let mock = Mock::script([Answer::error(500, "", ""), Answer::ok()]);
    let client = client(&mock, 2);
    client.log_artifact(&root.expect("a root"), "a b/ü+1?.png", &file).await.expect("sent");
    let request = &mock.requests()[1];
    assert_eq!(request.body, bytes);
    assert_eq!(request.header("content-type"), Some("image/png"));
    let path = "/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/a%20b/%C3%BC+1%3F.png";
    assert_eq!(request.target, path);
}

#[test]
fn the_blocking_client_is_as_patient() {
    let mock = Mock::script([Answer::HangUp, Answer::error(500, "", ""), a_run()]);
    let blocking = blocking::Client::wrap(&client(&mock, 3)).expect("a thread");
    assert_eq!(blocking.run("r").expect("a run").info.run_id, "r");
}

#[tokio::test]
async fn the_blocking_client_bears_async_code() {
    let mock = Mock::script([a_run()]);
    let blocking = blocking::Client::wrap(&client(&mock, 1)).expect("a thread");
    assert!(blocking.run("r").is_ok());
    drop(blocking);
}

#[tokio::test]
async fn an_address_may_have_a_path() {
    let mock = Mock::script([a_run()]);
    let client = Client::new(&format!("{}/some/where/", mock.uri())).expect("a client");
    client.run("r").await.expect("a run");
    assert_eq!(mock.requests()[0].target, "/some/where/api/2.0/mlflow/runs/get?run_id=r");
}
