//! Answers by a client of the OpenAI protocol, against a server that enforces it.

use std::sync::Arc;

use futures_util::StreamExt;
use weir_answers::jobs::Jobs;
use weir_answers::{
    AnswerConfig, Answerer, By, Documents, Ending, Event, Library, SqliteVectors, Within,
};
use weir_mock::{Behaviour, Endpoint, OpenAi};
use weir_providers::openai::{Client, Config};
use weir_providers::{ChatModel, Secret};

const KEY: &str = "a key of sixteen bytes or more";

async fn server() -> (OpenAi, Arc<Client>) {
    let server = OpenAi::start(KEY).await.expect("a free port");
    let config = Config {
        base_url: server.base_url().to_owned(),
        key: Some(Secret::try_from(KEY.to_owned()).expect("long enough")),
        model: "m".into(),
        dimensions: 64,
        tries: 1,
        ..Config::default()
    };
    let client = Arc::new(Client::new(config).expect("a client"));
    (server, client)
}

fn documents() -> Documents {
    let texts = [
        (
            "about/weir.md",
            "# The weir\n\n## How high is it?\n\nIt is 3 m high. Fish pass by a ladder.",
        ),
        ("about/mill.md", "# The mill\n\n## Whose is it?\n\nIt belongs to the town."),
        ("about/lock.md", "# The lock\n\n## When is it open?\n\nFrom April to October."),
        ("about/pond.md", "# The pond\n\n## What lives there?\n\nFrogs and carps."),
    ];
    Documents::texts(texts).expect("documents")
}

#[tokio::test]
async fn documents_are_embedded_and_questions_answered() {
    let (server, client) = server().await;
    let home = tempfile::tempdir().expect("a folder");
    let store = SqliteVectors::open(&home.path().join("vectors.sqlite")).await.expect("open");
    let library = Library::with_vectors(documents(), client.clone(), Arc::new(store));
    let told = library.refresh(documents(), |_| {}).await.expect("refreshed");
    assert_eq!((told.kept, told.embedded, told.removed), (0, 4, 0));
    let library = Arc::new(library);
    assert!(library.search("how high is the weir?", &Within::All, 3).await.is_hybrid);
    let answerer = Answerer::new(library, AnswerConfig::default()).with_model(client);
    for (behaviour, text, ending, is_told) in [
        (
            Behaviour::Say("3 m, à peu près [1][9].".into()),
            "3 m, à peu près [1].",
            Ending::Whole,
            true,
        ),
        (
            Behaviour::BreakOff("It is 3 m high [1].".into()),
            "(The answer broke off here.)",
            Ending::BrokeOff,
            true,
        ),
        (
            Behaviour::Refuse { status: 500, retry_after_s: None },
            "“It is 3 m high.” [1]",
            Ending::Whole,
            false,
        ),
    ] {
        server.then(Endpoint::Chat, behaviour);
        let answer = answerer.answer("how high is the weir?", &Within::All).await.expect("asked");
        let events: Vec<Event> = answer.collect().await;
        let pieces = events.iter().filter_map(|event| match event {
            Event::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let told: String = pieces.collect();
        assert!(told.contains(text), "{told}");
        let Some(Event::Done { abstained: false, by, ending: ended }) = events.last() else {
            panic!("{events:?}")
        };
        assert_eq!((*ended, matches!(by, By::Model { .. })), (ending, is_told));
    }
}

#[tokio::test]
async fn the_form_of_a_refinement_is_strict_enough_for_a_provider() {
    let (server, client) = server().await;
    let text = "+++\ntitle = 'Diver'\n+++\n## What you bring\n\n- Courage.\n- A suit.\n";
    let jobs = Jobs::new(&Documents::texts([("jobs/diver.md", text)]).expect("a posting"));
    let profile = "I fear nothing, and own a suit.";
    let fit = jobs.classify(profile, "diver").expect("a match");
    server.answer_with(|_| {
        let verdict = |number, quote: &str| {
            serde_json::json!({"number": number, "met": true, "quote": quote})
        };
        let both = [verdict(1, "own a suit"), verdict(2, "I fear nothing")];
        serde_json::json!({ "requirements": both }).to_string()
    });
    let model: Arc<dyn ChatModel> = client;
    let refined = jobs.refine(&model, profile, &fit).await.expect("refined");
    assert_eq!((refined.matched.len(), refined.score), (2, 1.0), "{refined:?}");
    assert_eq!(server.recorded().len(), 1);
}
