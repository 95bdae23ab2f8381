//! How a run ends for those who watch it from another server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::broker::{Broker, free_port, url};
use crate::common::{Heard, Server, Visitor};
use crate::proxy::Proxy;
use crate::replica::{SOON, connected, guest, owner, start, two, until};

const GONE: &str = "the server that this water was on has gone";
const LOST: &str = "the connection to the server that this water is on is lost";

/// Frames of a visitor's own run that go on.
async fn flows(visitor: &mut Visitor) {
    let first = visitor.frame(0).await.time_ms;
    let begun = Instant::now();
    while visitor.frame(0).await.time_ms < first + 300 {
        assert!(begun.elapsed() < Duration::from_secs(5), "the water stands");
    }
}

/// Whether somebody who asks for this run is refused, and how soon.
async fn refused(server: &Server, run: &Value) {
    let mut visitor = server.visit().await;
    let begun = Instant::now();
    visitor.say(json!({ "do": "watch", "run": run })).await;
    let refused = visitor.word("refused").await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let why = refused["why"].as_str().unwrap_or_default();
    assert!(why.ends_with("there is none, or it has ended"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_run_that_its_owner_ends_is_over_everywhere_without_a_reason() {
    let broker = Broker::start();
    let [a, b] = two(&broker.url()).await;
    let (mut owner, run) = owner(&a).await;
    let mut away = guest(&b, &run).await;
    away.frame(0).await;
    owner.say(json!({ "do": "leave" })).await;
    assert_eq!(away.word("ended").await, json!({ "is": "ended" }));
    refused(&b, &run).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_server_that_closes_says_so_at_once() {
    let broker = Broker::start();
    let [a, b] = two(&broker.url()).await;
    let (_owner, run) = owner(&a).await;
    let mut away = guest(&b, &run).await;
    away.frame(0).await;
    let begun = Instant::now();
    a.closing.cancel();
    assert_eq!(away.word("ended").await, json!({ "is": "ended", "why": GONE }));
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    // The connection stays.
    away.open().await;
    a.task.await.expect("a good end");
    refused(&b, &run).await;
    until(&b, "weir_rooms_away", 0.0).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_server_that_is_cut_off_is_gone_after_some_seconds_and_comes_back() {
    let broker = Broker::start();
    let proxy = Proxy::to(broker.port).await;
    let a = connected(&url(proxy.port), "a").await;
    let b = connected(&broker.url(), "b").await;
    let (mut theirs, run) = owner(&a).await;
    let (mut own, _) = owner(&b).await;
    let mut away = guest(&b, &run).await;
    away.frame(0).await;
    // A run that rests is there, too: longer than silence may last.
    theirs.say(json!({ "do": "pause" })).await;
    while away.word("state").await["is_playing"] == true {}
    let begun = Instant::now();
    let still = tokio::time::timeout(Duration::from_secs(5), away.word("ended")).await;
    assert!(still.is_err(), "over after {:?}: {still:?}", begun.elapsed());
    let begun = Instant::now();
    proxy.cut();
    assert_eq!(away.word("ended").await, json!({ "is": "ended", "why": GONE }));
    let took = begun.elapsed().as_secs_f64();
    assert!((1.9..6.0).contains(&took), "{took} s");
    flows(&mut own).await;
    refused(&b, &run).await;
    // It has lost nothing of its own, and is there again when it can be reached.
    theirs.say(json!({ "do": "start" })).await;
    flows(&mut theirs).await;
    until(&a, "weir_broker_connected", 0.0).await;
    proxy.mend();
    until(&a, "weir_broker_connected", 1.0).await;
    let mut again = guest(&b, &run).await;
    flows(&mut again).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_broker_that_goes_takes_nothing_but_what_is_away_and_may_come_back() {
    let broker = Broker::start();
    let port = broker.port;
    let [a, b] = two(&broker.url()).await;
    let (mut theirs, run) = owner(&a).await;
    let (mut own, _) = owner(&b).await;
    let mut away = guest(&b, &run).await;
    away.frame(0).await;
    let begun = Instant::now();
    drop(broker);
    assert_eq!(away.word("ended").await, json!({ "is": "ended", "why": LOST }));
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    tokio::join!(flows(&mut theirs), flows(&mut own));
    until(&a, "weir_broker_connected", 0.0).await;
    until(&b, "weir_broker_connected", 0.0).await;
    refused(&b, &run).await;
    let _broker = Broker::at(port);
    until(&a, "weir_broker_connected", 1.0).await;
    until(&b, "weir_broker_connected", 1.0).await;
    let mut again = guest(&b, &run).await;
    flows(&mut again).await;
    // A run that is opened only now can be watched as well.
    let (_newer, run) = owner(&a).await;
    flows(&mut guest(&b, &run).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_broker_that_is_back_soon_is_not_missed() {
    let broker = Broker::start();
    let port = broker.port;
    let [a, b] = two(&broker.url()).await;
    let (_theirs, run) = owner(&a).await;
    let mut away = guest(&b, &run).await;
    away.frame(0).await;
    drop(broker);
    let _broker = Broker::at(port);
    let begun = Instant::now();
    let mut last = 0;
    while begun.elapsed() < Duration::from_secs(5) {
        match away.hear().await {
            Heard::Frame(_, picture) => last = picture.number,
            Heard::Word(word) => assert_ne!(word["is"], "ended", "{word}"),
            Heard::Maps(_) => {}
            Heard::Closed(code) => panic!("closed with {code:?}"),
        }
    }
    assert!(away.frame(0).await.number > last);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_server_starts_without_its_broker_and_finds_it_later() {
    let port = free_port();
    let begun = Instant::now();
    let a = start(&url(port), "a").await;
    let (mut theirs, run) = owner(&a).await;
    flows(&mut theirs).await;
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    until(&a, "weir_broker_connected", 0.0).await;
    refused(&a, &json!("0123456789abcdef")).await;
    let broker = Broker::at(port);
    let b = connected(&broker.url(), "b").await;
    until(&a, "weir_broker_connected", 1.0).await;
    // Also of a run that was there before.
    let mut away = guest(&b, &run).await;
    flows(&mut away).await;
    // One that cannot be reached at the end, either, holds up nothing.
    drop(broker);
    let begun = Instant::now();
    a.closing.cancel();
    drop((theirs, away));
    a.task.await.expect("a good end");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
