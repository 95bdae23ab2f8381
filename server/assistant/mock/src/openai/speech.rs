//! `/v1/audio/speech`: silence, 50 ms a word.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;

use super::refusal::Refusal;
use super::{Endpoint, Inner, act};

/// Characters that are read aloud at most, as OpenAI has it.
const MOST_CHARACTERS: usize = 4096;
/// Samples in a second.
const RATE: u32 = 24_000;

pub async fn answer(State(inner): State<Arc<Inner>>, body: Bytes) -> Result<Response, Refusal> {
    let body = serde_json::from_slice::<Value>(&body);
    let body = body.map_err(|_| Refusal::of("", "We could not parse the JSON body."))?;
    let recorded = inner.record(Endpoint::Speech, body);
    for param in ["model", "voice", "input"] {
        if recorded.body[param].as_str().is_none_or(str::is_empty) {
            return Err(Refusal::of(param, format!("you must provide {param}")));
        }
    }
    let input = recorded.body["input"].as_str().unwrap_or_default();
    if input.chars().count() > MOST_CHARACTERS {
        return Err(Refusal::of("input", "String should have at most 4096 characters"));
    }
    if recorded.body["response_format"] != "wav" {
        return Err(Refusal::of("response_format", "This server makes wav alone."));
    }
    let words = input.split_whitespace().count() as u32;
    Ok(act(inner.next(&recorded), "audio/wav", |_| silence(words * RATE / 20)).await)
}

/// A WAV file, 16 bits, one channel.
fn silence(samples: u32) -> Vec<u8> {
    let length = samples * 2;
    let mut file = Vec::with_capacity(44 + length as usize);
    file.extend(b"RIFF");
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.resize(44 + length as usize, 0);
    file
}
