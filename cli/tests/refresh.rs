//! `weir refresh` as a crontab sees it.

mod common;

use common::{Ran, Weir};
use serde_json::Value;
use weir_mock::{Endpoint, OpenAi};

const KEY: &str = "a key of sixteen bytes or more";

/// A server that embeds, and what keeps it going.
struct Embedder {
    server: OpenAi,
    runtime: tokio::runtime::Runtime,
}

impl Embedder {
    fn start() -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().expect("threads");
        let server = runtime.block_on(OpenAi::start(KEY)).expect("a free port");
        Self { server, runtime }
    }

    /// Texts of which vectors were asked for so far.
    fn texts(&self) -> usize {
        let asked = self.server.recorded().into_iter();
        let asked = asked.filter(|asked| asked.endpoint == Endpoint::Embedding);
        asked.map(|asked| asked.body["input"].as_array().map_or(1, Vec::len)).sum()
    }

    fn config(&self) -> String {
        format!(
            "[assistant.embeddings]\nby = 'openai'\nurl = '{}'\nmodel = 'mock'\ndimensions = 64\n\
             key = '{KEY}'\n",
            self.server.base_url()
        )
    }
}

/// Two documents, and a configuration that answers from them alone.
fn documents(weir: &Weir, more: &str) {
    std::fs::create_dir_all(weir.path("texts/about")).expect("a folder");
    std::fs::create_dir_all(weir.path("mine")).expect("a folder");
    weir.write("texts/about/mill.md", "# The mill\n\n## Whose is it?\n\nIt is Ottilie's.\n");
    weir.write("texts/about/weir.md", "# The weir\n\n## How high is it?\n\nThree metres.\n");
    let config = format!("data_dir = 'data'\n[assistant]\ndocuments = 'texts'\n{more}");
    weir.write("weir.toml", &config);
}

fn refresh(weir: &Weir) -> Ran {
    weir.run(&["refresh", "--config", "weir.toml", "--json"])
}

fn names(json: &Value, what: &str) -> Vec<String> {
    let names = json["changes"][what].as_array().expect("names").iter();
    let names = names.map(|name| name.as_str().expect("a name").to_owned());
    names.filter(|name| name.starts_with("about/m") || name.starts_with("about/w")).collect()
}

#[test]
fn only_what_changed_is_embedded_and_the_rest_is_as_it_was() {
    let (weir, embedder) = (Weir::new(), Embedder::start());
    documents(&weir, &embedder.config());
    let first = refresh(&weir);
    assert_eq!(first.code, Some(0), "{first:?}");
    let json = first.json();
    assert_eq!(names(&json, "added"), ["about/mill.md", "about/weir.md"]);
    let all = json["parts"]["embedded"].as_u64().expect("a count") as usize;
    assert!(all >= 2 && embedder.texts() == all, "{json}");
    assert!(first.err.contains("parts embedded"), "{first:?}");

    let again = refresh(&weir).json();
    assert_eq!(names(&again, "unchanged"), ["about/mill.md", "about/weir.md"]);
    assert_eq!(again["parts"]["kept"].as_u64(), Some(all as u64));
    assert_eq!(embedder.texts(), all, "nothing is paid for twice");

    weir.write("texts/about/weir.md", "# The weir\n\n## How high is it?\n\nFour metres.\n");
    std::fs::remove_file(weir.path("texts/about/mill.md")).expect("a document");
    weir.write("texts/about/moor.md", "# The moor\n\nIt is wet.\n");
    let table = weir.run(&["refresh", "--config", "weir.toml"]);
    assert_eq!(table.code, Some(0), "{table:?}");
    for words in [
        "added     about/moor.md",
        "changed   about/weir.md",
        "removed   about/mill.md",
        "documents 1 added, 1 changed, 1 removed",
        "2 embedded, 2 removed",
    ] {
        assert!(table.out.contains(words), "{words}: {table:?}");
    }
    assert_eq!(embedder.texts(), all + 2);
    drop(embedder.runtime);
}

#[test]
fn what_fails_leaves_everything_as_it_was_and_says_which() {
    let (weir, embedder) = (Weir::new(), Embedder::start());
    documents(&weir, &embedder.config());
    weir.write("texts/about/weir.md", "+++\ntitle = \n+++\n");
    refresh(&weir).is_refused(2, &["assistant.documents", "about/weir.md"]);
    assert_eq!(embedder.texts(), 0, "nothing is paid for before all can be read");
    documents(&weir, &embedder.config().replace(KEY, "a key that nobody knows"));
    let refused = refresh(&weir);
    assert_eq!((refused.code, refused.out.as_str()), (Some(3), ""), "{refused:?}");
    assert!(!refused.err.contains("nobody knows"), "{refused:?}");
    documents(&weir, &embedder.config());
    let json = refresh(&weir).json();
    assert_eq!(names(&json, "added").len(), 2, "the first that was done: {json}");
}

#[test]
fn without_vectors_it_is_checked_and_told() {
    let weir = Weir::new();
    documents(&weir, "");
    let json = refresh(&weir).json();
    assert_eq!(names(&json, "added").len(), 2);
    assert_eq!(json["parts"]["embedded"], 0);
    let kept = std::fs::read_dir(weir.path("data/assistant")).expect("a folder");
    let kept: Vec<_> = kept.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(kept, ["documents.json"]);
}

#[test]
fn a_wrong_configuration_is_refused_before_anything_is_read() {
    let weir = Weir::new();
    weir.run(&["refresh", "--config", "none.toml"]).is_refused(2, &["none.toml"]);
    documents(&weir, "");
    let nowhere = ["refresh", "--config", "weir.toml", "--set", "assistant.documents=nowhere"];
    weir.run(&nowhere).is_refused(2, &["assistant.documents", "nowhere"]);
    let content = ["refresh", "--config", "weir.toml", "--content", "mine"];
    weir.run(&content).is_refused(2, &["content", "profile.toml"]);
    let help = weir.run(&["refresh", "--help"]);
    assert!(help.out.contains("crontab") && help.out.contains("--content"), "{help:?}");
}
