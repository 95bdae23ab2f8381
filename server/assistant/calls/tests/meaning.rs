//! What vectors of sentences change, with vectors that are made up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use weir_calls::{Call, Detector, Meaning, Playbook, Role};

const TURN: &str = "There is a pot of money for it, twenty thousand.";

/// Sentences about a budget mean one thing, and all others another; so does a turn, if it is told.
fn by_budget(book: &Playbook, is_budget: bool) -> Detector {
    let budget = book.landmark("budget").expect("the landmark").examples.clone();
    let vector = move |text: &str| {
        let about = budget.iter().any(|example| example == text) || is_budget && text == TURN;
        if about { vec![1.0, 0.0] } else { vec![0.0, 1.0] }
    };
    let meaning = Meaning::new(2, move |texts| Ok(texts.iter().map(|text| vector(text)).collect()));
    Detector::with_meaning(book, meaning).expect("vectors")
}

#[test]
fn what_means_it_is_likelier() {
    let book = Playbook::first_call().expect("the playbook");
    let score = |detector: Detector| {
        let found = detector.detect(Role::Customer, TURN);
        found.iter().find(|found| found.id == "budget").map_or(0.0, |found| found.score)
    };
    let (alike, unlike) = (score(by_budget(&book, true)), score(by_budget(&book, false)));
    assert!(alike > unlike && alike > 0.8, "{alike} {unlike}");
}

#[test]
fn without_vectors_words_count_and_without_those_of_the_playbook_nothing_does() {
    let book = Playbook::first_call().expect("the playbook");
    let calls = AtomicUsize::new(0);
    let once = Meaning::new(2, move |texts| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Ok(texts.iter().map(|text| vec![text.len() as f32, 1.0]).collect()),
        _ => Err("the folder is gone".into()),
    });
    let fallen = Detector::with_meaning(&book, once).expect("vectors");
    let words = Detector::new(&book);
    assert_eq!(fallen.detect(Role::Customer, TURN), words.detect(Role::Customer, TURN));
    assert_eq!(fallen.asked(Role::Agent, TURN), words.asked(Role::Agent, TURN));
    let never = Meaning::new(2, |_| Err("the folder is empty".into()));
    let error = Detector::with_meaning(&book, never).expect_err("no vectors").to_string();
    assert_eq!(error, "the folder is empty");
}

#[test]
fn a_turn_is_made_vectors_of_once() {
    let book = Playbook::first_call().expect("the playbook");
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let meaning = Meaning::new(1, move |texts| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(vec![vec![1.0]; texts.len()])
    });
    let detector = Detector::with_meaning(&book, meaning).expect("vectors");
    assert_eq!(made.load(Ordering::Relaxed), 1, "all sentences at once");
    Call::new(&book, &detector).hear(Role::Customer, TURN);
    assert_eq!(made.load(Ordering::Relaxed), 2);
}
