//! Connections that are cut.

mod stage;

use std::time::Duration;

use stage::{Client, Line, Scripted, Stage, hello, hold_clock, line, saying, until, viewer};
use tokio::time::advance;
use weir_calls::Role;
use weir_live::{Hello, LiveConfig, Reason, Refusal, ServerWord, Told};

/// Seconds of the call that is cut.
const LENGTH_S: f32 = 90.0;

fn conversation() -> Vec<Line> {
    let says = ["introduction", "consent", "need", "price", "next-step", "agreement", "budget"];
    let mut lines = Vec::new();
    for (k, id) in says.into_iter().enumerate() {
        let at_s = 12.0 * k as f32;
        let channel = usize::from(!matches!(id, "introduction" | "consent" | "next-step"));
        lines.push(line(channel, at_s + 1.0, at_s + 5.0, &saying(id)));
        // Both speak at once, and who began first ends last.
        lines.push(line(1 - channel, at_s + 3.5, at_s + 4.0, "Right, I see."));
    }
    lines
}

fn lasting(seen: &[Told]) -> Vec<&Told> {
    seen.iter().filter(|told| !matches!(told.word, ServerWord::Partial { .. })).collect()
}

async fn uncut() -> Vec<Told> {
    let stage = Stage::of(&conversation());
    let mut client = Client::begin(&stage, "ida").await;
    client.live_until(LENGTH_S).await;
    client.bye().await;
    client.seen
}

#[tokio::test(start_paused = true)]
async fn cuts_at_any_moment_lose_nothing_and_repeat_nothing() {
    let _clock = hold_clock();
    let uncut = uncut().await;
    assert!(lasting(&uncut).len() > 20, "there is something to lose");
    for seed in 0..12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let stage = Stage::of(&conversation());
        let mut client = Client::begin(&stage, "ida").await;
        let mut sent_s = 0.0;
        while sent_s < LENGTH_S {
            sent_s = (sent_s + 15.0 * random.f32()).min(LENGTH_S);
            client.send_until(sent_s).await;
            // What waits in the connection, both ways, may be lost with it, or not.
            if random.bool() {
                client.settle().await;
            }
            if random.bool() {
                client.take();
            }
            client.link = None;
            advance(Duration::from_millis(random.u64(0..25_000))).await;
            client.resume().await;
            // Some clients do not remember what they sent.
            for seq in client.next[0].saturating_sub(random.u32(0..4))..client.next[0] {
                client.frame(0, seq).await;
            }
        }
        client.send_until(LENGTH_S).await;
        client.bye().await;
        assert_eq!(lasting(&client.seen), lasting(&uncut), "seed {seed}");
        assert!(client.seen.windows(2).all(|two| two[0].n < two[1].n), "seed {seed}");
        assert!(client.seen.iter().all(|told| uncut.contains(told)), "seed {seed}");
        let record = stage.live.store().find(&viewer("ida"), &client.call_id).await;
        let turns = record.expect("an answer").expect("a record").turns;
        assert_eq!(turns.len(), conversation().len(), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_come_back_in_time_has_ended_the_call() {
    let _clock = hold_clock();
    let stage = Stage::of(&[line(0, 0.5, 9.0, "Hello there.")]);
    let mut client = Client::begin(&stage, "ida").await;
    let mut watch = stage.live.watch(&viewer("ida"), &client.call_id).await.expect("a call");
    client.live_until(2.0).await;
    client.link = None;
    tokio::task::yield_now().await;
    advance(Duration::from_secs(29)).await;
    client.resume().await;
    client.link = None;
    until("it leaves", || stage.live.calls(&viewer("ida")).len() == 1).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    advance(Duration::from_secs(31)).await;
    until("the call ends", || stage.live.calls(&viewer("ida")).is_empty()).await;
    let hello = Hello { call_id: Some(client.call_id.clone()), ..hello() };
    let refusal = stage.live.open("ida", &hello).await.expect_err("it has ended");
    assert!(matches!(refusal, Refusal::Unknown), "{refusal:?}");
    let mut words = Vec::new();
    while let Ok(told) = watch.words.recv().await {
        words.push(told);
    }
    let cut = ServerWord::Ended { reason: Reason::Cut, duration_s: 2.0 };
    assert_eq!(words.last().map(|told| &told.word), Some(&cut));
    assert!(words.iter().any(|told| matches!(told.word, ServerWord::Final(_))), "it was said");
}

#[tokio::test(start_paused = true)]
async fn a_call_goes_on_for_its_owner_alone_and_as_it_began() {
    let _clock = hold_clock();
    let stage = Stage::of(&[]);
    let mut client = Client::begin(&stage, "ida").await;
    let again = Hello { call_id: Some(client.call_id.clone()), ..hello() };
    let refusal = stage.live.open("bo", &again).await.expect_err("it is not Bo's");
    assert!(matches!(refusal, Refusal::Unknown), "{refusal:?}");
    assert!(stage.live.watch(&viewer("bo"), &client.call_id).await.is_none());
    let swapped = Hello { channels: [Role::Customer, Role::Agent], ..again.clone() };
    let refusal = stage.live.open("ida", &swapped).await.expect_err("other channels");
    assert!(matches!(refusal, Refusal::Channels), "{refusal:?}");
    client.send_until(1.0).await;
    // The old connection is not known to be cut: what it brought is heard before.
    let mut old = client.link.take().expect("a connection");
    client.resume().await;
    assert_eq!(client.next, [10, 10]);
    assert!(old.inbox.text(r#"{"do":"bye"}"#).await.is_err());
    assert!(old.words.recv().await.is_none());
    assert!(matches!(client.bye().await, ServerWord::Ended { reason: Reason::Bye, .. }));
}

#[tokio::test(start_paused = true)]
async fn what_was_set_by_hand_just_before_a_cut_is_heard() {
    let _clock = hold_clock();
    let stage = Stage::of(&[]);
    let mut client = Client::begin(&stage, "ida").await;
    for landmark in ["consent", "need"] {
        let mark = format!(r#"{{"do":"mark","landmark":"{landmark}","state":"done"}}"#);
        client.link().inbox.text(&mark).await.expect("it is sent");
        client.link = None;
        client.resume().await;
    }
    client.link().inbox.text(r#"{"do":"bye"}"#).await.expect("it is sent");
    client.link = None;
    let again = Hello { call_id: Some(client.call_id.clone()), ..hello() };
    let refusal = stage.live.open("ida", &again).await.expect_err("it said goodbye");
    assert!(matches!(refusal, Refusal::Unknown), "{refusal:?}");
    until("the call ends", || stage.live.calls(&viewer("ida")).is_empty()).await;
    let record = stage.live.store().find(&viewer("ida"), &client.call_id).await;
    let record = record.expect("an answer").expect("a record");
    let ids: Vec<&str> = record.events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!((ids, record.summary.reason), (vec!["consent", "need"], Some(Reason::Bye)));
}

#[tokio::test(start_paused = true)]
async fn who_is_too_slow_to_listen_is_cut_and_told_the_rest_later() {
    let _clock = hold_clock();
    let lines: Vec<Line> =
        (0..300).map(|k| line(k % 2, 2.0 * k as f32, 2.0 * k as f32 + 1.0, "It is so.")).collect();
    let stage = Stage::new(Scripted::new(&lines), LiveConfig::default());
    let mut client = Client::begin(&stage, "ida").await;
    let mut link = client.link.take().expect("a connection");
    for seq in 0..6010 {
        for channel in 0..2 {
            let frame = weir_live::Frame { channel, seq, samples: vec![0; stage::FRAME] };
            link.inbox.binary(&frame.bytes()).await.expect("a call that listens");
        }
    }
    until("the words end", || link.words.is_closed()).await;
    while let Some(told) = link.words.recv().await {
        client.seen.push((*told).clone());
    }
    drop(link);
    client.resume().await;
    client.send_until(601.0).await;
    client.bye().await;
    let finals = client.seen.iter().filter(|told| matches!(told.word, ServerWord::Final(_)));
    assert_eq!(finals.count(), lines.len());
    assert!(client.seen.windows(2).all(|two| two[0].n < two[1].n));
}
