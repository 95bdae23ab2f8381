//! What holds for any weights, shown with few of them.

mod small;

use std::path::Path;

use futures_util::future::join_all;
use small::{HIDDEN, Small};
use weir_minilm::{MiniLm, OpenError, Trust};
use weir_providers::{Embedder, ProviderError};

fn open(folder: &Path) -> Result<MiniLm, OpenError> {
    MiniLm::open_with(folder, Trust::AllowUnpinned)
}

fn small() -> MiniLm {
    let folder = tempfile::tempdir().expect("a folder");
    Small::drawn().write(folder.path());
    open(folder.path()).expect("a model")
}

fn farthest<T: Copy + Into<f64>>(a: &[f32], b: &[T]) -> f64 {
    assert_eq!(a.len(), b.len());
    let apart = |(a, b): (&f32, &T)| (f64::from(*a) - (*b).into()).abs();
    a.iter().zip(b).map(apart).fold(0.0, f64::max)
}

#[test]
fn it_computes_what_the_papers_say() {
    let vectors = small().vectors(&["Water flows", "down, down the hill"]).expect("vectors");
    for (vector, ids) in vectors.iter().zip([&[2, 5, 6, 7, 3][..], &[2, 8, 1, 8, 1, 9, 3]]) {
        let apart = farthest(vector, &Small::drawn().vector(ids));
        assert!(apart < 1e-5, "{apart}");
    }
}

#[test]
fn neighbours_padding_and_order_change_nothing() {
    let model = small();
    let texts: Vec<String> = (0..70).map(|k| "water down hill ".repeat(k % 4)).collect();
    let together = model.vectors(&texts).expect("vectors");
    for (text, vector) in texts.iter().zip(&together) {
        let alone = model.vectors(&[text]).expect("a vector").remove(0);
        assert!(farthest(&alone, vector) < 1e-5);
        let length: f32 = vector.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5);
    }
    let turned: Vec<&String> = texts.iter().rev().collect();
    let turned = model.vectors(&turned).expect("vectors");
    for (a, b) in together.iter().zip(turned.iter().rev()) {
        assert!(farthest(a, b) < 1e-5);
    }
    assert!(farthest(&together[1], &together[2]) > 1e-3, "other texts have other vectors");
    assert!(model.vectors(&[""; 0]).expect("none").is_empty());
}

#[test]
fn the_order_of_words_matters() {
    let vectors = small().vectors(&["water down hill", "hill down water"]).expect("vectors");
    assert!(farthest(&vectors[0], &vectors[1]) > 1e-3);
}

#[test]
fn what_is_longer_than_there_are_places_is_cut() {
    let vectors = small().vectors(&["hill ".repeat(10), "hill ".repeat(500)]).expect("vectors");
    assert!(farthest(&vectors[0], &vectors[1]) < 1e-6);
}

#[test]
fn a_tensor_that_does_not_fit_is_named_with_what_was_expected() {
    let query = "encoder.layer.1.attention.self.query.weight";
    let broken = |change: fn(&mut Small, &str)| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut model = Small::drawn();
        change(&mut model, query);
        model.write(folder.path());
        open(folder.path()).expect_err("a wrong tensor").to_string()
    };
    let shape = "expected F32 [16, 16]";
    let missing = broken(|model, name| {
        model.0.remove(name);
    });
    assert!(
        missing.contains(query) && missing.contains(&format!("got none, {shape}")),
        "{missing}"
    );
    let reshaped = broken(|model, name| {
        model.0.get_mut(name).expect("it").0 = vec![32, 8];
    });
    assert!(reshaped.contains(query) && reshaped.contains("got F32 [32, 8]"), "{reshaped}");
    assert!(reshaped.contains(shape) && reshaped.contains("model.safetensors"), "{reshaped}");
    let infinite = broken(|model, name| {
        model.0.get_mut(name).expect("it").1[3] = f32::INFINITY;
    });
    assert!(infinite.contains("got inf, expected finite numbers"), "{infinite}");
    let left = broken(|model, name| {
        let tensor = model.0[name].clone();
        model.0.insert("encoder.layer.2.attention.self.query.weight".to_owned(), tensor);
    });
    assert!(left.contains("encoder.layer.2") && left.contains("expected none"), "{left}");
}

#[test]
fn a_folder_that_is_damaged_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    Small::drawn().write(folder.path());
    let unknown = MiniLm::open(folder.path()).expect_err("unknown files");
    assert!(matches!(unknown, OpenError::Unpinned { .. }), "{unknown}");
    let weights = folder.path().join("model.safetensors");
    let whole = std::fs::read(&weights).expect("a file");
    std::fs::write(&weights, &whole[..whole.len() / 2]).expect("a file");
    let half = open(folder.path()).expect_err("half a file");
    assert!(matches!(half, OpenError::Malformed { .. }), "{half}");
    std::fs::remove_file(&weights).expect("the file");
    let none = open(folder.path()).expect_err("no file");
    assert!(matches!(none, OpenError::Read { .. }), "{none}");
}

#[test]
fn tokens_may_come_as_a_list_or_as_json() {
    let folder = tempfile::tempdir().expect("a folder");
    Small::drawn().write(folder.path());
    let listed = open(folder.path()).expect("a model");
    let list = std::fs::read_to_string(folder.path().join("vocab.txt")).expect("a file");
    let vocab: serde_json::Map<String, serde_json::Value> =
        list.lines().zip(0..).map(|(token, id): (_, u32)| (token.to_owned(), id.into())).collect();
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(|token| {
        serde_json::json!({"id": vocab[token], "content": token, "special": true,
            "single_word": false, "lstrip": false, "rstrip": false, "normalized": false})
    });
    let json = serde_json::json!({
        "version": "1.0",
        "truncation": null,
        "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
        "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocab},
    });
    std::fs::write(folder.path().join("tokenizer.json"), json.to_string()).expect("a file");
    let described = open(folder.path()).expect("a model");
    let texts = ["Water flows", "h\u{ed}ll [SEP] \u{6c34} DOWN", ""];
    let (a, b) = (listed.vectors(&texts), described.vectors(&texts));
    for (a, b) in a.expect("vectors").iter().zip(&b.expect("vectors")) {
        assert!(farthest(a, b) < 1e-6, "it pads to nine tokens no longer");
    }
    assert_ne!(listed.id(), described.id(), "who cannot compare files does not compare vectors");
}

#[tokio::test]
async fn it_is_an_embedder() {
    let model = small();
    let embedder: &dyn Embedder = &model;
    assert!(embedder.id().starts_with("minilm:") && embedder.id().len() == 45);
    assert_eq!(embedder.dimensions(), HIDDEN);
    let texts: Vec<String> = (0..150).map(|k| "flow ".repeat(k % 7)).collect();
    let made = embedder.embed(&texts).await.expect("vectors");
    for (text, vector) in texts.iter().zip(&made) {
        assert!(farthest(vector, &model.vectors(&[text]).expect("a vector")[0]) < 1e-5);
    }
    assert_eq!(made.len(), 150);
}

#[tokio::test]
async fn requests_have_their_turn_and_no_more_wait_than_there_is_room_for() {
    let model = small();
    let text = [String::from("water flows")];
    // All are begun before any is done: on this thread none goes on while others begin.
    let all = join_all((0..80).map(|_| model.embed(&text))).await;
    let (made, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (64, 16));
    let is_passing = |refused: &Result<_, ProviderError>| {
        refused.as_ref().is_err_and(|error| error.is_passing())
    };
    assert!(refused.iter().all(is_passing));
    model.embed(&text).await.expect("there is room again");
}
