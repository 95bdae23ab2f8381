//! What can be said that makes no sense.

use futures_util::FutureExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::intruder::Intruder;
use super::{Attack, Fault, Finding, Ground, mutate};
use weir_words::Wish;

use crate::failure::Failure;

/// Messages between two questions whether one is still heard.
const ROUND: usize = 25;
/// Brackets within brackets.
const DEEP: usize = 60_000;

/// What the module can do.
pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "no-json",
        what: "text that is no JSON is refused, and the connection stays",
        run: |ground| no_json(ground).boxed(),
    },
    Attack {
        name: "binary",
        what: "binary messages are refused, and the connection stays",
        run: |ground| binary(ground).boxed(),
    },
    Attack {
        name: "deep-json",
        what: "JSON of 60,000 levels is refused, and the connection stays",
        run: |ground| deep(ground).boxed(),
    },
    Attack {
        name: "numbers",
        what: "numbers that are none, too large or too small are refused, and the connection stays",
        run: |ground| numbers(ground).boxed(),
    },
    Attack {
        name: "scenes",
        what: "scenes that are too large or cannot be are refused, and the connection stays",
        run: |ground| scenes(ground).boxed(),
    },
    Attack {
        name: "mutations",
        what: "after each of --cases messages that are nearly right the server still listens",
        run: |ground| mutations(ground).boxed(),
    },
];

/// Says each of these in a run of one's own; each has to be refused.
async fn all_refused(ground: Ground, cases: Vec<(&str, Message)>) -> Finding {
    let mut intruder = Intruder::open(ground.addr, &Wish::example("funnel")).await?;
    let count = cases.len();
    for (name, message) in cases {
        let refused = async {
            intruder.send(message).await?;
            intruder.refusals().await
        };
        let refusals = refused.await.map_err(|why: Failure| Fault(format!("{name}: {why}")))?;
        if refusals.len() != 1 {
            return Err(Fault(format!("{name}: refused {} times", refusals.len())));
        }
    }
    intruder.go().await;
    Ok(format!("{count} refused"))
}

fn texts<'a>(cases: impl IntoIterator<Item = (&'a str, String)>) -> Vec<(&'a str, Message)> {
    cases.into_iter().map(|(name, text)| (name, Message::text(text))).collect()
}

async fn no_json(ground: Ground) -> Finding {
    let of = |text: &str| text.to_owned();
    let cases = [
        ("nothing", of("")),
        ("a blank", of(" ")),
        ("a word", of("start")),
        ("half an object", of(r#"{"do":"start""#)),
        ("two objects in one", of(r#"{"do":"start"}{"do":"start"}"#)),
        ("a list", of(r#"[["do","start"]]"#)),
        ("no word", of(r#"{"line":1}"#)),
        ("a word twice", of(r#"{"do":"start","do":"pause"}"#)),
        ("a word that is a number", of(r#"{"do":1}"#)),
        ("more than is asked for", of(r#"{"do":"erase","line":1,"all":true}"#)),
        ("half a surrogate", of(r#"{"do":"\ud800"}"#)),
        ("a control character", of("{\"do\":\"\u{1}\"}")),
        ("a long word", format!(r#"{{"do":"{}"}}"#, "x".repeat(200 << 10))),
        ("many keys", format!(r#"{{"do":"erase","line":1{}}}"#, r#","a":1"#.repeat(30_000))),
    ];
    all_refused(ground, texts(cases)).await
}

async fn binary(ground: Ground) -> Finding {
    let cases = vec![
        ("no bytes", Message::binary(Vec::new())),
        ("zeros", Message::binary(vec![0; 1000])),
        ("a frame of water", Message::binary(vec![0, 1, 1, 5, 0, 0, 0])),
        ("words as bytes", Message::binary(br#"{"do":"start"}"#.to_vec())),
        ("as much as is taken", Message::binary(vec![255; 200 << 10])),
    ];
    all_refused(ground, cases).await
}

async fn deep(ground: Ground) -> Finding {
    let lists = "[".repeat(DEEP);
    let objects = r#"{"a":"#.repeat(DEEP / 2);
    let points = format!(r#"{{"do":"add","line":1,"points_m":{lists}"#);
    let closed = format!("{lists}{}", "]".repeat(DEEP));
    let scene = format!(r#"{{"do":"open","scene":{closed}}}"#);
    let cases = [
        ("lists in lists", lists),
        ("lists in lists that end", closed),
        ("objects in objects", objects),
        ("points in points", points),
        ("a scene in lists", scene),
    ];
    all_refused(ground, texts(cases)).await
}

async fn numbers(ground: Ground) -> Finding {
    let none =
        ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e", "0x10", "+1", "\"1\"", "null"];
    let mut cases = Vec::new();
    for to in none.iter().copied().chain(["0", "-1", "1e308", "4.0001", "0.0499", "-0.0"]) {
        cases.push(format!(r#"{{"do":"speed","to":{to}}}"#));
    }
    for line in none.iter().copied().chain(["-1", "0.5", "4294967296", "18446744073709551616"]) {
        cases.push(format!(r#"{{"do":"erase","line":{line}}}"#));
        cases.push(format!(r#"{{"do":"seen","number":{line}}}"#));
    }
    for x in none.iter().copied().chain(["1e300", "-1e300", "[]"]) {
        cases.push(format!(r#"{{"do":"add","line":9,"points_m":[[0.1,0.1],[{x},0.2]]}}"#));
    }
    cases.push(format!(r#"{{"do":"speed","to":{}}}"#, "9".repeat(100_000)));
    cases.push(format!(r#"{{"do":"speed","to":0.{}}}"#, "0".repeat(100_000)));
    let named: Vec<_> =
        cases.iter().map(|text| text.chars().take(70).collect::<String>()).collect();
    let cases = named.iter().map(String::as_str).zip(cases.clone());
    all_refused(ground, texts(cases)).await
}

async fn scenes(ground: Ground) -> Finding {
    let scene = |width_m: f64, cell_m: f64, water: serde_json::Value| {
        let domain = json!({ "width_m": width_m, "height_m": 1.0, "cell_m": cell_m });
        json!({ "do": "open", "scene": { "version": 1, "domain": domain, "water": water } })
    };
    let block = json!([{ "kind": "block", "min_m": [0.1, 0.1], "max_m": [0.9, 0.9] }]);
    let none = json!([]);
    let mut strokes = scene(1.0, 0.03125, none.clone());
    strokes["scene"]["stroke"] = vec![json!({ "points_m": [[0.1, 0.1], [0.2, 0.2]] }); 4000].into();
    let cases = [
        ("cells without number", scene(1.0, 1e-9, none.clone()).to_string()),
        ("a width without end", scene(1e300, 0.01, none.clone()).to_string()),
        ("no width", scene(0.0, 0.01, none.clone()).to_string()),
        ("a width below zero", scene(-1.0, 0.01, none.clone()).to_string()),
        ("a cell larger than all", scene(1.0, 1e9, none).to_string()),
        ("too much water", scene(1.0, 0.001, block.clone()).to_string()),
        ("too many waters", scene(1.0, 0.03125, vec![block[0].clone(); 2000].into()).to_string()),
        ("too many lines", strokes.to_string()),
        ("a later version", r#"{"do":"open","scene":{"version":4000000000}}"#.to_owned()),
        ("a scene and an example", r#"{"do":"open","scene":{},"example":"funnel"}"#.to_owned()),
        ("an example elsewhere", r#"{"do":"open","example":"../../../etc/passwd"}"#.to_owned()),
    ];
    all_refused(ground, texts(cases)).await
}

async fn mutations(ground: Ground) -> Finding {
    let mut intruder = Intruder::enter(ground.addr).await?;
    let mut refused = 0;
    let messages: Vec<String> = mutate::messages(ground.seed).take(ground.cases as usize).collect();
    for (round, some) in messages.chunks(ROUND).enumerate() {
        let said = async {
            // Most wishes are about a run of one's own, which some of the messages give up.
            intruder.send(Wish::example("funnel").text()).await?;
            for message in some {
                intruder.send(message.as_str()).await?;
            }
            intruder.refusals().await
        };
        let words = |why: Failure| {
            let Ground { seed, .. } = ground;
            let (from, to) = (round * ROUND, round * ROUND + some.len());
            Fault(format!("seed {seed}, one of the messages {from} to {to}: {why}"))
        };
        refused += said.await.map_err(words)?.len();
    }
    intruder.go().await;
    Ok(format!("{refused} of {} refused, the others made sense", messages.len()))
}
