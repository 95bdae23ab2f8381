//! Calls as files. `WEIR_GOLDEN=1 cargo test -p weir-live --test export` writes them anew.

use std::path::Path;

use weir_calls::Role;
use weir_live::{
    CallRecord, CallSummary, Card, CardKind, LandmarkEvent, LandmarkState, Listed, Method, Reason,
    Turn,
};

fn landmark(id: &str, title: &str, role: Role, required: bool, state: LandmarkState) -> Listed {
    Listed { id: id.to_owned(), title: title.to_owned(), role, required, state }
}

fn turn(turn: u64, role: Role, text: &str, start_s: f32, end_s: f32) -> Turn {
    Turn { turn, role, text: text.to_owned(), start_s, end_s }
}

fn record() -> CallRecord {
    use LandmarkState::{Done, Likely, Pending, Waived};
    let by_words = |state, turn, method| LandmarkEvent {
        id: "consent".to_owned(),
        state,
        turn,
        quote: Some("is it fine that I record this".to_owned()),
        span: Some([7, 36]),
        score: Some(0.8125),
        method,
    };
    let by_hand = |id: &str, state| LandmarkEvent {
        id: id.to_owned(),
        state,
        turn: None,
        quote: None,
        span: None,
        score: None,
        method: Method::Hand,
    };
    CallRecord {
        summary: CallSummary {
            id: "5f3c".to_owned(),
            user_id: "ida".to_owned(),
            title: "Pipes | [link](http://x) <b>".to_owned(),
            playbook: "A first call".to_owned(),
            transcriber: "sphinx".to_owned(),
            began_s: 1_790_000_000,
            began: "2026-09-21T14:13:20Z".to_owned(),
            expires_s: 1_792_592_000,
            duration_s: Some(3725.5),
            reason: Some(Reason::Bye),
            required: 3,
            reached: 2,
        },
        landmarks: vec![
            landmark("consent", "Consent to record", Role::Agent, true, Done),
            landmark("need", "Need", Role::Customer, true, Done),
            landmark("budget", "Budget", Role::Customer, true, Pending),
            landmark("deadline", "Deadline", Role::Customer, false, Likely),
            landmark("demonstration", "Demonstration", Role::Agent, true, Waived),
        ],
        turns: vec![
            turn(0, Role::Agent, "Hello, is it fine that I record this?", 0.25, 3.5),
            turn(2, Role::Customer, "Yes *of course* -->\n1\nit is", 4.0625, 5.0),
            turn(1, Role::Customer, "Goodbye", 3723.0, 3724.9996),
        ],
        events: vec![
            by_words(Likely, None, Method::Lexical),
            by_words(Done, Some(0), Method::Cue),
            by_hand("need", Done),
            by_hand("demonstration", Waived),
        ],
        suggestions: vec![
            Card {
                kind: CardKind::Remains,
                about: "budget".to_owned(),
                text: "What may it cost?".to_owned(),
                source: None,
            },
            Card {
                kind: CardKind::Pushback,
                about: "price".to_owned(),
                text: "One case at a fixed price.".to_owned(),
                source: Some("price list".to_owned()),
            },
        ],
    }
}

fn is_golden(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if std::env::var_os("WEIR_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("a file");
    }
    assert_eq!(text, std::fs::read_to_string(path).expect("a golden file"), "{file}");
}

#[test]
fn a_call_is_written_as_it_always_was() {
    let record = record();
    is_golden("call.json", &record.json());
    is_golden("call.md", &record.markdown());
    is_golden("call.srt", &record.srt());
    assert_eq!(serde_json::from_str::<CallRecord>(&record.json()).expect("a record"), record);
}

#[test]
fn a_call_of_nothing_says_so() {
    let summary = CallSummary { duration_s: None, reason: None, ..record().summary };
    let (turns, events) = (Vec::new(), Vec::new());
    let (landmarks, suggestions) = (Vec::new(), Vec::new());
    let record = CallRecord { summary, landmarks, turns, events, suggestions };
    assert_eq!(record.srt(), "");
    let markdown = record.markdown();
    assert!(markdown.contains("It goes on.") && markdown.matches("Nothing.").count() == 3);
    assert!(!markdown.contains("suggested"), "{markdown}");
}
