//! A training goes on while the server is away, and all that it recorded arrives
//! once and in order.

mod mock;

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mlflow_client::{
    Backoff, Client, DatasetInput, Error, RecordedModel, Recorder, RecorderBuilder, RunStatus,
    SpoolFault, blocking, spool,
};
use mock::tracker::{self, Run, Shared};
use mock::{Answer, Mock};
use serde_json::json;

const FOREVER: Duration = Duration::from_secs(60);

fn impatient() -> Backoff {
    let wait = Duration::from_millis(1);
    Backoff { attempts: 3, first: wait, longest: wait, ..Backoff::default() }
}

fn client(mock: &Mock) -> Client {
    let builder = Client::builder(&mock.uri()).backoff(impatient());
    builder.build().expect("a client")
}

/// A recorder that hardly waits for anything but the server.
fn builder(folder: &Path) -> RecorderBuilder {
    Recorder::builder("water", folder)
        .gather(Duration::from_millis(1))
        .backoff(impatient())
        .patience(FOREVER)
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..30_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("not within 30 s: {what}");
}

fn only_run(tracker: &Shared) -> Run {
    let tracker = tracker.lock().expect("a tracker");
    assert_eq!((tracker.runs.len(), tracker.creations), (1, 1));
    tracker.runs[0].clone()
}

async fn send(folder: &Path, mock: &Mock) -> spool::Sent {
    spool::send(folder, &client(mock)).await.expect("all is sent")
}

#[test]
fn what_is_recorded_arrives() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let mock = tracker::healthy(&tracker, None);
    let plot = folder.path().join("plot.png");
    std::fs::write(&plot, "a plot").expect("a file");
    let spool = folder.path().join("run");
    let recorder =
        builder(&spool).run_name("first").tag("mlflow.user", "ann").client(client(&mock));
    let recorder = recorder.start().expect("a recorder");
    recorder.param("learning_rate", 1e-3);
    recorder.input(DatasetInput::new("basins", "9f", "local", &json!({}), "training"));
    for step in 0..2500 {
        recorder.metric("loss", 1.0 / step as f64, step);
    }
    recorder.artifact("plots/loss.png", &plot);
    std::fs::write(&plot, "another plot").expect("a file");
    recorder.artifact_bytes("note.txt", b"a note");
    recorder.image("val/rollout", 3, b"a picture", None);
    let report = recorder.finish(RunStatus::Finished);
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.run_id.as_deref(), Some("r0"));

    let run = only_run(&tracker);
    assert_eq!(run.status, "FINISHED");
    assert_eq!(run.params["learning_rate"], "0.001");
    assert_eq!(run.tags["mlflow.user"], "ann");
    assert_eq!(run.datasets.len(), 1);
    assert!(run.steps("loss").into_iter().eq(0..2500));
    assert_eq!(run.metrics[0]["value"], "Infinity");
    let tracker = tracker.lock().expect("a tracker");
    assert_eq!(tracker.repeated, 0);
    // As it was when it was recorded.
    assert_eq!(tracker.artifacts["1/r0/artifacts/plots/loss.png"], b"a plot");
    assert_eq!(tracker.artifacts.len(), 4, "{:?}", tracker.artifacts.keys());
    assert_eq!(std::fs::read_dir(spool.join("artifacts")).expect("a folder").count(), 0);
}

#[test]
fn a_training_outlives_an_outage() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let mock = tracker::healthy(&tracker, None);
    let address = mock.address();
    let recorder = builder(folder.path()).client(client(&mock)).start().expect("a recorder");
    for step in 0..100 {
        recorder.metric("loss", 0.5, step);
    }
    until("the first hundred", || recorder.report().pending == 0);

    drop(mock);
    for step in 100..200 {
        recorder.metric("loss", 0.5, step);
    }
    until("the outage is noticed", || recorder.report().outage.is_some());
    assert_eq!(recorder.report().pending, 100);

    let mock = tracker::healthy(&tracker, Some(address));
    for step in 200..300 {
        recorder.metric("loss", 0.5, step);
    }
    let report = recorder.finish(RunStatus::Finished);
    assert!(report.is_complete() && report.outage.is_none(), "{report:?}");
    assert!(only_run(&tracker).steps("loss").into_iter().eq(0..300));
    drop(mock);
}

/// Each call fails a few times in each way, before and after the server has done
/// what it was asked for.
#[test]
fn everything_arrives_once_through_any_trouble() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let count = AtomicUsize::new(0);
    let troubles = [
        (Answer::error(500, "INTERNAL_ERROR", ""), false),
        (Answer::error(500, "INTERNAL_ERROR", ""), true),
        (Answer::With(429, ("Retry-After", "0".to_owned()), Vec::new()), false),
        (Answer::HangUp, false),
        (Answer::HangUp, true),
        (Answer::Half("{"), true),
        (Answer::error(401, "", "who are you?"), false),
    ];
    let mock = tracker::serve(&tracker, None, move |_| {
        let count = count.fetch_add(1, Ordering::SeqCst);
        // Every third gets through.
        (count % 3 != 2).then(|| troubles[count % troubles.len()].clone())
    });
    let recorder = builder(folder.path()).client(client(&mock)).start().expect("a recorder");
    for step in 0..5000 {
        recorder.metric("loss", if step % 2 == 0 { f64::NAN } else { 0.5 }, step);
        if step % 500 == 0 {
            recorder.artifact_bytes(&format!("{step}.txt"), b"text");
            recorder.tag("step", step);
        }
    }
    let report = recorder.finish(RunStatus::Finished);
    assert!(report.is_complete(), "{report:?}");
    let run = only_run(&tracker);
    assert!(run.steps("loss").into_iter().eq(0..5000));
    assert_eq!((run.status.as_str(), run.tags["step"].as_str()), ("FINISHED", "4500"));
    let tracker = tracker.lock().expect("a tracker");
    assert_eq!(tracker.artifacts.len(), 10);
    assert!(tracker.repeated > 0, "the trouble was none");
}

#[tokio::test]
async fn without_a_server_it_is_sent_later_and_once() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let recorder = builder(folder.path()).start().expect("a recorder");
    recorder.param("layers", 10);
    for step in 0..1500 {
        recorder.metric("loss", 0.25, step);
    }
    recorder.artifact_bytes("model.bin", &[0; 1000]);
    let report = recorder.finish(RunStatus::Finished);
    assert_eq!((report.pending, report.problem_count), (1504, 0));

    let mock = tracker::healthy(&tracker, None);
    let first = send(folder.path(), &mock).await;
    assert_eq!((first.accepted, first.refused, first.torn), (1504, 0, 0));
    let run = only_run(&tracker);
    assert!(run.steps("loss").into_iter().eq(0..1500));
    assert_eq!(run.status, "FINISHED");

    let calls = mock.requests().len();
    assert_eq!(send(folder.path(), &mock).await, first);
    assert_eq!(mock.requests().len(), calls, "there is nothing left to say");

    // Even when nobody remembers that it was sent.
    std::fs::remove_file(folder.path().join("progress.json")).expect("a file");
    let again = send(folder.path(), &mock).await;
    // But for the copy of the artifact, which has gone.
    assert_eq!((again.run_id, again.refused), (first.run_id, 1));
    assert!(only_run(&tracker).steps("loss").into_iter().eq(0..1500));
}

#[tokio::test]
async fn a_sender_can_die_anywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = builder(folder.path()).start().expect("a recorder");
    for step in 0..2200 {
        recorder.metric("loss", 0.25, step);
    }
    recorder.tag("done", true);
    drop(recorder.finish(RunStatus::Finished));
    let tracker = Shared::default();
    // The server takes one more call each time, does what it asks for, and is
    // never heard of again.
    for calls in 0..20 {
        let count = AtomicUsize::new(0);
        let mock = tracker::serve(&tracker, None, move |_| {
            (count.fetch_add(1, Ordering::SeqCst) >= calls).then_some((Answer::HangUp, true))
        });
        let client = client(&mock).with_backoff(Backoff::never());
        if spool::send(folder.path(), &client).await.is_ok() {
            let run = only_run(&tracker);
            assert!(run.steps("loss").into_iter().eq(0..2200));
            assert_eq!((run.status.as_str(), run.tags["done"].as_str()), ("FINISHED", "true"));
            assert!(calls > 0);
            return;
        }
    }
    panic!("it does not come to an end");
}

#[tokio::test]
async fn a_model_is_made_and_registered_once_wherever_a_sender_dies() {
    let folder = tempfile::tempdir().expect("a folder");
    let weights = folder.path().join("weights.bin");
    std::fs::write(&weights, "weights").expect("a file");
    let spool = folder.path().join("run");
    let model =
        || RecordedModel::new("net", 7).file("weights.bin", &weights).registered_as("water");
    let recorder = builder(&spool).start().expect("a recorder");
    recorder.model(model());
    drop(recorder.finish(RunStatus::Killed));
    // It goes on and says so once more, as it does when it does not know.
    let recorder = Recorder::resume(&spool, None).expect("the run");
    recorder.model(model());
    assert_eq!(recorder.finish(RunStatus::Finished).problem_count, 0);
    let tracker = Shared::default();
    for calls in 0..60 {
        let count = AtomicUsize::new(0);
        let mock = tracker::serve(&tracker, None, move |_| {
            (count.fetch_add(1, Ordering::SeqCst) >= calls).then_some((Answer::HangUp, true))
        });
        let client = client(&mock).with_backoff(Backoff::never());
        let mut seen = Vec::new();
        if spool::send_with(&spool, &client, |done, of| seen.push((done, of))).await.is_ok() {
            assert_eq!(seen.last(), Some(&(6, 6)), "{seen:?}");
            let run = only_run(&tracker);
            let tracker = tracker.lock().expect("a tracker");
            let models: Vec<_> = tracker.models.iter().map(|m| (&*m.name, m.is_ready)).collect();
            assert_eq!(models, [("net", true)]);
            assert_eq!(run.outputs, ["m-0"]);
            assert_eq!(tracker.registry["water"], ["models:/m-0"]);
            assert_eq!(tracker.artifacts["1/models/m-0/artifacts/weights.bin"], b"weights");
            assert_eq!(std::fs::read_dir(spool.join("artifacts")).expect("a folder").count(), 0);
            return;
        }
    }
    panic!("it does not come to an end");
}

#[test]
fn one_bad_entry_does_not_hold_up_the_others() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let mock = tracker::healthy(&tracker, None);
    let recorder = builder(folder.path()).client(client(&mock)).start().expect("a recorder");
    recorder.param("layers", 10);
    for step in 0..500 {
        recorder.metric("loss", 0.5, step);
    }
    until("the first value", || recorder.report().pending == 0);
    for step in 500..1000 {
        recorder.metric("loss", 0.5, step);
    }
    recorder.param("layers", 12);
    recorder.param("width", 128);
    let report = recorder.finish(RunStatus::Finished);
    assert_eq!((report.pending, report.refused), (0, 1));
    let run = only_run(&tracker);
    assert!(run.steps("loss").into_iter().collect::<HashSet<_>>().len() == 1000);
    assert_eq!((&*run.params["layers"], &*run.params["width"]), ("10", "128"));
    let refused = std::fs::read_to_string(folder.path().join("refused.jsonl")).expect("a file");
    assert!(refused.contains("Changing param values") && refused.lines().count() == 1, "{refused}");
}

#[test]
fn what_cannot_be_recorded_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = builder(folder.path()).start().expect("a recorder");
    recorder.metric("größe", 1.0, 0);
    recorder.param("note", "x".repeat(6001));
    recorder.artifact("../secret", Path::new("/etc/hostname"));
    recorder.artifact("here", Path::new("/no/such/file"));
    for _ in 0..30 {
        recorder.tag("", "");
    }
    let report = recorder.finish(RunStatus::Finished);
    assert_eq!((report.recorded, report.problem_count, report.problems.len()), (2, 34, 20));
    assert!(report.problems[0].contains("größe") && report.problems[3].contains("/no/such/file"));
}

#[tokio::test]
async fn a_torn_line_is_skipped_and_counted() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let recorder = builder(folder.path()).start().expect("a recorder");
    recorder.metric("loss", 0.5, 0);
    recorder.metric("loss", 0.5, 1);
    drop(recorder.finish(RunStatus::Killed));
    let entries = folder.path().join("entries.jsonl");
    let text = std::fs::read_to_string(&entries).expect("entries");
    let kept: Vec<_> = text.lines().take(3).collect();
    std::fs::write(&entries, &kept.join("\n")[..kept.join("\n").len() - 9]).expect("a file");

    let mock = tracker::healthy(&tracker, None);
    let sent = send(folder.path(), &mock).await;
    assert_eq!((sent.accepted, sent.torn), (2, 1));
    assert_eq!(only_run(&tracker).status, "KILLED");

    // And the run can go on behind it.
    let recorder = Recorder::resume(folder.path(), None).expect("the run");
    recorder.metric("loss", 0.5, 2);
    drop(recorder.finish(RunStatus::Finished));
    let sent = send(folder.path(), &mock).await;
    assert_eq!((sent.accepted, sent.torn), (5, 1));
    let run = only_run(&tracker);
    assert_eq!((run.steps("loss"), run.status.as_str()), (vec![0, 2], "FINISHED"));
}

#[tokio::test]
async fn a_folder_is_one_run_of_one_writer() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let mock = tracker::healthy(&tracker, None);
    let fault = |error: Error| match error {
        Error::Spool { fault, .. } => fault,
        other => panic!("{other}"),
    };
    let empty = spool::send(folder.path(), &client(&mock)).await.map_err(fault);
    assert_eq!(empty, Err(SpoolFault::Empty));
    let recorder = builder(folder.path()).start().expect("a recorder");
    let busy = spool::send(folder.path(), &client(&mock)).await.map_err(fault);
    assert_eq!(busy, Err(SpoolFault::Busy));
    drop(recorder);
    let taken = builder(folder.path()).start().map(drop).map_err(fault);
    assert_eq!(taken, Err(SpoolFault::Taken));
}

#[test]
fn threads_share_a_recorder() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let mock = tracker::healthy(&tracker, None);
    let recorder = builder(folder.path()).client(client(&mock)).start().expect("a recorder");
    std::thread::scope(|scope| {
        for key in ["a", "b", "c"] {
            let recorder = &recorder;
            scope.spawn(move || (0..100).for_each(|step| recorder.metric(key, 0.5, step)));
        }
    });
    assert!(recorder.finish(RunStatus::Finished).is_complete());
    let run = only_run(&tracker);
    assert!(["a", "b", "c"].iter().all(|key| run.steps(key).into_iter().eq(0..100)));
}

#[test]
fn a_recorder_that_is_dropped_has_failed() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let mock = tracker::healthy(&tracker, None);
    let recorder = builder(folder.path()).client(client(&mock)).start().expect("a recorder");
    let result = std::thread::spawn(move || {
        recorder.metric("loss", f64::NAN, 0);
        panic!("as trainings do");
    });
    assert!(result.join().is_err());
    let run = only_run(&tracker);
    assert_eq!((run.status.as_str(), run.metrics.len()), ("FAILED", 1));
}

#[test]
fn finishing_ends_in_time_before_a_silent_server() {
    let (folder, is_asked) = (tempfile::tempdir().expect("a folder"), AtomicBool::new(false));
    let is_asked = Arc::new(is_asked);
    let mock = Mock::new({
        let is_asked = Arc::clone(&is_asked);
        move |_| {
            is_asked.store(true, Ordering::SeqCst);
            Answer::Silence
        }
    });
    // A client that would wait for an hour.
    let client = Client::builder(&mock.uri()).timeout(FOREVER * 60).build().expect("a client");
    let recorder = builder(folder.path()).client(client).patience(Duration::from_millis(50));
    let recorder = recorder.start().expect("a recorder");
    recorder.metric("loss", 0.5, 0);
    until("the call that is not answered", || is_asked.load(Ordering::SeqCst));
    assert_eq!(recorder.finish(RunStatus::Finished).pending, 3);
    // The folder is free again, and the rest can be sent.
    let tracker = Shared::default();
    let mock = tracker::healthy(&tracker, None);
    let client = Client::new(&mock.uri()).expect("a client");
    let client = blocking::Client::wrap(&client).expect("a thread");
    assert_eq!(client.send_spool(folder.path()).expect("sent").accepted, 3);
    assert_eq!(only_run(&tracker).status, "FINISHED");
}

#[test]
#[ignore = "the process that the next test kills"]
#[allow(clippy::print_stdout, reason = "tells its parent how far it is")]
fn child_that_records() {
    let folder = std::env::var_os("MLFLOW_CLIENT_TEST_FOLDER").expect("a folder");
    let uri = std::env::var("MLFLOW_CLIENT_TEST_URI").expect("an address");
    let client = Client::new(&uri).expect("a client");
    let recorder = builder(Path::new(&folder)).client(client).start().expect("a recorder");
    for step in 0.. {
        recorder.metric("loss", 0.5, step);
        if step % 100 == 0 {
            println!("\nrecorded {step}");
        }
    }
}

#[tokio::test]
async fn a_killed_process_loses_nothing() {
    let (tracker, folder) = (Shared::default(), tempfile::tempdir().expect("a folder"));
    let mock = tracker::healthy(&tracker, None);
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child_that_records", "--ignored", "--nocapture"])
        .env("MLFLOW_CLIENT_TEST_FOLDER", folder.path())
        .env("MLFLOW_CLIENT_TEST_URI", mock.uri())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let mut recorded = 0;
    for line in output.lines() {
        if let Some(step) = line.expect("text").strip_prefix("recorded ") {
            recorded = step.parse().expect("a step");
            if recorded >= 20_000 && !tracker.lock().expect("a tracker").runs.is_empty() {
                // SIGKILL, in the midst of recording and sending.
                child.kill().expect("it is ours");
                break;
            }
        }
    }
    child.wait().expect("it is ours");

    let sent = send(folder.path(), &mock).await;
    assert_eq!(sent.refused, 0);
    let run = only_run(&tracker);
    assert_eq!(run.status, "KILLED");
    let steps = run.steps("loss");
    assert!(steps.len() as i64 > recorded, "{} of {recorded}", steps.len());
    assert!(steps.iter().copied().eq(0..steps.len() as i64));
}
