//! `/v1/audio/transcriptions`

use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{Endpoint, Inner, act};

/// Most bytes of a recording, as OpenAI has it.
const MOST_BYTES: usize = 25 << 20;

pub async fn answer(
    State(inner): State<Arc<Inner>>,
    mut form: Multipart,
) -> Result<Response, Refusal> {
    let unread = |_| Refusal::of("", "The form cannot be read.");
    let (mut fields, mut file, mut words) = (Map::new(), None, false);
    while let Some(field) = form.next_field().await.map_err(unread)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file_name = field.file_name().map(str::to_owned);
            let bytes = field.bytes().await.map_err(unread)?;
            fields.insert(name, json!({"name": file_name, "bytes": bytes.len()}));
            file = Some((file_name, bytes));
        } else {
            let text = field.text().await.map_err(unread)?;
            words |= name == "timestamp_granularities[]" && text == "word";
            fields.insert(name, Value::String(text));
        }
    }
    let recorded = inner.record(Endpoint::Transcription, Value::Object(fields));
    let request = &recorded.body;
    let (file_name, bytes) = file.ok_or_else(|| Refusal::of("file", "No file."))?;
    if file_name.is_none_or(|name| !name.ends_with(".wav")) {
        return Err(Refusal::of("file", "Unrecognized file format."));
    }
    if bytes.len() > MOST_BYTES {
        return Err(Refusal::large(MOST_BYTES));
    }
    let duration_s = duration_s(&bytes);
    let duration_s =
        duration_s.ok_or_else(|| Refusal::of("file", "The audio file could not be decoded."))?;
    if request["model"].as_str().is_none_or(str::is_empty) {
        return Err(Refusal::of("model", "you must provide a model parameter"));
    }
    let verbose = match request["response_format"].as_str() {
        None | Some("json") => false,
        Some("verbose_json") => true,
        Some(_) => return Err(Refusal::of("response_format", "Invalid value.")),
    };
    if words && !verbose {
        let message = "Word timestamps need response_format verbose_json.";
        return Err(Refusal::of("timestamp_granularities", message));
    }
    let language = request["language"].as_str().unwrap_or("english").to_owned();
    Ok(act(inner.next(&recorded), "application/json", |text| {
        let answer = match verbose {
            true => verbose_answer(text, &language, duration_s, words),
            false => json!({ "text": text }),
        };
        answer.to_string().into_bytes()
    })
    .await)
}

/// The words stand evenly over the recording.
fn verbose_answer(text: &str, language: &str, duration_s: f64, words: bool) -> Value {
    let spoken: Vec<&str> = text.split_whitespace().collect();
    let step_s = duration_s / spoken.len().max(1) as f64;
    let mut answer = json!({"task": "transcribe", "language": language, "duration": duration_s,
        "text": text, "segments": [{"id": 0, "start": 0.0, "end": duration_s, "text": text,
        "avg_logprob": -0.2, "no_speech_prob": 0.01}]});
    if words {
        let word = |(k, word): (usize, &&str)| {
            let start_s = k as f64 * step_s;
            json!({"word": word, "start": start_s, "end": start_s + step_s})
        };
        answer["words"] = spoken.iter().enumerate().map(word).collect();
    }
    answer
}

/// Seconds of a WAV file; none if it is none, or shorter than it says.
fn duration_s(file: &Bytes) -> Option<f64> {
    if file.get(..4)? != b"RIFF" || file.get(8..12)? != b"WAVE" {
        return None;
    }
    let u32_at = |at: usize| Some(u32::from_le_bytes(file.get(at..at + 4)?.try_into().ok()?));
    let (mut at, mut bytes_per_s) = (12, None);
    loop {
        let (name, length) = (file.get(at..at + 4)?, u32_at(at + 4)? as usize);
        match name {
            b"fmt " => bytes_per_s = u32_at(at + 16).filter(|&rate| rate > 0),
            b"data" => {
                file.get(at + 8..(at + 8).checked_add(length)?)?;
                return Some(length as f64 / f64::from(bytes_per_s?));
            }
            _ => {}
        }
        // Parts begin at even places.
        at = at.checked_add(8 + length + length % 2)?;
    }
}
