//! What is said in a session, and the messages that tell it.

use std::collections::VecDeque;

use serde_json::{Value, json};

/// A turn that somebody says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// When it begins, in seconds of audio.
    pub start_s: f64,
    /// When it has ended.
    pub end_s: f64,
    /// With its capitals and full stops.
    pub text: String,
}

impl Said {
    /// Said from `start_s` to `end_s`.
    pub fn new(start_s: f64, end_s: f64, text: impl Into<String>) -> Self {
        Self { start_s, end_s, text: text.into() }
    }

    /// The words that are heard up to `audio_s`; they stand evenly over the turn.
    fn words(&self, audio_s: f64, formatted: bool) -> Vec<Value> {
        let words: Vec<_> = self.text.split_whitespace().collect();
        let step_s = (self.end_s - self.start_s) / words.len().max(1) as f64;
        let word = |(k, word): (usize, &&str)| {
            let (start_s, end_s) =
                (self.start_s + k as f64 * step_s, self.start_s + (k + 1) as f64 * step_s);
            let ms = |s: f64| (s * 1000.0).round() as u64;
            // A hair of tolerance, so that the last word is in at the turn's end.
            (start_s + step_s <= audio_s + 1e-6).then(|| {
                let text = if formatted { (*word).to_owned() } else { plain(word) };
                json!({"text": text, "start": ms(start_s), "end": ms(end_s), "confidence": 0.9,
                    "word_is_final": true})
            })
        };
        words.iter().enumerate().map_while(word).collect()
    }
}

/// What is heard of a word: no capitals, no full stops.
fn plain(word: &str) -> String {
    let kept = word.chars().filter(|c| c.is_alphanumeric() || *c == '\'');
    kept.flat_map(char::to_lowercase).collect()
}

/// Tells what is said as the audio goes on.
pub struct Teller {
    rest: VecDeque<Said>,
    order: u64,
    /// Words of the turn in hand that were told; none if it has not begun.
    told: Option<usize>,
    format: bool,
}

impl Teller {
    /// Tells these turns, and each once more with capitals and full stops if `format`.
    pub fn new(mut said: Vec<Said>, format: bool) -> Self {
        said.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        Self { rest: said.into(), order: 0, told: None, format }
    }

    /// What is to be said when so much audio is in.
    pub fn hear(&mut self, audio_s: f64) -> Vec<Value> {
        let mut messages = Vec::new();
        while let Some(turn) = self.rest.front().filter(|turn| turn.start_s <= audio_s) {
            if self.told.is_none() {
                let start_ms = (turn.start_s * 1000.0).round() as u64;
                messages.push(json!({"type": "SpeechStarted", "timestamp": start_ms}));
                // Who reads this must not stumble over what it does not know.
                messages.push(json!({"type": "SomethingNew", "detail": {"of": ["a", "later"]}}));
                self.told = Some(0);
            }
            if turn.end_s <= audio_s {
                messages.extend(self.end(audio_s));
                continue;
            }
            let words = turn.words(audio_s, false);
            if self.told != Some(words.len()) {
                self.told = Some(words.len());
                messages.push(message(self.order, false, false, words));
            }
            break;
        }
        messages
    }

    /// Ends the turn in hand, with the words that were heard; nothing if none has begun.
    pub fn end(&mut self, audio_s: f64) -> Vec<Value> {
        let begun = self.told.take().and_then(|_| self.rest.pop_front());
        let Some(turn) = begun else { return vec![] };
        let order = self.order;
        self.order += 1;
        let mut messages = vec![message(order, false, true, turn.words(audio_s, false))];
        if self.format {
            messages.push(message(order, true, true, turn.words(audio_s, true)));
        }
        messages
    }
}

fn message(order: u64, formatted: bool, ends: bool, words: Vec<Value>) -> Value {
    let texts: Vec<_> = words.iter().filter_map(|word| word["text"].as_str()).collect();
    json!({"type": "Turn", "turn_order": order, "turn_is_formatted": formatted,
        "end_of_turn": ends, "transcript": texts.join(" "), "end_of_turn_confidence": 0.8,
        "words": words})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_grows_and_ends_once_plain_and_once_formatted() {
        let said = vec![Said::new(0.5, 1.5, "Hello, I'm Ann."), Said::new(2.0, 2.5, "Fine.")];
        let mut teller = Teller::new(said, true);
        let heard: Vec<_> = (1..40).flat_map(|k| teller.hear(f64::from(k) * 0.1)).collect();
        let turns: Vec<_> = heard.iter().filter(|m| m["type"] == "Turn").collect();
        let ended = |order: u64| {
            let of = turns.iter().filter(move |m| m["turn_order"] == order);
            let ended = of.filter(|m| m["end_of_turn"] == true);
            ended.map(|m| m["transcript"].as_str().expect("text")).collect::<Vec<_>>()
        };
        assert_eq!(ended(0), ["hello i'm ann", "Hello, I'm Ann."]);
        assert_eq!(ended(1), ["fine", "Fine."]);
        assert!(turns.iter().any(|m| m["transcript"] == "hello"));
        assert!(teller.end(9.0).is_empty());
    }
}
