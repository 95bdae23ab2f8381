use std::path::PathBuf;

use super::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("sound")
    }

    fn sounds(&self) -> CallSounds {
        CallSounds::new(Place::folder(&self.path()), true)
    }
}

/// All of a file, read from this byte on.
async fn read(sound: &CallSound, from: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let at = |bytes: &Vec<u8>| from + bytes.len() as u64;
    while at(&bytes) < sound.bytes() {
        let part = sound.read(at(&bytes)..sound.bytes()).await.expect("sound");
        assert!(!part.is_empty() && part.len() as u64 <= PIECE * FRAME);
        bytes.extend(part);
    }
    bytes
}

fn voice(seed: u64, samples: usize) -> Vec<i16> {
    let mut state = seed;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 48) as i16
    };
    (0..samples).map(|_| next()).collect()
}

/// The samples of a stereo WAV file, whose header is checked.
fn sides(file: &[u8]) -> [Vec<i16>; 2] {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes"));
    assert_eq!(
        (&file[..4], &file[8..16], &file[36..40]),
        (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..])
    );
    assert_eq!((number(4) as usize, number(40) as usize), (file.len() - 8, file.len() - 44));
    assert_eq!((number(24), number(28)), (16_000, 64_000));
    let (samples, _) = file[44..].as_chunks::<2>();
    [0, 1].map(|side| {
        samples.iter().skip(side).step_by(2).map(|sample| i16::from_le_bytes(*sample)).collect()
    })
}

#[tokio::test]
async fn what_is_kept_is_what_was_said_and_the_shorter_voice_falls_silent() {
    let folder = Folder::new();
    let (long, short) = (voice(1, 25 * 16_000 + 7), voice(2, 12 * 16_000));
    let mut tape = folder.sounds().begin("a-call").expect("a tape");
    for part in long.chunks(1600) {
        tape.keep(0, part).await.expect("kept");
    }
    // One voice may come long after the other.
    tape.keep(1, &short).await.expect("kept");
    tape.finish().await.expect("kept");
    let sound = folder.sounds().open("a-call").await.expect("an answer").expect("sound");
    let file = read(&sound, 0).await;
    let [left, right] = sides(&file);
    assert_eq!((&left, &right[..short.len()]), (&long, &short[..]));
    assert!(right.len() == long.len() && right[short.len()..].iter().all(|sample| *sample == 0));
    for from in [1, 43, 44, 45, 640_043, 640_044, 700_001, sound.bytes() - 1] {
        assert_eq!(read(&sound, from).await, file[from as usize..], "from {from}");
    }
    assert_eq!(sound.read(sound.bytes()..u64::MAX).await.expect("nothing").len(), 0);
}

#[tokio::test]
async fn a_server_that_dies_loses_the_last_piece_and_no_more() {
    let folder = Folder::new();
    let said = voice(3, 29 * 16_000);
    let mut tape = folder.sounds().begin("a-call").expect("a tape");
    tape.keep(0, &said).await.expect("kept");
    drop(tape);
    let sound = folder.sounds().open("a-call").await.expect("an answer").expect("sound");
    assert_eq!(sides(&read(&sound, 0).await)[0], said[..20 * 16_000]);
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_other_calls_stay() {
    let folder = Folder::new();
    for call in ["a-call", "another"] {
        let mut tape = folder.sounds().begin(call).expect("a tape");
        tape.keep(0, &voice(4, 21 * 16_000)).await.expect("kept");
        tape.keep(1, &voice(5, 16_000)).await.expect("kept");
        tape.finish().await.expect("kept");
    }
    // Also by who keeps no more.
    let sounds = CallSounds::new(Place::folder(&folder.path()), false);
    assert!(sounds.begin("a-call").is_none());
    sounds.delete("a-call").await.expect("deleted");
    sounds.delete("a-call").await.expect("twice is no fault");
    assert!(sounds.open("a-call").await.expect("an answer").is_none());
    assert!(sounds.open("another").await.expect("an answer").is_some());
    let left = std::fs::read_dir(folder.path().join("calls/a-call")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[tokio::test]
async fn who_keeps_nothing_makes_no_folder_and_who_cannot_keep_says_so() {
    let folder = Folder::new();
    folder.sounds().delete("a-call").await.expect("nothing to delete");
    assert!(folder.sounds().open("a-call").await.expect("an answer").is_none());
    assert!(!folder.path().exists());
    std::fs::write(folder.path(), "a file in the way").expect("a file");
    let mut tape = folder.sounds().begin("a-call").expect("a tape");
    tape.keep(0, &voice(6, 16_000)).await.expect("it waits for the rest");
    tape.finish().await.expect_err("there is no place");
}
