//! `weir train` as a script sees it.

mod common;
#[path = "../../surrogate/mlflow/tests/mock/mod.rs"]
mod mock;

use common::Weir;
use mock::tracker::{self, Shared};

/// A folder with a small data set, and a configuration of so many steps.
fn prepared(steps: u64) -> Weir {
    let weir = Weir::new();
    let made = weir.run(&["generate", "tiny", "--out", "data"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    weir.write("net.toml", &format!("name = \"net\"\nsteps = {steps}\nbatch = 1\n"));
    weir
}

#[test]
fn a_run_trains_stops_is_not_overwritten_and_goes_on() {
    let weir = prepared(2);
    let train = ["train", "net.toml", "--data", "data", "--out", "run", "--json", "--samples", "0"];
    let ran = weir.run(&train);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["steps"], 2);
    assert!(json["loss"].as_f64() > Some(0.0));
    let losses = std::fs::read_to_string(weir.path("run/losses.csv")).expect("losses");
    assert_eq!(losses.lines().count(), 3, "{losses}");
    weir.run(&train).is_refused(2, &["--resume", "--out"]);
    let again = weir.run(&[&train[..], &["--resume"]].concat());
    assert_eq!((again.code, &again.json()["steps"]), (Some(0), &2.into()), "{again:?}");
    let water =
        weir.run(&["simulate", "dam-break", "--model", "run/model", "--frames", "4", "--json"]);
    assert_eq!(water.json()["model"], "net");
}

#[test]
fn bad_data_and_bad_configurations_are_refused_before_the_first_step() {
    let weir = Weir::new();
    weir.write("net.toml", "steps = 1\n");
    let train = ["train", "net.toml", "--data", "data", "--out", "run"];
    weir.run(&train).is_refused(2, &["data"]);
    let made = weir.run(&["generate", "tiny", "--out", "data"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let scene = weir.path("data/scenes/00000.h5");
    let mut bytes = std::fs::read(&scene).expect("a scene");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&scene, &bytes).expect("a damaged scene");
    weir.run(&train).is_refused(2, &["00000.h5"]);
    std::fs::remove_file(&scene).expect("a lost scene");
    weir.run(&train).is_refused(2, &["00000.h5"]);
    for (text, words) in [
        ("batch = 0", ["batch", "0"]),
        ("speed = 1", ["speed", "unknown"]),
        ("ema = 1.5", ["ema", "1.5"]),
    ] {
        weir.write("net.toml", text);
        weir.run(&train).is_refused(2, &words);
    }
    assert!(!weir.files().contains(&"run".to_owned()), "nothing was begun");
}

#[test]
fn a_run_is_kept_whole_and_sent_later_once() {
    let weir = prepared(3);
    let train = ["train", "net.toml", "--data", "data", "--register", "water", "--json"];
    let ran = weir.run(&train);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.json()["validation_loss"].as_f64() > Some(0.0), "{ran:?}");
    assert!(ran.err.contains("weir send"), "{ran:?}");
    let model = std::fs::read_to_string(weir.path("runs/net/model/model.toml")).expect("a model");
    let origin =
        ["data = \"tiny\"", "data_digest", "steps = \"3\"", "scenes = \"4\"", "seed", "loss"];
    assert!(origin.iter().all(|key| model.contains(key)), "{model}");
    for file in ["funnel.png", "held-out.png"] {
        assert!(weir.path("runs/net/rollouts/step-000003").join(file).is_file(), "{file}");
    }
    // What it was at first is kept, and is a network like any other.
    let simulate = ["simulate", "funnel", "--frames", "2", "--json", "--model"];
    let before = weir.run(&[&simulate[..], &["runs/net/checkpoints/step-000000"]].concat());
    assert_eq!(before.code, Some(0), "{before:?}");

    weir.run(&["send"]).is_refused(3, &["MLFLOW_TRACKING_URI", "--track"]);
    weir.run(&["send", "--track", "here"]).is_refused(2, &["--track", "http"]);
    weir.run(&["send", "--track", "http://127.0.0.1:9"]).is_refused(3, &["runs/net", "kept"]);
    weir.run(&["send", "elsewhere"]).is_refused(3, &["MLFLOW_TRACKING_URI"]);
    let store = Shared::default();
    let server = tracker::healthy(&store, None);
    let uri = server.uri();
    weir.run(&["send", "elsewhere", "--track", &uri]).is_refused(2, &["elsewhere"]);
    let send = ["send", "--track", &uri, "--json"];
    let sent = weir.run(&send);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let row = &sent.json()["runs"][0];
    assert_eq!((&row["run_id"], &row["refused"]), (&"r0".into(), &0.into()), "{row}");
    assert!(row["sent"].as_u64() > Some(30), "{row}");
    let again = weir.run(&send);
    assert_eq!(again.json()["runs"][0]["sent"], 0, "{again:?}");

    let store = store.lock().expect("a store");
    assert_eq!(store.runs.len(), 1);
    let run = &store.runs[0];
    assert_eq!(run.status, "FINISHED");
    assert_eq!((&*run.params["steps"], &*run.params["motion.blend"]), ("3", "0.3"));
    assert!(run.tags["mlflow.source.name"].contains("weir train net.toml"), "{:?}", run.tags);
    assert_eq!(run.datasets.len(), 2, "to learn from, and to be examined on");
    let has = |key: &str| run.metrics.iter().any(|metric| metric["key"] == key);
    for key in [
        "train/loss",
        "validation/loss",
        "rollout/funnel/centre_off_m",
        "rollout/held-out/line_crossings",
        "system/cpu_utilization_percentage",
    ] {
        assert!(has(key), "{key}");
    }
    assert_eq!(store.models.iter().map(|model| &*model.name).collect::<Vec<_>>(), ["net"]);
    assert_eq!(store.registry["water"], ["models:/m-0"]);
    let artifacts: Vec<&str> = store.artifacts.keys().map(String::as_str).collect();
    for file in [
        "1/r0/artifacts/config/net.toml",
        "1/r0/artifacts/data/manifest.json",
        "1/r0/artifacts/model/model.safetensors",
        "1/r0/artifacts/rollouts/step-000003/funnel.png",
        "1/models/m-0/artifacts/model.toml",
    ] {
        assert!(artifacts.contains(&file), "no {file} in {artifacts:?}");
    }
    assert!(artifacts.iter().any(|file| file.starts_with("1/r0/artifacts/images/rollout~funnel")));
}

#[test]
fn nothing_that_goes_wrong_with_notes_stops_a_run() {
    let weir = prepared(1);
    let train = |out| ["train", "net.toml", "--data", "data", "--samples", "0", "--out", out];
    // A file where the folder of notes would be.
    std::fs::create_dir(weir.path("a")).expect("a folder");
    weir.write("a/tracking", "");
    let ran = weir.run(&train("a"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("no notes are taken"), "{ran:?}");
    // An address that only Python's client knows.
    let mut command = weir.command(&train("b"));
    let output = command.env("MLFLOW_TRACKING_URI", "databricks").output().expect("weir starts");
    let ran = common::Ran::from(output);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("kept in the run's folder"), "{ran:?}");
    // A server that says no to everything.
    let server = mock::Mock::new(|_| mock::Answer::error(400, "", "no"));
    let ran = weir.run(&[&train("c")[..], &["--track", &server.uri()]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("weir send"), "{ran:?}");
    weir.run(&[&train("d")[..], &["--track", "here"]].concat()).is_refused(2, &["--track"]);
}
