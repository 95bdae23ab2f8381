//! The playbook that comes with the crate, on calls that somebody else wrote.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use weir_calls::{Detector, Measured, Playbook, Script, interval, measure};
use weir_language::words;

/// What macro-F1 of the calls that it was improved by may not fall below: the lower end of its
/// interval when it was last written down.
const MACRO_F1: f32 = 0.8;
/// The same of what is written without capitals and punctuation.
const PLAIN_MACRO_F1: f32 = 0.7;

fn scripts(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(folder)
}

/// What came of each call of a folder.
fn play(folder: &str) -> Vec<Measured> {
    let book = Playbook::first_call().expect("the playbook");
    let calls = Script::folder(&scripts(folder), &book).expect("the calls");
    let start = Instant::now();
    let detector = Detector::new(&book);
    println!("learnt in {:.2} s", start.elapsed().as_secs_f32());
    calls.iter().map(|call| measure(&book, &detector, call)).collect()
}

fn print(title: &str, calls: &[Measured]) {
    let all: Measured = calls.iter().collect();
    println!("\n{title}: {} calls, {:.0} minutes", calls.len(), all.minutes);
    for (id, count) in all.landmarks.iter().chain(&all.pushbacks) {
        println!("{id:14} F1 {:.2} {count:?}", count.f1().unwrap_or(f32::NAN));
    }
    for (name, figure) in [
        ("macro-F1 of landmarks", Measured::macro_f1 as fn(&Measured) -> f32),
        ("macro-F1 of pushbacks", Measured::pushback_f1),
        ("false cards in ten minutes", Measured::false_cards),
        ("overlap of spans", Measured::overlap),
    ] {
        let (low, high) = interval(calls, figure);
        println!("{name}: {:.2} [{low:.2}, {high:.2}]", figure(&all));
    }
}

#[test]
fn landmarks_of_calls_are_found() {
    let (seen, unseen) = (play("seen"), play("unseen"));
    print("unseen", &unseen);
    let calls = [seen, unseen].concat();
    print("all that it was improved by", &calls);
    if scripts("fresh").exists() {
        print("calls that nobody who worked on this had read", &play("fresh"));
    }
    assert!(calls.len() >= 30, "{} calls", calls.len());
    let macro_f1 = calls.iter().collect::<Measured>().macro_f1();
    assert!(macro_f1 >= MACRO_F1, "{macro_f1}");
}

/// A call as a recogniser writes it: neither capitals nor punctuation.
fn plain(mut call: Script) -> Script {
    let plain = |text: &mut String| *text = words(text).join(" ");
    for turn in &mut call.turns {
        plain(&mut turn.text);
        turn.landmarks
            .iter_mut()
            .chain(&mut turn.pushbacks)
            .for_each(|mark| plain(&mut mark.quote));
    }
    call
}

#[test]
fn landmarks_are_found_in_what_a_recogniser_writes() {
    let book = Playbook::first_call().expect("the playbook");
    let detector = Detector::new(&book);
    let read = |folder: &str| Script::folder(&scripts(folder), &book).expect("the calls");
    let play = |calls: Vec<Script>| -> Vec<Measured> {
        calls.into_iter().map(|call| measure(&book, &detector, &plain(call))).collect()
    };
    let calls = play([read("seen"), read("unseen")].concat());
    print("all that it was improved by, as a recogniser writes it", &calls);
    let macro_f1 = calls.iter().collect::<Measured>().macro_f1();
    assert!(macro_f1 >= PLAIN_MACRO_F1, "{macro_f1}");
}
