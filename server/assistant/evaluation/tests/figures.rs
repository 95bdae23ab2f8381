//! The sets as files on a disk and as they come with the crate give the same figures, and ears that
//! are told what they hear are as late as they say.
#![expect(clippy::print_stdout, reason = "figures are there to be read")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use weir_answers::measure::{QuestionSet, measure};
use weir_answers::{AnswerConfig, Answerer, Documents, Library};
use weir_calls::{Detector, Meaning, Measured, Playbook, Script};
use weir_evaluation::{
    By, CallFigures, Evaluation, Kind, LatencyFigures, Part, Recogniser, RetrievalFigures, Set,
    SpeechFigures, Spoken, listen_live, within,
};
use weir_speech::{Clip, Endpointed, Limits, Listening, SpeechError, Transcriber, Transcript};

/// What questions that everything was chosen by have to reach, so that nobody makes it worse unseen.
const RECALL_5: f32 = 0.9;

fn home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn documents() -> Documents {
    let mut documents = Documents::folder(&home("documents")).expect("documents");
    for scope in ["posts", "projects"] {
        documents.add_folder(scope, &home("../content").join(scope)).expect("documents");
    }
    let asked = std::fs::read_to_string(home("documents/asked.toml")).expect("a file");
    documents.add_asked("asked.toml", &asked).expect("the parts are there");
    documents
}

fn answering() -> (Arc<Library>, Answerer) {
    let library = Arc::new(Library::new(documents()));
    (Arc::clone(&library), Answerer::new(library, AnswerConfig::default()))
}

#[test]
fn calls_come_out_as_those_of_the_folders_do() {
    let book = Playbook::first_call().expect("the playbook");
    let detector = Detector::new(&book);
    for (set, folders) in [(Set::Dev, &["seen", "unseen"][..]), (Set::HeldOut, &["fresh"])] {
        let calls = set.calls(&book).expect("calls");
        let mut played = Vec::new();
        let figures = CallFigures::measure(&book, &detector, &calls, |count| played.push(count));
        assert_eq!(played.last(), Some(&calls.len()));
        let folders = folders.iter().map(|folder| home("calls/scripts").join(folder));
        let scripts = folders.flat_map(|folder| Script::folder(&folder, &book).expect("the calls"));
        let all: Vec<Measured> =
            scripts.map(|call| weir_calls::measure(&book, &detector, &call)).collect();
        assert_eq!(figures, CallFigures::of(By::Words, &all), "{}", set.name());
        println!("{}: {:?}", set.name(), figures.macro_f1);
    }
}

#[test]
fn whether_vectors_were_there_is_told_with_the_figures() {
    let book = Playbook::first_call().expect("the playbook");
    let meaning = Meaning::new(1, |texts| Ok(vec![vec![1.0]; texts.len()]));
    let with = Detector::with_meaning(&book, meaning).expect("vectors");
    for (detector, by) in [(with, By::Meaning), (Detector::new(&book), By::Words)] {
        assert_eq!(CallFigures::measure(&book, &detector, &[], |_| {}).by, by);
    }
}

#[tokio::test]
async fn questions_come_out_as_those_of_the_files_do() {
    let (library, answerer) = answering();
    for (set, file) in [(Set::Dev, "questions.toml"), (Set::HeldOut, "fresh-questions.toml")] {
        let questions = set.questions().expect("questions");
        let figures = RetrievalFigures::measure(&library, &answerer, questions, |_| {});
        let figures = figures.await.expect("questions");
        let text = std::fs::read_to_string(home("retrieval").join(file)).expect("a file");
        let questions: QuestionSet = toml::from_str(&text).expect("questions");
        let outcomes = measure(&library, &answerer, &questions, within).await.expect("questions");
        assert_eq!(figures, RetrievalFigures::of(&outcomes));
        let told = &figures.figures;
        // What is chosen now is on the curve of what could be.
        let least = AnswerConfig::default().least_confidence;
        let nearest = figures.choices.iter().min_by(|a, b| {
            let apart =
                |choice: &&weir_answers::measure::Choice| (choice.least_confidence - least).abs();
            apart(a).total_cmp(&apart(b))
        });
        let chosen = nearest.expect("choices");
        assert!((chosen.answered - told.answered.value).abs() < 1e-6, "{}", set.name());
        assert!((chosen.abstained - told.abstained.value).abs() < 1e-6, "{}", set.name());
        println!("{}: {}, abstained {}", set.name(), told.recall_5, told.abstained);
        if set == Set::Dev {
            assert!(told.recall_5.value >= RECALL_5, "{}", told.recall_5);
        }
    }
}

/// Hears the same in everything, after a while.
struct Parrot(Duration);

#[async_trait]
impl Transcriber for Parrot {
    fn id(&self) -> &str {
        "a parrot"
    }

    async fn transcribe(&self, _: &Clip) -> Result<Transcript, SpeechError> {
        tokio::time::sleep(self.0).await;
        Ok(Transcript { text: "what is weir".to_owned(), words: Vec::new() })
    }
}

fn sentence() -> Clip {
    let file = include_bytes!("../../speech/testdata/sentence.ogg");
    let mut clip = Clip::read(file, &Limits::default()).expect("ours");
    clip.samples.extend([0; 8000]);
    clip
}

#[tokio::test(start_paused = true)]
async fn what_thinks_longer_is_later_by_as_much() {
    let (_, answerer) = answering();
    let mut finals = Vec::new();
    for thinks_s in [0.0, 2.0] {
        let parrot = Arc::new(Parrot(Duration::from_secs_f32(thinks_s)));
        let ears = Endpointed::new(parrot, Listening::default());
        let mut spoke = 0;
        let clips = vec![sentence(), sentence()];
        let late = listen_live(&ears, clips, Some(&answerer), || spoke += 1).await.expect("heard");
        assert_eq!((spoke, late.final_s.len(), late.answer_s.len()), (2, 2, 2));
        let figures = LatencyFigures::from(&late);
        let final_s = figures.final_s.expect("two").p50;
        // The end is known after the silence, and not before.
        let silence_s = Listening::default().endpointing.end_s;
        assert!(final_s >= silence_s + thinks_s - 0.05, "{final_s}");
        assert!(figures.answer_s.expect("two").p50 >= final_s);
        finals.push(final_s);
    }
    let later_s = finals[1] - finals[0];
    assert!((1.8..2.5).contains(&later_s), "{later_s}");
}

#[tokio::test]
#[ignore = "needs flite"]
async fn what_a_recogniser_mishears_is_counted_by_kind() {
    let book = Playbook::first_call().expect("the playbook");
    let spoken = Spoken::new(&book, &documents(), &Set::Dev.calls(&book).expect("calls"));
    let parrot: Arc<dyn Transcriber> = Arc::new(Parrot(Duration::ZERO));
    let ears = Endpointed::new(Arc::clone(&parrot), Listening::default());
    let recognisers = [Recogniser { name: "a parrot".to_owned(), clips: parrot }];
    let (_, answerer) = answering();
    let questions = ["What is weir?".to_owned()];
    let mut steps = Vec::new();
    let figures =
        SpeechFigures::measure(&recognisers, &ears, &answerer, &spoken, &questions, |step| {
            steps.push(step);
        });
    let figures = figures.await.expect("flite is installed");
    let last = steps.last().expect("steps");
    assert_eq!((last.done, last.of), (spoken.len() + 1, spoken.len() + 1));
    for group in &figures.ears[0].groups {
        let errors = group.substitutions + group.insertions + group.deletions;
        let rate = errors as f32 / group.words as f32;
        assert!((group.word_error_rate - rate).abs() < 1e-6 && rate > 0.5, "{group:?}");
    }
    assert!(figures.ears[0].word_error_rate(Kind::Everyday).is_some());
    let goals = figures.goals();
    assert!(goals.iter().all(|goal| !goal.is_reached) && goals.len() == 1, "{goals:?}");
}

#[test]
fn an_evaluation_is_read_as_it_was_written() {
    let book = Playbook::first_call().expect("the playbook");
    let calls = Set::Dev.calls(&book).expect("calls");
    let figures = CallFigures::measure(&book, &Detector::new(&book), &calls[..4], |_| {});
    let evaluation = Evaluation {
        speech: Part::Skipped { why: "flite cannot be started: apt install flite".to_owned() },
        calls: Part::Measured(figures),
        retrieval: Part::NotAsked,
    };
    let text = serde_json::to_string(&evaluation).expect("JSON");
    assert_eq!(serde_json::from_str::<Evaluation>(&text).expect("the same"), evaluation);
    assert!(text.contains("\"state\":\"skipped\""), "{text}");
    assert_eq!(evaluation.goals().len(), 1);
    assert!(evaluation.speech.skipped().is_some_and(|why| why.contains("apt install")));
}
