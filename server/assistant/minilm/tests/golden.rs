//! The real weights: the same numbers as another implementation makes. `golden.py` made them.

use std::path::PathBuf;

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
    assert!(apart < 1e-5, "at most {apart:.1e} apart");
}
