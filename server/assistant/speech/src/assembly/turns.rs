//! The turns of sessions, as utterances.

use super::message::Turn;
use crate::ear::later;
use crate::{Heard, Transcript};

/// The turn that is not final yet.
#[derive(Clone, Debug, PartialEq)]
struct Open {
    order: u64,
    utterance: u64,
    at_s: f32,
    transcript: Transcript,
}

/// Follows the turns of one session after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    /// Seconds of sound before the session.
    before_s: f32,
    /// Utterances that have begun.
    begun: u64,
    /// When the last one ended.
    ended_s: f32,
    open: Option<Open>,
    /// Turns of this session before this one are final.
    next_order: u64,
}

impl Turns {
    /// A session begins after so many seconds of sound. What was open is final as it was.
    pub(super) fn begin(&mut self, before_s: f32) -> Option<Heard> {
        let closed = self.close();
        (self.before_s, self.next_order) = (before_s, 0);
        closed
    }

    /// A turn as it is now. One that is final stays what it is: a turn comes again when it was
    /// formatted, and what comes late is nothing.
    pub(super) fn turn(&mut self, turn: &Turn) -> Vec<Heard> {
        let mut heard = Vec::new();
        let transcript = later(turn.transcript(), self.before_s);
        if turn.turn_order < self.next_order {
            return heard;
        }
        if self.open.as_ref().is_some_and(|open| open.order != turn.turn_order) {
            heard.extend(self.close());
        }
        if self.open.is_none() {
            if transcript.text.is_empty() {
                return heard;
            }
            let first_s = transcript.words.first().map_or(self.before_s, |word| word.start_s);
            let at_s = first_s.max(self.ended_s);
            let (order, utterance) = (turn.turn_order, self.begun);
            self.begun += 1;
            self.open = Some(Open { order, utterance, at_s, transcript: Transcript::default() });
            heard.push(Heard::Started { utterance, at_s });
        }
        let Some(open) = &mut self.open else { return heard };
        let is_new = open.transcript.text != transcript.text;
        open.transcript = transcript;
        if turn.end_of_turn && turn.turn_is_formatted {
            heard.extend(self.close());
        } else if is_new {
            let (utterance, text) = (open.utterance, open.transcript.text.clone());
            heard.push(Heard::Partial { utterance, text });
        }
        heard
    }

    /// No more comes of the open turn.
    pub(super) fn close(&mut self) -> Option<Heard> {
        let Open { order, utterance, at_s: start_s, transcript } = self.open.take()?;
        self.next_order = order + 1;
        let end_s = transcript.words.last().map_or(start_s, |word| word.end_s.max(start_s));
        self.ended_s = end_s;
        Some(Heard::Final { utterance, start_s, end_s, transcript })
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::Spoken;
    use super::*;

    fn turn(turn_order: u64, text: &str, end_of_turn: bool, turn_is_formatted: bool) -> Turn {
        let start_ms = 1000.0 * (turn_order + 1) as f32;
        let words = text.split_whitespace().map(|word| Spoken {
            text: word.to_owned(),
            start_ms,
            end_ms: start_ms + 500.0,
            confidence: 1.0,
        });
        let words = words.collect();
        Turn { turn_order, turn_is_formatted, end_of_turn, transcript: text.to_owned(), words }
    }

    /// `s0` started, `p0 text` partial, `f0 text` final.
    fn told(heard: impl IntoIterator<Item = Heard>) -> Vec<String> {
        let line = |heard| match heard {
            Heard::Started { utterance, .. } => format!("s{utterance}"),
            Heard::Partial { utterance, text } => format!("p{utterance} {text}"),
            Heard::Final { utterance, transcript, .. } => {
                format!("f{utterance} {}", transcript.text)
            }
            other => panic!("{other:?}"),
        };
        heard.into_iter().map(line).collect()
    }

    #[test]
    fn a_turn_is_final_once_and_when_it_is_formatted() {
        let mut turns = Turns::default();
        assert_eq!(told(turns.turn(&turn(0, "", false, false))), [""; 0]);
        assert_eq!(told(turns.turn(&turn(0, "hi", false, false))), ["s0", "p0 hi"]);
        assert_eq!(told(turns.turn(&turn(0, "hi", false, false))), [""; 0]);
        assert_eq!(told(turns.turn(&turn(0, "hi there", true, false))), ["p0 hi there"]);
        assert_eq!(told(turns.turn(&turn(0, "Hi there.", true, true))), ["f0 Hi there."]);
        assert_eq!(told(turns.turn(&turn(0, "Hi there!", true, true))), [""; 0]);
        assert_eq!(told(turns.turn(&turn(1, "Yes.", true, true))), ["s1", "f1 Yes."]);
    }

    #[test]
    fn a_turn_that_is_never_formatted_is_final_when_the_next_one_comes() {
        let mut turns = Turns::default();
        turns.turn(&turn(0, "hi", true, false));
        assert_eq!(told(turns.turn(&turn(1, "yes", false, false))), ["f0 hi", "s1", "p1 yes"]);
        assert_eq!(told(turns.turn(&turn(0, "Hi.", true, true))), [""; 0]);
        assert_eq!(told(turns.close()), ["f1 yes"]);
        assert_eq!(told(turns.close()), [""; 0]);
    }

    #[test]
    fn another_session_counts_on_and_later() {
        let mut turns = Turns::default();
        turns.turn(&turn(0, "hi", false, false));
        assert_eq!(told(turns.begin(60.0)), ["f0 hi"]);
        let heard = turns.turn(&turn(0, "Yes.", true, true));
        let Heard::Final { utterance: 1, start_s, end_s, transcript } = &heard[1] else {
            panic!("{heard:?}");
        };
        assert_eq!((*start_s, *end_s, transcript.words[0].start_s), (61.0, 61.5, 61.0));
    }
}
