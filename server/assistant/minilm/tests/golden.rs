//! The real weights: the same numbers as another implementation makes, and how fast.
//! `golden.py` made the numbers.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::path::PathBuf;
use std::time::Instant;

use serde::Deserialize;
use weir_minilm::MiniLm;

#[derive(Deserialize)]
struct Golden {
    texts: Vec<Text>,
    /// Of each text with each.
    cosines: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    /// The first numbers of its vector.
    first: Vec<f32>,
}

fn model() -> MiniLm {
    let folder = std::env::var_os("WEIR_MINILM").map(PathBuf::from);
    let folder = folder.expect("WEIR_MINILM names a folder");
    MiniLm::open(&folder).expect("the weights")
}

#[test]
#[ignore = "needs WEIR_MINILM, a folder with the weights"]
fn vectors_are_those_of_sentence_transformers() {
    let golden: Golden = serde_json::from_str(include_str!("golden.json")).expect("numbers");
    let texts: Vec<&str> = golden.texts.iter().map(|text| text.text.as_str()).collect();
    let vectors = model().vectors(&texts).expect("vectors");
    let mut apart: f32 = 0.0;
    for (vector, text) in vectors.iter().zip(&golden.texts) {
        for (ours, theirs) in vector.iter().zip(&text.first) {
            apart = apart.max((ours - theirs).abs());
        }
    }
    for (a, row) in vectors.iter().zip(&golden.cosines) {
        for (b, cosine) in vectors.iter().zip(row) {
            let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            apart = apart.max((dot - cosine).abs());
        }
    }
    println!("at most {apart:.1e} apart");
    assert!(apart < 1e-5, "{apart}");
}

#[test]
#[ignore = "needs WEIR_MINILM, a folder with the weights"]
fn speed() {
    let start = Instant::now();
    let model = model();
    println!("opened in {:.2} s", start.elapsed().as_secs_f32());
    for (words, count) in [(12, 1), (12, 512), (100, 128)] {
        let text = |k: usize| {
            let word = |w: usize| ["water", "flows", "down", "the", "valley"][(k + w * w) % 5];
            (0..words).map(word).collect::<Vec<_>>().join(" ")
        };
        let texts: Vec<String> = (0..count).map(text).collect();
        let once = || {
            let start = Instant::now();
            model.vectors(&texts).expect("vectors");
            start.elapsed().as_secs_f32()
        };
        let mut times: Vec<f32> = (0..7).map(|_| once()).collect();
        times.sort_unstable_by(f32::total_cmp);
        let rate = count as f32 / times[3];
        println!("{count} texts of {words} words: {:.1} ms, {rate:.0} a second", 1e3 * times[3]);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"))
    {
        println!("{line}");
    }
}
