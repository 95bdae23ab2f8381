//! What is seen of a run that another server has.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use weir_wire::Picture;

use crate::broker::Broker;
use crate::common::{Heard, Visitor};
use crate::replica::{SOON, connected, guest, number, owner, two, until};

/// Frames that a visitor sees until `count` of them have come, by their numbers, with particles in
/// an order that does not depend on how they came.
async fn frames(visitor: &mut Visitor, count: usize) -> BTreeMap<u32, Picture> {
    let mut seen = BTreeMap::new();
    while seen.len() < count {
        let mut picture = visitor.frame(0).await;
        picture.places.sort_unstable();
        seen.insert(picture.number, picture);
    }
    seen
}

/// The same frames, to the bit.
fn compare(here: &BTreeMap<u32, Picture>, there: &BTreeMap<u32, Picture>, least: usize) {
    let both = here.iter().filter_map(|(number, here)| Some((here, there.get(number)?)));
    let mut count = 0;
    for (here, there) in both {
        assert_eq!(here.time_ms, there.time_ms);
        assert_eq!(here.places, there.places, "frame {}", here.number);
        assert_eq!(here.bodies, there.bodies);
        count += 1;
    }
    assert!(count >= least, "{count} frames seen here and there");
}

/// The next state of which this holds.
async fn state(visitor: &mut Visitor, holds: impl Fn(&Value) -> bool) -> Value {
    loop {
        let state = visitor.word("state").await;
        if holds(&state) {
            return state;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn who_watches_from_another_server_sees_the_same_water() {
    let broker = Broker::start();
    let [a, b] = two(&broker.url()).await;
    let (mut owner, run) = owner(&a).await;
    // An owner who reads nothing would be a slow one, and not what is looked at here.
    let (tell, mut said) = mpsc::channel(1);
    let owned = tokio::spawn(async move {
        loop {
            tokio::select! {
                word = said.recv() => match word {
                    Some(word) => owner.say(word).await,
                    None => return owner,
                },
                _ = owner.hear() => {}
            }
        }
    });
    let mut local = guest(&a, &run).await;
    let mut away = guest(&b, &run).await;
    let first = away.word("state").await;
    assert_eq!((&first["engine"], &first["is_playing"]), (&json!("network"), &json!(true)));
    assert_eq!(first["lines"], json!([0]));
    let (here, there) = tokio::join!(frames(&mut local, 75), frames(&mut away, 75));
    compare(&here, &there, 30);
    let times: Vec<u32> = there.values().map(|picture| picture.time_ms).collect();
    assert!(times.is_sorted() && times.last() > times.first(), "{times:?}");
    // What the owner does.
    let line = json!({ "do": "add", "line": 7, "points_m": [[0.2, 0.2], [0.4, 0.2]] });
    tell.send(line).await.expect("an owner");
    let has_line = |state: &Value| state["lines"] == json!([0, 7]);
    let (here, there) = tokio::join!(state(&mut local, has_line), state(&mut away, has_line));
    // The network is there and not here.
    let mut here = here;
    assert!(here.as_object_mut().is_some_and(|state| state.remove("model").is_some()));
    assert_eq!(here, there);
    tell.send(json!({ "do": "pause" })).await.expect("an owner");
    state(&mut away, |state| state["is_playing"] == false).await;
    drop(tell);
    let mut owner = owned.await.expect("no panic");
    // Who comes to water that rests sees it, too, here and on a third server.
    let c = connected(&broker.url(), "c").await;
    let mut pictures = Vec::new();
    for server in [&a, &b, &c] {
        let mut late = guest(server, &run).await;
        let mut picture = late.frame(0).await;
        picture.places.sort_unstable();
        pictures.push((picture.number, picture.time_ms, picture.places));
    }
    assert!(pictures.windows(2).all(|pair| pair[0] == pair[1]), "the same water lies everywhere");
    owner.say(json!({ "do": "reset" })).await;
    state(&mut away, |state| state["lines"] == json!([0, 7])).await;
    loop {
        if away.frame(0).await.time_ms == 0 {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn who_watches_changes_nothing_and_hears_what_cannot_be_had() {
    let broker = Broker::start();
    let [a, b] = two(&broker.url()).await;
    let (_owner, run) = owner(&a).await;
    let mut away = guest(&b, &run).await;
    for (said, words) in [
        (json!({ "do": "pause" }), "a run of your own"),
        (json!({ "do": "erase", "line": 0 }), "a run of your own"),
        (json!({ "do": "look", "maps": [[0, 0]] }), "another one"),
        (json!({ "do": "field", "at_m": [0.5, 0.5] }), "another one"),
        (json!({ "do": "saliency" }), "another one"),
    ] {
        away.say(said.clone()).await;
        let refused = away.word("refused").await;
        assert_eq!(refused["what"], said["do"]);
        assert!(refused["why"].as_str().is_some_and(|why| why.contains(words)), "{refused}");
    }
    // It still watches, and then goes to a run of its own.
    away.frame(0).await;
    away.say(json!({ "do": "leave" })).await;
    let mine = away.open().await;
    assert_eq!(mine["mine"], true);
    away.say(json!({ "do": "look", "maps": [[0, 0]] })).await;
    away.maps().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn many_who_watch_cost_one_subscription_and_none_when_they_have_gone() {
    let broker = Broker::start();
    let [a, b] = two(&broker.url()).await;
    let (owner, run) = owner(&a).await;
    let tells = format!("weir.1.run.{}.tell", run.as_str().expect("a name"));
    assert_eq!(broker.listeners(&tells), 0);
    // Nothing is told while nobody watches; two connections look after themselves.
    let before = broker.messages();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(broker.messages() - before < 4, "told to nobody");
    let mut guests = vec![guest(&b, &run).await, guest(&b, &run).await];
    let third = guest(&b, &run);
    let fourth = guest(&b, &run);
    let (third, fourth) = tokio::join!(third, fourth);
    guests.extend([third, fourth]);
    for guest in &mut guests {
        guest.frame(0).await;
    }
    assert_eq!(broker.listeners(&tells), 1);
    assert_eq!(number(&b, "weir_rooms_away").await, Some(1.0));
    assert_eq!(number(&a, "weir_rooms_away").await, Some(0.0));
    assert_eq!(number(&b, "weir_broker_dropped_total").await, Some(0.0));
    guests.truncate(1);
    // Those who stay see on, for longer than interest lasts that is not renewed.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(9) {
        guests[0].frame(0).await;
    }
    guests.clear();
    until(&b, "weir_rooms_away", 0.0).await;
    let gone = Instant::now();
    while broker.listeners(&tells) > 0 {
        assert!(gone.elapsed() < SOON, "the subscription stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // And it is told no more.
    tokio::time::sleep(Duration::from_secs(9)).await;
    let before = broker.messages();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(broker.messages() - before < 4, "told to nobody");
    drop(owner);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn who_is_slow_gets_frames_that_stand_alone_and_holds_up_nobody() {
    let broker = Broker::start();
    let [a, b] = two(&broker.url()).await;
    let (_owner, run) = owner(&a).await;
    let (mut slow, mut fast) = (guest(&b, &run).await, guest(&b, &run).await);
    let slowly = async {
        let mut numbers = Vec::new();
        while numbers.len() < 12 {
            // What cannot be understood panics in there.
            numbers.push(slow.frame(0).await.number);
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        numbers
    };
    let (numbers, seen) = tokio::join!(slowly, frames(&mut fast, 60));
    let (first, last) = (numbers[0], numbers[11]);
    assert!(last - first > 20, "it has missed some: {numbers:?}");
    let (first, last) = (seen.keys().min(), seen.keys().max());
    let span = last.zip(first).map_or(0, |(last, first)| last - first);
    assert!(span < 120, "nearly all of them: 60 of {span}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn a_run_that_nobody_has_is_refused_soon_and_as_ever() {
    let broker = Broker::start();
    let [_a, b] = two(&broker.url()).await;
    let mut visitor = b.visit().await;
    for run in ["0123456789abcdef", "fedcba9876543210"] {
        let begun = Instant::now();
        visitor.say(json!({ "do": "watch", "run": run })).await;
        let refused = visitor.word("refused").await;
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        let why = format!("run {run}: there is none, or it has ended");
        assert_eq!(refused, json!({ "is": "refused", "what": "watch", "why": why }));
    }
    // Many who ask do not hold up the others.
    visitor.open().await;
    let heard = visitor.hear().await;
    assert!(!matches!(heard, Heard::Closed(_)));
}
