//! Profiles and the postings that come with weir.

mod fakes;

use std::path::Path;
use std::sync::Arc;

use fakes::Says;
use futures_util::StreamExt;
use weir_answers::jobs::{JobError, Jobs, Label, RefineError};
use weir_answers::{AnswerConfig, Answerer, Documents, Event, Library, Within};
use weir_providers::ChatModel;

fn documents() -> Documents {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../documents");
    Documents::folder(&home).expect("documents")
}

const RUST: &str = "I have written Rust for six years, mostly asynchronous services with tokio and axum. I \
    read query plans of PostgreSQL in my sleep. I take part in an open-source project and review code. I \
    speak English and some German.";
const FIELD: &str = "Trained technician for hydraulics, ten years of hydraulic drives and pumps. Driving \
    licence for cars and trailers. I like to be out in any weather, I can swim.";

#[test]
fn a_profile_finds_the_posting_that_is_made_for_it_and_says_why() {
    let jobs = Jobs::new(&documents());
    assert_eq!(jobs.all().count(), 10);
    for (profile, id) in [
        (RUST, "rust-backend-developer"),
        (FIELD, "hydraulics-field-engineer"),
        ("Terraform, Kubernetes, Linux and runbooks", "devops-terraform-engineer"),
        ("OpenFOAM, naval architecture, turbulence models", "cfd-engineer"),
        ("Kafka, Spark, dbt and SQL pipelines", "data-engineer"),
        ("manuals, glossaries and a style guide", "technical-writer"),
    ] {
        let all = jobs.recommend(profile, 3).expect("a profile");
        assert_eq!(all[0].job.id, id);
        assert!(all.windows(2).all(|two| two[0].score >= two[1].score) && all.len() <= 3);
        for one in &all {
            assert!(one.score > 0.0 && one.score <= 1.0 && !one.because.is_empty());
            let said =
                |word: &String| one.because.iter().any(|because| because.sentence.contains(word));
            assert!(one.because.iter().flat_map(|because| &because.words).all(said));
        }
    }
    assert!(jobs.recommend("xyzzy", 3).expect("a profile").is_empty());
    assert!(matches!(jobs.recommend(" ", 3), Err(JobError::Profile { letters: 0 })));
    assert!(jobs.recommend(&"a ".repeat(40_000), 3).is_err());
}

#[test]
fn requirements_are_matched_one_by_one() {
    let jobs = Jobs::new(&documents());
    let fit = jobs.classify(RUST, "rust-backend-developer").expect("a match");
    assert_eq!(fit.label, Label::Strong, "{fit:#?}");
    assert_eq!(fit.matched.len() + fit.missing.len(), 5, "each requirement once");
    for matched in &fit.matched {
        assert!(RUST.contains(&matched.quote) && !matched.words.is_empty(), "{matched:?}");
        assert!(matched.words.iter().all(|word| matched.requirement.contains(word)));
    }
    let other = jobs.classify(RUST, "hydraulics-field-engineer").expect("a match");
    assert_eq!(other.label, Label::Weak, "{other:#?}");
    assert!(other.score < fit.score);
    assert!(matches!(jobs.classify(RUST, "astronaut"), Err(JobError::Unknown { .. })));
}

#[test]
fn too_few_years_are_told_and_what_is_optional_does_not_count() {
    let text = "+++\ntitle = 'Diver'\n+++\n## What you bring\n\n- Four years of diving under ice.\n- Welding is a plus.\n";
    let other = "## What you bring\n\n- Baking bread.\n";
    let jobs = Jobs::new(
        &Documents::texts([("jobs/diver.md", text), ("jobs/baker.md", other)]).expect("two"),
    );
    let young = jobs.classify("Two years of diving under ice.", "diver").expect("a match");
    assert_eq!((young.label, young.matched.len()), (Label::Weak, 0));
    assert!(young.missing[0].short_of.as_ref().is_some_and(|short| short.contains("4 years")));
    let old = jobs.classify("I was diving under ice for five years.", "diver").expect("a match");
    assert_eq!((old.label, old.score), (Label::Strong, 1.0));
    assert!(old.missing[0].is_optional);
    let bare = Jobs::new(&Documents::texts([("jobs/a.md", "Come.")]).expect("one"));
    assert!(matches!(bare.classify("Me.", "a"), Err(JobError::NothingRequired { .. })));
}

#[tokio::test]
async fn a_model_is_believed_only_what_the_profile_says() {
    let jobs = Jobs::new(&documents());
    let fit = jobs.classify(FIELD, "rust-backend-developer").expect("a match");
    let answer = r#"{"requirements":[
        {"number":1,"met":true,"quote":"I can swim"},
        {"number":2,"met":true,"quote":"I wrote the Rust compiler"},
        {"number":3,"met":true,"quote":""},
        {"number":4,"met":false,"quote":""},
        {"number":99,"met":true,"quote":"I can swim"}]}"#;
    let (one, two) = answer.split_at(60);
    let model: Arc<dyn ChatModel> = Arc::new(Says::texts(&[one, two]));
    let refined = jobs.refine(&model, FIELD, &fit).await.expect("refined");
    let quotes: Vec<&str> = refined.matched.iter().map(|matched| matched.quote.as_str()).collect();
    assert!(quotes.contains(&"I can swim") && quotes.iter().all(|quote| FIELD.contains(quote)));
    assert_eq!(
        refined.matched.len() + refined.missing.len(),
        fit.matched.len() + fit.missing.len()
    );
    for wrong in ["no JSON", "{}", "{\"requirements\":[{\"number\":1}]}"] {
        let model: Arc<dyn ChatModel> = Arc::new(Says::texts(&[wrong]));
        let error = jobs.refine(&model, FIELD, &fit).await;
        assert!(matches!(error, Err(RefineError::Form { .. })), "{error:?}");
    }
    let model: Arc<dyn ChatModel> = Arc::new(Says::texts(&["{"]).then_fails());
    assert!(matches!(jobs.refine(&model, FIELD, &fit).await, Err(RefineError::Provider(_))));
}

#[tokio::test]
async fn a_question_about_a_job_is_answered_from_its_posting_alone() {
    let documents = documents();
    let jobs = Jobs::new(&documents);
    let answerer = Answerer::new(Arc::new(Library::new(documents)), AnswerConfig::default());
    let file = jobs.job("cfd-engineer").expect("a job").file.clone();
    let within = Within::Document(file.clone());
    let question = "what salary does the CFD engineer get, how many euros a year?";
    let events: Vec<Event> =
        answerer.answer(question, &within).await.expect("asked").collect().await;
    let Event::Sources(sources) = &events[0] else { panic!("{events:?}") };
    assert!(sources.iter().all(|source| source.file == file));
    let said =
        |event: &Event| matches!(event, Event::Text(text) if text.contains("54,000 to 66,000"));
    assert!(events.iter().any(said), "{events:?}");
}
