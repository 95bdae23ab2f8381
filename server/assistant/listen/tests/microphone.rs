//! Sound of this machine, where there is a server of sound whose speaker is listened to.
#![cfg(feature = "microphone")]

use std::f32::consts::TAU;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::timeout;
use weir_listen::{Microphone, Source as _, SourceError, devices};

#[tokio::test]
async fn a_device_that_is_not_there_is_named() {
    let error = Microphone::open(Some("no such device".to_owned()), None).await;
    let error = error.expect_err("there is none");
    assert!(error.to_string().contains("no such device"), "{error}");
    assert!(matches!(error, SourceError::Device { .. }), "{error}");
}

#[tokio::test]
#[ignore = "needs PulseAudio with a null sink: pulseaudio -n -L module-null-sink -L module-native-protocol-unix"]
async fn what_a_speaker_plays_is_heard_as_the_second_voice() {
    let known = devices().expect("devices");
    assert!(known.iter().any(|device| device.is_speaker), "{known:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tone.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut tone = hound::WavWriter::create(&path, spec).expect("a file");
    for at in 0..48_000 * 10 {
        let sample = 16_000.0 * (TAU * 440.0 * at as f32 / 48_000.0).sin();
        tone.write_sample(sample as i16).expect("a sample");
    }
    tone.finalize().expect("a file");
    let monitor = || Some("monitor".to_owned());
    let mut heard = Microphone::open(monitor(), monitor()).await.expect("both");
    let mut plays =
        Command::new("paplay").arg(&path).stderr(Stdio::null()).spawn().expect("paplay");
    let mut voices: [Vec<i16>; 2] = [Vec::new(), Vec::new()];
    // A second in which the tone is heard, and nothing else: on a busy machine it begins late.
    let mut is_heard = [false; 2];
    for _ in 0..90 {
        let moment = timeout(Duration::from_secs(30), heard.next()).await.expect("in time");
        let moment = moment.expect("sound").expect("a moment");
        for (channel, heard) in moment.voices.into_iter().enumerate() {
            voices[channel].extend(heard);
            let last = &voices[channel][voices[channel].len().saturating_sub(16_000)..];
            let periods = last.windows(2).filter(|two| two[0] < 0 && two[1] >= 0).count();
            is_heard[channel] |= (438..=442).contains(&periods);
        }
    }
    plays.kill().expect("it plays, or has ended");
    plays.wait().expect("an end");
    assert_eq!(is_heard, [true; 2]);
}
