//! The documents that come with weir, asked by somebody who did not have their words before them.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::path::Path;

use serde::Deserialize;
use weir_retrieval::{Hit, Index, asked, chunks};

/// What recall@5 has to be.
const RECALL_5: f32 = 0.9;
/// Parts that are looked at.
const K: usize = 5;

#[derive(Deserialize)]
struct Set {
    question: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    text: String,
    scope: String,
    /// Where the answer stands: any one of these; nowhere if there is none.
    gold: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    file: String,
    heading: String,
}

/// All documents, by their folders.
fn index() -> Index {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut parts = Vec::new();
    for (root, folder) in [
        ("../documents", "about"),
        ("../documents", "jobs"),
        ("../../content", "posts"),
        ("../../content", "projects"),
    ] {
        let entries = std::fs::read_dir(home.join(root).join(folder)).expect("a folder");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "md")) {
            let name = file.file_name().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(file).expect("a text");
            parts.extend(chunks(&format!("{folder}/{name}"), &text).expect("a document"));
        }
    }
    let text = std::fs::read_to_string(home.join("../documents/asked.toml")).expect("a file");
    asked(&mut parts, "asked.toml", &text).expect("the parts are there");
    Index::new(parts)
}

fn ask(index: &Index, question: &Question) -> Vec<Hit> {
    let is_jobs = question.scope == "jobs";
    index.search(&question.text, K, |part| part.document.starts_with("jobs/") == is_jobs)
}

#[test]
fn what_is_asked_for_is_found() {
    let set = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("questions.toml"));
    let set: Set = toml::from_str(&set.expect("the questions")).expect("a set");
    let index = index();
    let (mut count, mut found, mut first, mut ranks) = (0.0_f32, 0.0, 0.0, 0.0);
    for question in set.question.iter().filter(|question| !question.gold.is_empty()) {
        let hits = ask(&index, question);
        let is_gold = |hit: &Hit| {
            let part = &index.chunks()[hit.chunk];
            let is_here =
                |place: &Place| place.file == part.document && place.heading == part.heading;
            question.gold.iter().any(is_here)
        };
        count += 1.0;
        match hits.iter().position(is_gold) {
            Some(at) => {
                found += 1.0;
                ranks += 1.0 / (at + 1) as f32;
                first += f32::from(u8::from(at == 0));
            }
            None => println!("not found: {}", question.text),
        }
    }
    println!(
        "{} parts, {count} questions: recall@1 {:.3}, recall@5 {:.3}, MRR@5 {:.3}",
        index.chunks().len(),
        first / count,
        found / count,
        ranks / count
    );
    let covered = |answerable: bool| -> Vec<f32> {
        let asked = set.question.iter().filter(|question| question.gold.is_empty() != answerable);
        let mut shares: Vec<f32> = asked
            .map(|question| ask(&index, question).first().map_or(0.0, |hit| hit.covered))
            .collect();
        shares.sort_unstable_by(f32::total_cmp);
        shares
    };
    println!("covered, answerable {:.2?}\nunanswerable {:.2?}", covered(true), covered(false));
    assert!(found / count >= RECALL_5, "{}", found / count);
}
