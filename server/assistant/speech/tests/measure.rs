//! How well and how fast PocketSphinx hears what `flite` says.
#![expect(clippy::print_stdout, reason = "figures are what these tests are for")]

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use weir_calls::{Playbook, Script};
use weir_speech::{Clip, Domain, Limits, Sphinx, SphinxConfig, Transcriber, WordErrors, wer};

fn say(voice: &str, text: &str) -> Clip {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("said.wav");
    let status = Command::new("flite")
        .args(["-voice", voice, "-t", text, "-o"])
        .arg(&file)
        .status()
        .expect("flite is installed");
    assert!(status.success(), "flite says {text}");
    let mut clip =
        Clip::read(&std::fs::read(&file).expect("written"), &Limits::default()).expect("sound");
    clip.samples.extend([0; 8000]);
    clip
}

async fn measure(name: &str, sphinx: &Sphinx, sentences: &[String]) {
    let (mut total, mut sound_s, mut took_s) = (WordErrors::default(), 0.0, 0.0);
    for (at, sentence) in sentences.iter().enumerate() {
        let voice = ["slt", "rms", "awb"][at % 3];
        let clip = say(voice, sentence);
        let before = Instant::now();
        let heard = sphinx.transcribe(&clip).await.expect("it is heard");
        took_s += before.elapsed().as_secs_f32();
        sound_s += clip.duration_s();
        let errors = wer(sentence, &heard.text);
        if std::env::var_os("SHOW").is_some() && errors.errors() > 0 {
            println!("  {voice} {sentence}\n      {}", heard.text);
        }
        total = total + errors;
    }
    println!(
        "{name}: WER {:.1} % of {} words ({total:?}), {:.3} of real time",
        100.0 * total.rate(),
        total.words,
        took_s / sound_s
    );
}

fn playbook() -> (Vec<String>, Vec<String>) {
    let book = Playbook::first_call().expect("ours");
    let landmarks = book.landmarks.iter().flat_map(|mark| &mark.examples);
    let pushbacks = book.pushbacks.iter().flat_map(|back| &back.examples);
    let all: Vec<String> = landmarks.chain(pushbacks).chain(book.small_talk()).cloned().collect();
    let held_out = all.iter().skip(5).step_by(20).cloned().collect();
    let rest =
        all.iter().enumerate().filter(|(at, _)| at % 20 != 5).map(|(_, s)| s.clone()).collect();
    (rest, held_out)
}

fn documents() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../documents");
    let mut texts = vec![];
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("ours") {
            let path = entry.expect("ours").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                let text = std::fs::read_to_string(path).expect("ours");
                let text = text.rsplit("+++").next().unwrap_or_default().to_owned();
                texts.push(text);
            }
        }
    }
    texts
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx"]
async fn wers() {
    let (texts, held_out) = playbook();
    let inside: Vec<String> = texts.iter().skip(3).step_by(20).cloned().collect();
    let book = Playbook::first_call().expect("ours");
    let scripts = Script::folder(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../calls/scripts/unseen"),
        &book,
    )
    .expect("ours");
    let calls: Vec<String> = scripts
        .iter()
        .flat_map(|s| s.turns.iter().map(|t| t.text.clone()))
        .filter(|t| t.split(' ').count() > 7)
        .step_by(11)
        .take(40)
        .collect();
    println!("{} in text, {} held out, {} other", inside.len(), held_out.len(), calls.len());
    let all: Vec<String> = texts.into_iter().chain(documents()).collect();
    for share in [None, Some(0.3), Some(0.5), Some(0.8), Some(1.0)] {
        let domain = share.map(|_| Domain::new(&all));
        let sphinx = Sphinx::new(SphinxConfig {
            domain,
            domain_share: share.unwrap_or(1.0),
            ..SphinxConfig::default()
        })
        .expect("installed");
        println!("share {share:?}: unknown words {:?}", sphinx.unknown_words());
        for (name, sentences) in
            [("inside", &inside), ("held out", &held_out), ("other calls", &calls)]
        {
            measure(name, &sphinx, sentences).await;
        }
    }
}
