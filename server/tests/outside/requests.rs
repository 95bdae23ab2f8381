//! Each answer: its name, its form, what is counted of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tokio::net::TcpStream;
use weir_server::Config;

use crate::client::{Answer, ask, get};
use crate::common::Server;

async fn post(addr: SocketAddr, path: &str, bytes: usize) -> Answer {
    let request = Request::post(path).header("host", "localhost").body(vec![b'x'; bytes].into());
    let stream = TcpStream::connect(addr).await.expect("a server");
    ask(stream, request.expect("a request")).await
}

#[tokio::test]
async fn a_request_keeps_a_good_name_and_gets_one_for_a_bad_one() {
    let server = Server::start().await;
    let named = get(server.addr, "/healthz", &[("x-request-id", "one-2.three_4")]).await;
    assert_eq!(named.header("x-request-id"), Some("one-2.three_4"));
    let long = "a".repeat(65);
    for bad in ["", "two words", "quo\"te", &long] {
        let answer = get(server.addr, "/nowhere", &[("x-request-id", bad)]).await;
        let id = answer.header("x-request-id").expect("a name");
        assert_eq!(id.len(), 36, "{bad:?} became {id}");
    }
}

#[tokio::test]
async fn every_error_under_api_is_a_problem() {
    let limits = weir_server::config::LimitsConfig { body_bytes: 100, ..Default::default() };
    let server = Server::configured(Config { limits, ..Config::default() }).await;
    for (answer, status, path) in [
        (get(server.addr, "/api/scenes/funel", &[]).await, 404, "/api/scenes/funel"),
        (get(server.addr, "/api/nothing", &[]).await, 404, "/api/nothing"),
        (post(server.addr, "/api/scenes", 10).await, 405, "/api/scenes"),
        (post(server.addr, "/api/scenes", 101).await, 413, "/api/scenes"),
    ] {
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        let problem = answer.json();
        assert_eq!(problem["status"], status);
        assert_eq!((&problem["type"], &problem["instance"]), (&json!("about:blank"), &json!(path)));
        assert!(problem["title"].as_str().is_some_and(|title| !title.is_empty()));
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        assert!(answer.header("x-request-id").is_some(), "also an error has a name");
    }
    let guess = get(server.addr, "/api/scenes/funel", &[]).await.json();
    assert!(guess["detail"].as_str().is_some_and(|detail| detail.contains("funnel")));
    let allow = post(server.addr, "/api/scenes", 10).await;
    assert_eq!(allow.header("allow"), Some("GET,HEAD"));
    let page = get(server.addr, "/nothing", &[]).await;
    assert_eq!(page.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[tokio::test]
async fn the_document_of_the_api_is_valid_and_each_path_answers() {
    let server = Server::start().await;
    let told = get(server.addr, "/api/openapi.json", &[]).await;
    let document: utoipa::openapi::OpenApi =
        serde_json::from_slice(&told.body).expect("an OpenAPI document");
    assert!(document.paths.paths.len() >= 6);
    let components = told.json()["components"]["schemas"].clone();
    let names = told.text();
    for named in names.split("#/components/schemas/").skip(1) {
        let name = named.split('"').next().unwrap_or_default();
        assert!(components[name].is_object(), "{name} is not told");
    }
    for (path, item) in &document.paths.paths {
        let Some(operation) = &item.get else {
            let changes = item.post.as_ref().or(item.put.as_ref());
            let operation = changes.unwrap_or_else(|| panic!("{path} does nothing"));
            assert!(operation.request_body.is_some() || path == "/api/logout", "{path}");
            continue;
        };
        assert!(operation.responses.responses.contains_key("200"), "{path}");
        if path.starts_with("/api/calls")
            || path.starts_with("/api/recordings")
            || path == "/api/me"
        {
            // Somebody's own: see the tests of calls and of the assistant.
            assert_eq!(get(server.addr, path, &[]).await.status, 401, "{path}");
            continue;
        }
        if path.contains("{id}") {
            // Who keeps a drawing finds it: see the tests of drawings.
            assert_eq!(get(server.addr, path, &[]).await.status, 404, "{path}");
            continue;
        }
        let real = path.replace("{name}", "funnel");
        let answer = get(server.addr, &real, &[]).await;
        assert_eq!(answer.status, 200, "{real}");
        let kind = answer.header("content-type").expect("a type");
        let promised = &told.json()["paths"][path]["get"]["responses"]["200"]["content"];
        assert!(promised[kind].is_object(), "{real}: {kind} is not told");
        if kind == "application/json" {
            answer.json();
        }
    }
    let page = get(server.addr, "/api/docs", &[]).await;
    assert!(page.text().contains("/docs/docs.js"));
    for file in ["/docs/docs.js", "/docs/docs.css"] {
        assert_eq!(get(server.addr, file, &[]).await.status, 200);
    }
}

#[tokio::test]
async fn what_is_large_is_compressed_for_who_takes_that() {
    let server = Server::start().await;
    let plain = get(server.addr, "/js/wire.js", &[]).await;
    assert_eq!(plain.header("content-encoding"), None);
    for encoding in ["gzip", "br"] {
        let packed = get(server.addr, "/js/wire.js", &[("accept-encoding", encoding)]).await;
        assert_eq!(packed.header("content-encoding"), Some(encoding));
        assert!(packed.body.len() * 2 < plain.body.len());
        assert_eq!(packed.header("etag"), plain.header("etag"));
        let listed = get(server.addr, "/api/scenes", &[("accept-encoding", encoding)]).await;
        assert_eq!(listed.header("content-encoding"), Some(encoding));
    }
    let tag = plain.header("etag").expect("a tag");
    let known = get(server.addr, "/js/wire.js", &[("if-none-match", tag)]).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
}

/// Samples of the text by name and labels.
fn samples(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with("# EOF\n"), "OpenMetrics ends so");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            assert!(name.starts_with("weir_"), "{line}");
            (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")))
        })
        .collect()
}

#[tokio::test]
async fn numbers_move_with_what_happens() {
    let server = Server::start().await;
    let look = async || {
        let answer = get(server.addr, "/metrics", &[]).await;
        let kind = answer.header("content-type").expect("a kind");
        assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
        samples(&answer.text())
    };
    let of = |samples: &BTreeMap<String, f64>, name: &str| {
        samples.get(name).copied().unwrap_or_else(|| panic!("no {name} in {samples:#?}"))
    };
    let before = look().await;
    assert_eq!(of(&before, "weir_visitors"), 0.0);
    let model = before.keys().find(|name| name.starts_with("weir_model_info{"));
    let model = model.expect("the model");
    assert!(model.contains("name=\"default\""), "{model}");
    let sha256 = model.split("sha256=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert!(sha256.is_some_and(|digits| digits.len() == 64), "{model}");
    assert!(before.keys().any(|name| name.starts_with("weir_build_info{version=")));
    let mut visitor = server.visit().await;
    visitor.open().await;
    visitor.say(json!({ "do": "start" })).await;
    while visitor.frame(0).await.time_ms < 300 {}
    visitor.say(json!({ "do": "erase", "line": 99 })).await;
    visitor.word("refused").await;
    get(server.addr, "/api/scenes/funnel", &[]).await;
    get(server.addr, "/api/scenes/nothing", &[]).await;
    let after = look().await;
    for (name, least) in [
        ("weir_visitors", 1.0),
        ("weir_runs_open", 1.0),
        ("weir_runs_playing", 1.0),
        ("weir_stage_busy_ratio", f64::MIN_POSITIVE),
        ("weir_late_beats_total", 0.0),
        ("weir_beat_duration_seconds_count", 9.0),
        ("weir_inference_duration_seconds_count{role=\"champion\"}", 1.0),
        ("weir_messages_sent_total{kind=\"word\"}", 3.0),
        ("weir_messages_sent_total{kind=\"frame-first\"}", 1.0),
        ("weir_sent_bytes_total{kind=\"frame-first\"}", 100.0),
        ("weir_refused_wishes_total{kind=\"erase\"}", 1.0),
    ] {
        assert!(of(&after, name) >= least, "{name}: {}", of(&after, name));
    }
    let requests = |status: &str| {
        let labels = format!("route=\"/api/scenes/{{name}}\",method=\"GET\",status=\"{status}\"");
        of(&after, &format!("weir_http_request_duration_seconds_count{{{labels}}}"))
    };
    assert_eq!((requests("2xx"), requests("4xx")), (1.0, 1.0));
    assert!(
        of(&after, "weir_beat_duration_seconds_count")
            > of(&before, "weir_beat_duration_seconds_count")
    );
    assert!(after.keys().all(|name| !name.contains("nothing")), "no path of a client's choice");
    drop(visitor);
    while of(&look().await, "weir_visitors") > 0.0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn numbers_are_for_who_has_the_token_if_there_is_one() {
    let token = serde_json::from_value(json!("sixteen bytes or more")).expect("a token");
    let metrics = weir_server::config::MetricsConfig { token: Some(token) };
    let server = Server::configured(Config { metrics, ..Config::default() }).await;
    assert_eq!(get(server.addr, "/metrics", &[]).await.status, 401);
    for (given, status) in
        [("Bearer sixteen bytes or mare", 401), ("Bearer sixteen bytes or more", 200)]
    {
        let answer = get(server.addr, "/metrics", &[("authorization", given)]).await;
        assert_eq!(answer.status, status, "{given}");
    }
}

#[tokio::test]
async fn it_is_ready_when_the_water_is_heard_and_not_when_it_closes() {
    let server = Server::start().await;
    let stream = TcpStream::connect(server.addr).await.expect("a server");
    let all = json!({ "model": true, "open": true, "stage": true, "certificate": true });
    for _ in 0..100 {
        if get(server.addr, "/readyz", &[]).await.status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let ready = get(server.addr, "/readyz", &[]).await;
    assert_eq!(
        (ready.status.as_u16(), ready.json()),
        (200, json!({ "ready": true, "checks": all }))
    );
    assert_eq!(get(server.addr, "/healthz", &[]).await.text(), "ok\n");
    // A connection that is in the middle of its head when the server closes is still answered.
    let (mut reader, mut writer) = tokio::io::split(stream);
    tokio::io::AsyncWriteExt::write_all(&mut writer, b"GET /readyz HTTP/1.1\r\nhost: x\r\n")
        .await
        .expect("half a head");
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    server.closing.cancel();
    tokio::io::AsyncWriteExt::write_all(&mut writer, b"connection: close\r\n\r\n")
        .await
        .expect("the rest");
    let mut text = String::new();
    let read = tokio::io::AsyncReadExt::read_to_string(&mut reader, &mut text).await;
    read.expect("an answer");
    assert!(text.starts_with("HTTP/1.1 503"), "{text}");
    assert!(text.contains("\"open\":false"), "{text}");
    server.task.await.expect("no panic");
}

#[tokio::test]
async fn a_page_of_another_site_opens_no_socket_unless_it_is_named() {
    let public_origins = vec!["https://weir.example".to_owned()];
    let server = Server::configured(Config { public_origins, ..Config::default() }).await;
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for (origin, status) in [
        ("https://weir.example", 101),
        ("http://localhost", 101),
        ("https://weir.example.evil", 403),
        ("http://weir.example", 403),
        ("null", 403),
    ] {
        let mut headers = upgrade.to_vec();
        headers.push(("origin", origin));
        let stream = TcpStream::connect(server.addr).await.expect("a server");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream))
                .await
                .expect("HTTP");
        tokio::spawn(connection.with_upgrades());
        let request: Request<Body> = crate::client::request("/ws", &headers);
        let answer = sender.send_request(request).await.expect("an answer");
        assert_eq!(answer.status(), status, "{origin}");
    }
}
