//! A library that changes while it is searched.

mod fakes;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use fakes::{DIMENSIONS, Letters};
use weir_answers::{
    Documents, Library, Progress, RefreshError, Refreshed, Space, SqliteVectors, VectorStore,
    Within,
};

fn documents(texts: &[(&str, &str)]) -> Documents {
    Documents::texts(texts.iter().copied()).expect("documents")
}

/// So many documents of one part each.
fn many(count: usize, word: &str) -> Documents {
    let texts: Vec<(String, String)> = (0..count)
        .map(|number| (format!("about/{number}.md"), format!("The {word} of number {number}.")))
        .collect();
    documents(&texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
}

async fn store() -> (tempfile::TempDir, Arc<SqliteVectors>) {
    let home = tempfile::tempdir().expect("a folder");
    let store = SqliteVectors::open(&home.path().join("vectors.sqlite")).await.expect("open");
    (home, Arc::new(store))
}

fn space() -> Space {
    Space { model_id: "letters".to_owned(), dimensions: DIMENSIONS }
}

#[tokio::test]
async fn only_what_changed_is_embedded_and_what_is_gone_is_deleted() {
    let (_home, store) = store().await;
    let embedder = Arc::new(Letters::default());
    let first = documents(&[("a.md", "Rivers flow."), ("b.md", "Kettles boil.")]);
    let library = Library::with_vectors(first.clone(), embedder.clone(), store.clone());
    assert!(!library.search("rivers", &Within::All, 5).await.is_hybrid, "there are no vectors yet");
    let told = library.refresh(first.clone(), |_| {}).await.expect("refreshed");
    assert_eq!(told, Refreshed { kept: 0, embedded: 2, removed: 0 });
    assert!(library.search("rivers", &Within::All, 5).await.is_hybrid);
    let again = library.refresh(first, |_| panic!("nothing to do")).await.expect("refreshed");
    assert_eq!(again, Refreshed { kept: 2, embedded: 0, removed: 0 });
    let second = documents(&[("a.md", "Rivers flow."), ("b.md", "Kettles whistle.")]);
    let told = library.refresh(second, |_| {}).await.expect("refreshed");
    assert_eq!(told, Refreshed { kept: 1, embedded: 1, removed: 1 });
    assert_eq!(store.held(&space()).await.expect("held").len(), 2);
    let found = library.search("kettles", &Within::All, 1).await;
    assert_eq!(found.passages[0].chunk.text, "Kettles whistle.");
}

#[tokio::test]
async fn without_an_embedder_documents_are_changed_all_the_same() {
    let library = Library::new(documents(&[("a.md", "Rivers flow."), ("b.md", "Tea.")]));
    let new = documents(&[("a.md", "Rivers flow."), ("c.md", "Coffee.")]);
    let told = library.refresh(new, |_| {}).await.expect("refreshed");
    assert_eq!(told, Refreshed { kept: 1, embedded: 0, removed: 1 });
    assert!(library.search("tea", &Within::All, 5).await.passages.is_empty());
}

#[tokio::test]
async fn what_is_cut_off_goes_on_where_it_was_and_has_changed_nothing() {
    let (_home, store) = store().await;
    let embedder = Arc::new(Letters::default());
    let library = Library::with_vectors(many(3, "river"), embedder.clone(), store.clone());
    library.refresh(many(3, "river"), |_| {}).await.expect("refreshed");
    // Of 100 texts in batches of 32 the third batch fails.
    embedder.fails_at.store(embedder.calls.load(Ordering::SeqCst) + 3, Ordering::SeqCst);
    let mut seen = Vec::new();
    let error = library.refresh(many(100, "kettle"), |progress| seen.push(progress)).await;
    assert!(matches!(error, Err(RefreshError::Provider(_))), "{error:?}");
    assert_eq!(seen, [Progress { done: 32, of: 100 }, Progress { done: 64, of: 100 }]);
    embedder.fails_at.store(0, Ordering::SeqCst);
    let old = library.search("river", &Within::All, 5).await;
    assert_eq!((old.passages.len(), old.is_hybrid), (3, true), "the library is as it was");
    let before = embedder.texts.load(Ordering::SeqCst);
    let told = library.refresh(many(100, "kettle"), |_| {}).await.expect("refreshed");
    assert_eq!(told, Refreshed { kept: 64, embedded: 36, removed: 3 });
    assert_eq!(embedder.texts.load(Ordering::SeqCst) - before, 36);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_search_sees_the_old_or_the_new_and_never_half() {
    let (_home, store) = store().await;
    let embedder = Arc::new(Letters::default());
    let library = Arc::new(Library::with_vectors(many(40, "river"), embedder, store));
    library.refresh(many(40, "river"), |_| {}).await.expect("refreshed");
    let searching = (0..4).map(|_| {
        let library = Arc::clone(&library);
        tokio::spawn(async move {
            let mut seen = HashSet::new();
            for _ in 0..60 {
                let found = library.search("number of river or kettle", &Within::All, 50).await;
                let words: HashSet<&str> = found
                    .passages
                    .iter()
                    .filter_map(|passage| passage.chunk.text.split(' ').nth(1))
                    .collect();
                assert_eq!(words.len(), 1, "{words:?}");
                assert_eq!((found.passages.len(), found.is_hybrid), (40, true));
                seen.extend(words.into_iter().map(str::to_owned));
            }
            seen
        })
    });
    let searching: Vec<_> = searching.collect();
    for round in 0..6 {
        let word = if round % 2 == 0 { "kettle" } else { "river" };
        library.refresh(many(40, word), |_| {}).await.expect("refreshed");
    }
    for search in searching {
        assert!(!search.await.expect("a search").is_empty());
    }
}

#[tokio::test]
async fn where_the_embedder_fails_words_decide() {
    let (_home, store) = store().await;
    let embedder = Arc::new(Letters::default());
    let documents = documents(&[("a.md", "Rivers flow."), ("b.md", "Kettles boil.")]);
    let library = Library::with_vectors(documents.clone(), embedder.clone(), store);
    library.refresh(documents, |_| {}).await.expect("refreshed");
    embedder.fails_at.store(1, Ordering::SeqCst);
    let found = library.search("kettles", &Within::All, 5).await;
    assert_eq!((found.passages.len(), found.is_hybrid), (1, false));
}

#[tokio::test]
async fn a_scope_holds_for_words_and_for_vectors() {
    let (_home, store) = store().await;
    let documents = documents(&[("jobs/a.md", "Rivers flow."), ("about/b.md", "Rivers boil.")]);
    let library = Library::with_vectors(documents.clone(), Arc::new(Letters::default()), store);
    library.refresh(documents, |_| {}).await.expect("refreshed");
    for (within, told) in [
        (Within::Scopes(vec!["jobs".to_owned()]), vec!["jobs/a.md"]),
        (Within::Document("about/b.md".to_owned()), vec!["about/b.md"]),
        (Within::Scopes(Vec::new()), vec![]),
    ] {
        let found = library.search("rivers", &within, 5).await;
        let files: Vec<&str> =
            found.passages.iter().map(|passage| passage.chunk.document.as_str()).collect();
        assert_eq!((files, found.is_hybrid), (told, true));
    }
}
