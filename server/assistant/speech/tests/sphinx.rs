//! PocketSphinx hears what `flite` says.

use tokio::sync::mpsc::Receiver;
use weir_speech::{
    Clip, Domain, Ear, Heard, SpeechError, Sphinx, SphinxConfig, StreamingTranscriber, Transcriber,
    wer,
};

const WATER: &str = "the water rises above the weir";
const PUMP: &str = "please switch off the second pump";

fn say(voice: &str, text: &str) -> Clip {
    weir_speech::say(voice, text).expect("flite is installed")
}

fn sphinx(decoders: usize) -> Sphinx {
    let domain = Some(Domain::new([WATER, PUMP, "nobody switches off the water"]));
    let config = SphinxConfig { domain, decoders, ..SphinxConfig::default() };
    Sphinx::new(config).expect("it is installed")
}

/// Says a clip as fast as it is heard, and finishes.
async fn speak(mut ear: Box<dyn Ear>, clip: Clip) {
    for piece in clip.samples.chunks(1600) {
        ear.hear(piece).await.expect("it listens");
    }
    ear.finish().await.expect("it listens");
}

async fn all(mut heard: Receiver<Heard>) -> Vec<Heard> {
    let mut all = Vec::new();
    while let Some(next) = heard.recv().await {
        all.push(next);
    }
    all
}

fn text(heard: &[Heard]) -> String {
    let texts: Vec<&str> = heard
        .iter()
        .filter_map(|heard| match heard {
            Heard::Final { transcript, .. } => Some(transcript.text.as_str()),
            _ => None,
        })
        .collect();
    texts.join(" ")
}

#[test]
fn what_is_missing_is_said_and_how_to_install_it() {
    let config = SphinxConfig { models: "/nowhere".into(), ..SphinxConfig::default() };
    let Err(SpeechError::Missing(why)) = Sphinx::new(config) else { panic!("nothing is there") };
    assert!(why.contains("apt install pocketsphinx pocketsphinx-en-us"), "{why}");
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx"]
async fn a_sentence_is_heard_with_the_times_of_its_words() {
    let clip = say("slt", WATER);
    let heard = sphinx(1).transcribe(&clip).await.expect("it is heard");
    assert_eq!(heard.text, WATER);
    assert_eq!(heard.words.len(), 6);
    for word in &heard.words {
        assert!(word.start_s < word.end_s && word.end_s <= clip.duration_s(), "{word:?}");
        assert!((0.0..=1.0).contains(&word.confidence), "{word:?}");
    }
    assert!(heard.words.windows(2).all(|two| two[0].end_s <= two[1].start_s + 0.011));
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx"]
async fn silence_is_nothing() {
    let sphinx = sphinx(1);
    let silence = Clip { samples: vec![0; 160_000] };
    assert_eq!(sphinx.transcribe(&silence).await.expect("it is heard").text, "");
    assert_eq!(sphinx.transcribe(&Clip::default()).await.expect("it is heard").text, "");
    let (ear, heard) = sphinx.listen().await.expect("it listens");
    let ((), heard) = tokio::join!(speak(ear, silence), all(heard));
    assert!(heard.iter().all(|heard| matches!(heard, Heard::Ended { .. } | Heard::Lag { .. })));
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx"]
async fn two_ears_hear_each_their_own() {
    let sphinx = sphinx(2);
    let (first, first_heard) = sphinx.listen().await.expect("it listens");
    let (second, second_heard) = sphinx.listen().await.expect("it listens");
    let ((), (), first, second) = tokio::join!(
        speak(first, say("slt", WATER)),
        speak(second, say("rms", PUMP)),
        all(first_heard),
        all(second_heard),
    );
    assert_eq!(text(&first), WATER);
    assert_eq!(text(&second), PUMP);
    let partials = first.iter().filter(|heard| matches!(heard, Heard::Partial { .. })).count();
    assert!(partials >= 1, "{first:?}");
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx"]
async fn one_decoder_is_enough_for_many_who_speak_in_turn() {
    let sphinx = sphinx(1);
    for _ in 0..3 {
        let (ear, heard) = sphinx.listen().await.expect("it listens");
        let ((), heard) = tokio::join!(speak(ear, say("slt", PUMP)), all(heard));
        assert_eq!(text(&heard), PUMP);
    }
    // Who goes away in the middle of a word leaves the decoder to the next one.
    let clip = say("slt", WATER);
    let (mut ear, mut heard) = sphinx.listen().await.expect("it listens");
    ear.hear(&clip.samples[..16_000]).await.expect("it listens");
    while !matches!(heard.recv().await.expect("it goes on"), Heard::Partial { .. }) {}
    drop((ear, heard));
    assert_eq!(sphinx.transcribe(&clip).await.expect("it is heard").text, WATER);
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx"]
async fn words_outside_of_the_domain_are_heard_too() {
    let said = "there were seven children in the garden";
    let heard = sphinx(1).transcribe(&say("slt", said)).await.expect("it is heard");
    let errors = wer(said, &heard.text);
    assert!(errors.errors() <= 3, "{}", heard.text);
}

#[tokio::test]
#[ignore = "needs flite and pocketsphinx"]
async fn a_model_that_cannot_be_read_is_an_error() {
    let models = tempfile::tempdir().expect("a folder");
    for name in ["cmudict-en-us.dict", "en-us.lm.bin"] {
        std::fs::write(models.path().join(name), "this is no model").expect("written");
    }
    std::fs::create_dir(models.path().join("en-us")).expect("made");
    let config = SphinxConfig { models: models.path().to_owned(), ..SphinxConfig::default() };
    let sphinx = Sphinx::new(config).expect("the files are there");
    let failed = sphinx.transcribe(&say("slt", WATER)).await;
    assert!(failed.is_err());
    assert!(sphinx.listen().await.is_err(), "it is told before anybody speaks");
}
