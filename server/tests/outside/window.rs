//! The window as a page, and the network to take away.

use weir_server::Config;
use weir_surrogate::golden::Golden;
use weir_surrogate::{Model, device};

use crate::client::get;
use crate::common::Server;

#[tokio::test]
async fn the_network_can_be_taken_away_and_makes_the_same_run_elsewhere() {
    let server = Server::start().await;
    let description = get(server.addr, "/api/model/description", &[]).await;
    let weights = get(server.addr, "/api/model/weights", &[("accept-encoding", "br")]).await;
    assert!(description.status == 200 && weights.status == 200);
    assert_eq!(weights.header("content-encoding"), Some("identity"));
    let device = device::open("flex").expect("a processor");
    let text = String::from_utf8(description.body).expect("text");
    let model = Model::from_bytes("it", &text, weights.body, &device).expect("a network");
    let golden = get(server.addr, "/api/model/golden", &[]).await;
    let told: Golden = serde_json::from_value(golden.json()).expect("a run");
    assert_eq!(told, Golden::of(&model).expect("a run"));
    let tag = golden.header("etag").expect("a tag").to_owned();
    let again = get(server.addr, "/api/model/golden", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn the_window_is_a_page_where_somebody_made_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join("dist").join(name);
    let viewer = folder.path().join("dist");
    let server = Server::configured(Config { viewer, ..Config::default() }).await;
    let lacking = get(server.addr, "/viewer/", &[]).await;
    assert_eq!(lacking.status, 404);
    assert!(String::from_utf8_lossy(&lacking.body).contains("viewer/web/build"));
    // Made while the server runs.
    std::fs::create_dir(path("")).expect("a folder");
    std::fs::write(path("index.html"), "<!doctype html>").expect("a file");
    std::fs::write(path("it.wasm"), [0, 97, 115, 109]).expect("a file");
    std::fs::write(path("it.wasm.br"), "packed").expect("a file");
    std::fs::write(folder.path().join("secret"), "no").expect("a file");
    let moved = get(server.addr, "/viewer", &[]).await;
    assert_eq!(moved.status, 308);
    assert_eq!(moved.header("location"), Some("/viewer/"));
    let page = get(server.addr, "/viewer/", &[]).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.text(), "<!doctype html>");
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("'wasm-unsafe-eval'") && policy.contains("worker-src 'self'"));
    // A page that leads there is written when the server starts: then there was none.
    assert!(!get(server.addr, "/how", &[]).await.text().contains("/viewer/"));
    let home = get(server.addr, "/", &[]).await;
    assert!(!home.header("content-security-policy").expect("a policy").contains("wasm"));
    let module = get(server.addr, "/viewer/it.wasm", &[]).await;
    assert_eq!(module.header("content-type"), Some("application/wasm"));
    assert_eq!(module.body, [0, 97, 115, 109]);
    let packed = get(server.addr, "/viewer/it.wasm", &[("accept-encoding", "br")]).await;
    assert_eq!(
        (packed.header("content-encoding"), packed.body.as_slice()),
        (Some("br"), b"packed".as_slice())
    );
    for path in
        ["/viewer/../secret", "/viewer/%2e%2e/secret", "/viewer/..%2fsecret", "/viewer/none"]
    {
        let answer = get(server.addr, path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.starts_with(b"no"), "{path}");
    }
}
