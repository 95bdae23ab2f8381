//! What makes sense, but not so often.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use super::intruder::{Intruder, is_shown_out};
use super::{Attack, CUT_OFF, Fault, Finding, Ground};
use weir_words::{Engine, Wish};

use crate::failure::Failure;
use crate::visitor::Visitor;

/// Messages between two questions whether one is still heard.
const ROUND: u32 = 100;
/// Visitors who make a flood together.
const TOGETHER: u32 = 8;
/// Room in the system's buffers of who does not read, bytes.
const NARROW: u32 = 4 << 10;

/// What the module can do.
pub const ATTACKS: &[Attack] = &[
    Attack {
        name: "strokes",
        what: "thousands of lines in one run: no more than a limit are taken",
        run: |ground| strokes(ground).boxed(),
    },
    Attack {
        name: "long-strokes",
        what: "lines of 1,500 corners, drawn and erased, delay nobody else",
        run: |ground| long_strokes(ground).boxed(),
    },
    Attack {
        name: "steps",
        what: "steps asked for faster than they can be made delay nobody else",
        run: |ground| steps(ground).boxed(),
    },
    Attack {
        name: "switches",
        what: "start, pause, reset, speed and engine in turn, by eight at once, delay nobody else",
        run: |ground| switches(ground).boxed(),
    },
    Attack {
        name: "openings",
        what: "large scenes opened again and again, by eight at once, delay nobody else",
        run: |ground| openings(ground).boxed(),
    },
    Attack {
        name: "comings",
        what: "visitors who come and go at once, by the hundred, delay nobody else",
        run: |ground| comings(ground).boxed(),
    },
    Attack {
        name: "unread",
        what: "who is answered at length and reads nothing is hung up on within 30 s",
        run: |ground| unread(ground).boxed(),
    },
];

/// A flood is borne if the server hears it out, and also if it shows the visitor the door.
fn heard_out(result: Result<String, Failure>) -> Finding {
    match result {
        Ok(seen) => Ok(seen),
        Err(failure) if is_shown_out(&failure) => Ok(format!("shown the door: {failure}")),
        Err(failure) => Err(failure.into()),
    }
}

/// Says a message again and again. Returns how often it was refused.
async fn pour(
    intruder: &mut Intruder,
    count: u32,
    message: impl Fn(u32) -> String,
) -> Result<usize, Failure> {
    let mut refused = 0;
    for k in 0..count {
        intruder.send(message(k)).await?;
        if k % ROUND == ROUND - 1 {
            refused += intruder.refusals().await?.len();
        }
    }
    Ok(refused + intruder.refusals().await?.len())
}

async fn strokes(ground: Ground) -> Finding {
    let line = |k: u32| {
        let y = 0.05 + 0.9 * f64::from(k) / f64::from(ground.flood);
        Wish::Add { line: 1000 + k, points_m: vec![[0.1, y], [0.2, y]], closed: false }.text()
    };
    let flooding = async {
        let mut intruder = Intruder::open(ground.addr, &Wish::example("funnel")).await?;
        let refused = pour(&mut intruder, ground.flood, line).await?;
        let lines = intruder.lines().await?.len();
        intruder.go().await;
        Ok(format!("{refused} of {} refused; the run has {lines} lines", ground.flood))
    };
    heard_out(flooding.await)
}

async fn long_strokes(ground: Ground) -> Finding {
    // Corners on two circles in turn: nothing can be left out of such a line.
    let corner = |k: u32| {
        let (angle, radius) = (0.37 * f64::from(k), if k.is_multiple_of(2) { 0.1 } else { 0.4 });
        [0.5 + radius * angle.cos(), 0.5 + radius * angle.sin()]
    };
    let points_m: Vec<[f64; 2]> = (0..1500).map(corner).collect();
    let add = Wish::Add { line: 1000, points_m, closed: false }.text();
    let erase = Wish::Erase { line: 1000 }.text();
    let word = |k: u32| if k.is_multiple_of(2) { add.clone() } else { erase.clone() };
    let times = (ground.flood / 50).max(2);
    let flooding = async {
        let mut intruder = Intruder::open(ground.addr, &Wish::example("funnel")).await?;
        let refused = pour(&mut intruder, times, word).await?;
        intruder.go().await;
        Ok(format!("{refused} of {times} refused"))
    };
    heard_out(flooding.await)
}

async fn steps(ground: Ground) -> Finding {
    let flooding = async {
        let mut intruder = Intruder::open(ground.addr, &Wish::example("dam-break")).await?;
        let begun = Instant::now();
        pour(&mut intruder, ground.flood, |_| Wish::Step.text()).await?;
        let seconds = begun.elapsed().as_secs_f64();
        intruder.go().await;
        Ok(format!("{} steps heard in {seconds:.1} s", ground.flood))
    };
    heard_out(flooding.await)
}

async fn switches(ground: Ground) -> Finding {
    let word = |k: u32| match k % 6 {
        0 => Wish::Start,
        1 => Wish::Speed { to: 4.0 },
        2 => Wish::Engine { to: Engine::Reference },
        3 => Wish::Reset,
        4 => Wish::Pause,
        _ => Wish::Engine { to: Engine::Network },
    };
    let times = ground.flood / TOGETHER / 4;
    together(|| async {
        let mut intruder = Intruder::open(ground.addr, &Wish::example("mill")).await?;
        let refused = pour(&mut intruder, times, |k| word(k).text()).await?;
        intruder.go().await;
        Ok((times as usize, refused))
    })
    .await
}

/// A scene with as much water as strangers may have, more or less.
fn large() -> Wish {
    let scene = json!({
        "version": 1,
        "domain": { "width_m": 2.0, "height_m": 1.0, "cell_m": 0.02 },
        "water": [{ "kind": "block", "min_m": [0.1, 0.1], "max_m": [1.1, 0.9] }],
        "stroke": (0..40).map(|k| {
            let x = 1.2 + 0.0175 * f64::from(k);
            json!({ "points_m": [[x, 0.1], [x, 0.9]] })
        }).collect::<Vec<_>>(),
    });
    Wish::Open { scene: Some(scene), example: None, engine: Engine::Network }
}

async fn openings(ground: Ground) -> Finding {
    let times = (ground.flood / TOGETHER / 20).max(1);
    let large = large().text();
    together(|| async {
        let mut intruder = Intruder::enter(ground.addr).await?;
        let refused = pour(&mut intruder, times, |_| large.clone()).await?;
        intruder.go().await;
        Ok((times as usize, refused))
    })
    .await
}

/// Some visitors at once, each of whom returns how much it said and how much was refused.
async fn together<F>(one: impl Fn() -> F) -> Finding
where
    F: Future<Output = Result<(usize, usize), Failure>>,
{
    let (mut said, mut refused, mut shown_out) = (0, 0, 0);
    for result in join_all((0..TOGETHER).map(|_| one())).await {
        match result {
            Ok((more, no)) => (said, refused) = (said + more, refused + no),
            // A server that is full has a right to say so.
            Err(Failure::Refused { .. }) => shown_out += 1,
            Err(failure) if is_shown_out(&failure) => shown_out += 1,
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(format!("{said} said, {refused} refused, {shown_out} of {TOGETHER} visitors turned away"))
}

async fn comings(ground: Ground) -> Finding {
    let times = (ground.flood / u32::from(ground.clients)).clamp(1, 10);
    let one = || async {
        for _ in 0..times {
            match Visitor::enter(ground.addr).await {
                // Half of them without a word.
                Ok(mut visitor) => drop(visitor.say(&Wish::example("funnel")).await),
                Err(failure) => return Some(failure),
            }
        }
        None
    };
    let turned_away = join_all((0..ground.clients).map(|_| one())).await;
    let turned_away: Vec<Failure> = turned_away.into_iter().flatten().collect();
    let all = u32::from(ground.clients) * times;
    match turned_away.first() {
        None => Ok(format!("{all} came and went")),
        Some(why) => Ok(format!("{} of {all} turned away: {why}", turned_away.len())),
    }
}

async fn unread(ground: Ground) -> Finding {
    let mut visitor = Visitor::enter_narrow(ground.addr, NARROW).await?;
    // Refused with its name, so that the answer is long.
    let long = Message::text(format!(r#"{{"do":"{}"}}"#, "x".repeat(100 << 10)));
    let begun = Instant::now();
    let mut sent = 0;
    while begun.elapsed() < 2 * CUT_OFF {
        // Either the server takes it, or it waits for us to read and then hangs up.
        match tokio::time::timeout(Duration::from_secs(1), visitor.send(long.clone())).await {
            Ok(Ok(())) => sent += 1,
            Ok(Err(_)) => {
                let seconds = begun.elapsed().as_secs_f64();
                return Ok(format!("hung up on after {seconds:.1} s and {sent} messages"));
            }
            Err(_) => {}
        }
    }
    Err(Fault(format!("{sent} messages were taken and the connection is still there")))
}
