//! A registry on a real MLflow server.
//!
//! Ignored where there is none; `.ci/run` installs one from PyPI and runs these.

#[path = "../../mlflow/tests/server/mod.rs"]
mod server;

use std::fs;
use std::path::{Path, PathBuf};

use server::Server;
use weir_registry::{About, Alias, Registry, RegistryError, Verdict, sha256};

fn model(folder: &Path, weights: &str) -> PathBuf {
    let folder = folder.join(weights);
    fs::create_dir_all(folder.join("failures")).expect("a folder");
    for (name, text) in [
        ("model.safetensors", weights),
        ("model.toml", "config"),
        ("gate.json", "{}"),
        ("failures/a.png", "png"),
    ] {
        fs::write(folder.join(name), text).expect("a file");
    }
    folder
}

fn about(folder: &Path, note: &str) -> About {
    let files = ["gate.json", "failures/a.png"].map(|name| (name.to_owned(), folder.join(name)));
    About {
        note: note.to_owned(),
        gate: Verdict::Passed,
        files: files.to_vec(),
        ..About::default()
    }
}

#[test]
#[ignore = "needs mlflow from PyPI; .ci/run installs it and runs these"]
fn versions_are_added_promoted_gone_back_from_and_fetched() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let registry = Registry::open(&server.uri(), "weir").expect("a registry");
    assert_eq!(registry.versions().expect("an answer"), []);
    assert_eq!(registry.alias(Alias::Champion).expect("an answer"), None, "not even a model");

    let one = model(folder.path(), "one");
    let first = registry.add(&one, &about(&one, "the first, “quoted”")).expect("a version");
    assert_eq!((first.number, &first.sha256), (1, &sha256(b"one")));
    assert_eq!(registry.add(&one, &about(&one, "the first, “quoted”")).expect("the same"), first);
    let two = model(folder.path(), "two");
    let forced = About { forced: Some("because".to_owned()), ..About::default() };
    let second = registry.add(&two, &forced).expect("a version");
    assert_eq!((second.number, second.forced.as_deref()), (2, Some("because")));

    let at = || Alias::ALL.map(|alias| registry.alias(alias).expect("an answer").map(|v| v.number));
    registry.promote(1).expect("promoted");
    assert_eq!(at(), [Some(1), None, None]);
    registry.point(Alias::Challenger, 2).expect("pointed");
    registry.promote(2).expect("promoted");
    registry.promote(2).expect("and again");
    assert_eq!(at(), [Some(2), None, Some(1)]);
    assert_eq!(registry.rollback().expect("a way back").number, 1);
    assert_eq!(at(), [Some(1), None, Some(2)]);
    registry.promote(3).expect_err("no such version");
    let versions = registry.versions().expect("an answer");
    let told: Vec<_> = versions.iter().map(|v| (v.number, &v.aliases[..], v.gate)).collect();
    assert_eq!(
        told,
        [(2, &[Alias::Previous][..], Verdict::None), (1, &[Alias::Champion][..], Verdict::Passed)]
    );
    assert!(versions[0].made_s > 1_700_000_000 && versions[1].note == "the first, “quoted”");

    let cache = folder.path().join("cache");
    let champion = registry.alias(Alias::Champion).expect("an answer").expect("a champion");
    let files = registry.fetch(&champion, &cache).expect("files");
    assert_eq!(fs::read_to_string(files.join("model.safetensors")).expect("weights"), "one");
    // What the server sends is believed only as far as its hash.
    let wrong = weir_registry::Version { sha256: sha256(b"two"), ..champion.clone() };
    let error = registry.fetch(&wrong, &cache).expect_err("other weights");
    assert!(matches!(error, RegistryError::Damaged { .. }), "{error}");
    drop(server);
    assert_eq!(registry.fetch(&champion, &cache).expect("from the cache"), files);
    assert!(registry.alias(Alias::Champion).expect_err("away").is_lacking());
}
