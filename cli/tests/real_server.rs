//! A run as a real MLflow server has it in the end.
//!
//! Ignored where there is none; `.ci/run` installs one from PyPI and runs these.

mod common;
#[path = "../../surrogate/mlflow/tests/server/mod.rs"]
mod server;

use std::io::{Read, Write};
use std::net::TcpStream;

use common::Weir;
use serde_json::Value;
use server::Server;

/// What the server answers to a question.
fn ask(server: &Server, path: &str) -> Value {
    let address = server.uri().replace("http://", "");
    let mut stream = TcpStream::connect(&address).expect("a server");
    let head = format!(
        "GET /api/2.0/mlflow/{path} HTTP/1.0\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

fn list<'a>(answer: &'a Value, key: &str, field: &str) -> Vec<&'a str> {
    let entries = answer[key].as_array().into_iter().flatten();
    entries.map(|entry| entry[field].as_str().unwrap_or_default()).collect()
}

#[test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
fn a_run_sent_later_and_one_that_was_watched_are_both_there_in_full() {
    let (weir, server) = (Weir::new(), Server::start());
    weir.run(&["generate", "tiny", "--out", "data"]);
    weir.write("net.toml", "name = \"net\"\nsteps = 12\nbatch = 1\n");
    let train = ["train", "net.toml", "--data", "data", "--register", "water", "--json"];
    let kept = weir.run(&[&train[..], &["--out", "runs/kept"]].concat());
    assert_eq!(kept.code, Some(0), "{kept:?}");
    let uri = server.uri();
    let watched = weir.run(&[&train[..], &["--out", "runs/watched", "--track", &uri]].concat());
    assert_eq!(watched.code, Some(0), "{watched:?}");
    assert!(!watched.err.contains("entries are kept"), "all is there: {watched:?}");

    let sent = weir.run(&["send", "--track", &uri, "--json"]).json();
    let rows = sent["runs"].as_array().expect("runs");
    let sent: Vec<bool> = rows.iter().map(|row| row["sent"].as_u64() > Some(0)).collect();
    assert_eq!(sent, [true, false], "{rows:?}");

    for row in rows {
        let id = row["run_id"].as_str().expect("an id");
        assert_eq!(row["refused"], 0, "{row}");
        let run = &ask(&server, &format!("runs/get?run_id={id}"))["run"];
        assert_eq!(run["info"]["status"], "FINISHED");
        let (metrics, tags) =
            (list(&run["data"], "metrics", "key"), list(&run["data"], "tags", "key"));
        for key in ["train/loss", "validation/loss", "system/cpu_utilization_percentage"] {
            assert!(metrics.contains(&key), "{key}: {metrics:?}");
        }
        assert!(tags.contains(&"mlflow.loggedImages"), "{tags:?}");
        let inputs = run["inputs"]["dataset_inputs"].as_array().expect("data sets");
        let used = |k: usize| inputs[k]["tags"][0]["value"].as_str().unwrap_or_default();
        let mut purposes = [used(0), used(1)];
        purposes.sort_unstable();
        assert_eq!(purposes, ["training", "validation"]);
        assert_eq!(run["outputs"]["model_outputs"].as_array().map(Vec::len), Some(1), "{run}");
        let files = |folder: &str| {
            let path = format!("artifacts/list?run_id={id}&path={folder}");
            let answer = ask(&server, &path);
            list(&answer, "files", "path").join(" ")
        };
        for file in ["funnel.png", "held-out.png"] {
            assert!(files("rollouts/step-000012").contains(file), "{file}");
        }
        assert!(files("config").contains("net.toml") && files("data").contains("manifest.json"));
    }
    let versions = ask(&server, "model-versions/search");
    assert_eq!(list(&versions, "model_versions", "name"), ["water", "water"]);
}

#[test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
fn a_network_is_promoted_on_a_server_gone_back_from_and_judged_by_its_alias() {
    let (weir, server) = (Weir::new(), Server::start());
    let untrained =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../surrogate/models/default/checkpoints/step-000000");
    let uri = server.uri();
    let place = ["--registry", &uri, "--json"];
    let forced = ["--force", "--reason", "for a test"];
    for (number, model) in [(1, untrained), (2, "default")] {
        let promoted = weir.run(&[&["promote", model][..], &forced, &place].concat());
        assert_eq!(promoted.json()["version"], number, "{promoted:?}");
    }
    let back = weir.run(&[&["rollback"][..], &place].concat()).json();
    assert_eq!((&back["champion"], &back["previous"]), (&1.into(), &2.into()));
    let models = weir.run(&[&["models"][..], &place].concat()).json();
    let aliases: Vec<&Value> = (0..2).map(|k| &models["versions"][k]["aliases"][0]).collect();
    assert_eq!(aliases, ["previous", "champion"], "{models}");
    let tags = ask(&server, "model-versions/get?name=weir&version=2");
    let tags = list(&tags["model_version"], "tags", "value").join(" ");
    assert!(tags.contains("82d441c8585aae170cff45816a3271e42a24dc85d329b9dec3035f5dbe71ab5d"));

    weir.run(&["generate", "tiny", "--out", "data"]);
    let gate = ["gate", "default", "--champion", "champion", "--data", "data", "--quick"];
    let short = ["--frames", "20", "--long", "20"];
    let judged = weir.run(&[&gate[..], &short, &place].concat());
    // One scene is too few, whoever is better.
    assert_eq!(judged.code, Some(1), "{judged:?}");
    assert!(judged.json()["champion"]["name"].as_str().is_some_and(|n| n.contains("(version 1)")));
}
