//! Calls from their first word to their last.

mod stage;

use std::time::Duration;

use stage::{Client, FRAME, Line, Scripted, Stage, hello, hold_clock, line, saying, viewer};
use tokio::time::advance;
use weir_calls::Role;
use weir_live::{
    CardKind, ErrorCode, Hello, LandmarkState, LiveConfig, Method, Page, Reason, Refusal, Search,
    ServerWord, Told,
};

/// A conversation that reaches something and pushes back.
fn conversation() -> Vec<Line> {
    vec![
        line(0, 0.5, 3.5, &saying("introduction")),
        line(0, 4.5, 8.0, &saying("consent")),
        line(1, 9.0, 12.0, &saying("need")),
        line(0, 12.5, 13.5, "I see."),
        line(1, 23.0, 27.0, &saying("price")),
        // The customer agrees while the agent is still speaking.
        line(0, 29.0, 35.0, &saying("next-step")),
        line(1, 34.0, 34.8, "Mhm."),
        line(1, 38.0, 40.0, &saying("agreement")),
    ]
}

fn finals(seen: &[Told]) -> Vec<(Role, String)> {
    let finals = seen.iter().filter_map(|told| match &told.word {
        ServerWord::Final(turn) => Some((turn.role, turn.text.clone())),
        _ => None,
    });
    finals.collect()
}

fn done(seen: &[Told]) -> Vec<String> {
    let done = seen.iter().filter_map(|told| match &told.word {
        ServerWord::Landmark(event) if event.state == LandmarkState::Done => Some(event.id.clone()),
        _ => None,
    });
    done.collect()
}

#[tokio::test(start_paused = true)]
async fn two_voices_become_turns_landmarks_and_cards_and_all_is_kept() {
    let _clock = hold_clock();
    let stage = Stage::of(&conversation());
    let mut client = Client::begin(&stage, "ida").await;
    let mut watch = stage.live.watch(&viewer("ida"), &client.call_id).await.expect("a call");
    client.live_until(42.0).await;
    let ended = client.bye().await;
    assert!(matches!(ended, ServerWord::Ended { reason: Reason::Bye, .. }), "{ended:?}");

    let roles: Vec<Role> = finals(&client.seen).into_iter().map(|(role, _)| role).collect();
    let [a, c] = [Role::Agent, Role::Customer];
    assert_eq!(roles, [a, a, c, a, c, a, c, c], "who began first comes first");
    let reached = ["introduction", "consent", "need", "next-step", "agreement"];
    assert_eq!(done(&client.seen), reached);
    let numbers: Vec<u64> = client.seen.iter().map(|told| told.n).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());

    let cards = client.seen.iter().filter_map(|told| match &told.word {
        ServerWord::Suggestion(card) => Some((card.kind, card.about.as_str())),
        _ => None,
    });
    let cards: Vec<_> = cards.collect();
    assert_eq!(cards[1], (CardKind::Pushback, "price"), "{cards:?}");
    assert_eq!(cards.len(), 2, "one in twenty seconds: {cards:?}");

    let record = stage.live.store().find(&viewer("ida"), &client.call_id).await;
    let record = record.expect("an answer").expect("a record");
    assert_eq!(record.summary.reason, Some(Reason::Bye));
    assert_eq!(record.turns.len(), roles.len());
    for event in &record.events {
        if event.state == LandmarkState::Done {
            let turn = record.turns.iter().find(|turn| Some(turn.turn) == event.turn);
            let [start, end] = event.span.expect("a span");
            let quote = turn.and_then(|turn| turn.text.get(start..end));
            assert!(quote.is_some() && quote == event.quote.as_deref(), "{event:?}");
        }
    }
    let mut watched = watch.so_far.split_off(1);
    watched.extend(std::iter::from_fn(|| watch.words.try_recv().ok()));
    assert!(watched.iter().map(|told| &**told).eq(&client.seen), "who watches sees the same");
}

#[tokio::test(start_paused = true)]
async fn the_role_is_that_of_the_channel_whatever_is_said() {
    let _clock = hold_clock();
    let consent = saying("consent");
    let stage = Stage::of(&[line(1, 0.5, 3.0, &consent)]);
    let mut client = Client::begin(&stage, "ida").await;
    client.live_until(4.0).await;
    client.bye().await;
    assert_eq!(finals(&client.seen), [(Role::Customer, consent.clone())]);
    assert!(!done(&client.seen).contains(&"consent".to_owned()));

    let swapped = Hello { channels: [Role::Customer, Role::Agent], ..hello() };
    let mut link = stage.live.open("ida", &swapped).await.expect("a call");
    for seq in 0..40 {
        for channel in 0..2 {
            let frame = weir_live::Frame { channel, seq, samples: vec![0; FRAME] };
            link.inbox.binary(&frame.bytes()).await.expect("it is heard");
        }
    }
    link.inbox.text(r#"{"do":"bye"}"#).await.expect("it is heard");
    let mut seen = Vec::new();
    while let Some(told) = link.words.recv().await {
        seen.push((*told).clone());
    }
    assert_eq!(finals(&seen), [(Role::Agent, consent)]);
    assert_eq!(done(&seen), ["consent"]);
}

#[tokio::test(start_paused = true)]
async fn silence_gives_nothing() {
    let _clock = hold_clock();
    let stage = Stage::of(&[line(0, 2.0, 3.0, "")]);
    let mut client = Client::begin(&stage, "ida").await;
    client.live_until(50.0).await;
    let ended = client.bye().await;
    assert_eq!(ended, ServerWord::Ended { reason: Reason::Bye, duration_s: 50.0 });
    assert_eq!(client.seen.len(), 1, "{:?}", client.seen);
}

#[tokio::test(start_paused = true)]
async fn two_hours_are_heard_and_not_more() {
    let _clock = hold_clock();
    let lines: Vec<Line> = (0..718)
        .map(|k| line(k % 2, 10.0 * k as f32 + 1.0, 10.0 * k as f32 + 3.0, &format!("It is {k}.")))
        .collect();
    let stage = Stage::of(&lines);
    let mut client = Client::begin(&stage, "ida").await;
    client.live_until(7199.0).await;
    assert_eq!(finals(&client.seen).len(), lines.len());
    advance(Duration::from_secs(2)).await;
    let ended = client.ended().await;
    assert!(matches!(ended, ServerWord::Ended { reason: Reason::Longest, .. }), "{ended:?}");
    assert!(client.link().inbox.text(r#"{"do":"bye"}"#).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn without_sound_a_call_ends() {
    let _clock = hold_clock();
    let stage = Stage::of(&[]);
    let mut client = Client::begin(&stage, "ida").await;
    client.live_until(5.0).await;
    advance(Duration::from_secs(59)).await;
    client.live_until(6.0).await;
    advance(Duration::from_secs(61)).await;
    let ended = client.ended().await;
    assert!(matches!(ended, ServerWord::Ended { reason: Reason::Idle, .. }), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn overload_says_lag_and_loses_nothing() {
    let _clock = hold_clock();
    let mut lines = conversation();
    lines.retain(|line| line.start_s < 20.0);
    let long = Duration::from_secs(40);
    let scripted = Scripted { slow: Some((0, 5.0, long)), ..Scripted::new(&lines) };
    let stage = Stage::new(scripted, LiveConfig::default());
    let mut client = Client::begin(&stage, "ida").await;
    client.send_until(7.0).await;
    client.sees("lag", |word| *word == ServerWord::Lag { behind_s: 5.0 }).await;
    advance(long).await;
    client.send_until(20.0).await;
    client.bye().await;
    assert!(client.seen.iter().any(|told| told.word == ServerWord::Lag { behind_s: 0.1 }));
    let said: Vec<String> = lines.iter().map(|line| line.text.clone()).collect();
    let heard: Vec<String> = finals(&client.seen).into_iter().map(|(_, text)| text).collect();
    assert_eq!(heard, said);
}

#[tokio::test(start_paused = true)]
async fn a_transcriber_that_fails_ends_the_call_with_its_reason() {
    let _clock = hold_clock();
    let lines = [
        line(0, 0.5, 9.0, "This has no end."),
        // It waits for what began before it.
        line(1, 1.0, 3.4, "Hello there."),
        line(1, 4.1, 9.0, "I am speaking on."),
    ];
    let scripted = Scripted { fails: Some((0, 4.5)), ..Scripted::new(&lines) };
    let stage = Stage::new(scripted, LiveConfig::default());
    let mut client = Client::begin(&stage, "ida").await;
    client.send_until(4.5).await;
    let ended = client.ended().await;
    assert!(matches!(ended, ServerWord::Ended { reason: Reason::Failed, .. }), "{ended:?}");
    let errors = client.seen.iter().filter_map(|told| match &told.word {
        ServerWord::Error { code, why } => Some((*code, why.as_str())),
        _ => None,
    });
    let errors: Vec<_> = errors.collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].0 == ErrorCode::Transcriber && errors[0].1.contains("the script says so"));
    let heard: Vec<String> = finals(&client.seen).into_iter().map(|(_, text)| text).collect();
    assert_eq!(heard, ["Hello there.", "I am speaking on."], "the other voice is heard to its end");
}

#[tokio::test(start_paused = true)]
async fn nothing_begins_without_consent_or_with_sound_that_is_not_heard() {
    let _clock = hold_clock();
    let stage = Stage::of(&[]);
    let refused = async |hello: Hello| stage.live.open("ida", &hello).await.expect_err("refused");
    let refusal = refused(Hello { consent: false, ..hello() }).await;
    assert!(matches!(refusal, Refusal::Consent), "{refusal:?}");
    let refusal = refused(Hello { rate: 48_000, ..hello() }).await;
    assert_eq!(refusal.to_string(), "rate: got 48000, takes 16000");
    let refusal = refused(Hello { channels: [Role::Agent; 2], ..hello() }).await;
    assert!(matches!(refusal, Refusal::Channels), "{refusal:?}");
    for title in ["a\nb".to_owned(), "x".repeat(201)] {
        let refusal = refused(Hello { title: Some(title), ..hello() }).await;
        assert!(matches!(refusal, Refusal::Title), "{refusal:?}");
    }
    let refusal = refused(Hello { call_id: Some("0f".to_owned()), ..hello() }).await;
    assert!(matches!(refusal, Refusal::Unknown), "{refusal:?}");
    let files = std::fs::read_dir(stage.folder.path()).expect("a folder").count();
    assert_eq!((files, stage.live.calls(&viewer("ida")).len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn four_calls_go_on_at_once_and_the_fifth_is_refused() {
    let _clock = hold_clock();
    let stage = Stage::of(&[]);
    let mut first = Client::begin(&stage, "ida").await;
    let _second = Client::begin(&stage, "ida").await;
    let refusal = stage.live.open("ida", &hello()).await.expect_err("a third of one user");
    assert!(matches!(refusal, Refusal::Busy(2)), "{refusal:?}");
    let _third = Client::begin(&stage, "bo").await;
    let _fourth = Client::begin(&stage, "bo").await;
    let refusal = stage.live.open("eve", &hello()).await.expect_err("a fifth");
    assert!(matches!(refusal, Refusal::Full(4)), "{refusal:?}");
    assert!(matches!(refusal.word(), ServerWord::Error { code: ErrorCode::Busy, .. }));
    assert_eq!(stage.live.calls(&viewer("bo")).len(), 2);
    first.bye().await;
    let mut fifth = Client::begin(&stage, "eve").await;
    stage.live.close().await;
    let ended = fifth.ended().await;
    assert!(matches!(ended, ServerWord::Ended { reason: Reason::Shutdown, .. }), "{ended:?}");
    let list = stage.live.store().list(&viewer("bo"), &Search::default(), &Page::default()).await;
    let reasons = list.expect("a list").into_iter().map(|call| call.reason);
    assert!(reasons.eq([Some(Reason::Shutdown); 2]));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_said_and_the_call_goes_on() {
    let _clock = hold_clock();
    let stage = Stage::of(&[line(0, 0.2, 0.6, "Hello there.")]);
    let mut client = Client::begin(&stage, "ida").await;
    let inbox = &client.link().inbox;
    let frame = |channel, seq, samples| weir_live::Frame { channel, seq, samples }.bytes();
    for bytes in [
        vec![],
        vec![0; 5],
        frame(2, 0, vec![0; 9]),
        frame(0, 0, vec![0; 16_001]),
        [frame(0, 0, vec![0; 9]), vec![7]].concat(),
        frame(1, 7, vec![0; 9]),
        frame(1, 8, vec![0; 9]),
    ] {
        inbox.binary(&bytes).await.expect("the call goes on");
    }
    for text in ["{}", r#"{"do":"mark","landmark":"adieu","state":"done"}"#, &hello_text()] {
        inbox.text(text).await.expect("the call goes on");
    }
    client.send_until(2.0).await;
    client.bye().await;
    let errors = client.seen.iter().filter_map(|told| match &told.word {
        ServerWord::Error { code, why } => Some((*code, why.as_str())),
        _ => None,
    });
    let (codes, whys): (Vec<_>, Vec<_>) = errors.unzip();
    use ErrorCode::{Frame, Gap, Landmark, Word};
    assert_eq!(codes, [Frame, Frame, Frame, Frame, Frame, Gap, Word, Landmark, Word], "{whys:?}");
    assert_eq!(whys[5], "channel 1: got frame 7, wants frame 0 first");
    let heard = stage.heard[1].load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(heard, 20 * FRAME as u64, "nothing was heard out of place");
    assert_eq!(finals(&client.seen).len(), 1);
}

fn hello_text() -> String {
    weir_live::ClientWord::Hello(hello()).text()
}

#[tokio::test(start_paused = true)]
async fn what_is_set_by_hand_is_told_kept_and_stays() {
    let _clock = hold_clock();
    let stage = Stage::of(&[line(0, 1.0, 4.0, &saying("consent"))]);
    let mut client = Client::begin(&stage, "ida").await;
    let mark = r#"{"do":"mark","landmark":"consent","state":"waived"}"#;
    client.link().inbox.text(mark).await.expect("it is heard");
    client.send_until(6.0).await;
    client.bye().await;
    let record = stage.live.store().find(&viewer("ida"), &client.call_id).await;
    let record = record.expect("an answer").expect("a record");
    let events: Vec<_> = record.events.iter().filter(|event| event.id == "consent").collect();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((events[0].state, events[0].method), (LandmarkState::Waived, Method::Hand));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_deleted_while_it_goes_on_ends_and_leaves_nothing() {
    let _clock = hold_clock();
    let stage = Stage::of(&[line(0, 0.5, 1.0, "Before it."), line(0, 3.0, 3.5, "After it.")]);
    let mut client = Client::begin(&stage, "ida").await;
    client.live_until(2.0).await;
    let (ida, store) = (viewer("ida"), stage.live.store());
    assert!(store.delete(&ida, &client.call_id).await.expect("an answer"));
    client.send_until(5.0).await;
    let ended = client.ended().await;
    assert!(matches!(ended, ServerWord::Ended { reason: Reason::Failed, .. }), "{ended:?}");
    assert_eq!(finals(&client.seen).len(), 1, "what cannot be kept is not told");
    assert_eq!(store.find(&ida, &client.call_id).await.expect("an answer"), None);
}
