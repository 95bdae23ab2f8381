//! Calls whose turns a model judges.

mod stage;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use stage::{Client, Scripted, Stage, hold_clock, line, saying};
use weir_live::{LandmarkEvent, LandmarkState, LiveConfig, Method, ServerWord, Told};
use weir_providers::{ChatModel, ChatPiece, ChatRequest, ChatStream, ProviderError};

/// A model to which whoever names a sum has spoken of the budget.
struct Bookkeeper {
    /// It answers after this.
    after: Duration,
}

#[async_trait]
impl ChatModel for Bookkeeper {
    fn id(&self) -> &str {
        "a bookkeeper"
    }

    async fn chat(&self, request: ChatRequest) -> Result<ChatStream, ProviderError> {
        tokio::time::sleep(self.after).await;
        let data: Value = serde_json::from_str(&request.messages[1].content).expect("JSON");
        let turn = data["turns"].as_array().and_then(|turns| turns.last()).expect("a turn");
        let text = turn["text"].as_str().expect("a text");
        let items: Vec<Value> = text
            .contains("forty sacks of grain")
            .then(|| {
                json!({
                    "id": "budget", "status": "done", "turn_id": turn["turn_id"],
                    "quote": "forty sacks of grain", "confidence": 0.9,
                })
            })
            .into_iter()
            .collect();
        let answer = Ok(ChatPiece::Text(json!({ "items": items }).to_string()));
        Ok(futures_util::stream::iter([answer]).boxed())
    }
}

fn landmarks(seen: &[Told]) -> Vec<&LandmarkEvent> {
    let events = seen.iter().filter_map(|told| match &told.word {
        ServerWord::Landmark(event) if event.state == LandmarkState::Done => Some(event),
        _ => None,
    });
    events.collect()
}

async fn played(after: Duration) -> Vec<Told> {
    let lines = [
        line(1, 0.5, 3.0, "We would part with forty sacks of grain."),
        line(0, 4.0, 7.0, &saying("consent")),
        // It is told when the call ends.
        line(0, 7.7, 9.0, &saying("introduction")),
    ];
    let model = Arc::new(Bookkeeper { after });
    let stage = Stage::judged(Scripted::new(&lines), Some(model), LiveConfig::default());
    let mut client = Client::begin(&stage, "ida").await;
    client.live_until(8.0).await;
    client.link().inbox.text(r#"{"do":"bye"}"#).await.expect("it is heard");
    client
        .sees("the last turn", |word| matches!(word, ServerWord::Final(turn) if turn.turn == 2))
        .await;
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    tokio::time::advance(Duration::from_secs(2)).await;
    client.ended().await;
    client.seen
}

#[tokio::test(start_paused = true)]
async fn what_a_model_finds_is_reached_by_the_words_that_it_quotes() {
    let _clock = hold_clock();
    let seen = played(Duration::from_millis(100)).await;
    let [budget] = &landmarks(&seen)[..] else { panic!("one: {seen:?}") };
    assert_eq!(
        (budget.id.as_str(), budget.method, budget.turn),
        ("budget", Method::Model, Some(0))
    );
    assert_eq!(budget.quote.as_deref(), Some("forty sacks of grain"));
    let at = |is_it: &dyn Fn(&ServerWord) -> bool| seen.iter().position(|told| is_it(&told.word));
    let said = at(&|word| matches!(word, ServerWord::Final(turn) if turn.turn == 0));
    let found = at(
        &|word| matches!(word, ServerWord::Landmark(event) if event.id == "budget" && event.state == LandmarkState::Done),
    );
    assert!(said.is_some() && said < found, "it is told before it is judged");
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_in_time_the_words_decide() {
    let _clock = hold_clock();
    let seen = played(Duration::from_secs(3600)).await;
    let found = landmarks(&seen);
    let ids: Vec<&str> = found.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, ["consent", "introduction"]);
    assert!(found.iter().all(|event| event.method != Method::Model));
}
