use super::*;
use crate::engine::Engine;
use weir_words::Waits;

fn some_state() -> State {
    let text = Scene::examples().iter().find(|one| one.name == "funnel").map(|one| one.text);
    let scene = Scene::from_toml(text.expect("an example")).expect("a scene");
    let lines = (0..scene.strokes.len() as u32).collect();
    State {
        revision: 7,
        scene: Arc::new(scene),
        lines: Arc::new(lines),
        engine: Engine::Both,
        is_playing: true,
        waits: Some(Waits { before: 1, about_s: 9 }),
        speed: 0.5,
        checkpoint: Some(2),
        silent: Arc::new(vec!["up0".to_owned()]),
        failure: Some("it broke".to_owned()),
        notice: Some("the solver has taken over".to_owned()),
        atlas: None,
    }
}

/// A state's letter with other words in it.
fn deflated(text: &str) -> Bytes {
    let mut body = DeflateEncoder::new(vec![VERSION, STATE], Compression::fast());
    body.write_all(text.as_bytes()).expect("a vector");
    body.finish().expect("a vector").into()
}

#[test]
fn a_state_comes_as_it_was() {
    let sent = some_state();
    let letter = state(&sent).expect("a letter");
    assert!(letter.len() < 4 << 10, "{} bytes", letter.len());
    let Ok(Tell::State(came)) = Tell::read(&letter) else { panic!("a state") };
    let words = |state: &State| serde_json::to_value(Answer::from(state)).expect("words");
    assert_eq!(words(&came), words(&sent));
}

#[test]
fn short_letters_come_as_they_were() {
    for ask in [Ask::Join, Ask::Stay, Ask::Anew] {
        assert_eq!(Ask::read(&ask.write()), Ok(ask));
    }
    let sent = Beat { revision: 1 << 40, numbers: [3, u32::MAX] };
    let Ok(Tell::Beat(came)) = Tell::read(&beat(sent)) else { panic!("a beat") };
    assert_eq!(came, sent);
    for sent in Over::ALL {
        let Ok(Tell::Over(came)) = Tell::read(&over(sent)) else { panic!("an end") };
        assert_eq!(came, sent);
    }
    let letter = frame(1, &[2, 9, 9]).expect("a letter");
    let Ok(Tell::Frame(1, bytes)) = Tell::read(&letter) else { panic!("a frame") };
    assert_eq!(bytes[..], [2, 9, 9]);
}

#[test]
fn what_is_no_letter_is_an_error_and_nothing_else() {
    let large = vec![VERSION; MOST + 1];
    assert_eq!(Ask::read(&large), Err(LetterError::Large(MOST + 1)));
    assert_eq!(frame(0, &large[..MOST]), Err(LetterError::Large(MOST + 3)));
    let read = |letter: &[u8]| Tell::read(&Bytes::copy_from_slice(letter)).expect_err("no letter");
    for (letter, error) in [
        (&large[..], LetterError::Large(MOST + 1)),
        (&[], LetterError::Length),
        (&[VERSION], LetterError::Length),
        (&[VERSION + 1, BEAT], LetterError::Version(VERSION + 1)),
        (b"garbage", LetterError::Version(b'g')),
        (&[VERSION, 99], LetterError::Wrong("kind", 99)),
        (&[VERSION, 1], LetterError::Wrong("kind", 1)),
        (&[VERSION, BEAT, 0], LetterError::Length),
        (&[&[VERSION, BEAT][..], &[0; 17]].concat(), LetterError::Length),
        (&[VERSION, FRAME, 0], LetterError::Length),
        (&[VERSION, FRAME, 2, 0], LetterError::Wrong("stream", 2)),
        (&[VERSION, OVER], LetterError::Length),
        (&[VERSION, OVER, 3], LetterError::Wrong("end", 3)),
    ] {
        assert_eq!(read(letter), error);
    }
    assert_eq!(Ask::read(&[VERSION, 2, 0]), Err(LetterError::Length));
    assert_eq!(Ask::read(&[VERSION, BEAT]), Err(LetterError::Wrong("kind", BEAT)));
}

#[test]
fn what_is_no_state_is_an_error_and_nothing_else() {
    let sent = some_state();
    let text = serde_json::to_string(&Answer::from(&sent)).expect("words");
    assert!(Tell::read(&deflated(&text)).is_ok());
    let bomb = format!("{{\"is\":\"{}\"}}", "x".repeat(MOST_STATE as usize));
    assert!(deflated(&bomb).len() < MOST, "it goes into a letter");
    for (text, words) in [
        (bomb.as_str(), "more than"),
        ("", "EOF"),
        ("[]", "missing field"),
        (r#"{"is":"ended"}"#, "another word"),
        (r#"{"is":"state"}"#, "missing field"),
        (&text.replace("\"version\":1", "\"version\":9"), "version"),
        (&text.replace("\"lines\":[", "\"lines\":[0,"), "numbers of lines"),
        (&text.replace("\"height_m\":", "\"height_m\":-"), "height_m"),
    ] {
        let error = Tell::read(&deflated(text)).expect_err("no state").to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
    let letter = state(&sent).expect("a letter");
    assert!(Tell::read(&letter.slice(..letter.len() / 2)).is_err());
    assert!(Tell::read(&Bytes::from_static(&[VERSION, STATE, 1, 2, 3])).is_err());
}

#[test]
fn subjects_have_the_version_and_the_run() {
    let run: RunId = "00c0ffee00c0ffee".parse().expect("a run");
    assert_eq!(asking(run), "weir.1.run.00c0ffee00c0ffee.ask");
    assert_eq!(telling(run), "weir.1.run.00c0ffee00c0ffee.tell");
}
