use super::*;

fn hello() -> Hello {
    Hello {
        jwt: "a.b.c".to_owned(),
        call_id: Some("0f".to_owned()),
        last_n: 7,
        rate: RATE,
        channels: [Role::Agent, Role::Customer],
        consent: true,
        title: Some("Ida".to_owned()),
    }
}

#[test]
fn what_a_client_says_is_what_is_heard_and_nothing_beside_it() {
    for word in [
        ClientWord::Hello(hello()),
        ClientWord::Mark { landmark: "need".to_owned(), state: LandmarkState::Waived },
        ClientWord::Bye {},
    ] {
        let text = word.text();
        assert_eq!(ClientWord::read(&text), Ok(word), "{text}");
        let more = text.replacen('{', r#"{"colour":"blue","#, 1);
        let error = ClientWord::read(&more).expect_err("an unknown key").to_string();
        assert!(error.contains("colour"), "{error}");
    }
}

#[test]
fn words_are_spelt_as_the_protocol_has_them() {
    let least =
        r#"{"do":"hello","jwt":"a","rate":16000,"channels":["agent","customer"],"consent":true}"#;
    let Ok(ClientWord::Hello(hello)) = ClientWord::read(least) else { panic!("a hello") };
    assert_eq!((hello.call_id, hello.last_n, hello.title), (None, 0, None));
    let told = Told { n: 9, word: ServerWord::Lag { behind_s: 2.1 } };
    assert_eq!(told.text(), r#"{"n":9,"is":"lag","behind_s":2.1}"#);
    assert_eq!(ClientWord::Bye {}.text(), r#"{"do":"bye"}"#);
}

#[test]
fn what_is_no_word_says_what_would_be() {
    for (text, says) in [
        ("", "EOF"),
        ("[]", "missing field `do`"),
        (r#"{"do":"sing"}"#, "`hello`, `mark`, `bye`"),
        (r#"{"do":"mark","landmark":"need","state":"nearly"}"#, "`pending`, `likely`"),
        (r#"{"do":"mark","landmark":"need"}"#, "missing field `state`"),
        (r#"{"do":"hello","jwt":"a","rate":16000,"channels":["agent"],"consent":true}"#, "2"),
        (
            r#"{"do":"hello","jwt":"a","rate":16000,"channels":["agent","cook"],"consent":true}"#,
            "`agent`",
        ),
        (
            r#"{"do":"hello","jwt":"a","rate":16000,"channels":["agent","customer"]}"#,
            "missing field `consent`",
        ),
    ] {
        let error = ClientWord::read(text).expect_err(text).to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn a_token_is_never_printed() {
    let printed = format!("{:?}", ClientWord::Hello(hello()));
    assert!(!printed.contains("a.b.c") && printed.contains("16000"), "{printed}");
}

#[test]
fn what_the_server_says_is_what_arrives_and_later_words_are_no_error() {
    let listed = Listed {
        id: "need".to_owned(),
        title: "Need".to_owned(),
        role: Role::Customer,
        required: true,
        state: LandmarkState::Likely,
    };
    let words = [
        ServerWord::Ready {
            call_id: "0f".to_owned(),
            resume_from: [3, 4],
            channels: [Role::Customer, Role::Agent],
            landmarks: vec![listed],
            transcriber: "sphinx".to_owned(),
        },
        ServerWord::Partial { channel: 1, text: "it is".to_owned() },
        ServerWord::Final(Turn {
            turn: 2,
            role: Role::Customer,
            text: "it is slow".to_owned(),
            start_s: 1.5,
            end_s: 2.25,
        }),
        ServerWord::Landmark(LandmarkEvent {
            id: "need".to_owned(),
            state: LandmarkState::Done,
            turn: Some(2),
            quote: Some("slow".to_owned()),
            span: Some([6, 10]),
            score: Some(0.75),
            method: Method::Lexical,
        }),
        ServerWord::Suggestion(Card {
            kind: CardKind::Pushback,
            about: "price".to_owned(),
            text: "It pays".to_owned(),
            source: None,
        }),
        ServerWord::Error { code: ErrorCode::Gap, why: "frames".to_owned() },
        ServerWord::Lag { behind_s: 3.0 },
        ServerWord::Ended { reason: Reason::Bye, duration_s: 60.0 },
    ];
    for (n, word) in (1..).zip(words) {
        let told = Told { n, word };
        let text = told.text();
        assert_eq!(serde_json::from_str::<Told>(&text).expect(&text), told, "{text}");
    }
    let later: Told = serde_json::from_str(r#"{"n":4,"is":"mood","of":"Ida"}"#).expect("a word");
    assert_eq!(later, Told { n: 4, word: ServerWord::Other });
}
