//! The documents that come with weir, asked by people who did not have their words before them.
//! `WEIR_QUESTIONS=file.toml` asks another set of questions too.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

mod regression;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_answers::measure::{Figures, Outcome, QuestionSet, measure};
use weir_answers::{AnswerConfig, Answerer, Documents, Library, Within};

use regression::Regression;

/// What the questions at hand have to reach, so that nobody makes it worse unseen. What they
/// reach on questions that nothing was chosen by is in the README.
const LEAST_RECALL_5: f32 = 0.9;
const LEAST_ABSTAINED: f32 = 0.75;
const LEAST_ANSWERED: f32 = 0.65;
/// Parts of the questions that are left out in turn, and how often they are drawn.
const FOLDS: usize = 5;
const ROUNDS: usize = 20;

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All documents, with or without how people ask for them.
fn documents(is_asked: bool) -> Documents {
    let home = home();
    let mut documents = Documents::folder(&home.join("documents")).expect("documents");
    for scope in ["posts", "projects"] {
        let folder = home.join("../content").join(scope);
        documents.add_folder(scope, &folder).expect("documents");
    }
    if is_asked {
        let text = std::fs::read_to_string(home.join("documents/asked.toml")).expect("a file");
        documents.add_asked("asked.toml", &text).expect("the parts are there");
    }
    documents
}

/// Where a scope of the questions is searched.
fn within(scope: &str) -> Within {
    let scopes: &[&str] = match scope {
        "about" => &["about", "posts", "projects"],
        other => &[other],
    };
    Within::Scopes(scopes.iter().map(|scope| (*scope).to_owned()).collect())
}

fn questions(file: &Path) -> QuestionSet {
    let text = std::fs::read_to_string(file).expect("the questions");
    toml::from_str(&text).expect("a set")
}

async fn ask(documents: Documents, set: &QuestionSet) -> Vec<Outcome> {
    let library = Arc::new(Library::new(documents));
    let answerer = Answerer::new(Arc::clone(&library), AnswerConfig::default());
    measure(&library, &answerer, set, within).await.expect("questions")
}

fn print(name: &str, outcomes: &[Outcome]) -> Figures {
    let figures = Figures::of(outcomes);
    println!(
        "{name}: recall@1 {}, recall@5 {}, MRR {}\n  answered {}, with what it must say {}, \
         abstained where nothing answers {}",
        figures.recall_1,
        figures.recall_5,
        figures.reciprocal_rank,
        figures.answered,
        figures.right,
        figures.abstained
    );
    figures
}

#[tokio::test]
async fn what_is_asked_for_is_answered() {
    let mut set = questions(&home().join("retrieval/questions.toml"));
    set.question.extend(questions(&home().join("retrieval/more-questions.toml")).question);
    print("without ways of asking", &ask(documents(false), &set).await);
    let outcomes = ask(documents(true), &set).await;
    let figures = print("with them", &outcomes);
    for outcome in outcomes.iter().filter(|outcome| outcome.is_answerable == outcome.abstained) {
        let kind = if outcome.abstained { "not answered" } else { "answered all the same" };
        println!("  {kind} ({:.2}): {}", outcome.evidence.confidence(), outcome.question);
    }
    assert!(figures.recall_5.value >= LEAST_RECALL_5, "{}", figures.recall_5);
    assert!(figures.abstained.value >= LEAST_ABSTAINED, "{}", figures.abstained);
    assert!(figures.answered.value >= LEAST_ANSWERED, "{}", figures.answered);
    if let Some(file) = std::env::var_os("WEIR_QUESTIONS") {
        let set = questions(Path::new(&file));
        print("other questions, without ways of asking", &ask(documents(false), &set).await);
        print("other questions, with them", &ask(documents(true), &set).await);
    }
}

/// The weights of `confidence` from the questions, and how well such weights do on questions that
/// were left out when they were learnt.
#[tokio::test]
async fn confidence_is_learnt_again() {
    let mut outcomes = Vec::new();
    for file in ["questions.toml", "more-questions.toml"] {
        let set = questions(&home().join("retrieval").join(file));
        outcomes.extend(ask(documents(true), &set).await);
    }
    // Where nothing was found there is nothing to weigh.
    let rows: Vec<([f32; 2], bool)> = outcomes
        .iter()
        .filter(|outcome| outcome.evidence.covered > 0.0)
        .map(|outcome| (outcome.evidence.signs(), outcome.is_answerable))
        .collect();
    println!("weights {:?}", Regression::learn(&rows).weights());
    for (name, kept) in [
        ("`covered` and `said`", [true, true]),
        ("`covered` alone", [true, false]),
        ("`said` alone", [false, true]),
    ] {
        let keep = |(signs, is): &([f32; 2], bool)| {
            (std::array::from_fn(|at| if kept[at] { signs[at] } else { 0.0 }), *is)
        };
        let rows: Vec<([f32; 2], bool)> = rows.iter().map(keep).collect();
        let (area, answered, least) = left_out(&rows);
        println!(
            "{name}: area under the curve {area:.3}, answered where nine of ten without an \
             answer are not {answered:.3}, at a confidence of {least:.2}"
        );
        assert!(area > 0.5, "{name}: {area}");
    }
}

/// For questions that were left out: the area under the receiver operating characteristic, and the
/// share answered at a threshold at which nine of ten without an answer are not, and the threshold.
fn left_out(rows: &[([f32; 2], bool)]) -> (f32, f32, f32) {
    let mut chance = fastrand::Rng::with_seed(0);
    let (mut areas, mut answered, mut least) = (0.0, 0.0, 0.0);
    for _ in 0..ROUNDS {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        chance.shuffle(&mut order);
        // With and without an answer alike in all folds.
        order.sort_by_key(|&at| rows[at].1);
        let mut scores = vec![0.0; rows.len()];
        for fold in 0..FOLDS {
            let is_out = |place: usize| place % FOLDS == fold;
            let kept: Vec<_> = (0..order.len()).filter(|at| !is_out(*at)).collect();
            let kept: Vec<_> = kept.into_iter().map(|at| rows[order[at]]).collect();
            let model = Regression::learn(&kept);
            for place in (0..order.len()).filter(|at| is_out(*at)) {
                scores[order[place]] = model.score(&rows[order[place]].0);
            }
        }
        let of = |is: bool| -> Vec<f32> {
            let those = scores.iter().zip(rows).filter(|(_, row)| row.1 == is);
            those.map(|(score, _)| *score).collect()
        };
        let (with, mut without) = (of(true), of(false));
        without.sort_unstable_by(f32::total_cmp);
        let threshold = without[(without.len() * 9).div_ceil(10) - 1];
        least += 1.0 / (1.0 + (-threshold).exp());
        let above = |least: f32| with.iter().filter(|score| **score > least).count() as f32;
        answered += above(threshold) / with.len() as f32;
        let wins: f32 = without.iter().map(|least| above(*least)).sum();
        areas += wins / (with.len() * without.len()) as f32;
    }
    let rounds = ROUNDS as f32;
    (areas / rounds, answered / rounds, least / rounds)
}
