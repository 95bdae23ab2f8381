//! `/v1/embeddings`: texts with the same words are alike.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::{Endpoint, Inner, act};

/// Numbers of a vector, where none are asked for.
const DIMENSIONS: u64 = 64;

pub async fn answer(State(inner): State<Arc<Inner>>, body: Bytes) -> Result<Response, Refusal> {
    let body = serde_json::from_slice::<Value>(&body);
    let body = body.map_err(|_| Refusal::of("", "We could not parse the JSON body."))?;
    let recorded = inner.record(Endpoint::Embedding, body);
    let request = &recorded.body;
    if request["model"].as_str().is_none_or(str::is_empty) {
        return Err(Refusal::of("model", "you must provide a model parameter"));
    }
    let dimensions = match &request["dimensions"] {
        Value::Null => DIMENSIONS,
        given => given
            .as_u64()
            .filter(|&given| (1..=4096).contains(&given))
            .ok_or_else(|| Refusal::of("dimensions", "Expected a whole number from 1 to 4096."))?,
    };
    let texts = match &request["input"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().map(|text| text.as_str().unwrap_or("")).collect(),
        _ => vec![],
    };
    let most = inner.most_inputs.load(Ordering::Relaxed);
    if texts.is_empty() || texts.len() > most || texts.contains(&"") {
        return Err(Refusal::of("input", format!("'input' takes 1 to {most} texts, none empty.")));
    }
    let vector = |text: &&str| vector_of(text, dimensions as usize);
    let vectors: Vec<_> = texts.iter().map(vector).collect();
    let words: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    Ok(act(inner.next(&recorded), "application/json", |_| {
        let item = |(index, vector): (usize, &Vec<f32>)| {
            json!({"object": "embedding", "index": index, "embedding": vector})
        };
        // Backwards: the order is in `index`, not in the list.
        let data: Vec<_> = vectors.iter().enumerate().rev().map(item).collect();
        let usage = json!({"prompt_tokens": words, "total_tokens": words});
        let answer = json!({"object": "list", "model": "mock", "data": data, "usage": usage});
        answer.to_string().into_bytes()
    })
    .await)
}

/// Each word adds 1 where its hash points to. It is not of length 1: whoever wants that does it.
fn vector_of(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0; dimensions];
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        vector[fnv(&word.to_lowercase()) as usize % dimensions] += 1.0;
    }
    // A text with no word in it is a vector too.
    if vector.iter().all(|&x| x == 0.0) {
        vector[0] = 1.0;
    }
    vector
}

/// FNV-1a, 64 bits: the same in every version of Rust, which the standard library's is not.
fn fnv(word: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    word.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
