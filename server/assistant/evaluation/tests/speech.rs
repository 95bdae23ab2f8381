//! How well and how fast PocketSphinx hears what `flite` says: the figures of weir-speech's README.
#![expect(clippy::print_stdout, reason = "figures are what these tests are for")]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use weir_answers::Documents;
use weir_calls::Playbook;
use weir_evaluation::{
    EarFigures, LatencyFigures, Lateness, Set, Spoken, VOICES, listen_live, say,
};
use weir_speech::{
    Clip, Endpointed, Endpointing, Heard, Listening, SpeechError, Sphinx, SphinxConfig,
    StreamingTranscriber, Transcriber, Transcript,
};

/// A word error rate above which something is broken, of sentences that a domain has.
const DOMAIN_WER: f32 = 0.04;

fn documents() -> Documents {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../documents");
    Documents::folder(&home).expect("documents")
}

fn book() -> Playbook {
    Playbook::first_call().expect("the playbook")
}

fn examples() -> Vec<String> {
    book().sayings().map(str::to_owned).collect()
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx, and some minutes"]
async fn word_error_rates() {
    let book = book();
    let spoken = Spoken::new(&book, &documents(), &Set::Dev.calls(&book).expect("calls"));
    println!("the domain has {} sentences", spoken.domain.sentences());
    let shares = std::env::var("SHARES").unwrap_or_else(|_| "0 0.5".to_owned());
    for share in shares.split(' ').map(|share| share.parse().expect("a number")) {
        let domain = (share > 0.0).then(|| spoken.domain.clone());
        let config = SphinxConfig { domain, domain_share: share, ..SphinxConfig::default() };
        let sphinx = Sphinx::new(config).expect("it is installed");
        println!("share of the domain {share}, words it lacks {:?}", sphinx.unknown_words());
        let figures = EarFigures::measure("", &sphinx, &spoken, || {}).await.expect("it hears");
        for group in &figures.groups {
            println!("  {}: {group:?}", group.kind.name());
        }
        println!("  {:.2} of real time", figures.real_time);
        if share == 0.5 {
            let rate = figures.word_error_rate(weir_evaluation::Kind::InDomain).expect("a group");
            assert!(rate <= DOMAIN_WER, "{rate}");
        }
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
    let all = examples();
    let mut said = Vec::new();
    for (sentence, voice) in all.iter().step_by(12).take(100).zip(VOICES.iter().cycle()) {
        said.push(say(voice, sentence).await.expect("flite is installed"));
    }
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs flite and pocketsphinx, and a minute"]
async fn latency_of_ears_that_listen_at_once() {
    let book = book();
    let spoken = Spoken::new(&book, &documents(), &[]);
    let before = memory_mb();
    let config = SphinxConfig { domain: Some(spoken.domain), ..SphinxConfig::default() };
    let sphinx = Arc::new(Sphinx::new(config).expect("it is installed"));
    let all = examples();
    for ears in [1, 2, 4, 8] {
        let mut listening = Vec::new();
        for ear in 0..ears {
            let mut clips = Vec::new();
            for sentence in all.iter().skip(7 * ear).step_by(41).take(6) {
                let voice = VOICES[ear % VOICES.len()];
                clips.push(say(voice, sentence).await.expect("flite is installed"));
            }
            let sphinx = Arc::clone(&sphinx);
            listening.push(tokio::spawn(async move {
                listen_live(sphinx.as_ref(), clips, None, || {}).await.expect("it listens")
            }));
        }
        let mut all = Lateness::default();
        for one in listening {
            let late = one.await.expect("no panic");
            all.final_s.extend(late.final_s);
            all.lag_s = all.lag_s.max(late.lag_s);
        }
        let figures = LatencyFigures::from(&all);
        println!("{ears} ears: {figures:?}; {:.0} MB", memory_mb() - before);
    }
}

/// The resident memory of this program.
fn memory_mb() -> f32 {
    let status = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: f32 =
        status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * 4096.0 / 1e6
}
