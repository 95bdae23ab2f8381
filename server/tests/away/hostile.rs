//! Somebody who has the broker and the name of a run, and means no good.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::broker::Broker;
use crate::common::Heard;
use crate::replica::{guest, owner, two};

const UNCLEAR: &str = "what comes from the server that this water is on cannot be understood";

fn subject(run: &Value, end: &str) -> String {
    format!("weir.1.run.{}.{end}", run.as_str().expect("a name"))
}

/// Letters that are none, or have in them what cannot be.
fn letters() -> Vec<(&'static str, Vec<u8>)> {
    // A first frame of version 2 with as many particles as there can be, and nothing of them.
    let many = [&[1, 17, 0, 2, 1, 1, 1][..], &[0x80, 0x80, 0x08], &[0]].concat();
    vec![
        ("nothing", Vec::new()),
        ("garbage", b"garbage \xff\xfe\x00 that goes on".to_vec()),
        ("another version", vec![2, 18, 0, 0]),
        ("an unknown kind", vec![1, 200, 1, 2, 3]),
        ("a third stream", vec![1, 17, 2, 2, 1, 0, 0, 0, 0]),
        ("a frame of another version", vec![1, 17, 0, 9, 0, 1, 1, 0, 0]),
        ("a frame that ends too early", many),
        ("a state that is none", vec![1, 16, 1, 2, 3, 4]),
        ("a beat that is too long", vec![1, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]),
        ("as much as a broker takes", vec![1; 1 << 20]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn what_cannot_be_understood_ends_the_room_and_nothing_else() {
    let broker = Broker::start();
    let [a, b] = two(&broker.url()).await;
    let client = async_nats::connect(broker.url()).await.expect("a broker");
    let (_theirs, run) = owner(&a).await;
    // One that rests: there need not be room for two that flow.
    let mut others = a.visit().await;
    let other = others.open().await["run"].take();
    let mut beside = guest(&b, &other).await;
    for (what, letter) in letters() {
        let mut away = guest(&b, &run).await;
        away.frame(0).await;
        let tell = subject(&run, "tell");
        client.publish(tell, Bytes::from(letter)).await.expect("a broker that takes it");
        // Frames go on if it does not end, so that nothing else would.
        let ended = tokio::time::timeout(Duration::from_secs(5), away.word("ended")).await;
        assert_eq!(ended.ok(), Some(json!({ "is": "ended", "why": UNCLEAR })), "{what}");
        // Nobody else is disturbed, and the same run can be watched again.
        beside.say(json!({ "do": "ping", "at": 1 })).await;
        loop {
            match beside.hear().await {
                Heard::Word(word) if word["is"] == "pong" => break,
                Heard::Word(word) => assert_ne!(word["is"], "ended", "{what}: {word}"),
                Heard::Closed(code) => panic!("{what}: closed with {code:?}"),
                Heard::Frame(..) | Heard::Maps(_) => {}
            }
        }
    }
    let mut away = guest(&b, &run).await;
    away.frame(0).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn who_asks_in_other_words_is_not_answered_and_harms_nobody() {
    let broker = Broker::start();
    let [a, b] = two(&broker.url()).await;
    let client = async_nats::connect(broker.url()).await.expect("a broker");
    let (mut theirs, run) = owner(&a).await;
    let mut away = guest(&b, &run).await;
    let ask = subject(&run, "ask");
    let mut letters: Vec<Vec<u8>> = letters().into_iter().map(|(_, letter)| letter).collect();
    // And what can be understood, far more often than anybody needs it.
    letters.extend((0..3000).map(|_| vec![1, 3]));
    for letter in letters {
        client.publish(ask.clone(), Bytes::from(letter)).await.expect("a broker that takes it");
    }
    client.flush().await.expect("a broker");
    let first = theirs.frame(0).await;
    let mut last = theirs.frame(0).await;
    while last.time_ms < first.time_ms + 500 {
        last = theirs.frame(0).await;
        match away.hear().await {
            Heard::Word(word) => assert_ne!(word["is"], "ended", "{word}"),
            Heard::Closed(code) => panic!("closed with {code:?}"),
            Heard::Frame(..) | Heard::Maps(_) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs nats-server"]
async fn who_answers_for_another_server_in_other_words_is_refused() {
    use futures_util::StreamExt as _;
    let broker = Broker::start();
    let [_a, b] = two(&broker.url()).await;
    let client = async_nats::connect(broker.url()).await.expect("a broker");
    let run = json!("0123456789abcdef");
    let mut asks = client.subscribe(subject(&run, "ask")).await.expect("a broker");
    client.flush().await.expect("a broker");
    let mut visitor = b.visit().await;
    for letter in [&b"garbage"[..], &[1, 18], &[1, 16, 0], &[]] {
        visitor.say(json!({ "do": "watch", "run": run })).await;
        let ask = asks.next().await.expect("a question");
        assert_eq!(ask.payload[..], [1, 1]);
        let to = ask.reply.expect("somebody who waits");
        client.publish(to, Bytes::from_static(letter)).await.expect("a broker");
        let why = visitor.word("refused").await;
        assert_eq!(why["why"], UNCLEAR);
    }
    // One that says nothing is waited for, for a second.
    let begun = std::time::Instant::now();
    visitor.say(json!({ "do": "watch", "run": run })).await;
    let why = visitor.word("refused").await;
    assert!(why["why"].as_str().is_some_and(|why| why.contains("there is none")), "{why}");
    assert!((0.5..2.0).contains(&begun.elapsed().as_secs_f64()), "{:?}", begun.elapsed());
}
