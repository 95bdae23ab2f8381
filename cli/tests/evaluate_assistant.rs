//! `weir evaluate-assistant` as a script sees it.

mod common;

use common::Weir;
use serde_json::Value;
use weir_answers::measure::QuestionSet;
use weir_calls::{Detector, Playbook};
use weir_evaluation::{CallFigures, Evaluation, Set};

/// Every text of a set, of some length.
fn texts(set: Set) -> Vec<String> {
    let calls = set.calls(&Playbook::first_call().expect("the playbook")).expect("calls");
    let turns = calls.into_iter().flat_map(|call| call.turns).map(|turn| turn.text);
    let QuestionSet { question } = set.questions().expect("questions");
    turns
        .chain(question.into_iter().map(|question| question.text))
        .filter(|t| t.len() > 20)
        .collect()
}

#[test]
fn calls_and_answers_come_out_as_their_crates_measure_them_and_nothing_held_out_is_shown() {
    let weir = Weir::new();
    let asked = ["--only", "calls", "--only", "retrieval", "--out", "report", "--json"];
    let ran = weir.run(&[&["evaluate-assistant"][..], &asked].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let json = ran.json();
    assert_eq!((&json["set"], &json["speech"]["state"]), (&"held-out".into(), &"not-asked".into()));
    let evaluation: Evaluation = serde_json::from_value(json.clone()).expect("an evaluation");

    let book = Playbook::first_call().expect("the playbook");
    let calls = Set::HeldOut.calls(&book).expect("calls");
    let calls = CallFigures::measure(&book, &Detector::new(&book), &calls, |_| {});
    assert_eq!(evaluation.calls.figures(), Some(&calls));
    let retrieval = evaluation.retrieval.figures().expect("figures");
    assert!(
        retrieval.figures.recall_5.value >= 0.8
            && retrieval.answerable + retrieval.unanswerable == 90
    );
    assert_eq!(json["goals"].as_array().map(Vec::len), Some(3), "{json}");
    assert!(json["machine"]["threads"].as_u64() >= Some(1) && json["at"].is_string());

    let read = |name: &str| std::fs::read_to_string(weir.path("report").join(name)).expect(name);
    let (page, stored) = (read("report.html"), read("report.json"));
    let stored: Value = serde_json::from_str(&stored).expect("JSON");
    assert_eq!(stored, json);
    assert!(page.contains("<svg") && page.contains("recall@5") && !page.contains("src="));
    assert_eq!(weir.files(), ["report"], "nothing else is left");
    assert_eq!(std::fs::read_dir(weir.path("report")).expect("a folder").count(), 2);

    for text in texts(Set::HeldOut) {
        let is_shown = [&ran.out, &ran.err, &page].into_iter().any(|shown| shown.contains(&text));
        assert!(!is_shown, "a text of {} letters of a held-out set is shown", text.len());
    }
}

#[test]
fn a_gate_tells_a_script_whether_goals_are_reached_and_a_table_which() {
    let weir = Weir::new();
    let part = |part: &str, more: &[&str]| {
        weir.run(&[&["evaluate-assistant", "--only", part, "--of", "dev"][..], more].concat())
    };
    let ran = part("calls", &["--gate"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("reached      macro-F1 of landmarks"), "{ran:?}");
    assert!(ran.err.contains("of 34 calls"), "{ran:?}");
    // With a playbook that has learnt nothing of the calls nothing can be reached.
    let book = include_str!("../../server/assistant/calls/playbooks/first-call.toml");
    let strict: String = book
        .lines()
        .map(|line| match line.starts_with("min_score") {
            true => "min_score = 1.0\n".to_owned(),
            false if line.starts_with("cues") => "cues = []\n".to_owned(),
            false => format!("{line}\n"),
        })
        .collect();
    weir.write("strict.toml", &strict);
    let strict = ["--set", "assistant.calls.playbook=strict.toml"];
    let missed = part("calls", &[&strict[..], &["--gate"]].concat());
    assert_eq!(missed.code, Some(1), "{missed:?}");
    assert!(missed.out.contains("NOT REACHED"), "{missed:?}");
    assert_eq!(part("calls", &strict).code, Some(0), "without a gate it only measures");
}

#[test]
fn what_is_not_installed_is_skipped_for_all_to_see() {
    let weir = Weir::new();
    let mut command =
        weir.command(&["evaluate-assistant", "--only", "speech", "--out", "report", "--gate"]);
    // Where no program is found.
    let output = command.env("PATH", weir.path("")).output().expect("weir");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(told.contains("speech is SKIPPED") && told.contains("apt install"), "{told}");
    let page = std::fs::read_to_string(weir.path("report/report.html")).expect("a page");
    assert!(page.contains("What could not be measured") && page.contains("apt install"));
}

#[test]
fn bad_input_is_refused_before_anything_is_measured() {
    let weir = Weir::new();
    let refused = |arguments: &[&str], words: &[&str]| {
        weir.run(&[&["evaluate-assistant"][..], arguments].concat()).is_refused(2, words);
    };
    refused(&["--only", "smell"], &["smell", "speech", "retrieval"]);
    refused(&["--of", "exam"], &["exam", "held-out"]);
    refused(&["--config", "none.toml"], &["none.toml"]);
    weir.write("file", "");
    refused(&["--out", "file/report"], &["--out", "file/report"]);
    let book = include_str!("../../server/assistant/calls/playbooks/first-call.toml");
    weir.write("other.toml", &book.replace("\"consent\"", "\"assent\""));
    let other = ["--only", "calls", "--set", "assistant.calls.playbook=other.toml"];
    refused(&other, &["consent", "playbook"]);
    let help = weir.run(&["evaluate-assistant", "--help"]);
    for words in ["flite", "--gate", "--of", "bootstrap"] {
        assert!(help.out.contains(words), "{words}: {help:?}");
    }
}
