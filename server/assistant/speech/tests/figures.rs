//! How well and how fast PocketSphinx hears what `flite` says: the figures of the README.
#![expect(clippy::print_stdout, reason = "figures are what these tests are for")]

mod flite;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flite::say;
use tokio::time::sleep_until;
use weir_calls::{Playbook, Script};
use weir_speech::{
    Clip, Domain, Endpointed, Endpointing, Heard, Listening, SpeechError, Sphinx, SphinxConfig,
    StreamingTranscriber, Transcriber, Transcript, WordErrors, wer,
};

/// Voices that speak in turn.
const VOICES: [&str; 3] = ["slt", "rms", "awb"];
/// Everyday sentences, of which none is from a text of ours.
const EVERYDAY: [&str; 10] = [
    "There were seven children in the garden.",
    "Please close the window before you leave.",
    "The train to the city was late again this morning.",
    "She bought two tickets for the evening show.",
    "We should talk about the plan for next week.",
    "My brother works in a small office near the river.",
    "It will rain in the north on Saturday.",
    "The doctor said that he needs more sleep.",
    "I would like a cup of coffee without sugar.",
    "They are building a new school at the end of the street.",
];

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every sentence of the playbook.
fn playbook(book: &Playbook) -> Vec<String> {
    let landmarks = book.landmarks.iter().flat_map(|mark| &mark.examples);
    let pushbacks = book.pushbacks.iter().flat_map(|back| &back.examples);
    landmarks.chain(pushbacks).chain(book.small_talk()).cloned().collect()
}

/// What visitors ask about.
fn documents() -> Vec<String> {
    let (mut texts, mut folders) = (Vec::new(), vec![here("../documents")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("ours") {
            let path = entry.expect("ours").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                let text = std::fs::read_to_string(path).expect("ours");
                // What stands between the first two of these is for machines.
                texts.push(text.rsplit("+++").next().unwrap_or_default().to_owned());
            }
        }
    }
    texts
}

async fn measure(name: &str, sphinx: &Sphinx, sentences: &[String]) {
    let (mut total, mut sound_s, mut took) = (WordErrors::default(), 0.0, Duration::ZERO);
    for (sentence, voice) in sentences.iter().zip(VOICES.iter().cycle()) {
        let clip = say(voice, sentence);
        let before = Instant::now();
        let heard = sphinx.transcribe(&clip).await.expect("it is heard");
        took += before.elapsed();
        sound_s += clip.duration_s();
        total = total + wer(sentence, &heard.text);
    }
    println!(
        "{name}: {} sentences, WER {:.1} % of {} words ({} substituted, {} inserted, {} deleted), \
         {:.2} of real time",
        sentences.len(),
        100.0 * total.rate(),
        total.words,
        total.substitutions,
        total.insertions,
        total.deletions,
        took.as_secs_f32() / sound_s
    );
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx, and some minutes"]
async fn word_error_rates() {
    let book = Playbook::first_call().expect("ours");
    let all = playbook(&book);
    // Every twelfth sentence is not read into the model.
    let (held_out, read): (Vec<_>, Vec<_>) =
        all.into_iter().enumerate().partition(|(at, _)| at % 12 == 5);
    let texts = |sentences: Vec<(usize, String)>| -> Vec<String> {
        sentences.into_iter().map(|(_, sentence)| sentence).collect()
    };
    let (held_out, read) = (texts(held_out), texts(read));
    let spread = |sentences: &[String]| -> Vec<String> {
        sentences.iter().step_by((sentences.len() / 30).max(1)).take(30).cloned().collect()
    };
    let scripts = Script::folder(&here("../calls/scripts/unseen"), &book).expect("ours");
    let turns: Vec<String> =
        scripts.iter().flat_map(|script| &script.turns).map(|turn| turn.text.clone()).collect();
    let domain = Domain::new(read.iter().cloned().chain(documents()));
    let everyday: Vec<String> = EVERYDAY.iter().map(|&sentence| sentence.to_owned()).collect();
    println!("the domain has {} sentences", domain.sentences());
    let shares = std::env::var("SHARES").unwrap_or_else(|_| "0 0.5".to_owned());
    for share in shares.split(' ').map(|share| share.parse().expect("a number")) {
        let domain = (share > 0.0).then(|| domain.clone());
        let config = SphinxConfig { domain, domain_share: share, ..SphinxConfig::default() };
        let sphinx = Sphinx::new(config).expect("it is installed");
        println!("share of the domain {share}, words it lacks {:?}", sphinx.unknown_words());
        measure("  everyday sentences", &sphinx, &everyday).await;
        measure("  sentences of the domain's text", &sphinx, &spread(&read)).await;
        measure("  sentences like them that were left out", &sphinx, &spread(&held_out)).await;
        measure("  other calls", &sphinx, &spread(&turns)).await;
    }
}

/// Hears nothing: only where utterances end is of interest.
struct Deaf;

#[async_trait]
impl Transcriber for Deaf {
    fn id(&self) -> &str {
        "deaf"
    }

    async fn transcribe(&self, _: &Clip) -> Result<Transcript, SpeechError> {
        Ok(Transcript::default())
    }
}

#[tokio::test]
#[ignore = "needs flite"]
async fn utterances_of_a_sentence() {
    let all = playbook(&Playbook::first_call().expect("ours"));
    let sentences: Vec<&String> = all.iter().step_by(12).take(100).collect();
    let said: Vec<Clip> = sentences
        .iter()
        .zip(VOICES.iter().cycle())
        .map(|(sentence, voice)| say(voice, sentence))
        .collect();
    for end_s in [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8] {
        let endpointing = Endpointing { end_s, ..Endpointing::default() };
        let listening = Listening { endpointing, ..Listening::default() };
        let endpointed = Endpointed::new(Arc::new(Deaf), listening);
        let (mut cut, mut missed) = (0, 0);
        for clip in &said {
            let (mut ear, mut heard) = endpointed.listen().await.expect("it listens");
            ear.hear(&clip.samples).await.expect("it listens");
            ear.finish().await.expect("it listens");
            let mut utterances = 0;
            while let Some(heard) = heard.recv().await {
                utterances += usize::from(matches!(heard, Heard::Final { .. }));
            }
            cut += usize::from(utterances > 1);
            missed += usize::from(utterances == 0);
        }
        println!(
            "{end_s} s of silence: of {} sentences {cut} are cut, {missed} missed",
            said.len()
        );
    }
}

/// How long after the end of speech the final text came, of each utterance, and the largest lag.
async fn listen_live(sphinx: &Sphinx, sentences: Vec<String>, voice: &str) -> (Vec<f32>, f32) {
    let (mut ear, mut heard) = sphinx.listen().await.expect("it listens");
    let clips: Vec<_> = sentences.iter().map(|sentence| say(voice, sentence)).collect();
    let started = tokio::time::Instant::now();
    let speaking = async move {
        let mut at = started;
        for clip in clips {
            for piece in clip.samples.into_iter().chain([0; 8000]).collect::<Vec<_>>().chunks(1600)
            {
                at += Duration::from_millis(100);
                sleep_until(at).await;
                ear.hear(piece).await.expect("it listens");
            }
        }
        ear.finish().await.expect("it listens");
    };
    let listening = async {
        let (mut late_s, mut lag_s) = (Vec::new(), 0.0_f32);
        while let Some(event) = heard.recv().await {
            match event {
                Heard::Final { end_s, .. } => late_s.push(started.elapsed().as_secs_f32() - end_s),
                Heard::Lag { behind_s } => lag_s = lag_s.max(behind_s),
                _ => {}
            }
        }
        (late_s, lag_s)
    };
    tokio::join!(speaking, listening).1
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs flite and pocketsphinx, and a minute"]
async fn latency_of_ears_that_listen_at_once() {
    let book = Playbook::first_call().expect("ours");
    let all = playbook(&book);
    let domain = Some(Domain::new(all.iter().cloned().chain(documents())));
    let before = memory_mb();
    let sphinx = Sphinx::new(SphinxConfig { domain, ..SphinxConfig::default() });
    let sphinx = Arc::new(sphinx.expect("it is installed"));
    for ears in [1, 2, 4, 8] {
        let mut listening = Vec::new();
        for ear in 0..ears {
            let sphinx = Arc::clone(&sphinx);
            let sentences = all.iter().skip(7 * ear).step_by(41).take(6).cloned().collect();
            let voice = VOICES[ear % VOICES.len()];
            listening
                .push(tokio::spawn(async move { listen_live(&sphinx, sentences, voice).await }));
        }
        let (mut late_s, mut lag_s) = (Vec::new(), 0.0_f32);
        for one in listening {
            let (late, lag) = one.await.expect("no panic");
            late_s.extend(late);
            lag_s = lag_s.max(lag);
        }
        late_s.sort_by(f32::total_cmp);
        let at = |share: f32| late_s[((late_s.len() - 1) as f32 * share) as usize];
        println!(
            "{ears} ears: final after the end of speech P50 {:.2} s, P95 {:.2} s of {}; largest \
             lag {lag_s:.1} s; {:.0} MB",
            at(0.5),
            at(0.95),
            late_s.len(),
            memory_mb() - before
        );
    }
}

/// Resident memory of this program.
fn memory_mb() -> f32 {
    let status = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: f32 =
        status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * 4096.0 / 1e6
}
