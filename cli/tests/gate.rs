//! `weir gate`, `promote`, `rollback` and `models` as a script sees them.

mod common;

use common::{Ran, Weir};
use serde_json::Value;

/// A network that has learned nothing, of the same shape as the one that ships.
const UNTRAINED: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../surrogate/models/default/checkpoints/step-000000");
/// One that has learned a little.
const YOUNG: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../surrogate/models/default/checkpoints/step-000100");
/// So that four scenes suffice, and a busy machine is not what is judged.
const LAX: &str = "least_scenes = 4\nmost_call_ms = 100000.0\n";

/// Four short test scenes.
fn prepared() -> Weir {
    let weir = Weir::new();
    let recipe = include_str!("../../datasets/recipes/tiny.toml").replace("test = 1", "test = 4");
    weir.write("recipe.toml", &recipe.replace("train = 4", "train = 1"));
    let made = weir.run(&["generate", "recipe.toml", "--out", "tiny"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    weir.write("lax.toml", LAX);
    weir
}

fn gate(weir: &Weir, candidate: &str, champion: &str, more: &[&str]) -> Ran {
    let first = ["gate", candidate, "--champion", champion, "--data", "tiny", "--quick"];
    let short = ["--frames", "20", "--long", "30"];
    weir.run(&[&first[..], &short, more].concat())
}

fn read(weir: &Weir, name: &str) -> String {
    std::fs::read_to_string(weir.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Numbers of the versions that are champion, challenger and previous.
fn aliases(weir: &Weir) -> [Option<u64>; 3] {
    let json = weir.run(&["models", "--registry", "models", "--json"]).json();
    let versions = json["versions"].as_array().expect("versions").clone();
    ["champion", "challenger", "previous"].map(|alias| {
        let has = |version: &&Value| {
            version["aliases"].as_array().is_some_and(|all| all.contains(&alias.into()))
        };
        versions.iter().find(has).and_then(|version| version["number"].as_u64())
    })
}

#[test]
fn a_network_ties_with_itself_and_is_promoted_only_by_force() {
    let weir = prepared();
    let ran = gate(&weir, "default", "default", &["--limits", "lax.toml", "--out", "gate"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for words in ["another model", "BROKEN", "do not promote", "sinkhorn_20", "a call"] {
        assert!(ran.out.contains(words), "{words}: {ran:?}");
    }
    let json: Value = serde_json::from_str(&read(&weir, "gate/gate.json")).expect("JSON");
    let ratio = &json["decision"]["errors"][0];
    assert_eq!((&ratio["what"], &ratio["ratio"]), (&"sinkhorn_20".into(), &1.0.into()));
    assert_eq!(json["candidate"]["sha256"], json["champion"]["sha256"]);
    assert_eq!(json["decision"]["safe"], true, "{}", json["decision"]);
    assert_eq!(json["candidate"]["scenes"].as_array().map(Vec::len), Some(4));
    let card = read(&weir, "gate/card.md");
    for words in [
        "What it is for",
        "f05c76457ada44806e0f31a7c7048851",
        "82d441c8585aae170cff45816a3271e42a24dc85d329b9dec3035f5dbe71ab5d",
        "**broken**",
        "Limits of its use",
    ] {
        assert!(card.contains(words), "{words}: {card}");
    }
    let pictures: Vec<&str> =
        card.lines().filter_map(|line| line.split_once("](")?.1.strip_suffix(')')).collect();
    assert_eq!(pictures.len(), 4, "{card}");
    for picture in &pictures {
        assert!(weir.path(&format!("gate/{picture}")).is_file(), "{picture}");
    }

    let promote = ["promote", "default", "--gate", "gate/gate.json", "--registry", "models"];
    weir.run(&promote).is_refused(1, &["refused", "says no", "another model"]);
    weir.run(&[&promote[..], &["--force"]].concat()).is_refused(2, &["--reason"]);
    weir.run(&[&promote[..], &["--force", "--reason", " "]].concat()).is_refused(2, &["--reason"]);
    assert!(!weir.path("models").exists(), "nothing was begun");
    let forced = weir.run(&[&promote[..], &["--force", "--reason", "the first"]].concat());
    assert_eq!(forced.code, Some(0), "{forced:?}");
    let again = weir.run(&[&promote[..], &["--force", "--reason", "the first", "--json"]].concat());
    assert_eq!(again.json()["version"], 1, "{again:?}");
    let table = weir.run(&["models", "--registry", "models"]);
    for words in ["champion", "82d441c8585a", "failed, forced: the first"] {
        assert!(table.out.contains(words), "{words}: {table:?}");
    }
    for file in ["model.toml", "model.safetensors", "gate.json", "card.md", pictures[0]] {
        assert!(weir.path(&format!("models/weir/versions/1/{file}")).is_file(), "{file}");
    }
}

#[test]
fn the_better_one_is_promoted_and_gone_back_from() {
    let weir = prepared();
    let first = ["promote", UNTRAINED, "--registry", "models", "--note", "untrained"];
    let forced = weir.run(&[&first[..], &["--force", "--reason", "the first"]].concat());
    assert_eq!(forced.code, Some(0), "{forced:?}");

    let asked = ["--registry", "models", "--limits", "lax.toml", "--out", "gate", "--json"];
    let ran = gate(&weir, "default", "champion", &asked);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let json = ran.json();
    assert_eq!(
        json["champion"]["name"], "shipped-shape (version 1)",
        "{}",
        json["champion"]["name"]
    );
    let promote = ["promote", "default", "--gate", "gate/gate.json", "--registry", "models"];

    // Another model than the one that was judged, and a file that says what does not follow.
    let other = [&["promote", YOUNG][..], &promote[2..]].concat();
    weir.run(&other).is_refused(1, &["another model"]);
    let lied = read(&weir, "gate/gate.json").replacen("\"promote\": true", "\"promote\": false", 1);
    weir.write("gate/lied.json", &lied);
    let lied = ["promote", "default", "--gate", "gate/lied.json", "--registry", "models"];
    weir.run(&lied).is_refused(2, &["does not follow"]);
    assert_eq!(aliases(&weir), [Some(1), None, None]);

    let challenger = weir.run(&[&promote[..], &["--as", "challenger", "--json"]].concat());
    assert_eq!(challenger.json()["alias"], "challenger", "{challenger:?}");
    assert_eq!(aliases(&weir), [Some(1), Some(2), None]);
    for _ in 0..2 {
        let promoted = weir.run(&[&promote[..], &["--json"]].concat());
        assert_eq!((promoted.code, &promoted.json()["version"]), (Some(0), &2.into()));
        assert_eq!(aliases(&weir), [Some(2), None, Some(1)], "said again it changes nothing");
    }
    let table = weir.run(&["models", "--registry", "models"]);
    assert!(table.out.contains("passed") && table.out.contains("untrained"), "{table:?}");

    // The worse one is safe: it may be tried, and not take the place.
    let ran = gate(&weir, UNTRAINED, "champion", &asked);
    assert_eq!((ran.code, &ran.json()["decision"]["promote"]), (Some(1), &false.into()));
    let worse = [&["promote", UNTRAINED][..], &promote[2..]].concat();
    weir.run(&worse).is_refused(1, &["says no"]);
    let tried = weir.run(&[&worse[..], &["--as", "challenger"]].concat());
    assert_eq!((tried.code, aliases(&weir)), (Some(0), [Some(2), Some(3), Some(1)]), "{tried:?}");

    let back = weir.run(&["rollback", "--registry", "models", "--json"]).json();
    assert_eq!((&back["champion"], &back["previous"]), (&1.into(), &2.into()));
    // What was compared with version 2 says nothing of version 1.
    let stale = gate(&weir, YOUNG, "default", &asked[2..]);
    assert_eq!(stale.code, Some(1), "{stale:?}");
    let young = [&["promote", YOUNG][..], &promote[2..]].concat();
    weir.run(&young).is_refused(1, &["compares with", "version 1"]);
    let again = weir.run(&["promote", "--to", "previous", "--registry", "models"]);
    assert!(again.out.contains("version 2 of weir is champion again"), "{again:?}");
    assert_eq!(aliases(&weir), [Some(2), Some(3), Some(1)]);
}

#[test]
fn wrong_input_is_refused_before_anything_runs() {
    let weir = Weir::new();
    let refused = |arguments: &[&str], words: &[&str]| weir.run(arguments).is_refused(2, words);
    let both = ["gate", "default", "--champion", "default"];
    refused(&both, &["--data"]);
    refused(&["gate", "default", "--data", "tiny"], &["--champion"]);
    refused(&["gate", "nobody", "--champion", "default", "--data", "tiny"], &["nobody"]);
    let with = |more: &[&'static str]| [&both[..], &["--data", "tiny"], more].concat();
    refused(&with(&[]), &["tiny"]);
    refused(&with(&["--frames", "19"]), &["19", "20"]);
    weir.write("limits.toml", "tie_ratio = 0.5\n");
    refused(&with(&["--limits", "limits.toml"]), &["limits.toml", "tie_ratio", "0.5"]);
    refused(&with(&["--limits", "none.toml"]), &["none.toml"]);
    let champion = ["gate", "default", "--champion", "champion", "--data", "tiny"];
    refused(&champion, &["champion", "--registry"]);
    std::fs::create_dir(weir.path("models")).expect("a folder");
    refused(&[&champion[..], &["--registry", "models"]].concat(), &["no version", "champion"]);

    refused(&["models"], &["--registry", "WEIR_REGISTRY__PLACE"]);
    refused(&["models", "--registry", "ftp://x"], &["--registry", "ftp", "http"]);
    refused(&["models", "--registry", "models", "--name", "a/b"], &["--name", "a/b"]);
    refused(&["rollback", "--registry", "models"], &["previous", "go back"]);
    refused(&["promote", "--registry", "models"], &["CANDIDATE"]);
    let promote = ["promote", "default", "--registry", "models"];
    refused(&promote, &["--gate", "--force"]);
    refused(&[&promote[..], &["--to", "previous"]].concat(), &["--to"]);
    let gate = [&promote[..], &["--gate", "gate.json"]].concat();
    refused(&gate, &["gate.json"]);
    for (text, says) in
        [("{", "gate.json"), ("{\"version\": 2}", "version 2"), ("{\"version\": 1}", "made_s")]
    {
        weir.write("gate.json", text);
        refused(&gate, &[says]);
    }
    let empty = weir.run(&["models", "--registry", "models"]);
    assert!(empty.code == Some(0) && empty.out.contains("no version of weir"), "{empty:?}");
    assert_eq!(weir.files(), ["gate.json", "limits.toml", "models"], "nothing was begun");
    weir.run(&["models", "--registry", "nowhere"]).is_refused(3, &["nowhere"]);
    let gone = ["models", "--registry", "http://127.0.0.1:9"];
    weir.run(&gone).is_refused(3, &["127.0.0.1:9"]);
}

#[test]
fn a_place_is_also_read_from_the_environment() {
    let weir = Weir::new();
    std::fs::create_dir(weir.path("models")).expect("a folder");
    let mut command = weir.command(&["models", "--json"]);
    command.env("WEIR_REGISTRY__PLACE", "models").env("WEIR_REGISTRY__NAME", "water");
    let ran = Ran::from(command.output().expect("weir starts"));
    assert_eq!((&ran.json()["place"], &ran.json()["name"]), (&"models".into(), &"water".into()));
}
