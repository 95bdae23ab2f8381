//! How well landmarks of calls are found by words and meaning together, with the real weights.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use weir_calls::{Detector, Meaning, Measured, Playbook, Script, interval, measure};
use weir_minilm::MiniLm;
use weir_providers::Embedder;

/// What macro-F1 of the calls that it was improved by may not fall below.
const MACRO_F1: f32 = 0.85;

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
#[ignore = "needs WEIR_MINILM, a folder with the weights"]
fn landmarks_of_calls_are_found() {
    let folder = std::env::var_os("WEIR_MINILM").map(PathBuf::from);
    let model = MiniLm::open(&folder.expect("WEIR_MINILM names a folder")).expect("the weights");
    let book = Playbook::first_call().expect("the playbook");
    let start = Instant::now();
    let meaning = Meaning::new(model.dimensions(), move |texts| Ok(model.vectors(texts)?));
    let detector = Detector::with_meaning(&book, meaning).expect("vectors");
    println!("learnt in {:.1} s", start.elapsed().as_secs_f32());
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../calls/scripts");
    let play = |name: &str| -> Vec<Measured> {
        let calls = Script::folder(&scripts.join(name), &book).expect("the calls");
        calls.iter().map(|call| measure(&book, &detector, call)).collect()
    };
    let calls = [play("seen"), play("unseen")].concat();
    print("all that it was improved by", &calls);
    if scripts.join("fresh").exists() {
        print("calls that nobody who worked on this had read", &play("fresh"));
    }
    let macro_f1 = calls.iter().collect::<Measured>().macro_f1();
    assert!(macro_f1 >= MACRO_F1, "{macro_f1}");
}
