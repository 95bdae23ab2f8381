//! What is said on the wire of AssemblyAI's streaming API, version 3.

use serde::Deserialize;

use crate::{Transcript, Word};

/// What the server says. Of other types nothing is needed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Message {
    /// The session has begun.
    Begin {},
    /// All of a turn so far.
    Turn(Turn),
    /// The session has ended.
    Termination {},
    /// Something is wrong; the connection is closed.
    Error {
        /// In the server's words.
        error: String,
        /// The code of the close that follows.
        error_code: Option<u16>,
    },
    /// Something that is not needed.
    #[serde(other)]
    Other,
}

/// All of a turn so far.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Turn {
    pub turn_order: u64,
    #[serde(default)]
    pub turn_is_formatted: bool,
    #[serde(default)]
    pub end_of_turn: bool,
    #[serde(default)]
    pub transcript: String,
    #[serde(default)]
    pub words: Vec<Spoken>,
}

/// A word of a turn; its times count from the beginning of the session.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Spoken {
    pub text: String,
    #[serde(rename = "start")]
    pub start_ms: f32,
    #[serde(rename = "end")]
    pub end_ms: f32,
    pub confidence: f32,
}

impl Turn {
    /// What was said. The text of a turn has the words that are final; the last ones of a turn
    /// that goes on may only be among its words.
    pub(super) fn transcript(&self) -> Transcript {
        let words: Vec<Word> = self.words.iter().map(Spoken::word).collect();
        let spoken: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        let is_open = !self.end_of_turn && spoken.len() > self.transcript.split(' ').count();
        let has_all = !self.transcript.is_empty() && !is_open;
        let text = if has_all { self.transcript.clone() } else { spoken.join(" ") };
        Transcript { text, words }
    }
}

impl Spoken {
    fn word(&self) -> Word {
        Word {
            text: self.text.clone(),
            start_s: self.start_ms / 1000.0,
            end_s: self.end_ms / 1000.0,
            confidence: self.confidence.clamp(0.0, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        serde_json::from_str(text).expect("a message")
    }

    #[test]
    fn messages_are_read_and_unknown_ones_are_nothing() {
        assert_eq!(message(r#"{"type":"Begin","id":"x","expires_at":1}"#), Message::Begin {});
        assert_eq!(message(r#"{"type":"SpeechStarted","timestamp":14}"#), Message::Other);
        let ended =
            r#"{"type":"Termination","audio_duration_seconds":2,"session_duration_seconds":3}"#;
        assert_eq!(message(ended), Message::Termination {});
        let error = message(r#"{"type":"Error","error":"too fast"}"#);
        assert_eq!(error, Message::Error { error: "too fast".to_owned(), error_code: None });
        let Message::Turn(turn) = message(
            r#"{"type":"Turn","turn_order":1,"turn_is_formatted":true,"end_of_turn":true,
                "transcript":"Hi.","end_of_turn_confidence":0.9,"words":[{"text":"Hi.",
                "start":1200,"end":1500,"confidence":0.98,"word_is_final":true}]}"#,
        ) else {
            panic!("a turn");
        };
        assert_eq!(turn.transcript().text, "Hi.");
        assert_eq!((turn.transcript().words[0].start_s, turn.turn_order), (1.2, 1));
    }

    #[test]
    fn words_that_are_not_final_are_part_of_what_was_heard_so_far() {
        let word = |text: &str| Spoken {
            text: text.to_owned(),
            start_ms: 0.0,
            end_ms: 1.0,
            confidence: 1.0,
        };
        let mut turn = Turn { words: vec![word("one"), word("two")], ..Turn::default() };
        assert_eq!(turn.transcript().text, "one two");
        turn.transcript = "one".to_owned();
        assert_eq!(turn.transcript().text, "one two");
        (turn.transcript, turn.end_of_turn) = ("One, two.".to_owned(), true);
        assert_eq!(turn.transcript().text, "One, two.");
    }
}
