//! What holds of every store of vectors.

mod fakes;

use std::collections::HashSet;

use weir_answers::{ContentSha, PgVectors, Space, SqliteVectors, VectorError, VectorStore};

fn space(model: &str, dimensions: usize) -> Space {
    Space { model_id: model.to_owned(), dimensions }
}

fn sha(text: &str) -> ContentSha {
    ContentSha::of(text)
}

/// The law of a store. Its spaces are named after `test`, and empty at first.
async fn keeps_the_law(store: &dyn VectorStore, test: &str) {
    let flat = space(&format!("{test} flat"), 2);
    let other = space(&format!("{test} other"), 2);
    let deep = space(&format!("{test} flat"), 3);
    let (east, north, west, none) = (sha("east"), sha("north"), sha("west"), sha("none"));
    let vectors = [
        (east, vec![2.0, 0.0]),
        (north, vec![0.0, 1.0]),
        (west, vec![-1.0, 0.0]),
        (none, vec![0.0; 2]),
    ];
    assert!(store.held(&flat).await.expect("held").is_empty());
    store.upsert(&flat, &vectors).await.expect("kept");
    store.upsert(&other, &vectors[..1]).await.expect("kept");
    store.upsert(&deep, &[(east, vec![0.0, 0.0, 1.0])]).await.expect("kept");
    let all: HashSet<ContentSha> = [east, north, west, none].into();
    assert_eq!(store.held(&flat).await.expect("held"), all);
    assert_eq!(store.held(&deep).await.expect("held"), [east].into(), "spaces are apart");

    let near = store.nearest(&flat, &[3.0, 0.3], 9, &all).await.expect("found");
    let order: Vec<ContentSha> = near.iter().map(|near| near.content_sha).collect();
    assert_eq!(order, [east, north, none, west]);
    assert!((near[0].cosine - 0.995).abs() < 1e-3, "{near:?}");
    assert_eq!(near[2].cosine, 0.0, "a vector of length 0 is near nothing");
    let two = store.nearest(&flat, &[1.0, 0.0], 2, &[west, north].into()).await.expect("found");
    assert_eq!(two.iter().map(|near| near.content_sha).collect::<Vec<_>>(), [north, west]);
    assert!(store.nearest(&flat, &[1.0, 0.0], 0, &all).await.expect("found").is_empty());
    assert!(store.nearest(&flat, &[1.0, 0.0], 9, &HashSet::new()).await.expect("none").is_empty());

    store.upsert(&flat, &[(east, vec![0.0, -1.0])]).await.expect("replaced");
    let south = store.nearest(&flat, &[0.0, -1.0], 1, &all).await.expect("found");
    assert_eq!(south[0].content_sha, east);

    for wrong in [vec![1.0], vec![1.0; 3], vec![f32::NAN, 0.0], vec![f32::INFINITY, 0.0]] {
        let both = [(sha("new"), vec![1.0, 0.0]), (sha("wrong"), wrong.clone())];
        store.upsert(&flat, &both).await.expect_err("refused");
        store.nearest(&flat, &wrong, 1, &all).await.expect_err("refused");
    }
    assert_eq!(store.held(&flat).await.expect("held"), all, "all or none");

    assert_eq!(store.delete(&flat, &[east, sha("never")]).await.expect("deleted"), 1);
    assert_eq!(store.delete(&flat, &[]).await.expect("nothing"), 0);
    assert!(!store.held(&flat).await.expect("held").contains(&east));
    let left = store.nearest(&flat, &[1.0, 0.0], 9, &all).await.expect("found");
    assert_eq!(left.len(), 3);
    assert_eq!(store.held(&other).await.expect("held").len(), 1, "spaces are apart");
    for space in [&flat, &other, &deep] {
        let held: Vec<ContentSha> = store.held(space).await.expect("held").into_iter().collect();
        store.delete(space, &held).await.expect("deleted");
    }
}

#[tokio::test]
async fn sqlite_keeps_the_law() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("deep/vectors.sqlite");
    keeps_the_law(&SqliteVectors::open(&file).await.expect("open"), "law").await;
}

#[tokio::test]
async fn sqlite_outlives_its_process_and_sees_what_another_adds() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("vectors.sqlite");
    let (space, a, b) = (space("m", 2), sha("a"), sha("b"));
    let ours = SqliteVectors::open(&file).await.expect("open");
    ours.upsert(&space, &[(a, vec![0.25, -1.5e-20])]).await.expect("kept");
    let theirs = SqliteVectors::open(&file).await.expect("open");
    let near = theirs.nearest(&space, &[1.0, 0.0], 9, &[a, b].into()).await.expect("found");
    assert_eq!((near.len(), near[0].cosine), (1, 1.0));
    theirs.upsert(&space, &[(b, vec![1.0, 0.0])]).await.expect("kept");
    assert_eq!(ours.held(&space).await.expect("held").len(), 2);
    let near = ours.nearest(&space, &[1.0, 0.0], 9, &[a, b].into()).await.expect("found");
    assert_eq!(near.len(), 2);
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("vectors.sqlite");
    std::fs::write(&file, "no database at all, but long enough to be read as one")
        .expect("written");
    SqliteVectors::open(&file).await.expect_err("refused");
    std::fs::write(home.path().join("file"), "").expect("written");
    let error = SqliteVectors::open(&home.path().join("file/vectors.sqlite")).await;
    assert!(matches!(&error, Err(VectorError::Kept(_))), "{error:?}");
    assert!(error.is_err_and(|error| error.to_string().contains("/file: ")), "it is named");
}

fn postgres() -> String {
    std::env::var("WEIR_TEST_POSTGRES").expect("WEIR_TEST_POSTGRES=postgres://…")
}

#[tokio::test]
#[ignore = "needs PostgreSQL with pgvector: tests/postgres runs it"]
async fn postgres_keeps_the_law() {
    let store = PgVectors::open(&postgres()).await.expect("open");
    keeps_the_law(&store, "law").await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL with pgvector: tests/postgres runs it"]
async fn postgres_with_an_index_finds_what_is_exact() {
    let store = PgVectors::open(&postgres()).await.expect("open");
    let space = space("indexed", fakes::DIMENSIONS);
    store.index(&space).await.expect("an index");
    store.index(&space).await.expect("a second time");
    let words = ["weir", "sluice", "pump", "ledger", "dictation", "atlas", "grid", "canal"];
    let vectors: Vec<_> = words.iter().map(|word| (sha(word), fakes::vector(word))).collect();
    store.upsert(&space, &vectors).await.expect("kept");
    let all: HashSet<ContentSha> = vectors.iter().map(|(of, _)| *of).collect();
    for (of, vector) in &vectors {
        let near = store.nearest(&space, vector, 1, &all).await.expect("found");
        assert_eq!(near[0].content_sha, *of);
        assert!((near[0].cosine - 1.0).abs() < 1e-5);
    }
    store.delete(&space, &all.into_iter().collect::<Vec<_>>()).await.expect("deleted");
    let wide = Space { model_id: "wide".to_owned(), dimensions: 3000 };
    let error = store.index(&wide).await.expect_err("too wide");
    assert!(matches!(error, VectorError::Dimensions { .. }), "{error}");
}

#[tokio::test]
#[ignore = "needs a PostgreSQL without pgvector: tests/postgres runs it"]
async fn a_postgres_without_pgvector_says_what_to_install() {
    let bare =
        std::env::var("WEIR_TEST_POSTGRES_BARE").expect("WEIR_TEST_POSTGRES_BARE=postgres://…");
    let error = PgVectors::open(&bare).await.expect_err("no extension");
    assert!(matches!(error, VectorError::NoExtension { .. }), "{error}");
    assert!(error.to_string().contains("-pgvector"), "{error}");
}

#[tokio::test]
async fn a_postgres_that_is_not_there_is_an_error() {
    PgVectors::open("postgres://weir@127.0.0.1:1/weir").await.expect_err("nobody listens");
    PgVectors::open("no address").await.expect_err("no address");
}
