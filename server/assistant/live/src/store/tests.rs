use std::path::Path;

use weir_calls::Role;

use super::*;
use crate::record::CallRecord;
use crate::words::{CardKind, LandmarkState, Method};

const SECRET: &str = "zanzibarium";

fn store(folder: &tempfile::TempDir) -> CallStore {
    CallStore::new(folder.path().join("deep/calls.sqlite"))
}

fn ida() -> Viewer {
    Viewer { user_id: "ida".to_owned(), sees_all: false }
}

fn new_call(id: &str, user_id: &str, title: &str) -> NewCall {
    NewCall {
        id: id.to_owned(),
        user_id: user_id.to_owned(),
        title: title.to_owned(),
        playbook: "first call".to_owned(),
        landmarks: vec![Listed {
            id: "need".to_owned(),
            title: "Need".to_owned(),
            role: Role::Customer,
            required: true,
            state: LandmarkState::Pending,
        }],
        transcriber: "a script".to_owned(),
        days: 30,
    }
}

fn turn(turn: u64, role: Role, text: &str, start_s: f32) -> Turn {
    Turn { turn, role, text: text.to_owned(), start_s, end_s: start_s + 1.5 }
}

fn event(state: LandmarkState, method: Method) -> LandmarkEvent {
    LandmarkEvent {
        id: "need".to_owned(),
        state,
        turn: Some(1),
        quote: Some(SECRET.to_owned()),
        span: Some([0, SECRET.len()]),
        score: Some(0.75),
        method,
    }
}

/// A call with something of everything.
async fn whole_call(store: &CallStore, id: &str) {
    store.begin(&new_call(id, "ida", "About pipes")).await.expect("it begins");
    store.turn(id, &turn(0, Role::Customer, SECRET, 4.0)).await.expect("a turn");
    store.turn(id, &turn(1, Role::Agent, "Hello", 0.5)).await.expect("a turn");
    for (n, event) in [
        (3, event(LandmarkState::Likely, Method::Cue)),
        (5, event(LandmarkState::Done, Method::Lexical)),
        (6, event(LandmarkState::Waived, Method::Hand)),
    ] {
        store.landmark(id, n, &event).await.expect("an event");
    }
    let card = Card {
        kind: CardKind::Pushback,
        about: "price".to_owned(),
        text: SECRET.to_owned(),
        source: Some("page 3".to_owned()),
    };
    store.suggestion(id, 7, &card).await.expect("a card");
}

async fn found(store: &CallStore, id: &str) -> CallRecord {
    store.find(&ida(), id).await.expect("an answer").expect("a call")
}

#[tokio::test]
async fn what_is_appended_is_found_as_it_was_and_turns_stand_by_their_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder);
    assert_eq!(store.find(&ida(), "a").await.expect("an answer"), None);
    assert!(!store.kept.path().exists(), "nothing was kept");
    whole_call(&store, "a").await;
    let record = found(&store, "a").await;
    assert_eq!((record.summary.duration_s, record.summary.reason), (None, None));
    assert_eq!(record.turns.iter().map(|turn| turn.turn).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(record.turns[1], turn(0, Role::Customer, SECRET, 4.0));
    assert_eq!(record.events[1], event(LandmarkState::Done, Method::Lexical));
    assert_eq!(record.landmarks[0].state, LandmarkState::Waived, "the last event says");
    assert_eq!(record.suggestions[0].source.as_deref(), Some("page 3"));
    assert_eq!(record.events[2], event(LandmarkState::Waived, Method::Hand));
    store.end("a", Reason::Bye, 5.5).await.expect("the end");
    let ended = found(&CallStore::new(store.kept.path()), "a").await.summary;
    assert_eq!((ended.duration_s, ended.reason), (Some(5.5), Some(Reason::Bye)));
    assert!(ended.began.ends_with('Z') && ended.began.len() == 20, "{}", ended.began);
    assert!(store.turn("b", &turn(0, Role::Agent, "x", 0.0)).await.is_err(), "no such call");
    assert!(store.turn("a", &turn(1, Role::Agent, "x", 0.0)).await.is_err(), "said before");
}

#[tokio::test]
async fn a_call_is_seen_by_its_owner_and_by_who_sees_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder);
    whole_call(&store, "a").await;
    let bo = Viewer { user_id: "bo".to_owned(), sees_all: false };
    let all = Viewer { user_id: "bo".to_owned(), sees_all: true };
    assert_eq!(store.find(&bo, "a").await.expect("an answer"), None);
    assert_eq!(store.list(&bo, &Search::default(), &Page::default()).await.expect("a list"), []);
    assert!(!store.delete(&bo, "a").await.expect("an answer"));
    assert!(store.find(&all, "a").await.expect("an answer").is_some());
    assert_eq!(
        store.list(&all, &Search::default(), &Page::default()).await.expect("a list").len(),
        1
    );
    assert!(store.delete(&all, "a").await.expect("an answer"));
}

#[tokio::test]
async fn lists_have_pages_and_are_searched_for_any_signs() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder);
    let now_s = now_s();
    for (k, title) in ["100% pipes", "100 pipes", "a_b", "acb", "back\\slash"].iter().enumerate() {
        let call = new_call(&k.to_string(), "ida", title);
        store.begin_at(&call, now_s + k as i64).await.expect("it begins");
    }
    store.turn("3", &turn(0, Role::Agent, "The Weir is 50% full", 0.0)).await.expect("a turn");
    let ids = async |text: Option<&str>, skip, most| -> Vec<String> {
        let search = Search { text: text.map(str::to_owned), goes_on: None };
        let list = store.list(&ida(), &search, &Page { skip, most }).await.expect("a list");
        list.into_iter().map(|call| call.id).collect()
    };
    assert_eq!(ids(None, 0, 2).await, ["4", "3"]);
    assert_eq!(ids(None, 2, 2).await, ["2", "1"]);
    assert_eq!(ids(None, 4, u32::MAX).await, ["0"]);
    for (text, found) in [
        ("PIPES", &["1", "0"][..]),
        ("%", &["3", "0"]),
        ("_", &["2"]),
        ("\\", &["4"]),
        ("weir is", &["3"]),
        ("' OR 1=1 --", &[]),
    ] {
        assert_eq!(ids(Some(text), 0, 10).await, found, "{text}");
    }
}

#[tokio::test]
async fn calls_that_go_on_are_told_from_those_that_have_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder);
    for id in ["a", "b"] {
        store.begin(&new_call(id, "ida", "x")).await.expect("it begins");
    }
    store.end("a", Reason::Bye, 1.0).await.expect("the end");
    for (goes_on, ids) in [(Some(true), &["b"][..]), (Some(false), &["a"]), (None, &["a", "b"])] {
        let search = Search { goes_on, ..Search::default() };
        let list = store.list(&ida(), &search, &Page::default()).await.expect("a list");
        let mut found: Vec<_> = list.into_iter().map(|call| call.id).collect();
        found.sort();
        assert_eq!(found, ids, "{goes_on:?}");
    }
}

#[tokio::test]
async fn a_summary_counts_what_is_required_and_done_but_not_what_was_waived() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder);
    let mut call = new_call("a", "ida", "x");
    let listed =
        |id: &str, required| Listed { id: id.to_owned(), required, ..call.landmarks[0].clone() };
    call.landmarks = vec![listed("need", true), listed("budget", true), listed("deadline", false)];
    store.begin(&call).await.expect("it begins");
    let mut n = 0;
    for (id, state, counts) in [
        ("need", LandmarkState::Likely, (2, 0)),
        ("need", LandmarkState::Done, (2, 1)),
        ("deadline", LandmarkState::Done, (2, 1)),
        ("budget", LandmarkState::Waived, (1, 1)),
        ("need", LandmarkState::Pending, (1, 0)),
    ] {
        n += 1;
        let event = LandmarkEvent { id: id.to_owned(), ..event(state, Method::Hand) };
        store.landmark("a", n, &event).await.expect("an event");
        let summary = found(&store, "a").await.summary;
        assert_eq!((summary.required, summary.reached), counts, "{id} {state:?}");
    }
}

/// Whether a text stands in any file of a folder.
fn stands_in(folder: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(folder).expect("a folder");
    files.into_iter().any(|file| {
        let bytes = std::fs::read(file.expect("a file").path()).expect("bytes");
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn deletion_deletes_all_down_to_the_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder);
    whole_call(&store, "a").await;
    store.begin(&new_call("b", "ida", "stays")).await.expect("it begins");
    let deep = folder.path().join("deep");
    assert!(stands_in(&deep, SECRET));
    assert!(store.delete(&ida(), "a").await.expect("an answer"));
    assert!(!store.delete(&ida(), "a").await.expect("an answer"), "it has gone");
    let pool = store.kept.pool().await.expect("a database");
    for table in ["turns", "landmark_events", "suggestions"] {
        let count =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")));
        let count: i64 = count.fetch_one(pool).await.expect("a number");
        assert_eq!(count, 0, "{table}");
    }
    assert!(!stands_in(&deep, SECRET), "what was said is in no file");
    assert!(stands_in(&deep, "stays"));
}

#[tokio::test]
async fn what_was_kept_for_long_enough_is_swept_and_lost_calls_are_ended() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder);
    assert_eq!(store.sweep(i64::MAX).await.expect("nothing"), 0);
    assert_eq!(store.end_lost().await.expect("nothing"), 0);
    whole_call(&store, "a").await;
    store.begin(&NewCall { days: 1, ..new_call("b", "ida", "short") }).await.expect("it begins");
    store.begin(&NewCall { days: 0, ..new_call("c", "ida", "gone") }).await.expect("it begins");
    assert_eq!(store.find(&ida(), "c").await.expect("an answer"), None, "it has expired");
    assert_eq!(store.sweep(now_s() + 2 * DAY_S).await.expect("two"), 2);
    assert_eq!(store.end_lost().await.expect("one"), 1);
    let summary = found(&store, "a").await.summary;
    assert_eq!((summary.duration_s, summary.reason), (Some(5.5), Some(Reason::Lost)));
    assert_eq!(store.end_lost().await.expect("none"), 0);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calls.sqlite");
    std::fs::write(&path, "these are not the bytes of a database at all, sorry").expect("a file");
    let call = new_call("a", "ida", "x");
    let error = CallStore::new(&path).begin(&call).await.expect_err("no database");
    assert!(error.to_string().contains("calls.sqlite"), "{error}");
    let error = CallStore::new(path.join("below")).begin(&call).await.expect_err("no folder");
    assert!(error.to_string().contains("calls.sqlite"), "{error}");
}
