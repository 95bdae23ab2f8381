//! Questions, and what is done for who looks for work, as programs ask for it.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::{Value, json};
use weir_assistant::Assistant;
use weir_assistant::config::{
    AssistantConfig, ChatBy, ChatConfig, EmbeddingsBy, EmbeddingsConfig, SpendingConfig,
};
use weir_mock::{Behaviour, Endpoint, OpenAi};
use weir_server::{Config, Content};

use crate::assistant::send;
use crate::client::Answer;
use crate::common::Server;

const KEY: &str = "a key of sixteen bytes or more";
const QUESTION: &str = "What does Larkspur Ledger pay extra for each week on call?";
const PROFILE: &str = "I have written Rust at work for six years, mostly asynchronous services with \
    tokio and axum over PostgreSQL. I read query plans when things are slow.";

async fn server(assistant: AssistantConfig) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data_dir: folder.path().join("data"), assistant, ..Config::default() };
    (Server::configured(config).await, folder)
}

async fn post(server: &Server, path: &str, body: Value) -> Answer {
    send(server, Method::POST, path, "application/json", body.to_string().into()).await
}

/// The events of an answer, each with its name.
async fn events(server: &Server, body: Value) -> Vec<(String, Value)> {
    let answer = post(server, "/api/ask", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let text = answer.text();
    let blocks = text.split("\n\n").filter(|block| block.contains("event:"));
    let event = |block: &str| {
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{name} in {block}")).trim().to_owned()
        };
        (field("event:"), serde_json::from_str(&field("data:")).expect("JSON"))
    };
    blocks.map(event).collect()
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

fn text(events: &[(String, Value)]) -> String {
    let pieces = events.iter().filter(|(name, _)| name == "text");
    pieces.map(|(_, data)| data["text"].as_str().expect("text")).collect()
}

/// White space as one space, as Markdown has it.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn an_answer_quotes_what_stands_in_its_sources() {
    let (server, _folder) = server(AssistantConfig::default()).await;
    let told = events(&server, json!({ "question": QUESTION, "scope": "jobs" })).await;
    assert_eq!(names(&told), ["sources", "text", "done"]);
    let sources = told[0].1.as_array().expect("a list");
    assert!(!sources.is_empty() && sources.len() <= 5, "{sources:?}");
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("assistant/documents");
    for (at, source) in sources.iter().enumerate() {
        assert_eq!(source["number"], at + 1);
        let file = source["file"].as_str().expect("a file");
        assert!(file.starts_with("jobs/"), "{file} is none of the scope");
        let whole = fs::read_to_string(documents.join(file)).expect("a document");
        let quote = source["quote"].as_str().expect("a quote");
        assert!(flat(&whole).contains(&flat(quote)), "{quote:?} is not in {file}");
    }
    let said = text(&told);
    assert!(said.contains("350 euros extra.” [1]"), "{said}");
    assert_eq!(sources[0]["file"], "jobs/rust-backend-developer.md");
    let done = &told[2].1;
    assert_eq!((&done["abstained"], &done["by"]["kind"]), (&json!(false), &json!("quotes")));
}

#[tokio::test]
async fn what_no_document_says_is_not_answered() {
    let (server, _folder) = server(AssistantConfig::default()).await;
    let told =
        events(&server, json!({ "question": "Who won the regatta at Cowes in 1925?" })).await;
    assert_eq!(told.last().map(|(_, data)| &data["abstained"]), Some(&json!(true)), "{told:?}");
    assert!(!names(&told).contains(&"sources"), "{told:?}");
    assert!(!text(&told).contains('“'), "it quotes nothing");
}

#[tokio::test]
async fn a_folder_of_documents_takes_the_place_of_those_that_come_with_weir() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("about")).expect("a folder");
    let mill = "# The mill\n\n## Whose is it?\n\nThe mill belongs to Ottilie Brandt.\n";
    fs::write(folder.path().join("about/mill.md"), mill).expect("a document");
    let documents = folder.path().to_str().expect("text").to_owned();
    let (server, _data) = server(AssistantConfig { documents, ..Default::default() }).await;
    let told = events(&server, json!({ "question": "Whose is the mill?" })).await;
    assert!(text(&told).contains("Ottilie Brandt"), "{told:?}");
    let none = post(&server, "/job_qa", json!({ "job_id": "cfd-engineer", "question": "Pay?" }));
    assert_eq!(none.await.status, 404, "its postings are others");
}

#[tokio::test]
async fn documents_that_are_renewed_from_beside_are_answered_from_and_paid_for_once() {
    let model = OpenAi::start(KEY).await.expect("a free port");
    let home = tempfile::tempdir().expect("a folder");
    let write = |owner: &str| {
        let mill = format!("# The mill\n\n## Whose is it?\n\nThe mill belongs to {owner}.\n");
        fs::create_dir_all(home.path().join("about")).expect("a folder");
        fs::write(home.path().join("about/mill.md"), mill).expect("a document");
    };
    write("Ottilie Brandt");
    let embeddings = EmbeddingsConfig {
        by: EmbeddingsBy::Openai,
        url: model.base_url().to_owned(),
        model: "m".to_owned(),
        dimensions: 64,
        key: Some(KEY.to_owned().try_into().expect("long enough")),
        ..EmbeddingsConfig::default()
    };
    let documents = home.path().to_str().expect("text").to_owned();
    let questions_a_minute = NonZeroU32::MAX;
    let spending = SpendingConfig { questions_a_minute, ..SpendingConfig::default() };
    // It looks by itself at the start only.
    let refresh_s = 0;
    let config = AssistantConfig {
        documents,
        embeddings,
        refresh_s,
        spending,
        ..AssistantConfig::default()
    };
    let (server, data) = server(config.clone()).await;
    let asks = || events(&server, json!({ "question": "Whose is the mill?" }));
    assert!(text(&asks().await).contains("Ottilie Brandt"));
    write("Walburga Kern");
    let pages = Content::load().expect("content").documents().to_vec();
    let beside = Assistant::open(config, &data.path().join("data/assistant"), pages);
    let beside = beside.expect("the same assistant");
    beside.renew(|_| {}).await.expect("renewed");
    let (begun, patience) = (Instant::now(), Duration::from_secs(60));
    while !text(&asks().await).contains("Walburga Kern") {
        assert!(begun.elapsed() < patience, "the server does not notice");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let asked = model.recorded().into_iter().filter(|asked| asked.endpoint == Endpoint::Embedding);
    let texts = asked.flat_map(|asked| asked.body["input"].as_array().cloned().unwrap_or_default());
    let times = texts.filter(|text| text.as_str().is_some_and(|text| text.contains("Walburga")));
    assert_eq!(times.count(), 1, "paid for once");
}

#[tokio::test]
async fn what_is_no_question_is_refused_and_why() {
    let (server, _folder) = server(AssistantConfig::default()).await;
    for (path, body, why) in [
        ("/api/ask", json!({ "question": "  " }), "question is empty"),
        ("/api/ask", json!({ "question": "a".repeat(501) }), "takes 500 letters"),
        ("/api/ask", json!({ "question": "Why?", "scope": "war" }), "takes about or jobs"),
        ("/api/ask", json!({ "q": "Why?" }), "unknown field `q`"),
        ("/recommend_jobs", json!({ "profile": "" }), "1 to 30000"),
        ("/recommend_jobs", json!({ "profile": "Rust", "limit": 21 }), "takes 1 to 20"),
        ("/job_qa", json!({ "job_id": "cfd-engineer", "question": "" }), "question is empty"),
        ("/classify_match", json!({ "job_id": "cfd-engineer", "profile": " " }), "1 to 30000"),
    ] {
        let refused = post(&server, path, body).await;
        assert_eq!(refused.status, 422, "{path}: {}", refused.text());
        let detail = refused.json()["detail"].as_str().expect("words").to_owned();
        assert!(detail.contains(why), "{path}: {detail}");
    }
    for path in ["/job_qa", "/classify_match"] {
        let mut body = json!({ "job_id": "astronaut" });
        body[if path == "/job_qa" { "question" } else { "profile" }] = json!("How high?");
        let none = post(&server, path, body).await;
        assert_eq!(none.status, 404);
        assert!(none.json()["detail"].as_str().expect("words").contains("astronaut"));
    }
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_again() {
    let spending = SpendingConfig {
        questions_a_minute: NonZeroU32::new(3).expect("not zero"),
        ..SpendingConfig::default()
    };
    let (server, _folder) = server(AssistantConfig { spending, ..Default::default() }).await;
    for path in ["/api/ask", "/recommend_jobs", "/classify_match"] {
        // Questions that are wrong are questions, too.
        assert_eq!(post(&server, path, json!({})).await.status, 422, "{path}");
    }
    for path in ["/api/ask", "/recommend_jobs", "/job_qa", "/classify_match", "/api/draw"] {
        let refused = post(&server, path, json!({})).await;
        assert_eq!(refused.status, 429, "{path}");
        let wait_s: u64 = refused.header("retry-after").expect("a time").parse().expect("seconds");
        assert!((1..=60).contains(&wait_s), "{path}: {wait_s}");
    }
}

#[tokio::test]
async fn postings_are_recommended_asked_and_compared_with_a_profile() {
    let (server, _folder) = server(AssistantConfig::default()).await;
    let best = post(&server, "/recommend_jobs", json!({ "profile": PROFILE, "limit": 3 })).await;
    let best = best.json();
    let best = best.as_array().expect("a list");
    assert!((1..=3).contains(&best.len()), "{best:?}");
    assert_eq!(best[0]["job"]["id"], "rust-backend-developer");
    let scores: Vec<f64> = best.iter().map(|job| job["score"].as_f64().expect("a score")).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    assert!(!best[0]["because"].as_array().expect("a list").is_empty());

    let body = json!({ "job_id": "rust-backend-developer", "question": QUESTION });
    let answered = post(&server, "/job_qa", body).await.json();
    assert!(answered["answer"].as_str().expect("text").contains("350 euros"), "{answered}");
    assert_eq!(
        (&answered["abstained"], &answered["by"]["kind"]),
        (&json!(false), &json!("quotes"))
    );
    for source in answered["sources"].as_array().expect("a list") {
        assert_eq!(source["file"], "jobs/rust-backend-developer.md");
    }

    let body = json!({ "job_id": "rust-backend-developer", "profile": PROFILE });
    let fit = post(&server, "/classify_match", body).await.json();
    let matched = fit["matched"].as_array().expect("a list");
    assert!(!matched.is_empty(), "{fit}");
    for met in matched {
        let quote = met["quote"].as_str().expect("a quote");
        assert!(PROFILE.contains(quote), "{quote:?} was not said");
    }
    assert!(["strong", "partial"].contains(&fit["label"].as_str().expect("a label")), "{fit}");
    let cook = json!({ "job_id": "rust-backend-developer", "profile": "I cook and bake bread." });
    let weak = post(&server, "/classify_match", cook).await.json();
    assert_eq!((&weak["label"], &weak["by"]["kind"]), (&json!("weak"), &json!("quotes")));
}

/// A server whose answers are worded by a model that may cost so much a day.
async fn with_model(usd_micro_a_day: u64) -> (OpenAi, Server, tempfile::TempDir) {
    let model = OpenAi::start(KEY).await.expect("a free port");
    let chat = ChatConfig {
        by: ChatBy::Openai,
        url: model.base_url().to_owned(),
        model: "m".to_owned(),
        key: Some(KEY.to_owned().try_into().expect("long enough")),
        ..ChatConfig::default()
    };
    let spending = SpendingConfig { usd_micro_a_day, ..SpendingConfig::default() };
    let (server, folder) = server(AssistantConfig { chat, spending, ..Default::default() }).await;
    (model, server, folder)
}

#[tokio::test]
async fn a_model_words_answers_and_cites_only_what_there_is() {
    let (model, server, _folder) = with_model(1_000_000).await;
    model.then(Endpoint::Chat, Behaviour::Say("It is 350 euros a week [1], they say [9].".into()));
    let told = events(&server, json!({ "question": QUESTION })).await;
    assert_eq!(text(&told), "It is 350 euros a week [1], they say.");
    let by = &told.last().expect("an end").1["by"];
    assert_eq!(by, &json!({ "kind": "model", "id": "m at 127.0.0.1" }));
    let asked = model.recorded()[0].body.to_string();
    assert!(asked.contains("350 euros extra"), "it was given the passages");

    // A model that fails costs nobody the answer.
    model.then(Endpoint::Chat, Behaviour::Refuse { status: 400, retry_after_s: None });
    let told = events(&server, json!({ "question": QUESTION })).await;
    assert_eq!(told.last().expect("an end").1["by"]["kind"], "quotes");
    assert!(text(&told).contains("350 euros extra.” [1]"), "{told:?}");
}

#[tokio::test]
async fn a_model_judges_a_match_and_is_believed_where_it_quotes() {
    let (model, server, _folder) = with_model(1_000_000).await;
    let ask = json!({ "job_id": "rust-backend-developer", "profile": PROFILE });
    let verdict = |quote: &str| {
        let all: Vec<Value> = (1..=5)
            .map(|number| json!({ "number": number, "met": true, "quote": quote }))
            .collect();
        json!({ "requirements": all }).to_string()
    };
    model.then(Endpoint::Chat, Behaviour::Say(verdict("I read query plans when things are slow")));
    let fit = post(&server, "/classify_match", ask.clone()).await.json();
    assert_eq!((&fit["label"], &fit["score"]), (&json!("strong"), &json!(1.0)));
    assert_eq!(fit["by"], json!({ "kind": "model", "id": "m at 127.0.0.1" }));
    // Nobody said this: all is as words alone have it.
    model.then(Endpoint::Chat, Behaviour::Say(verdict("I have run a bank for twenty years")));
    let fit = post(&server, "/classify_match", ask.clone()).await.json();
    assert_ne!(fit["score"], 1.0, "{fit}");
    model.then(Endpoint::Chat, Behaviour::Say("all of them!".into()));
    let by_words = post(&server, "/classify_match", ask).await.json();
    assert_eq!(by_words["by"]["kind"], "quotes");
    assert_eq!(by_words["matched"], fit["matched"]);
}

#[tokio::test]
async fn a_model_that_cannot_be_paid_is_not_asked() {
    let (model, server, _folder) = with_model(1).await;
    let told = events(&server, json!({ "question": QUESTION })).await;
    assert_eq!(told.last().expect("an end").1["by"]["kind"], "quotes");
    assert!(text(&told).contains("350 euros extra"), "{told:?}");
    assert_eq!(model.knocks(), 0);
}
