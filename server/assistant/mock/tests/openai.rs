//! What the OpenAI server takes, and that it refuses the rest.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use weir_mock::{Behaviour, Endpoint, OpenAi};

const KEY: &str = "a key of a test";

async fn start() -> OpenAi {
    OpenAi::start(KEY).await.expect("a free port")
}

async fn post(server: &OpenAi, path: &str, body: &Value) -> (u16, String) {
    let request = reqwest::Client::new().post(format!("{}{path}", server.base_url()));
    let response = request.bearer_auth(KEY).json(body).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a body"))
}

/// The parameter that a request with `change` is refused for; empty if it is answered.
async fn refused(server: &OpenAi, change: impl FnOnce(&mut Value)) -> String {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "Where?"}],
        "stream": true, "max_completion_tokens": 9});
    change(&mut body);
    let (status, text) = post(server, "/chat/completions", &body).await;
    if status == 200 {
        return String::new();
    }
    let error: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((status, error["error"]["type"].as_str()), (400, Some("invalid_request_error")));
    error["error"]["param"].as_str().expect("a parameter").to_owned()
}

#[tokio::test]
async fn chat_refuses_what_the_real_one_refuses() {
    let server = start().await;
    assert_eq!(refused(&server, |_| ()).await, "");
    assert_eq!(refused(&server, |body| body["model"] = Value::Null).await, "model");
    assert_eq!(refused(&server, |body| body["messages"] = json!([])).await, "messages");
    let robot = |body: &mut Value| body["messages"][0]["role"] = json!("robot");
    assert_eq!(refused(&server, robot).await, "messages[0].role");
    assert_eq!(refused(&server, |body| body["max_tokens"] = json!(9)).await, "max_tokens");
    assert_eq!(refused(&server, |body| body["nonsense"] = json!(1)).await, "nonsense");
    let loose = |body: &mut Value| {
        body["response_format"] = json!({"type": "json_schema", "json_schema":
            {"name": "n", "strict": true, "schema": {"type": "object", "properties": {}}}});
    };
    assert_eq!(refused(&server, loose).await, "response_format");
    server.be_old();
    assert_eq!(refused(&server, |_| ()).await, "max_completion_tokens");
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_its_request_is_not_recorded() {
    let server = start().await;
    let request = reqwest::Client::new().post(format!("{}/embeddings", server.base_url()));
    let response = request.bearer_auth("another").body("{}").send().await.expect("an answer");
    assert_eq!(response.status(), 401);
    assert_eq!((server.knocks(), server.recorded().len()), (1, 0));
}

#[tokio::test]
async fn a_stream_has_every_word_usage_and_an_end() {
    let server = start().await;
    server.then(Endpoint::Chat, Behaviour::Say("Über das Wehr 水.".into()));
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Where to?"}],
        "stream": true, "stream_options": {"include_usage": true}});
    let (_, text) = post(&server, "/chat/completions", &body).await;
    let events: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    let (last, chunks) = events.split_last().expect("events");
    assert_eq!(*last, "[DONE]");
    let chunks: Vec<Value> =
        chunks.iter().map(|chunk| serde_json::from_str(chunk).expect("JSON")).collect();
    let words = chunks.iter().filter_map(|c| c["choices"][0]["delta"]["content"].as_str());
    assert_eq!(words.collect::<String>(), "Über das Wehr 水.");
    let usage = chunks.last().expect("a chunk");
    assert_eq!((&usage["choices"], &usage["usage"]["total_tokens"]), (&json!([]), &json!(6)));
}

#[tokio::test]
async fn behaviours_come_in_turn() {
    let server = start().await;
    let refuse = |status, retry_after_s| Behaviour::Refuse { status, retry_after_s };
    server.then(Endpoint::Speech, refuse(429, Some(3)));
    server.then(Endpoint::Speech, refuse(500, None));
    server.then(Endpoint::Speech, Behaviour::BreakOff(String::new()));
    let ask = async || {
        let request = reqwest::Client::new().post(format!("{}/audio/speech", server.base_url()));
        let body =
            json!({"model": "m", "voice": "v", "input": "one two", "response_format": "wav"});
        request.bearer_auth(KEY).json(&body).send().await.expect("an answer")
    };
    let first = ask().await;
    assert_eq!(
        (first.status().as_u16(), &first.headers()["retry-after"]),
        (429, &"3".parse().expect("a header"))
    );
    assert_eq!(ask().await.status(), 500);
    assert!(ask().await.bytes().await.is_err());
    assert!(ask().await.bytes().await.expect("a body").starts_with(b"RIFF"));
}

#[tokio::test]
async fn embeddings_come_backwards_and_like_texts_are_alike() {
    let server = start().await;
    let input = ["water over a weir", "a weir with water", "tax forms"];
    let (_, text) = post(&server, "/embeddings", &json!({"model": "m", "input": input})).await;
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    let data = answer["data"].as_array().expect("a list");
    let order: Vec<_> = data.iter().map(|item| item["index"].as_u64().expect("index")).collect();
    assert_eq!(order, [2, 1, 0]);
    let vector = |k: usize| data[2 - k]["embedding"].as_array().expect("a vector");
    let dot = |a: usize, b: usize| -> f64 {
        let pairs = vector(a).iter().zip(vector(b));
        pairs.map(|(a, b)| a.as_f64().expect("a") * b.as_f64().expect("b")).sum()
    };
    assert!(dot(0, 1) > dot(0, 2));
    server.limit_inputs(2);
    let refused = post(&server, "/embeddings", &json!({"model": "m", "input": input})).await;
    assert_eq!(refused.0, 400);
}

async fn transcribe(server: &OpenAi, file: Vec<u8>, name: &'static str) -> (u16, Value) {
    let form = Form::new()
        .part("file", Part::bytes(file).file_name(name))
        .text("model", "m")
        .text("response_format", "verbose_json")
        .text("timestamp_granularities[]", "word");
    let request =
        reqwest::Client::new().post(format!("{}/audio/transcriptions", server.base_url()));
    let response = request.bearer_auth(KEY).multipart(form).send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

/// Silence at 16 kHz.
fn wav(samples: u32) -> Vec<u8> {
    let mut file =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data"
            .to_vec();
    file.extend((samples * 2).to_le_bytes());
    file.resize(44 + samples as usize * 2, 0);
    file
}

#[tokio::test]
async fn a_recording_is_looked_at() {
    let server = start().await;
    server.then(Endpoint::Transcription, Behaviour::Say("two words".into()));
    let (status, answer) = transcribe(&server, wav(16_000), "a.wav").await;
    assert_eq!(
        (status, &answer["duration"], &answer["text"]),
        (200, &json!(1.0), &json!("two words"))
    );
    assert_eq!(answer["words"][1], json!({"word": "words", "start": 0.5, "end": 1.0}));
    let mut short = wav(16_000);
    short.truncate(9_000);
    assert_eq!(transcribe(&server, short, "a.wav").await.0, 400);
    assert_eq!(transcribe(&server, vec![0; 99], "a.wav").await.0, 400);
    assert_eq!(transcribe(&server, wav(9), "a.txt").await.0, 400);
    assert_eq!(transcribe(&server, wav(13_200_000), "a.wav").await.0, 413);
}
