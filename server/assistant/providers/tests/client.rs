//! The client against a server that enforces the protocol.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::json;
use weir_mock::{Behaviour, Endpoint, OpenAi};
use weir_providers::openai::{Client, Config};
use weir_providers::{
    ChatModel, ChatPiece, ChatRequest, Clock, Embedder, Message, Paid, Prices, ProviderError,
    Purse, Role, Schema, Secret, Usage, Voice,
};

const KEY: &str = "a key of sixteen bytes or more";
const TEXT: &str = "Über das Wehr läuft 水, immerzu.";

async fn start() -> OpenAi {
    OpenAi::start(KEY).await.expect("a free port")
}

fn config(server: &OpenAi) -> Config {
    let key = Secret::try_from(KEY.to_owned()).expect("long enough");
    let base_url = server.base_url().to_owned();
    Config { base_url, key: Some(key), model: "m".into(), dimensions: 64, ..Config::default() }
}

fn client(server: &OpenAi) -> Client {
    Client::new(config(server)).expect("a client")
}

fn question() -> ChatRequest {
    let messages = vec![Message::new(Role::User, "Where does the water go?")];
    ChatRequest { messages, most_tokens: 99, schema: None }
}

/// The text that came, what it took, and how it ended.
async fn ask(model: &impl ChatModel) -> (String, Option<Usage>, Result<(), ProviderError>) {
    let (mut text, mut usage) = (String::new(), None);
    let mut answer = match model.chat(question()).await {
        Ok(answer) => answer,
        Err(error) => return (text, usage, Err(error)),
    };
    while let Some(piece) = answer.next().await {
        match piece {
            Ok(ChatPiece::Text(more)) => text += &more,
            Ok(ChatPiece::Usage(said)) => usage = Some(said),
            Err(error) => return (text, usage, Err(error)),
        }
    }
    (text, usage, Ok(()))
}

fn refuse(status: u16, retry_after_s: Option<u64>) -> Behaviour {
    Behaviour::Refuse { status, retry_after_s }
}

#[tokio::test]
async fn an_answer_cut_inside_characters_is_whole() {
    let server = start().await;
    server.then(Endpoint::Chat, Behaviour::Say(TEXT.into()));
    let usage = Usage { prompt_tokens: 5, completion_tokens: 6 };
    assert_eq!(ask(&client(&server)).await, (TEXT.into(), Some(usage), Ok(())));
}

#[tokio::test]
async fn an_older_server_is_asked_in_its_own_way_from_then_on() {
    let server = start().await;
    server.be_old();
    let client = client(&server);
    for _ in 0..2 {
        assert_eq!(ask(&client).await.2, Ok(()));
    }
    // Refused, answered, answered.
    assert_eq!(server.knocks(), 3);
    assert_eq!(server.recorded()[2].body["max_tokens"], 99);
}

#[tokio::test]
async fn a_schema_is_sent_as_strict_and_a_loose_one_is_refused() {
    let server = start().await;
    let schema = json!({"type": "object", "additionalProperties": false, "required": [],
        "properties": {}});
    for (schema, good) in [(schema, true), (json!({"type": "object"}), false)] {
        let schema = Some(Schema { name: "form".into(), schema });
        let answer = client(&server).chat(ChatRequest { schema, ..question() }).await;
        assert_eq!(answer.is_ok(), good);
        let recorded = server.recorded();
        let body = &recorded.last().expect("a request").body;
        assert_eq!(body["response_format"]["json_schema"]["strict"], true);
    }
}

#[tokio::test]
async fn what_passes_is_asked_again_and_what_does_not_is_not() {
    let server = start().await;
    server.then(Endpoint::Chat, refuse(429, Some(1)));
    server.then(Endpoint::Chat, refuse(500, None));
    let start = Instant::now();
    assert_eq!(ask(&client(&server)).await.2, Ok(()));
    assert!(start.elapsed() >= Duration::from_secs(1), "Retry-After is kept");
    assert_eq!(server.knocks(), 3);

    // Longer than there is time: who asked is told, and not kept waiting.
    server.then(Endpoint::Chat, refuse(429, Some(3600)));
    let error = ask(&client(&server)).await.2.expect_err("too often");
    let wait = Some(Duration::from_secs(3600));
    assert!(matches!(error, ProviderError::TooMany { retry_after, .. } if retry_after == wait));
    server.then(Endpoint::Chat, refuse(403, None));
    let error = ask(&client(&server)).await.2.expect_err("refused");
    assert!(matches!(error, ProviderError::Refused { status: 403, .. }));
    assert_eq!(server.knocks(), 5);
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_not_shown() {
    let server = start().await;
    let wrong = "another key, wrong and long";
    let key = Secret::try_from(wrong.to_owned()).expect("long enough");
    let config = Config { key: Some(key), ..config(&server) };
    assert!(!format!("{config:?}").contains(wrong));
    let error = ask(&Client::new(config).expect("a client")).await.2.expect_err("refused");
    assert!(matches!(error, ProviderError::Refused { status: 401, .. }));
    assert!(!format!("{error:?} {error}").contains(wrong));
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let server = start().await;
    server.then(Endpoint::Chat, Behaviour::BreakOff(TEXT.repeat(9)));
    let (text, _, end) = ask(&client(&server)).await;
    assert!(!text.is_empty() && TEXT.repeat(9).starts_with(&text));
    assert!(matches!(end, Err(ProviderError::Unreachable { .. })), "{end:?}");
    assert_eq!(server.knocks(), 1, "what has begun is not asked again");
}

#[tokio::test]
async fn silence_is_not_waited_for() {
    let server = start().await;
    let brief = Config { first_s: 0.3, idle_s: 0.3, ..config(&server) };
    let client = Client::new(brief).expect("a client");
    for behaviour in [Behaviour::Hang, Behaviour::Stall(TEXT.repeat(9))] {
        server.then(Endpoint::Chat, behaviour);
        let end = ask(&client).await.2;
        assert!(matches!(end, Err(ProviderError::Late { .. })), "{end:?}");
    }
}

#[tokio::test]
async fn nonsense_and_endless_answers_are_errors() {
    let server = start().await;
    server.then(Endpoint::Chat, Behaviour::Malformed);
    let end = ask(&client(&server)).await.2;
    assert!(matches!(end, Err(ProviderError::Unexpected { .. })), "{end:?}");
    let small = Client::new(Config { most_bytes: 50, ..config(&server) }).expect("a client");
    server.then(Endpoint::Chat, Behaviour::Say(TEXT.repeat(9)));
    let (text, _, end) = ask(&small).await;
    assert!(text.len() <= 50 && matches!(end, Err(ProviderError::Unexpected { .. })));
    let end = small.speak("one two").await;
    assert!(matches!(end, Err(ProviderError::Unexpected { .. })));
}

#[tokio::test]
async fn vectors_are_in_order_of_length_1_and_of_the_right_size() {
    let server = start().await;
    server.limit_inputs(2);
    let batched = Client::new(Config { batch: 2, ..config(&server) }).expect("a client");
    let texts = ["water", "tax", "water water", "weir", "tax tax"].map(str::to_owned);
    let vectors = batched.embed(&texts).await.expect("vectors");
    let dot = |a: usize, b: usize| -> f32 {
        vectors[a].iter().zip(&vectors[b]).map(|(a, b)| a * b).sum()
    };
    assert!((0..5).all(|k| (dot(k, k) - 1.0).abs() < 1e-5));
    assert!(dot(0, 2) > 0.999 && dot(1, 4) > 0.999);
    let wrong = Client::new(Config { dimensions: 3, ..config(&server) }).expect("a client");
    assert!(matches!(wrong.embed(&texts[..1]).await, Err(ProviderError::Unexpected { .. })));
}

#[tokio::test]
async fn recordings_and_voices() {
    let server = start().await;
    server.then(Endpoint::Transcription, Behaviour::Say("two words".into()));
    let client = client(&server);
    let spoken = client.speak("a b c d e f g h i j k l m n o p q r s t").await.expect("audio");
    assert_eq!(spoken.media_type, "audio/wav");
    let told = client.transcribe(spoken.audio, Some("en")).await.expect("a transcription");
    assert_eq!((told.text.as_str(), told.language.as_str()), ("two words", "en"));
    assert_eq!((told.duration_s, told.words.len(), told.segments.len()), (1.0, 2, 1));
    assert_eq!(told.words[1].start_s, 0.5);
    let none = client.transcribe(Bytes::from_static(b"no sound"), None).await;
    assert!(matches!(none, Err(ProviderError::Refused { status: 400, .. })));
}

#[tokio::test]
async fn a_chat_is_paid_by_what_it_took_and_in_full_if_it_breaks_off() {
    let server = start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("purse.sqlite");
    let purse = Purse::open(&file, 1000, Clock::calendar()).await.expect("a purse");
    let prices = Prices { million_tokens_out: 1_000_000, ..Prices::default() };
    let paid = Paid::new(client(&server), purse.clone(), prices);
    server.then(Endpoint::Chat, Behaviour::Say("one two three".into()));
    assert_eq!(ask(&paid).await.2, Ok(()));
    assert_eq!(purse.spent().await, Ok(3));
    server.then(Endpoint::Chat, Behaviour::BreakOff(TEXT.repeat(9)));
    assert!(ask(&paid).await.2.is_err());
    assert_eq!(purse.spent().await, Ok(3 + 99));
    server.then(Endpoint::Chat, refuse(403, None));
    assert!(ask(&paid).await.2.is_err());
    assert_eq!(purse.spent().await, Ok(3 + 99));
}
