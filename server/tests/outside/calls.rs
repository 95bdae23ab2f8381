//! Calls, and who may take them, as programs meet them.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use weir_assistant::{Assistant, UserRole};
use weir_live::{LandmarkEvent, LandmarkState, Method as Found, NewCall, Reason};
use weir_server::Config;

use crate::assistant::flite;
use crate::client::{Answer, ask};
use crate::common::Server;

const PASSWORD: &str = "a long password";

/// A server with two agents and a supervisor.
async fn server() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let home = config.data_dir.join("assistant");
    let assistant = Assistant::open(config.assistant.clone(), &home, Vec::new()).expect("it");
    for (name, role) in
        [("ida", UserRole::Agent), ("bo", UserRole::Agent), ("eve", UserRole::Supervisor)]
    {
        assistant.accounts().add(name, PASSWORD, role).await.expect("an account");
    }
    (Server::configured(config).await, folder)
}

async fn send(server: &Server, method: Method, path: &str, token: &str, body: Value) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = request.header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let request = request.body(Body::from(body.to_string())).expect("a request");
    ask(TcpStream::connect(server.addr).await.expect("a server"), request).await
}

async fn log_in(server: &Server, name: &str) -> Answer {
    let body = json!({ "name": name, "password": PASSWORD });
    send(server, Method::POST, "/api/login", "", body).await
}

async fn token(server: &Server, name: &str) -> String {
    log_in(server, name).await.json()["token"].as_str().expect("a token").to_owned()
}

fn hello(token: &str) -> Value {
    json!({ "do": "hello", "jwt": token, "rate": 16_000, "channels": ["agent", "customer"], "consent": true })
}

/// Says one thing to a call, and gives the first word.
async fn first_word(server: &Server, message: Message) -> Value {
    let opened = connect_async(format!("ws://{}/calls/ws", server.addr)).await;
    let mut socket = opened.expect("a socket").0;
    socket.send(message).await.expect("it is open");
    loop {
        let next = tokio::time::timeout(Duration::from_secs(30), socket.next()).await;
        match next.expect("in time").expect("a message").expect("a message") {
            Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
            Message::Close(_) => panic!("closed without a word"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn who_has_an_account_is_let_in_by_token_or_cookie_until_it_logs_out() {
    let (server, _folder) = server().await;
    let wrong = json!({ "name": "ida", "password": "another password" });
    let refused = send(&server, Method::POST, "/api/login", "", wrong).await;
    assert_eq!((refused.status.as_u16(), refused.json()["status"].as_u64()), (401, Some(401)));
    let me = send(&server, Method::GET, "/api/me", "nonsense", Value::Null).await;
    assert_eq!(me.status, 401);

    let inside = log_in(&server, "ida").await;
    let cookie = inside.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let token = inside.json()["token"].as_str().expect("a token").to_owned();
    let me = send(&server, Method::GET, "/api/me", &token, Value::Null).await.json();
    assert_eq!(me, json!({ "name": "ida", "role": "agent" }));
    let pair = cookie.split(';').next().expect("a pair").to_owned();
    let by_cookie = crate::client::get(server.addr, "/api/me", &[("cookie", &pair)]).await;
    assert_eq!(by_cookie.json()["name"], "ida");
    let out = send(&server, Method::POST, "/api/logout", &token, Value::Null).await;
    assert_eq!(out.status, 204);
    let me = send(&server, Method::GET, "/api/me", &token, Value::Null).await;
    assert_eq!(me.status, 401, "a token from before is worth nothing");
}

#[tokio::test]
async fn a_call_needs_a_token_and_consent_and_says_what_is_wrong() {
    let (server, _folder) = server().await;
    let token = token(&server, "ida").await;
    let with = |key: &str, value: Value| {
        let mut hello = hello(&token);
        hello[key] = value;
        Message::text(hello.to_string())
    };
    for (message, code) in [
        (with("jwt", json!("nonsense")), "refused"),
        (with("colour", json!("red")), "word"),
        (Message::text(json!({ "do": "bye" }).to_string()), "word"),
        (Message::text("hello"), "word"),
        (Message::binary(vec![0; 100]), "word"),
    ] {
        let word = first_word(&server, message).await;
        assert_eq!((&word["is"], &word["code"]), (&json!("error"), &json!(code)), "{word}");
    }
    for path in ["/api/calls", "/api/calls/x", "/api/calls/x/live"] {
        assert_eq!(send(&server, Method::GET, path, "", Value::Null).await.status, 401, "{path}");
    }
    let none = send(&server, Method::GET, "/api/calls", &token, Value::Null).await;
    assert_eq!(none.json(), json!([]));
    for (method, path) in [
        (Method::GET, "/api/calls/x"),
        (Method::DELETE, "/api/calls/x"),
        (Method::GET, "/api/calls/x/live"),
    ] {
        assert_eq!(send(&server, method, path, &token, Value::Null).await.status, 404, "{path}");
    }
    let long = format!("/api/calls?text={}", "a".repeat(201));
    assert_eq!(send(&server, Method::GET, &long, &token, Value::Null).await.status, 422);
}

/// A call of nobody's voice.
fn new_call(id: &str, user_id: &str) -> NewCall {
    let listed = |id: &str, required: bool| json!({ "id": id, "title": id, "role": "agent", "required": required, "state": "pending" });
    let landmarks = json!([listed("consent", true), listed("deadline", false)]);
    NewCall {
        id: id.to_owned(),
        user_id: user_id.to_owned(),
        title: format!("call {id}"),
        playbook: "first call".to_owned(),
        landmarks: serde_json::from_value(landmarks).expect("landmarks"),
        transcriber: "nobody".to_owned(),
        days: 30,
    }
}

#[tokio::test]
async fn lists_say_whose_a_call_is_whether_it_goes_on_and_how_far_it_came() {
    let (server, folder) = server().await;
    let home = folder.path().join("assistant");
    let assistant = Assistant::open(Config::default().assistant, &home, Vec::new()).expect("it");
    let users = assistant.accounts().all().await.expect("accounts");
    let id = |name: &str| &users.iter().find(|user| user.name == name).expect("a user").id;
    let calls = assistant.calls();
    for (call, user_id) in [("a", id("ida").as_str()), ("b", id("bo")), ("c", "who was removed")] {
        calls.begin(&new_call(call, user_id)).await.expect("it begins");
    }
    let done = LandmarkEvent {
        id: "consent".to_owned(),
        state: LandmarkState::Done,
        turn: None,
        quote: None,
        span: None,
        score: None,
        method: Found::Hand,
    };
    calls.landmark("a", 1, &done).await.expect("an event");
    calls.end("a", Reason::Bye, 2.0).await.expect("the end");

    let eve = token(&server, "eve").await;
    let ida = token(&server, "ida").await;
    let list = async |token: &str, query: &str| {
        let path = format!("/api/calls{query}");
        let list = send(&server, Method::GET, &path, token, Value::Null).await.json();
        let mut list = list.as_array().expect("a list").clone();
        list.sort_by_key(|call| call["id"].to_string());
        let keys = ["id", "agent", "required", "reached"];
        list.iter().map(|call| json!(keys.map(|key| &call[key]))).collect::<Vec<_>>()
    };
    let (a, b) = (json!(["a", "ida", 1, 1]), json!(["b", "bo", 1, 0]));
    let c = json!(["c", null, 1, 0]);
    assert_eq!(list(&eve, "").await, [a.clone(), b.clone(), c.clone()]);
    assert_eq!(list(&eve, "?state=live").await, [b, c]);
    assert_eq!(list(&eve, "?state=ended").await, std::slice::from_ref(&a));
    assert_eq!(list(&ida, "").await, [a]);
    assert_eq!(list(&ida, "?state=live").await, Vec::<Value>::new());
    let wrong = send(&server, Method::GET, "/api/calls?state=over", &ida, Value::Null).await;
    assert_eq!(wrong.status, 400);
    let call = send(&server, Method::GET, "/api/calls/a", &eve, Value::Null).await;
    assert_eq!(
        (&call.json()["agent"], call.header("cache-control")),
        (&json!("ida"), Some("no-store"))
    );
}

#[tokio::test]
async fn it_is_known_whether_anybody_has_an_account() {
    let status = async |server: &Server| {
        crate::client::get(server.addr, "/api/assistant", &[]).await.json()["has_accounts"].clone()
    };
    let (server, _folder) = server().await;
    assert_eq!(status(&server).await, true);
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    assert_eq!(status(&Server::configured(config).await).await, false);
}

#[tokio::test]
#[ignore = "needs flite and PocketSphinx"]
async fn a_call_is_heard_on_two_channels_and_seen_by_those_who_may() {
    let (server, _folder) = server().await;
    let ida = token(&server, "ida").await;
    let opened = connect_async(format!("ws://{}/calls/ws", server.addr)).await;
    let (mut out, mut words) = opened.expect("a socket").0.split();
    out.send(Message::text(hello(&ida).to_string())).await.expect("it is open");
    let mut agent =
        flite("Just so you know this call is being recorded, is that all right with you?");
    agent.extend([0; 32_000]);
    let mut customer = vec![0; agent.len()];
    customer.extend(flite("Yes that is fine with me."));
    agent.resize(customer.len() + 32_000, 0);
    customer.resize(agent.len(), 0);
    let talk = async move {
        for (seq, (agent, customer)) in agent.chunks(1_600).zip(customer.chunks(1_600)).enumerate()
        {
            for (channel, samples) in [(0, agent), (1, customer)] {
                let mut frame = vec![channel];
                frame.extend((seq as u32).to_le_bytes());
                frame.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
                out.send(Message::binary(frame)).await.expect("it is open");
            }
        }
        out.send(Message::text(json!({ "do": "bye" }).to_string())).await.expect("it is open");
        out
    };
    let talking = tokio::spawn(talk);
    let mut heard: Vec<Value> = Vec::new();
    while heard.last().is_none_or(|word| word["is"] != "ended") {
        let next = tokio::time::timeout(Duration::from_secs(60), words.next()).await;
        if let Message::Text(text) = next.expect("in time").expect("a word").expect("a word") {
            heard.push(serde_json::from_str(&text).expect("JSON"));
        }
    }
    drop(talking.await.expect("no panic"));
    let said: Vec<(&Value, &str)> = heard
        .iter()
        .filter(|word| word["is"] == "final")
        .map(|word| (&word["role"], word["text"].as_str().expect("text")))
        .collect();
    assert_eq!(said.len(), 2, "{heard:?}");
    assert!(said[0].0 == "agent" && said[0].1.contains("recorded"), "{said:?}");
    assert!(said[1].0 == "customer" && said[1].1.contains("fine"), "{said:?}");
    let done = |word: &&Value| word["is"] == "landmark" && word["state"] == "done";
    let done: Vec<&Value> = heard.iter().filter(done).map(|word| &word["id"]).collect();
    assert_eq!(done, ["consent"]);

    let list =
        send(&server, Method::GET, "/api/calls?text=recorded", &ida, Value::Null).await.json();
    let path = format!("/api/calls/{}", list[0]["id"].as_str().expect("an id"));
    for (who, status) in [("bo", 404), ("eve", 200)] {
        let token = token(&server, who).await;
        let seen = send(&server, Method::GET, &path, &token, Value::Null).await;
        assert_eq!(seen.status.as_u16(), status, "{who}");
    }
    let subtitles = send(&server, Method::GET, &format!("{path}?as=srt"), &ida, Value::Null).await;
    assert!(subtitles.text().starts_with("1\n00:00:0"), "{}", subtitles.text());
    assert_eq!(send(&server, Method::DELETE, &path, &ida, Value::Null).await.status, 204);
    assert_eq!(send(&server, Method::GET, &path, &ida, Value::Null).await.status, 404);
}
