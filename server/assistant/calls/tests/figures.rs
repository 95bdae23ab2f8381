//! The playbook that comes with the crate, on calls that somebody wrote who had not seen it.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::path::Path;

use weir_calls::{Detector, Measured, Playbook, Script, interval, measure};

/// What macro-F1 may not fall below: the lower end of its interval when it was last written down.
/// The goal is 0.75.
const MACRO_F1: f32 = 0.65;

/// What came of each call of a folder.
fn play(folder: &str) -> Vec<Measured> {
    let book = Playbook::first_call().expect("the playbook");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(folder);
    let calls = Script::folder(&folder, &book).expect("the calls");
    let detector = Detector::new(&book);
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
    let unseen = play("unseen");
    print("calls that nobody who worked on this had read", &unseen);
    let calls = [play("seen"), unseen].concat();
    print("all", &calls);
    assert!(calls.len() >= 30, "{} calls", calls.len());
    let macro_f1 = calls.iter().collect::<Measured>().macro_f1();
    assert!(macro_f1 >= MACRO_F1, "{macro_f1}");
}
