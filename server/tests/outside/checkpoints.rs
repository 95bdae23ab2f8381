//! What the network was before it had learned, in the visitors' water.

use crate::client::get;
use crate::common::{Server, Visitor, shelf};
use serde_json::{Value, json};
use weir_wire::Picture;

/// Where the water is after some steps with the network as it was at a checkpoint.
async fn flow(visitor: &mut Visitor, checkpoint: Value) -> Vec<[u16; 2]> {
    visitor.say(json!({ "do": "open", "scene": shelf() })).await;
    visitor.word("run").await;
    visitor.say(json!({ "do": "checkpoint", "to": checkpoint })).await;
    let mut state = visitor.word("state").await;
    while state["checkpoint"] != checkpoint {
        state = visitor.word("state").await;
    }
    let mut picture = Picture::default();
    for step in 1..=12 {
        visitor.say(json!({ "do": "step" })).await;
        let due_ms = (f64::from(step) * 1000.0 / 30.0).round() as u32;
        while picture.time_ms < due_ms {
            picture = visitor.frame(0).await;
        }
    }
    picture.places.sort_unstable();
    picture.places
}

#[tokio::test]
async fn water_flows_as_the_network_would_have_made_it_then() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    let now = flow(&mut visitor, Value::Null).await;
    let untrained = flow(&mut visitor, json!(0)).await;
    assert_eq!(now.len(), untrained.len());
    assert_ne!(now, untrained);
    assert_eq!(now, flow(&mut visitor, Value::Null).await, "it is what it was again");
}

#[tokio::test]
async fn water_goes_on_from_where_it_lies_when_the_network_changes() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.open().await;
    visitor.say(json!({ "do": "start" })).await;
    let mut last = visitor.frame(0).await;
    while last.time_ms < 300 {
        last = visitor.frame(0).await;
    }
    visitor.say(json!({ "do": "checkpoint", "to": 1 })).await;
    for _ in 0..10 {
        let next = visitor.frame(0).await;
        assert!(next.time_ms > last.time_ms, "{} after {} ms", next.time_ms, last.time_ms);
        last = next;
    }
}

#[tokio::test]
async fn a_checkpoint_that_nobody_kept_is_refused_with_those_that_there_are() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.open().await;
    visitor.say(json!({ "do": "checkpoint", "to": 99 })).await;
    let refused = visitor.word("refused").await;
    assert_eq!(refused["what"], "checkpoint");
    let why = refused["why"].as_str().expect("words");
    assert!(why.starts_with("checkpoint: got 99, takes null, or 0 to "), "{why}");
    visitor.say(json!({ "do": "checkpoint", "to": -1 })).await;
    assert_eq!(visitor.word("refused").await["what"], "message");
}

#[tokio::test]
async fn programs_are_told_when_they_were() {
    let server = Server::start().await;
    let model = get(server.addr, "/api/model", &[]).await.json();
    let stops = model["checkpoints"].as_array().expect("a list");
    assert_eq!(stops[0]["steps"], 0);
    let losses: Vec<f64> = stops.iter().filter_map(|stop| stop["loss"].as_f64()).collect();
    assert_eq!(losses.len(), stops.len());
    assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
}
