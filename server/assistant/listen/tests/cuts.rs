//! Calls over connections that are cut.

mod stage;
#[path = "stage/wire.rs"]
mod wire;

use std::time::Duration;

use stage::{Server, config, spelt, words};
use tokio::time::{sleep, timeout};
use weir_listen::{Event, ListenConfig, ListenError, Pace, Recorded, Token, listen};
use weir_live::{LiveConfig, Reason, ServerWord, Told};
use wire::Wire;

/// Two voices of some fifteen seconds in all, who speak in turns and at once.
fn conversation() -> Recorded {
    let turns: Vec<Vec<i16>> =
        (0..24).map(|turn| (0..3).map(|k| 10 * turn + k + 1).collect()).collect();
    let turns: Vec<&[i16]> = turns.iter().map(Vec::as_slice).collect();
    let (first, second) = turns.split_at(12);
    Recorded::new([spelt(first), spelt(second)], Pace::Spoken)
}

/// What lasts of a call: words but partials, which are not told again after a cut.
fn lasting(events: &[Event]) -> Vec<ServerWord> {
    let lasting = words(events).into_iter().map(|told| told.word.clone());
    lasting.filter(|word| !matches!(word, ServerWord::Partial { .. })).collect()
}

async fn uncut() -> Vec<ServerWord> {
    let server = Server::start(Duration::ZERO, LiveConfig::default()).await;
    let mut events = Vec::new();
    let token = Token::new("a token");
    let (config, stop) = (config(server.addr), std::future::pending());
    let mut told = |event| events.push(event);
    let ended = listen(&config, &token, Box::new(conversation()), stop, &mut told).await;
    let ended = ended.expect("the last word");
    assert_eq!((ended.reason, ended.cuts), (Reason::Bye, 0));
    lasting(&events)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_cut_is_the_call_that_is_not() {
    let uncut = uncut().await;
    let finals = uncut.iter().filter(|word| matches!(word, ServerWord::Final(_))).count();
    assert_eq!(finals, 24, "all is heard: {uncut:?}");
    let mut calls = tokio::task::JoinSet::new();
    for seed in 0..2 {
        let uncut = uncut.clone();
        calls.spawn(async move {
            let mut random = fastrand::Rng::with_seed(seed);
            let server = Server::start(Duration::ZERO, LiveConfig::default()).await;
            let wire = Wire::to(server.addr).await;
            let (sent, mut seen) = tokio::sync::mpsc::unbounded_channel();
            let addr = wire.addr;
            let taken = tokio::spawn(async move {
                let mut told = move |event| drop(sent.send(event));
                let (token, stop) = (Token::new("a token"), std::future::pending());
                listen(&config(addr), &token, Box::new(conversation()), stop, &mut told).await
            });
            let mut events = Vec::new();
            // Once there is a call, until a little before its end.
            events.push(seen.recv().await.expect("ready"));
            let is_late = |events: &[Event]| {
                let turns = words(events).into_iter();
                turns.filter(|told| matches!(told.word, ServerWord::Final(_))).count() > 20
            };
            let is_ready = |event: &Event| {
                matches!(event, Event::Told(Told { word: ServerWord::Ready { .. }, .. }))
            };
            let mut is_cut = false;
            while !is_late(&events) {
                // Every other time the connection stands first, so that the call comes on.
                let mut waits = is_cut && random.bool();
                while waits && !is_late(&events) {
                    let Some(event) = seen.recv().await else { break };
                    waits = !is_ready(&event);
                    events.push(event);
                }
                let _ = timeout(Duration::from_millis(random.u64(0..800)), async {
                    while let Some(event) = seen.recv().await {
                        events.push(event);
                        if is_late(&events) {
                            return;
                        }
                    }
                })
                .await;
                wire.cut();
                is_cut = true;
            }
            let ended = taken.await.expect("no panic").expect("the last word");
            while let Some(event) = seen.recv().await {
                events.push(event);
            }
            assert!(ended.cuts > 3, "seed {seed}: {ended:?}");
            assert_eq!(lasting(&events), uncut, "seed {seed}");
            let numbers: Vec<u64> = words(&events).iter().map(|told| told.n).collect();
            assert!(numbers.windows(2).all(|two| two[0] < two[1]), "seed {seed}: {numbers:?}");
        });
    }
    while let Some(call) = calls.join_next().await {
        call.expect("no panic");
    }
}

#[tokio::test]
async fn sound_waits_where_there_is_no_room_and_that_is_told() {
    let server = Server::start(Duration::ZERO, LiveConfig::default()).await;
    let wire = Wire::to(server.addr).await;
    let turns: Vec<[i16; 3]> = (0..6).map(|turn| [turn + 1, 50, 60]).collect();
    let turns: Vec<&[i16]> = turns.iter().map(<[i16; 3]>::as_slice).collect();
    let source = Recorded::new([spelt(&turns), spelt(&[])], Pace::Spoken);
    let (sent, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let config = ListenConfig { room_s: 1, ..config(wire.addr) };
    let taken = tokio::spawn(async move {
        let mut told = move |event| drop(sent.send(event));
        let stop = std::future::pending();
        listen(&config, &Token::new("a token"), Box::new(source), stop, &mut told).await
    });
    let mut events = vec![seen.recv().await.expect("ready")];
    wire.set_down(true);
    while !matches!(events.last(), Some(Event::Full { .. })) {
        events.push(seen.recv().await.expect("it is full"));
    }
    let Some(Event::Full { held_s }) = events.last() else { panic!("{events:?}") };
    assert!((1.0..1.2).contains(held_s), "{held_s}");
    sleep(Duration::from_millis(300)).await;
    wire.set_down(false);
    let ended = taken.await.expect("no panic").expect("the last word");
    while let Some(event) = seen.recv().await {
        events.push(event);
    }
    assert!(ended.cuts > 0 && events.contains(&Event::Room), "{events:?}");
    let finals = words(&events).into_iter();
    let finals: Vec<&Told> =
        finals.filter(|told| matches!(told.word, ServerWord::Final(_))).collect();
    assert_eq!(finals.len(), turns.len(), "nothing was dropped: {finals:?}");
}

#[tokio::test]
async fn who_finds_no_way_back_says_so_and_which_call_it_was() {
    let server = Server::start(Duration::ZERO, LiveConfig::default()).await;
    let wire = Wire::to(server.addr).await;
    let config = ListenConfig { patience: Duration::from_millis(400), ..config(wire.addr) };
    let mut call = None;
    let token = Token::new("a token");
    let mut told = |event| {
        if let Event::Told(Told { word: ServerWord::Ready { call_id, .. }, .. }) = event {
            call = Some(call_id);
            wire.set_down(true);
        }
    };
    let (source, stop) = (Box::new(conversation()), std::future::pending());
    let taken = listen(&config, &token, source, stop, &mut told).await;
    let error = taken.expect_err("no way back");
    let ListenError::Lost { call_id, .. } = error else { panic!("{error}") };
    assert_eq!(Some(call_id), call);
}

#[tokio::test]
async fn a_call_that_ended_while_nobody_was_there_is_not_begun_anew() {
    let resume = Duration::from_millis(50);
    let limits = LiveConfig { resume, ..LiveConfig::default() };
    let server = Server::start(Duration::ZERO, limits).await;
    let wire = Wire::to(server.addr).await;
    let config = ListenConfig { first_wait: Duration::from_secs(1), ..config(wire.addr) };
    let mut is_first = true;
    let token = Token::new("a token");
    let mut told = |_| {
        if std::mem::take(&mut is_first) {
            wire.cut();
        }
    };
    let (source, stop) = (Box::new(conversation()), std::future::pending());
    let taken = listen(&config, &token, source, stop, &mut told).await;
    let error = taken.expect_err("it has ended");
    assert!(matches!(error, ListenError::Lost { .. }), "{error}");
}
