//! Every form of sound becomes the same clip.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

use super::*;

/// One second of a tone of 440 Hz at half of full scale.
fn tone(rate_hz: u32) -> Vec<f32> {
    let angle = |at: u32| std::f32::consts::TAU * 440.0 * at as f32 / rate_hz as f32;
    (0..rate_hz).map(|at| 0.5 * angle(at).sin()).collect()
}

fn wav(rate_hz: u32, channels: u16, bits: u16, format: SampleFormat) -> Vec<u8> {
    let spec =
        WavSpec { channels, sample_rate: rate_hz, bits_per_sample: bits, sample_format: format };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec).expect("a form that hound writes");
    let full_scale = ((1_i64 << (bits - 1)) - 1) as f32;
    for sample in tone(rate_hz) {
        for channel in 0..channels {
            // The second channel is silent.
            let sample = if channel == 0 { sample } else { 0.0 };
            match format {
                SampleFormat::Float => writer.write_sample(sample).expect("written"),
                SampleFormat::Int => {
                    writer.write_sample((sample * full_scale) as i32).expect("written");
                }
            }
        }
    }
    writer.finalize().expect("written");
    file.into_inner()
}

/// How much of a clip is a tone of 440 Hz, and its amplitude.
fn heard_tone(clip: &Clip) -> (f32, f32) {
    let inner = &clip.samples[clip.samples.len() / 8..clip.samples.len() * 7 / 8];
    let (mut real, mut imaginary, mut power) = (0.0, 0.0, 0.0);
    for (at, sample) in inner.iter().enumerate() {
        let angle = std::f64::consts::TAU * 440.0 * at as f64 / f64::from(SAMPLE_RATE);
        let sample = f64::from(*sample) / 32_768.0;
        real += sample * angle.cos();
        imaginary += sample * angle.sin();
        power += sample * sample;
    }
    let count = inner.len() as f64;
    let amplitude = 2.0 * real.hypot(imaginary) / count;
    ((amplitude * amplitude / 2.0 / (power / count)) as f32, amplitude as f32)
}

#[track_caller]
fn assert_is_tone(file: &[u8], amplitude: f32, duration_s: f32) {
    let clip = Clip::read(file, &Limits::default()).expect("it can be read");
    assert_is_tone_clip("the file", &clip, amplitude, duration_s);
}

#[track_caller]
fn assert_is_tone_clip(name: &str, clip: &Clip, amplitude: f32, duration_s: f32) {
    let (share, found) = heard_tone(clip);
    assert!(share > 0.99, "{name}: only {share} of it is the tone");
    assert!((found - amplitude).abs() < 0.02, "{name}: amplitude {found}, not {amplitude}");
    let found_s = clip.duration_s();
    assert!((found_s - duration_s).abs() < 0.03, "{name}: {found_s} s, not {duration_s}");
}

#[test]
fn every_form_of_wav_is_the_same_sound() {
    use SampleFormat::{Float, Int};
    for rate_hz in [8000, 16_000, 44_100, 48_000] {
        for (bits, format) in [(8, Int), (16, Int), (24, Int), (32, Int), (32, Float)] {
            assert_is_tone(&wav(rate_hz, 1, bits, format), 0.5, 1.0);
        }
    }
    assert_is_tone(&wav(44_100, 2, 16, Int), 0.25, 1.0);
    assert_is_tone(&wav(44_100, 4, 24, Int), 0.125, 1.0);
}

#[test]
fn sixteen_bits_at_our_rate_are_not_changed() {
    let clip = Clip { samples: vec![0, 1, -1, 12_345, i16::MAX, i16::MIN] };
    assert_eq!(Clip::read(&clip.to_wav(), &Limits::default()), Ok(clip));
}

/// What ffmpeg made of a tone of 440 Hz, one second (`testdata/make.sh`).
const FILES: [(&str, &[u8]); 8] = [
    ("mono.webm", include_bytes!("../../testdata/mono.webm")),
    ("stereo.webm", include_bytes!("../../testdata/stereo.webm")),
    ("live.webm", include_bytes!("../../testdata/live.webm")),
    ("voice.webm", include_bytes!("../../testdata/voice.webm")),
    ("opus.ogg", include_bytes!("../../testdata/opus.ogg")),
    ("vorbis.ogg", include_bytes!("../../testdata/vorbis.ogg")),
    ("aac.m4a", include_bytes!("../../testdata/aac.m4a")),
    ("fragments.mp4", include_bytes!("../../testdata/fragments.mp4")),
];

#[test]
fn every_container_is_the_same_sound() {
    for (name, file) in FILES {
        let clip = Clip::read(file, &Limits::default());
        let clip = clip.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_is_tone_clip(name, &clip, 0.5, 1.0);
    }
}

#[test]
fn clusters_of_unknown_size_are_read_as_browsers_write_them() {
    const CLUSTER: [u8; 4] = [0x1f, 0x43, 0xb6, 0x75];
    let (_, file) = FILES[2];
    let mut live = Vec::new();
    let mut rest = file;
    while let Some(at) = rest.windows(4).position(|bytes| bytes == CLUSTER) {
        live.extend_from_slice(&rest[..at + 4]);
        // The length of the length stands in its first bits.
        let length = rest[at + 4].leading_zeros() as usize + 1;
        live.extend_from_slice(&[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        rest = &rest[at + 4 + length..];
    }
    live.extend_from_slice(rest);
    assert!(live.len() > file.len() + 6, "there was a cluster");
    assert_is_tone(&live, 0.5, 1.0);
    let clip = Clip::read(&live[..live.len() / 2], &Limits::default()).expect("half of it");
    assert!((0.3..0.7).contains(&clip.duration_s()), "{} s", clip.duration_s());
}

#[test]
fn what_breaks_off_gives_what_is_there() {
    // MP4 that is not in fragments has its index at its end; these Ogg files have one page.
    let streams = [".webm", "fragments.mp4"];
    let is_stream = |name: &str| streams.iter().any(|ending| name.ends_with(ending));
    for (name, file) in FILES.iter().filter(|(name, _)| is_stream(name)) {
        let clip = Clip::read(&file[..file.len() * 3 / 4], &Limits::default());
        let clip = clip.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!((0.3..0.95).contains(&clip.duration_s()), "{name}: {} s", clip.duration_s());
    }
    let wav = wav(16_000, 1, 16, SampleFormat::Int);
    let clip = Clip::read(&wav[..wav.len() / 2 + 1], &Limits::default()).expect("half of it");
    assert!((clip.duration_s() - 0.5).abs() < 0.01);
}

#[test]
fn broken_files_are_refused_and_never_panic() {
    let mut random = 1_u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random >> 8
    };
    let own = wav(8000, 2, 16, SampleFormat::Int);
    for (_, file) in FILES.into_iter().chain([("own.wav", own.as_slice())]) {
        for _ in 0..30 {
            let mut broken = file.to_vec();
            for _ in 0..8 {
                let at = next() as usize % broken.len();
                broken[at] = next() as u8;
            }
            if let Ok(clip) = Clip::read(&broken, &Limits::default()) {
                assert!(clip.duration_s() <= 61.0);
            }
        }
    }
}

#[test]
fn what_is_no_sound_or_too_much_is_said() {
    let why = |file: &[u8], limits: &Limits| {
        Clip::read(file, limits).expect_err("it is refused").to_string()
    };
    let limits = Limits::default();
    assert_eq!(why(b"", &limits), "the sound: is neither WAV nor WebM, Ogg or MP4");
    assert!(why(b"RIFF....WAVE", &limits).contains("is broken"));
    assert!(why(b"OggS and so on", &limits).contains("cannot be read"));
    assert!(why(&Clip::default().to_wav(), &limits).contains("has no samples"));
    let wav = wav(16_000, 1, 16, SampleFormat::Int);
    let short = Limits { duration_s: 0.5, ..limits };
    assert!(why(&wav, &short).contains("is longer than 0.5 s"));
    for (_, file) in FILES {
        assert!(why(file, &short).contains("is longer than 0.5 s"));
    }
    let small = Limits { bytes: 1000, ..limits };
    assert!(why(&wav, &small).contains("more than 0.001 MB"));
}
