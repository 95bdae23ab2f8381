//! `/v1/chat/completions`

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::{Endpoint, Inner, act, schema};

/// What a request may have in it. The real server refuses what it does not know.
const KNOWN: [&str; 9] = [
    "model",
    "messages",
    "stream",
    "stream_options",
    "max_completion_tokens",
    "max_tokens",
    "response_format",
    "temperature",
    "seed",
];

pub async fn answer(State(inner): State<Arc<Inner>>, body: Bytes) -> Result<Response, Refusal> {
    let body = serde_json::from_slice::<Value>(&body);
    let body = body.map_err(|_| Refusal::of("", "We could not parse the JSON body."))?;
    let recorded = inner.record(Endpoint::Chat, body);
    let request = recorded.body.as_object();
    let request = request.ok_or_else(|| Refusal::of("", "The body is no object."))?;
    check(request, inner.old.load(Ordering::Relaxed))?;
    let streams = request.get("stream") == Some(&Value::Bool(true));
    let counts = request.get("stream_options").and_then(|options| options.get("include_usage"));
    let (counts, asked) = (counts == Some(&Value::Bool(true)), words_of(&request["messages"]));
    let behaviour = inner.next(&recorded);
    if streams {
        Ok(act(behaviour, "text/event-stream", |text| events(text, counts.then_some(asked))).await)
    } else {
        Ok(act(behaviour, "application/json", |text| whole(text, asked)).await)
    }
}

fn check(request: &Map<String, Value>, old: bool) -> Result<(), Refusal> {
    if let Some(unknown) = request.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(Refusal::of(unknown, format!("Unrecognized request argument: {unknown}")));
    }
    if request.get("model").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(Refusal::of("model", "you must provide a model parameter"));
    }
    let messages = request.get("messages").and_then(Value::as_array);
    let messages = messages.filter(|messages| !messages.is_empty());
    let messages = messages.ok_or_else(|| Refusal::of("messages", "No messages."))?;
    for (index, message) in messages.iter().enumerate() {
        let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
        if !["system", "developer", "user", "assistant"].contains(&role) {
            let param = format!("messages[{index}].role");
            return Err(Refusal::of(param, "Invalid value of role."));
        }
        if !message.get("content").is_some_and(Value::is_string) {
            return Err(Refusal::of(format!("messages[{index}].content"), "No text."));
        }
    }
    check_most(request, old)?;
    if request.contains_key("stream_options") && request.get("stream") != Some(&Value::Bool(true)) {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(Refusal::of("stream_options", message));
    }
    check_format(request)
}

fn check_most(request: &Map<String, Value>, old: bool) -> Result<(), Refusal> {
    let (knows, not) = match old {
        true => ("max_tokens", "max_completion_tokens"),
        false => ("max_completion_tokens", "max_tokens"),
    };
    if request.contains_key(not) {
        return Err(Refusal::unsupported(not, knows));
    }
    match request.get(knows) {
        Some(most) if most.as_u64().is_none_or(|most| most == 0) => {
            Err(Refusal::of(knows, "Expected a whole number of at least 1."))
        }
        _ => Ok(()),
    }
}

fn check_format(request: &Map<String, Value>) -> Result<(), Refusal> {
    let Some(format) = request.get("response_format") else { return Ok(()) };
    match format.get("type").and_then(Value::as_str) {
        Some("text" | "json_object") => Ok(()),
        Some("json_schema") => {
            let inner = format.get("json_schema");
            let name = inner.and_then(|inner| inner.get("name")).and_then(Value::as_str);
            let named = name.is_some_and(|name| {
                let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                (1..=64).contains(&name.len()) && name.chars().all(allowed)
            });
            if !named {
                return Err(Refusal::of("response_format.json_schema.name", "Invalid name."));
            }
            let schema = inner.and_then(|inner| inner.get("schema"));
            let schema = schema.filter(|schema| schema.is_object());
            let missing = || Refusal::of("response_format.json_schema.schema", "No schema.");
            let schema = schema.ok_or_else(missing)?;
            if inner.and_then(|inner| inner.get("strict")) == Some(&Value::Bool(true))
                && let Some(why) = schema::looseness(schema)
            {
                let message = format!("Invalid schema for response_format: {why}.");
                return Err(Refusal::of("response_format", message));
            }
            Ok(())
        }
        _ => Err(Refusal::of("response_format.type", "Invalid value.")),
    }
}

/// Words stand for tokens.
fn words_of(messages: &Value) -> usize {
    let contents = messages.as_array().into_iter().flatten();
    let words = |message: &Value| message["content"].as_str().map(|c| c.split_whitespace().count());
    contents.filter_map(words).sum()
}

fn usage(asked: usize, text: &str) -> Value {
    let answered = text.split_whitespace().count();
    json!({"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered})
}

/// The answer as events, one a word, with what real servers put in between.
fn events(text: &str, asked: Option<usize>) -> Vec<u8> {
    let event = |choices: Value, usage: Value| {
        let chunk = json!({"id": "chatcmpl-mock", "object": "chat.completion.chunk", "created": 0,
            "model": "mock", "choices": choices, "usage": usage, "obfuscation": "x7"});
        format!("data: {chunk}\n\n")
    };
    let choice = |delta: Value, finish: Value| json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
    let mut body = String::from(": keep-alive\n\n");
    body += &event(choice(json!({"role": "assistant", "content": ""}), Value::Null), Value::Null);
    for word in text.split_inclusive(' ') {
        body += &event(choice(json!({"content": word}), Value::Null), Value::Null);
        body += ": keep-alive\n\n";
    }
    body += &event(choice(json!({}), json!("stop")), Value::Null);
    if let Some(asked) = asked {
        body += &event(json!([]), usage(asked, text));
    }
    body += "data: [DONE]\n\n";
    body.into_bytes()
}

fn whole(text: &str, asked: usize) -> Vec<u8> {
    let message = json!({"role": "assistant", "content": text, "refusal": null});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    let answer = json!({"id": "chatcmpl-mock", "object": "chat.completion", "created": 0,
        "model": "mock", "choices": [choice], "usage": usage(asked, text)});
    answer.to_string().into_bytes()
}
