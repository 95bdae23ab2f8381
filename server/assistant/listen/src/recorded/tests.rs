use std::path::PathBuf;

use hound::WavSpec;
use weir_live::RATE;

use super::*;

fn file(folder: &tempfile::TempDir, rate_hz: u32, voices: &[&[i16]]) -> PathBuf {
    let path = folder.path().join(format!("{rate_hz}-{}.wav", fastrand::u64(..)));
    let channels = voices.len() as u16;
    let (bits_per_sample, sample_format) = (16, SampleFormat::Int);
    let spec = WavSpec { channels, sample_rate: rate_hz, bits_per_sample, sample_format };
    let mut writer = WavWriter::create(&path, spec).expect("a file");
    for at in 0..voices[0].len() {
        for voice in voices {
            writer.write_sample(voice[at]).expect("a sample");
        }
    }
    writer.finalize().expect("a file");
    path
}

async fn all(mut source: Recorded) -> [Vec<i16>; CHANNELS] {
    let mut voices = [Vec::new(), Vec::new()];
    while let Some(moment) = source.next().await.expect("sound") {
        assert!(moment.voices.iter().all(|voice| voice.len() == moment.voices[0].len()));
        assert!((1..=MOMENT).contains(&moment.voices[0].len()));
        for (all, voice) in voices.iter_mut().zip(moment.voices) {
            all.extend(voice);
        }
    }
    voices
}

#[tokio::test]
async fn two_files_are_two_voices_and_the_shorter_one_falls_silent() {
    let folder = tempfile::tempdir().expect("a folder");
    let (long, short): (Vec<i16>, Vec<i16>) = ((0..4000).collect(), (0..1700).rev().collect());
    let paths = [file(&folder, RATE, &[&long]), file(&folder, RATE, &[&short])];
    let source = Recorded::two_files([&paths[0], &paths[1]], Pace::Fast).expect("sound");
    assert!((source.duration_s() - 0.25).abs() < 1e-6);
    let [first, second] = all(source).await;
    assert_eq!((first, &second[..1700], &second[1700..]), (long, &short[..], &[0; 2300][..]));
}

#[tokio::test]
async fn a_stereo_file_is_two_voices_at_any_rate() {
    let folder = tempfile::tempdir().expect("a folder");
    let (left, right): (Vec<i16>, Vec<i16>) = ((0..3000).collect(), vec![-5; 3000]);
    let path = file(&folder, RATE, &[&left, &right]);
    let source = Recorded::stereo_file(&path, Pace::Fast).expect("sound");
    assert_eq!(all(source).await, [left, right]);

    let (left, right) = (vec![1000; 48_000], vec![-2000; 48_000]);
    let path = file(&folder, 48_000, &[&left, &right]);
    let [left, right] = all(Recorded::stereo_file(&path, Pace::Fast).expect("sound")).await;
    assert_eq!((left.len(), right.len()), (16_000, 16_000));
    let near = |voice: &[i16], value: i16| {
        voice[2000..14_000].iter().all(|sample| (sample - value).abs() < 3)
    };
    assert!(near(&left, 1000) && near(&right, -2000), "the voices stay apart");
}

#[tokio::test(start_paused = true)]
async fn sound_comes_as_it_was_spoken_and_not_faster_after_a_wait() {
    let voice = || Clip { samples: vec![1; RATE as usize] };
    let mut source = Recorded::new([voice(), voice()], Pace::Spoken);
    let began = tokio::time::Instant::now();
    for _ in 0..5 {
        source.next().await.expect("sound");
    }
    assert_eq!(began.elapsed(), Duration::from_millis(400), "the first one is there at once");
    tokio::time::sleep(Duration::from_secs(5)).await;
    while source.next().await.expect("sound").is_some() {}
    assert_eq!(began.elapsed(), Duration::from_millis(400 + 5000 + 400));
}

#[test]
fn what_is_no_sound_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mono = file(&folder, RATE, &[&[1; 100]]);
    let text = folder.path().join("text.wav");
    std::fs::write(&text, "no sound").expect("a file");
    let missing = folder.path().join("missing.wav");
    let why = |path: &Path| Recorded::stereo_file(path, Pace::Fast).expect_err("none").to_string();
    assert!(why(&mono).contains("got 1 channels, takes 2"), "{}", why(&mono));
    assert!(why(&text).contains("text.wav: "), "{}", why(&text));
    assert!(why(&missing).contains("missing.wav: "), "{}", why(&missing));
    let wrong = Recorded::two_files([&mono, &text], Pace::Fast).expect_err("none").to_string();
    assert!(wrong.contains("text.wav"), "{wrong}");
}
