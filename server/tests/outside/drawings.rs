//! Drawings that are kept and found again.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;
use tokio::net::TcpStream;
use weir_server::Config;

use crate::client::{Answer, ask, get};
use crate::common::{Server, shelf};

async fn keep(server: &Server, body: String) -> Answer {
    let request = Request::builder().method(Method::POST).uri("/api/drawings");
    let request = request.header("host", "localhost").body(Body::from(body)).expect("a request");
    ask(TcpStream::connect(server.addr).await.expect("a server"), request).await
}

#[tokio::test]
async fn a_drawing_is_found_again_after_the_server_was_started_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().join("data");
    let config = Config { data_dir: data_dir.clone(), ..Config::default() };
    let server = Server::configured(config.clone()).await;
    assert_eq!(get(server.addr, "/api/drawings/0123456789ab", &[]).await.status, 404);
    assert!(!data_dir.exists(), "who asks makes no files");
    let kept = keep(&server, shelf().to_string()).await;
    assert_eq!(kept.status, 201);
    let id = kept.json()["id"].as_str().expect("a name").to_owned();
    assert_eq!(kept.header("location"), Some(&*format!("/api/drawings/{id}")));
    // The same drawing in other words.
    let again = serde_json::to_string_pretty(&shelf()).expect("text");
    assert_eq!(keep(&server, again).await.json()["id"], *id);
    server.closing.cancel();
    server.task.await.expect("no panic");
    let server = Server::configured(config).await;
    let found = get(server.addr, &format!("/api/drawings/{id}"), &[]).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.json()["stroke"][0]["points_m"], shelf()["stroke"][0]["points_m"]);
    // And it can be opened.
    let mut visitor = server.visit().await;
    visitor.say(json!({ "do": "open", "scene": found.json() })).await;
    visitor.word("run").await;
}

#[tokio::test]
async fn what_is_no_drawing_is_refused_by_its_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
    let server = Server::configured(config).await;
    for (body, words) in [
        ("", "EOF"),
        ("[]", "got a list"),
        ("{ \"version\": 1, \"domian\": {} }", "domian"),
        ("{ \"version\": 7 }", "version"),
    ] {
        let refused = keep(&server, body.to_owned()).await;
        assert_eq!(refused.status, 422, "{body}");
        let detail = refused.json()["detail"].as_str().expect("words").to_owned();
        assert!(detail.contains(words), "{body}: {detail}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
