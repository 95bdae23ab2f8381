//! How much simulated time goes by from one frame to the next.

use crate::common::{Heard, Server, shelf};
use serde_json::json;
use weir_wire::Picture;

/// Simulated milliseconds a beat between two frames, of which some may have been missed.
fn a_beat_ms(before: &Picture, after: &Picture) -> f64 {
    let beats = after.number.wrapping_sub(before.number);
    f64::from(after.time_ms - before.time_ms) / f64::from(beats)
}

#[tokio::test]
async fn water_goes_as_fast_as_it_is_told_to() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.say(json!({ "do": "open", "scene": shelf(), "engine": "reference" })).await;
    for speed in [0.5, 1.0, 2.0, 4.0] {
        visitor.say(json!({ "do": "reset" })).await;
        visitor.say(json!({ "do": "speed", "to": speed })).await;
        visitor.say(json!({ "do": "start" })).await;
        let state = loop {
            let state = visitor.word("state").await;
            if state["speed"] == json!(speed) && state["is_playing"] == true {
                break state;
            }
        };
        assert_eq!(state["failure"], json!(null));
        let first = visitor.frame(0).await;
        let mut last = first.clone();
        while last.number.wrapping_sub(first.number) < 30 {
            last = visitor.frame(0).await;
        }
        let a_beat_ms = a_beat_ms(&first, &last);
        let asked_ms = 1000.0 / 30.0 * speed;
        assert!((a_beat_ms - asked_ms).abs() < 2.0, "{speed}: {a_beat_ms}, not {asked_ms}");
        visitor.say(json!({ "do": "pause" })).await;
    }
}

#[tokio::test]
async fn who_asks_for_steps_without_end_gets_some_in_each_beat() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.say(json!({ "do": "open", "scene": shelf(), "engine": "reference" })).await;
    let mut last = visitor.frame(0).await;
    for _ in 0..400 {
        visitor.say(json!({ "do": "step" })).await;
    }
    visitor.say(json!({ "do": "fly" })).await;
    let mut all_are_heard = false;
    while !all_are_heard || last.time_ms == 0 {
        match visitor.hear().await {
            Heard::Frame(_, picture) => {
                let a_beat_ms = a_beat_ms(&last, &picture);
                assert!(a_beat_ms < 70.0, "no more than four frames a beat: {a_beat_ms}");
                last = picture;
            }
            Heard::Word(word) => all_are_heard |= word["is"] == "refused",
            Heard::Maps(_) => {}
            Heard::Closed(code) => panic!("closed with {code:?}"),
        }
    }
}
