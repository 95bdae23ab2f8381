//! Networks that come and go while water flows, and what becomes of water that a network spoils.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use weir_scene::{Draw, Frame, Scene};
use weir_server::config::RegistryConfig;
use weir_server::{
    App, Config, Content, Engines, Fault, Maker, Reference, Registry, Role, Version,
};
use weir_surrogate::{Model, checkpoints, device};

use crate::client::get;
use crate::common::{Server, Still, Visitor, shelf};

/// Longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

fn model() -> Model {
    Model::open("default", &device::open("flex").expect("a processor")).expect("a model")
}

/// One that can take its place: what it was before it had learned all.
fn younger() -> Model {
    let all = checkpoints::of(&model(), "default").expect("checkpoints");
    all.last().expect("one").model.clone()
}

/// One of another shape, which cannot.
fn smaller() -> Model {
    let shipped = model();
    let mut config = shipped.config.clone();
    config.name = "smaller".to_owned();
    config.shape.channels.truncate(2);
    config.shape.residual.truncate(2);
    let net = weir_surrogate::network::UNet::new(&config.shape, shipped.device());
    Model::new(config, net, shipped.device().clone())
}

/// One that nothing keeps from making energy.
fn wild() -> Model {
    let (config, weights) = model().to_bytes().expect("bytes");
    let config = config.replace("lossy = true", "lossy = false");
    let device = device::open("flex").expect("a processor");
    Model::from_bytes("here", &config, weights, &device).expect("a model")
}

/// Water at rest where nothing pulls at it: whatever moves it makes energy.
fn weightless() -> Value {
    let mut scene = shelf();
    scene["gravity_m_s2"] = json!([0.0, 0.0]);
    scene
}

fn still() -> Reference {
    Arc::new(|_: &Scene| {
        let frame = Frame {
            positions_m: vec![[0.5, 0.5]],
            velocities_m_s: vec![[0.0; 2]],
            ids: vec![1],
            ..Frame::default()
        };
        Ok(Box::new(Still(frame)) as Box<dyn Draw>)
    })
}

/// A registry in a folder, in which tests put what they want.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Stock>>);

#[derive(Default)]
struct Stock {
    /// Folders by the SHA-256 of their weights.
    folders: HashMap<String, PathBuf>,
    aliases: HashMap<&'static str, Version>,
    is_closed: bool,
}

impl Shelf {
    fn put(&self, number: u32, model: &Model, below: &Path) -> Version {
        let folder = below.join(number.to_string());
        model.save(&folder).expect("a folder");
        let version = Version { number, sha256: format!("{number:064}") };
        self.stock(|stock| stock.folders.insert(version.sha256.clone(), folder));
        version
    }

    fn point(&self, role: Role, version: &Version) {
        self.stock(|stock| stock.aliases.insert(role.name(), version.clone()));
    }

    fn stock<T>(&self, with: impl FnOnce(&mut Stock) -> T) -> T {
        with(&mut self.0.lock().expect("nobody panicked"))
    }
}

impl Registry for Shelf {
    fn version(&self, role: Role) -> Result<Option<Version>, Fault> {
        self.stock(|stock| match stock.is_closed {
            true => Err(Fault::Lacking("closed".to_owned())),
            false => Ok(stock.aliases.get(role.name()).cloned()),
        })
    }

    fn fetch(&self, version: &Version, cache: &Path) -> Result<PathBuf, Fault> {
        let from = self.stock(|stock| stock.folders.get(&version.sha256).cloned());
        let lacking = |error: std::io::Error| Fault::Lacking(error.to_string());
        let from = from.ok_or_else(|| Fault::Wrong("there is none".to_owned()))?;
        let to = cache.join(&version.sha256);
        std::fs::create_dir_all(&to).map_err(lacking)?;
        for file in ["model.toml", "model.safetensors"] {
            std::fs::copy(from.join(file), to.join(file)).map_err(lacking)?;
        }
        Ok(to)
    }
}

struct House {
    server: Server,
    shelf: Shelf,
    data: TempDir,
}

impl House {
    /// With a champion of this version, if there is one.
    async fn open(first: Option<&Model>, change: impl FnOnce(&mut Config)) -> Self {
        let (shelf, data) = (Shelf::default(), TempDir::new().expect("a folder"));
        if let Some(model) = first {
            let version = shelf.put(1, model, &data.path().join("shelf"));
            shelf.point(Role::Champion, &version);
        }
        let registry = RegistryConfig {
            place: "here".to_owned(),
            poll_s: std::num::NonZeroU64::MIN,
            ..RegistryConfig::default()
        };
        let mut config = Config { data_dir: data.path().to_owned(), registry, ..Config::default() };
        change(&mut config);
        let maker = Maker::new(data.path(), "flex", still());
        let engines = Engines::new(model(), Vec::new(), still()).expect("a network that runs");
        let app = App::new(engines, config, &Content::load().expect("content")).expect("threads");
        app.follow(Arc::new(shelf.clone()), maker).expect("a thread");
        Self { server: Server::of(app).await, shelf, data }
    }

    fn put(&self, number: u32, model: &Model) -> Version {
        self.shelf.put(number, model, &self.data.path().join("shelf"))
    }

    async fn status(&self) -> Value {
        get(self.server.addr, "/api/status", &[]).await.json()
    }

    async fn metric(&self, name: &str) -> Option<f64> {
        let text = get(self.server.addr, "/metrics", &[]).await.text();
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.rsplit(' ').next()?.parse().ok()
    }

    /// Waits until the server's status is as it should be.
    async fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let begun = std::time::Instant::now();
        loop {
            let status = self.status().await;
            if is(&status) {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}: {status}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn until_champion(&self, number: u32) -> Value {
        let what = format!("version {number}");
        self.until(&what, |status| status["networks"][0]["version"] == number).await
    }
}

async fn flowing(house: &House) -> Visitor {
    let mut visitor = house.server.visit().await;
    visitor.open().await;
    visitor.say(json!({ "do": "start" })).await;
    visitor.frame(0).await;
    visitor
}

/// Frames go on, in order, as if nothing had happened.
async fn goes_on(visitor: &mut Visitor) {
    let mut last = visitor.frame(0).await;
    for _ in 0..10 {
        let next = visitor.frame(0).await;
        assert!(next.time_ms > last.time_ms, "{} after {} ms", next.time_ms, last.time_ms);
        assert_eq!(next.places.len(), last.places.len());
        last = next;
    }
}

async fn state_until(visitor: &mut Visitor, is: impl Fn(&Value) -> bool) -> Value {
    loop {
        let state = visitor.word("state").await;
        if is(&state) {
            return state;
        }
    }
}

#[tokio::test]
async fn a_champion_is_promoted_and_rolled_back_under_water_that_flows() {
    let house = House::open(Some(&model()), |_| ()).await;
    house.until_champion(1).await;
    let first: Value = get(house.server.addr, "/api/model", &[]).await.json();
    let mut visitor = flowing(&house).await;
    let second = house.put(2, &younger());
    house.shelf.point(Role::Champion, &second);
    let state = state_until(&mut visitor, |state| state["model"] != first["sha256"]).await;
    assert_eq!(state["is_playing"], true);
    goes_on(&mut visitor).await;
    let status = house.until_champion(2).await;
    assert_eq!(status["networks"][0]["sha256"], second.sha256.as_str());
    assert_eq!(get(house.server.addr, "/api/model", &[]).await.json()["sha256"], state["model"]);
    // Back: the run that was there all the time is moved by the first again.
    let before = Version { number: 1, sha256: format!("{:064}", 1) };
    house.shelf.point(Role::Champion, &before);
    state_until(&mut visitor, |state| state["model"] == first["sha256"]).await;
    goes_on(&mut visitor).await;
    house.until_champion(1).await;
    assert_eq!(house.metric("weir_registry_swaps_total{outcome=\"swapped\"}").await, Some(3.0));
    assert_eq!(house.status().await["visitors"], 1, "nobody was lost");
}

#[tokio::test]
async fn water_that_a_new_champion_cannot_take_over_has_it_when_it_begins_anew() {
    let house = House::open(None, |_| ()).await;
    let mut visitor = flowing(&house).await;
    let old: Value = get(house.server.addr, "/api/model", &[]).await.json();
    let other = house.put(1, &smaller());
    house.shelf.point(Role::Champion, &other);
    house.until_champion(1).await;
    goes_on(&mut visitor).await;
    visitor.say(json!({ "do": "pause" })).await;
    let paused = state_until(&mut visitor, |state| state["is_playing"] == false).await;
    assert_eq!(paused["model"], old["sha256"]);
    visitor.say(json!({ "do": "reset" })).await;
    let anew = state_until(&mut visitor, |state| state["model"] != old["sha256"]).await;
    assert_eq!(anew["model"], get(house.server.addr, "/api/model", &[]).await.json()["sha256"]);
    visitor.say(json!({ "do": "start" })).await;
    goes_on(&mut visitor).await;
}

#[tokio::test]
async fn what_is_no_network_is_refused_once_and_the_one_before_goes_on() {
    let house = House::open(Some(&model()), |_| ()).await;
    house.until_champion(1).await;
    let mut visitor = flowing(&house).await;
    let broken = house.put(2, &younger());
    let weights = house.data.path().join("shelf/2/model.safetensors");
    std::fs::write(&weights, b"no weights").expect("a file");
    house.shelf.point(Role::Champion, &broken);
    let refused = "weir_registry_swaps_total{outcome=\"refused\"}";
    house.until("refused", |status| status["registry"] == true).await;
    let begun = std::time::Instant::now();
    while house.metric(refused).await != Some(1.0) {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    goes_on(&mut visitor).await;
    // It is not tried again, and a good one after it is taken.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(house.metric(refused).await, Some(1.0));
    house.shelf.point(Role::Champion, &house.put(3, &younger()));
    house.until_champion(3).await;
    goes_on(&mut visitor).await;
}

#[tokio::test]
async fn without_its_registry_a_server_goes_on_and_begins_with_the_last_good_network() {
    let house = House::open(Some(&younger()), |_| ()).await;
    house.until_champion(1).await;
    assert_eq!(house.metric("weir_registry_reachable").await, Some(1.0));
    house.shelf.stock(|stock| stock.is_closed = true);
    house.until("out of reach", |status| status["registry"] == false).await;
    assert_eq!(house.metric("weir_registry_reachable").await, Some(0.0));
    goes_on(&mut flowing(&house).await).await;
    // A server that starts now.
    let maker = Maker::new(house.data.path(), "flex", still());
    let last = maker.last_good().expect("it is whole").expect("there is one");
    assert_eq!(last.version.as_ref().map(|version| version.number), Some(1));
    assert_eq!(last.atlas.sha256, house_sha(&house).await);
    // And one whose files were spoilt says so.
    let folder = house.data.path().join("models").join(format!("{:064}", 1));
    std::fs::write(folder.join("model.safetensors"), b"").expect("a file");
    assert!(maker.last_good().is_err());
    let nowhere = TempDir::new().expect("a folder");
    assert!(Maker::new(nowhere.path(), "flex", still()).last_good().expect("nothing").is_none());
}

async fn house_sha(house: &House) -> String {
    let model = get(house.server.addr, "/api/model", &[]).await.json();
    model["sha256"].as_str().expect("a hash").to_owned()
}

#[tokio::test]
async fn a_canary_moves_the_share_of_runs_that_it_is_given() {
    let share = |config: &mut Config| {
        config.registry.canary_share = 1.0.try_into().expect("a share");
    };
    let house = House::open(None, share).await;
    let challenger = house.put(1, &younger());
    house.shelf.point(Role::Challenger, &challenger);
    house.until("two", |status| status["networks"][1]["role"] == "challenger").await;
    let champion = house_sha(&house).await;
    let mut visitor = flowing(&house).await;
    goes_on(&mut visitor).await;
    let frames = "weir_predictions_total{role=\"challenger\",outcome=\"ok\"}";
    assert!(house.metric(frames).await.is_some_and(|count| count > 0.0));
    // Where it is dismissed its runs go on with the champion.
    house.shelf.stock(|stock| stock.aliases.clear());
    let state = state_until(&mut visitor, |state| state["model"] == champion.as_str()).await;
    assert_eq!(state["is_playing"], true);
    goes_on(&mut visitor).await;
}

#[tokio::test]
async fn the_solver_takes_over_where_a_network_breaks_a_limit_and_says_so() {
    let house = House::open(Some(&wild()), |_| ()).await;
    house.until_champion(1).await;
    let mut visitor = house.server.visit().await;
    visitor.say(json!({ "do": "open", "scene": weightless() })).await;
    visitor.word("run").await;
    visitor.say(json!({ "do": "start" })).await;
    let state = state_until(&mut visitor, |state| state["notice"].is_string()).await;
    assert_eq!((&state["engine"], &state["failure"]), (&json!("reference"), &Value::Null));
    let notice = state["notice"].as_str().expect("words");
    assert!(notice.contains("The solver has taken over"), "{notice}");
    // It plays on, from the beginning.
    let mut last = visitor.frame(0).await;
    while last.places.len() > 1 {
        last = visitor.frame(0).await;
    }
    let next = visitor.frame(0).await;
    assert!(next.time_ms > last.time_ms);
    let status = house.status().await;
    assert_eq!(status["fallbacks"], 1);
    let broken: u64 =
        status["violations"].as_object().expect("counts").values().filter_map(Value::as_u64).sum();
    assert_eq!(broken, 1, "{status}");
    assert_eq!(house.metric("weir_fallback_total").await, Some(1.0));
    // Who asks for the network again gets it, and the words are gone.
    visitor.say(json!({ "do": "engine", "to": "network" })).await;
    let state = state_until(&mut visitor, |state| state["engine"] == "network").await;
    assert!(state["notice"].is_null());
}

#[tokio::test]
async fn what_a_visitor_breaks_on_purpose_is_no_violation() {
    let house = House::open(Some(&wild()), |_| ()).await;
    house.until_champion(1).await;
    let skips = get(house.server.addr, "/api/model", &[]).await.json()["skips"].clone();
    let mut visitor = house.server.visit().await;
    visitor.say(json!({ "do": "open", "scene": weightless() })).await;
    visitor.word("run").await;
    visitor.say(json!({ "do": "silence", "skips": [skips[0]] })).await;
    visitor.say(json!({ "do": "start" })).await;
    visitor.frame(0).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(house.status().await["fallbacks"], 0);
}

#[tokio::test]
async fn runs_are_solved_again_and_the_challenger_beside_them() {
    let audit_all = |config: &mut Config| {
        config.audit.share = 1.0.try_into().expect("a share");
        config.audit.shadow = true;
    };
    let house = House::open(None, audit_all).await;
    house.shelf.point(Role::Challenger, &house.put(1, &younger()));
    house.until("two", |status| status["networks"][1]["role"] == "challenger").await;
    let mut visitor = house.server.visit().await;
    // Water whose every particle the solver of these tests has: one.
    let mut scene = shelf();
    scene["water"][0]["min_m"] = json!([0.5, 0.9]);
    scene["water"][0]["max_m"] = json!([0.53125, 0.93125]);
    visitor.say(json!({ "do": "open", "scene": scene })).await;
    visitor.word("run").await;
    visitor.say(json!({ "do": "start" })).await;
    let status = house.until("an audit", |status| status["audits"] == 1).await;
    assert!(status["error_of_free_fall"].as_f64().is_some_and(f64::is_finite), "{status}");
    for role in ["champion", "challenger"] {
        let count = format!("weir_shadow_error_ratio_count{{role=\"{role}\"}}");
        assert_eq!(house.metric(&count).await, Some(1.0), "{role}");
    }
    assert_eq!(status["scenes"], 1, "the scene that flowed was counted once");
}
