//! What a visitor meets, through real sockets.

use crate::common::{Heard, Map, Server, Visitor, shelf};
use serde_json::{Value, json};
use weir_wire::Picture;

/// Lowest place of the water, of 4,096 steps a metre.
fn lowest(picture: &Picture) -> u16 {
    picture.places.iter().map(|place| place[1]).min().expect("water")
}

/// Waits for the frame of this time, and sees none beyond. A busy machine makes the frames of
/// one step one by one.
async fn come_to(visitor: &mut Visitor, time_ms: u32) {
    loop {
        let now_ms = visitor.frame(0).await.time_ms;
        assert!(now_ms <= time_ms, "{now_ms} ms, not {time_ms}");
        if now_ms == time_ms {
            return;
        }
    }
}

#[tokio::test]
async fn water_falls_on_a_line_and_through_where_it_was_erased() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    let run = visitor.open().await;
    assert_eq!(run["mine"], true);
    let state = visitor.word("state").await;
    assert_eq!((&state["is_playing"], &state["lines"]), (&json!(false), &json!([0])));
    let first = visitor.frame(0).await;
    assert_eq!(first.time_ms, 0);
    visitor.say(json!({ "do": "start" })).await;
    let mut last = visitor.frame(0).await;
    while last.time_ms < 1500 {
        last = visitor.frame(0).await;
    }
    assert_eq!(last.places.len(), first.places.len(), "all water is there");
    assert!(lowest(&last) >= 2047, "it lies on the shelf: {}", lowest(&last));
    visitor.say(json!({ "do": "erase", "line": 0 })).await;
    while last.time_ms < 3000 {
        last = visitor.frame(0).await;
    }
    assert!(lowest(&last) < 400, "it has fallen: {}", lowest(&last));
}

#[tokio::test]
async fn a_run_stands_still_until_it_is_started_and_goes_step_by_step() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.open().await;
    visitor.frame(0).await;
    visitor.say(json!({ "do": "step" })).await;
    come_to(&mut visitor, 33).await;
    visitor.say(json!({ "do": "step" })).await;
    come_to(&mut visitor, 67).await;
    visitor.say(json!({ "do": "reset" })).await;
    assert_eq!(visitor.frame(0).await.time_ms, 0);
}

#[tokio::test]
async fn who_watches_sees_the_same_and_can_change_nothing() {
    let server = Server::start().await;
    let (mut owner, mut guest) = (server.visit().await, server.visit().await);
    let run = owner.open().await["run"].clone();
    guest.say(json!({ "do": "watch", "run": run })).await;
    assert_eq!(guest.word("run").await["mine"], false);
    guest.say(json!({ "do": "erase", "line": 0 })).await;
    let refused = guest.word("refused").await;
    assert_eq!(refused["what"], "erase");
    owner.say(json!({ "do": "step" })).await;
    let (mut seen, mut shown) = (owner.frame(0).await, guest.frame(0).await);
    while seen.time_ms < 33 {
        seen = owner.frame(0).await;
    }
    while shown.time_ms < 33 {
        shown = guest.frame(0).await;
    }
    // Frames that follow others and frames that stand alone order water in ways of their own.
    let sorted = |mut picture: Picture| {
        picture.places.sort_unstable();
        picture.places
    };
    assert_eq!(sorted(seen), sorted(shown));
    drop(owner);
    guest.word("ended").await;
}

#[tokio::test]
async fn both_engines_flow_side_by_side_and_go_on() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.say(json!({ "do": "open", "scene": shelf() })).await;
    visitor.word("run").await;
    visitor.say(json!({ "do": "step" })).await;
    come_to(&mut visitor, 33).await;
    // The second stream begins later, and has numbers of its own.
    visitor.say(json!({ "do": "engine", "to": "both" })).await;
    visitor.say(json!({ "do": "start" })).await;
    let mut frames = [0, 0];
    while frames.iter().any(|&count| count < 20) {
        match visitor.hear().await {
            Heard::Frame(stream, _) => frames[usize::from(stream)] += 1,
            Heard::Closed(code) => panic!("closed: {code:?}"),
            Heard::Word(word) => assert_ne!(word["is"], "refused", "{word}"),
            Heard::Maps(_) => {}
        }
        assert!(frames.iter().all(|&count| count < 200), "one stream stands still: {frames:?}");
    }
    visitor.say(json!({ "do": "seen", "stream": 2, "number": 1 })).await;
    assert_eq!(visitor.word("refused").await["what"], "seen");
}

#[tokio::test]
async fn who_looks_inside_sees_what_they_asked_for_and_it_changes_with_the_water() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.open().await;
    visitor.say(json!({ "do": "look", "maps": [[0, 0], [5, 1]] })).await;
    // Before anything moves: the block of water lies where it was put.
    let still = visitor.maps().await;
    assert_eq!(still.grid, [64, 64]);
    assert_eq!(still.maps.iter().map(|map| map.of).collect::<Vec<_>>(), [[0, 0], [5, 1]]);
    let density = &still.maps[0];
    assert_eq!((density.width, density.height), (64, 64));
    let at = |map: &Map, x: usize, y: usize| map.values[y * map.width + x];
    assert!(at(density, 32, 51) > 50, "water: {}", at(density, 32, 51));
    assert_eq!(at(density, 32, 10), 0, "none");
    assert!(still.maps[1].width < 64, "a coarser level");
    visitor.say(json!({ "do": "start" })).await;
    let mut later = visitor.maps().await;
    for _ in 0..3 {
        later = visitor.maps().await;
    }
    assert_ne!(later.maps[0].values, density.values);
    assert_ne!(later.maps[1].values, still.maps[1].values);
    visitor.say(json!({ "do": "look", "maps": [] })).await;
    visitor.say(json!({ "do": "ping", "at": 1.5 })).await;
    assert_eq!(visitor.word("pong").await["at"], 1.5);
    for _ in 0..20 {
        let heard = visitor.hear().await;
        assert!(!matches!(heard, Heard::Maps(_)), "nobody looks any more");
    }
}

#[tokio::test]
async fn the_network_says_what_its_answers_depend_on() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.open().await;
    // The shelf is near the water, this one is far from it.
    let far = json!([[0.02, 0.02], [0.06, 0.02]]);
    visitor.say(json!({ "do": "add", "line": 4, "points_m": far })).await;
    visitor.say(json!({ "do": "saliency" })).await;
    let word = visitor.word("saliency").await;
    let lines = word["lines"].as_array().expect("lines");
    assert_eq!(lines.iter().map(|l| &l["line"]).collect::<Vec<_>>(), [&json!(0), &json!(4)]);
    let effect = |k: usize| lines[k]["effect_m_s"].as_f64().expect("a number");
    assert!(effect(0) > effect(1) && effect(1) >= 0.0);
    visitor.say(json!({ "do": "field", "at_m": [0.5, 0.72] })).await;
    let field = visitor.maps().await;
    let map = &field.maps[0];
    let (most, _) = map.values.iter().enumerate().max_by_key(|(_, v)| **v).expect("a map");
    let [x, y] = [most % map.width, most / map.width];
    assert!(x.abs_diff(32) <= 3 && y.abs_diff(46) <= 3, "most depends on what is near: {x}, {y}");
    visitor.say(json!({ "do": "field", "at_m": [1.5, 0.5] })).await;
    assert!(visitor.word("refused").await["why"].as_str().is_some_and(|w| w.contains("at_m")));
}

#[tokio::test]
async fn water_goes_elsewhere_while_a_skip_connection_is_silent() {
    let server = Server::start().await;
    let mut places = Vec::new();
    for skips in [json!([]), json!(["up0", "up2"])] {
        let mut visitor = server.visit().await;
        visitor.open().await;
        visitor.say(json!({ "do": "silence", "skips": skips })).await;
        let mut state = visitor.word("state").await;
        while state["silent"] != skips {
            state = visitor.word("state").await;
        }
        visitor.say(json!({ "do": "start" })).await;
        let mut frame = visitor.frame(0).await;
        while frame.time_ms < 600 {
            frame = visitor.frame(0).await;
        }
        frame.places.sort_unstable();
        places.push((frame.time_ms, frame.places));
    }
    assert!(places[0] != places[1]);
}

#[tokio::test]
async fn who_lost_the_connection_comes_back_to_the_same_water() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    let run = visitor.open().await;
    visitor.say(json!({ "do": "step" })).await;
    come_to(&mut visitor, 33).await;
    drop(visitor);
    let mut again = server.visit().await;
    again.say(json!({ "do": "resume", "key": run["key"] })).await;
    let back = again.word("run").await;
    assert_eq!((&back["run"], &back["mine"]), (&run["run"], &json!(true)));
    assert_eq!(again.frame(0).await.time_ms, 33);
    again.say(json!({ "do": "step" })).await;
    come_to(&mut again, 67).await;
    // Who has only watched has no key, and the run's name is none.
    again.say(json!({ "do": "resume", "key": run["run"] })).await;
    assert_eq!(again.word("refused").await["what"], "resume");
    let mut guest = server.visit().await;
    guest.say(json!({ "do": "watch", "run": run["run"] })).await;
    assert!(guest.word("run").await["key"].is_null());
    // A run that its owner has left is over.
    again.say(json!({ "do": "leave" })).await;
    guest.word("ended").await;
    guest.say(json!({ "do": "resume", "key": run["key"] })).await;
    assert!(guest.word("refused").await["why"].as_str().is_some_and(|w| w.contains("ended")));
}

#[tokio::test]
async fn the_gallery_flows_while_somebody_watches() {
    let server = Server::start().await;
    let mut guest = server.visit().await;
    guest.say(json!({ "do": "watch", "run": "gallery" })).await;
    let run = guest.word("run").await;
    assert_eq!(run["mine"], false);
    while guest.frame(0).await.time_ms < 200 {}
    guest.say(json!({ "do": "pause" })).await;
    assert_eq!(guest.word("refused").await["what"], "pause");
    // Another sees the same, and after all have left it rests.
    let mut another = server.visit().await;
    another.say(json!({ "do": "watch", "run": "gallery" })).await;
    assert_eq!(another.word("run").await["run"], run["run"]);
    drop((guest, another));
    let mut late = server.visit().await;
    loop {
        late.say(json!({ "do": "watch", "run": run["run"] })).await;
        if late.word("state").await["is_playing"] == false {
            break;
        }
    }
    late.say(json!({ "do": "watch", "run": "gallery" })).await;
    let mut state = late.word("state").await;
    while state["is_playing"] == false {
        state = late.word("state").await;
    }
}

#[tokio::test]
async fn every_example_can_be_opened() {
    // As strangers may.
    let server = Server::configured(weir_server::Config::default()).await;
    let mut visitor = server.visit().await;
    for example in weir_scene::Scene::examples() {
        visitor.say(json!({ "do": "open", "example": example.name })).await;
        loop {
            match visitor.hear().await {
                Heard::Word(word) if word["is"] == "run" => break,
                Heard::Word(word) if word["is"] == "refused" => panic!("{}: {word}", example.name),
                Heard::Closed(code) => panic!("{}: closed with {code:?}", example.name),
                _ => {}
            }
        }
    }
}

/// Visitors until there is room for no more: the last of them waits, like this. Sooner or later
/// one has to, on any machine.
async fn crowd(server: &Server) -> (Vec<Visitor>, Value) {
    let mut visitors = Vec::new();
    loop {
        assert!(visitors.len() < 60, "room for all");
        let mut visitor = server.visit().await;
        visitor.say(json!({ "do": "open", "example": "dam-break" })).await;
        visitor.word("run").await;
        visitor.say(json!({ "do": "start" })).await;
        let mut state = visitor.word("state").await;
        while state["is_playing"] == false && state["waits"].is_null() {
            state = visitor.word("state").await;
        }
        visitors.push(visitor);
        if !state["waits"].is_null() {
            return (visitors, state["waits"].take());
        }
    }
}

/// Whether the visitor, whose water moves, has to wait for what was wished for; frames that
/// come after it say no.
async fn has_to_wait(visitor: &mut Visitor, is_granted: impl Fn(&Value) -> bool) -> bool {
    let (mut granted, mut frames) = (false, 0);
    while frames < 10 {
        match visitor.hear().await {
            Heard::Word(word) if word["is"] == "state" => {
                granted |= is_granted(&word);
                if granted && !word["waits"].is_null() {
                    return true;
                }
            }
            Heard::Frame(..) if granted => frames += 1,
            Heard::Closed(code) => panic!("closed with {code:?}"),
            _ => {}
        }
    }
    false
}

#[tokio::test]
async fn who_wants_more_than_there_is_room_for_waits_and_nobody_else_does() {
    let server = Server::start().await;
    let mut visitors = Vec::new();
    for _ in 0..4 {
        let mut visitor = server.visit().await;
        visitor.say(json!({ "do": "open", "example": "dam-break" })).await;
        visitor.word("run").await;
        // So slow that there is room for all.
        visitor.say(json!({ "do": "speed", "to": 0.05 })).await;
        visitor.say(json!({ "do": "start" })).await;
        while visitor.word("state").await["is_playing"] == false {}
        visitors.push(visitor);
    }
    let mut waits = None;
    for (k, visitor) in visitors.iter_mut().enumerate() {
        visitor.say(json!({ "do": "speed", "to": 4.0 })).await;
        if has_to_wait(visitor, |state| state["speed"] == 4.0).await {
            waits = Some(k);
            break;
        }
    }
    let mut greedy = visitors.swap_remove(waits.expect("more than any machine has room for"));
    for visitor in &mut visitors {
        visitor.frame(0).await;
    }
    // When the others have gone there is room.
    visitors.clear();
    let mut state = greedy.word("state").await;
    while state["is_playing"] == false {
        state = greedy.word("state").await;
    }
    assert_eq!(state["speed"], 4.0);
}

#[tokio::test]
async fn where_there_is_no_room_visitors_wait_in_line_and_are_started_in_turn() {
    let server = Server::start().await;
    let (mut visitors, waits) = crowd(&server).await;
    assert_eq!(waits["before"], 0);
    assert!(waits["about_s"].as_u64().is_some_and(|s| s > 0));
    let mut last = visitors.pop().expect("who waits");
    // Who draws meanwhile keeps the place in the line.
    last.say(json!({ "do": "add", "line": 99, "points_m": [[0.9, 0.3], [1.2, 0.3]] })).await;
    let mut second = server.visit().await;
    second.say(json!({ "do": "open", "example": "dam-break" })).await;
    second.say(json!({ "do": "start" })).await;
    let mut state = second.word("state").await;
    while state["waits"].is_null() {
        state = second.word("state").await;
    }
    assert_eq!(state["waits"]["before"], 1);
    // All others leave: there is room for both.
    drop(second);
    for mut visitor in visitors {
        visitor.say(json!({ "do": "leave" })).await;
    }
    let mut state = last.word("state").await;
    while state["is_playing"] == false {
        state = last.word("state").await;
    }
    assert!(state["waits"].is_null());
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_words_and_the_water_goes_on() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.open().await;
    visitor.say(json!({ "do": "start" })).await;
    let far = json!([[0.1, 0.1], [0.2, 1e300]]);
    for (said, words) in [
        (json!({ "do": "fly" }), "unknown variant"),
        (json!({ "do": "speed", "to": 9.0 }), "takes 0.05 to 4"),
        (json!({ "do": "speed" }), "missing field"),
        (json!({ "do": "add", "line": 0, "points_m": [[0.1, 0.1], [0.2, 0.2]] }), "line 0"),
        (json!({ "do": "add", "line": 7, "points_m": far }), "points_m[1][1]"),
        (json!({ "do": "add", "line": 7, "points_m": [[0.1, 0.1]] }), "points_m"),
        (json!({ "do": "add", "line": 7, "points_m": [[2.0, 2.0], [3.0, 2.0]] }), "outside"),
        (json!({ "do": "erase", "line": 7 }), "there is none"),
        (json!({ "do": "watch", "run": "../etc" }), "hexadecimal"),
        (json!({ "do": "watch", "run": "0123456789abcdef" }), "there is none"),
        (json!({ "do": "look", "maps": [[99, 0]] }), "no map 0 of layer 99"),
        (json!({ "do": "look", "maps": vec![[0, 0]; 97] }), "takes 96 or less"),
        (json!({ "do": "silence", "skips": ["up9"] }), "takes up3, up2, up1, up0"),
        (json!({ "do": "resume", "key": "+123" }), "32 hexadecimal"),
        (json!({ "do": "open" }), "either a scene or an example"),
        (json!({ "do": "open", "example": "funel" }), "is funnel meant?"),
        (json!({ "do": "open", "scene": { "version": 1, "domian": {} } }), "domian"),
    ] {
        visitor.say(said.clone()).await;
        let refused = visitor.word("refused").await;
        let why = refused["why"].as_str().unwrap_or_default();
        assert!(why.contains(words), "{said}: {why}");
    }
    // The last `open`s were refused before anything was given up.
    visitor.frame(0).await;
}

#[tokio::test]
async fn a_server_that_closes_says_so_and_is_gone_soon() {
    let server = Server::start().await;
    let mut visitor = server.visit().await;
    visitor.open().await;
    server.closing.cancel();
    loop {
        match visitor.hear().await {
            Heard::Closed(code) => {
                assert_eq!(code, Some(1001));
                break;
            }
            Heard::Word(_) | Heard::Frame(..) | Heard::Maps(_) => {}
        }
    }
    drop(visitor);
    let ended = tokio::time::timeout(std::time::Duration::from_secs(10), server.task).await;
    ended.expect("in time").expect("no panic");
}
