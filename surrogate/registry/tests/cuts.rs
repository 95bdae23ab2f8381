//! Aliases on a server that cuts a command off after so many changes.

#[path = "../../mlflow/tests/mock/mod.rs"]
mod mock;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use mock::{Answer, Mock, Request};
use serde_json::{Value, json};
use weir_registry::{Alias, Registry, RegistryError};

/// A registered model with four versions.
#[derive(Debug, Default)]
struct Model {
    aliases: BTreeMap<String, u32>,
    /// Changes that are still made; all, if none is said.
    left: Option<usize>,
    /// The champion after each change.
    champions: Vec<Option<u32>>,
    /// Somebody else's promotion, right after our next.
    rival: Option<u32>,
}

fn version(number: u32) -> Value {
    let hash = "ab".repeat(32);
    json!({ "model_version": {
        "name": "weir", "version": number.to_string(), "source": "models:/m-1",
        "creation_timestamp": 1_760_000_000_000_u64, "status": "READY",
        "tags": [{ "key": "weir.sha256", "value": hash }],
    }})
}

fn asked(request: &Request, key: &str) -> String {
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let pair = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{key}=")));
    pair.unwrap_or_default().to_owned()
}

fn answer(model: &mut Model, request: &Request) -> Answer {
    let none = || Answer::error(404, "RESOURCE_DOES_NOT_EXIST", "no such version");
    match (&*request.method, request.call()) {
        ("GET", "model-versions/get") => match asked(request, "version").parse() {
            Ok(number @ 1..=4) => Answer::Json(200, version(number)),
            _ => none(),
        },
        ("GET", "registered-models/alias") => match model.aliases.get(&asked(request, "alias")) {
            Some(number) => Answer::Json(200, version(*number)),
            None => {
                Answer::error(400, "INVALID_PARAMETER_VALUE", "Registered model alias x not found.")
            }
        },
        (method @ ("POST" | "DELETE"), "registered-models/alias") => {
            if model.left == Some(0) {
                return Answer::error(400, "INVALID_STATE", "cut off");
            }
            model.left = model.left.map(|left| left - 1);
            let body = request.json();
            let alias = body["alias"].as_str().unwrap_or_default().to_owned();
            if method == "POST" {
                let number = body["version"].as_str().and_then(|text| text.parse().ok());
                model.aliases.insert(alias.clone(), number.expect("a number"));
            } else {
                model.aliases.remove(&alias);
            }
            if let Some(rival) = model.rival.take_if(|_| alias == "champion") {
                model.aliases.insert(alias, rival);
            }
            model.champions.push(model.aliases.get("champion").copied());
            Answer::ok()
        }
        (method, call) => Answer::error(501, "NOT_IMPLEMENTED", &format!("{method} {call}")),
    }
}

struct Server {
    model: Arc<Mutex<Model>>,
    registry: Registry,
    _mock: Mock,
}

impl Server {
    fn new(aliases: &[(&str, u32)]) -> Self {
        let aliases = aliases.iter().map(|(alias, number)| ((*alias).to_owned(), *number));
        let model = Arc::new(Mutex::new(Model { aliases: aliases.collect(), ..Model::default() }));
        let asked = Arc::clone(&model);
        let mock = Mock::new(move |request| answer(&mut asked.lock().expect("a model"), request));
        let registry = Registry::open(&mock.uri(), "weir").expect("a registry");
        Self { model, registry, _mock: mock }
    }

    fn cut_after(&self, changes: Option<usize>) {
        self.model.lock().expect("a model").left = changes;
    }

    fn aliases(&self) -> Vec<(String, u32)> {
        self.model.lock().expect("a model").aliases.clone().into_iter().collect()
    }

    fn always_had_a_champion(&self) {
        let model = self.model.lock().expect("a model");
        assert!(!model.champions.is_empty() && !model.champions.contains(&None), "{model:?}");
    }
}

fn owned(aliases: &[(&str, u32)]) -> Vec<(String, u32)> {
    aliases.iter().map(|(alias, number)| ((*alias).to_owned(), *number)).collect()
}

#[test]
fn a_promotion_that_is_cut_off_anywhere_is_finished_by_the_next() {
    let before = [("champion", 2), ("challenger", 3), ("previous", 1)];
    let mut cuts = 0;
    loop {
        let server = Server::new(&before);
        server.cut_after(Some(cuts));
        let whole = server.registry.promote(3).is_ok();
        server.cut_after(None);
        server.registry.promote(3).expect("promoted");
        assert_eq!(
            server.aliases(),
            owned(&[("champion", 3), ("previous", 2)]),
            "cut after {cuts}"
        );
        server.always_had_a_champion();
        if whole {
            break;
        }
        cuts += 1;
    }
    assert_eq!(cuts, 3, "changes of a whole promotion");
}

#[test]
fn going_back_that_is_cut_off_anywhere_is_finished_by_the_next() {
    let before = [("challenger", 4), ("champion", 3), ("previous", 2)];
    let after = owned(&[("challenger", 4), ("champion", 2), ("previous", 3)]);
    for cuts in 0..4 {
        let server = Server::new(&before);
        server.cut_after(Some(cuts));
        server.registry.rollback().map(drop).expect_err("cut off");
        server.cut_after(None);
        assert_eq!(server.registry.rollback().expect("a way back").number, 2);
        assert_eq!(server.aliases(), after, "cut after {cuts}");
        server.always_had_a_champion();
        assert_eq!(server.registry.rollback().expect("a way back").number, 3, "and to and fro");
    }
    let server = Server::new(&before);
    assert_eq!(server.registry.rollback().expect("a way back").aliases, [Alias::Champion]);
    assert_eq!(server.aliases(), after);
}

#[test]
fn a_promotion_settles_a_way_back_that_was_cut_off() {
    for cuts in 1..4 {
        let server = Server::new(&[("champion", 3), ("previous", 2)]);
        server.cut_after(Some(cuts));
        server.registry.rollback().map(drop).expect_err("cut off");
        server.cut_after(None);
        server.registry.promote(4).expect("promoted");
        let before = if cuts == 1 { 3 } else { 2 };
        assert_eq!(server.aliases(), owned(&[("champion", 4), ("previous", before)]));
    }
}

#[test]
fn who_loses_a_race_is_told() {
    let server = Server::new(&[("champion", 1)]);
    server.model.lock().expect("a model").rival = Some(4);
    let error = server.registry.promote(2).expect_err("somebody else was later");
    assert!(matches!(error, RegistryError::Raced { wanted: 2, .. }), "{error}");
    assert!(error.is_lacking() && error.to_string().contains("version 4"), "{error}");
}

#[test]
fn nothing_moves_for_a_version_that_is_not_there_nor_without_a_way_back() {
    let before = [("champion", 1)];
    let server = Server::new(&before);
    for error in [
        server.registry.promote(9).expect_err("no such version"),
        server.registry.point(Alias::Challenger, 9).expect_err("no such version"),
        server.registry.rollback().map(drop).expect_err("no way back"),
    ] {
        assert!(!error.is_lacking(), "{error}");
    }
    assert_eq!(server.aliases(), owned(&before));
    assert_eq!(server.registry.alias(Alias::Challenger).expect("an answer"), None);
    let champion = server.registry.alias(Alias::Champion).expect("an answer").expect("one");
    assert_eq!((champion.number, &*champion.aliases), (1, &[Alias::Champion][..]));
}

#[test]
fn a_server_that_is_away_or_lets_nobody_in_is_lacking_and_another_is_wrong() {
    let gone = {
        let mock = Mock::new(|_| Answer::ok());
        Registry::open(&mock.uri(), "weir").expect("a registry")
    };
    assert!(gone.alias(Alias::Champion).expect_err("gone").is_lacking());
    for (status, is_lacking) in [(401, true), (403, true), (400, false)] {
        let mock = Mock::new(move |_| Answer::error(status, "X", "no"));
        let registry = Registry::open(&mock.uri(), "weir").expect("a registry");
        let error = registry.versions().expect_err("refused");
        assert_eq!(error.is_lacking(), is_lacking, "{status}: {error}");
        assert!(error.to_string().starts_with("http://127.0.0.1:"), "{error}");
    }
}
