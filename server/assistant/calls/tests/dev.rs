//! Errors, for development.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]
use std::path::Path;
use weir_calls::{Call, Detector, Playbook, Script};
#[test]
fn errors() {
    let book = Playbook::first_call().expect("the playbook");
    let started = std::time::Instant::now();
    let detector = Detector::new(&book);
    println!("learnt in {:?}", started.elapsed());
    for folder in ["seen", "unseen"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(folder);
        for script in Script::folder(&folder, &book).expect("the calls") {
            let mut call = Call::new(&book, &detector);
            let mut before = String::new();
            for turn in &script.turns {
                let found = call.hear(turn.role, &turn.text);
                let has: Vec<String> = found.iter().map(|f| format!("{}:{:.2}", f.id, f.score)).collect();
                let marks: Vec<&str> = turn.landmarks.iter().chain(&turn.pushbacks).map(|m| m.id.as_str()).collect();
                let wrong = found.iter().any(|f| !marks.contains(&f.id.as_str()));
                let missed = marks.iter().any(|m| found.iter().all(|f| f.id != **m));
                if wrong || missed {
                    println!("{:?} found {has:?} marked {marks:?}\n     [{before}]\n     {}{}", turn.role, turn.text, "");
                }
                before = turn.text.clone();
            }
        }
    }
}
