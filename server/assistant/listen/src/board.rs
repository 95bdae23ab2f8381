//! A call as a terminal shows it.

use weir_calls::Role;
use weir_live::{CHANNELS, Card, LandmarkState, Listed, ServerWord};

/// What is known of a call, for people: lines that stay, and below them what is so at the moment.
#[derive(Clone, Debug)]
pub struct Board {
    channels: [Role; CHANNELS],
    landmarks: Vec<Listed>,
    partials: [String; CHANNELS],
    card: Option<Card>,
    behind_s: f32,
}

impl Board {
    /// Of a call that begins, whose channels carry these voices.
    pub fn new(channels: [Role; CHANNELS]) -> Self {
        let (landmarks, partials) = (Vec::new(), Default::default());
        Self { channels, landmarks, partials, card: None, behind_s: 0.0 }
    }

    /// Takes a word; the line that stays of it, if one does.
    pub fn take(&mut self, word: &ServerWord) -> Option<String> {
        match word {
            ServerWord::Ready { landmarks, .. } => {
                self.landmarks.clone_from(landmarks);
                None
            }
            ServerWord::Partial { channel, text } => {
                if let Some(partial) = self.partials.get_mut(usize::from(*channel)) {
                    partial.clone_from(text);
                }
                None
            }
            ServerWord::Final(turn) => {
                let channel = self.channels.iter().position(|role| *role == turn.role);
                if let Some(channel) = channel {
                    self.partials[channel].clear();
                }
                let (at, who) = (clock(turn.start_s), name(turn.role));
                Some(format!("{at}  {who:<8}  {}", turn.text))
            }
            ServerWord::Landmark(event) => {
                let landmark = self.landmarks.iter_mut().find(|known| known.id == event.id)?;
                let before = std::mem::replace(&mut landmark.state, event.state);
                let title = &landmark.title;
                match (before, event.state) {
                    (_, LandmarkState::Done) => Some(format!("       [x] {title}")),
                    (_, LandmarkState::Waived) => Some(format!("       [-] {title}")),
                    (LandmarkState::Done | LandmarkState::Waived, _) => {
                        Some(format!("       [ ] {title}, again"))
                    }
                    _ => None,
                }
            }
            ServerWord::Suggestion(card) => {
                self.card = Some(card.clone());
                None
            }
            ServerWord::Lag { behind_s } => {
                self.behind_s = *behind_s;
                None
            }
            ServerWord::Error { why, .. } => Some(format!("error: {why}")),
            ServerWord::Ended { .. } | ServerWord::Other => None,
        }
    }

    /// What is so at the moment: what is being said, what remains, the present card.
    pub fn now(&self) -> Vec<String> {
        let speaking = self.channels.iter().zip(&self.partials);
        let speaking = speaking.filter(|(_, partial)| !partial.is_empty());
        let mut lines: Vec<String> =
            speaking.map(|(role, partial)| format!("{:>15}  {partial} …", name(*role))).collect();
        let remains: Vec<String> = self.remains().map(shown).collect();
        if !remains.is_empty() {
            lines.push(format!("remains: {}", remains.join(", ")));
        }
        if let Some(card) = &self.card {
            let source = card.source.as_deref().map(|source| format!(" ({source})"));
            lines.push(format!("say: {}{}", card.text, source.unwrap_or_default()));
        }
        if self.behind_s >= 1.0 {
            lines.push(format!("text lies {:.0} s behind the sound", self.behind_s));
        }
        lines
    }

    /// What the call is incomplete without, and has not reached.
    pub fn remains(&self) -> impl Iterator<Item = &Listed> {
        let is_open = |state| matches!(state, LandmarkState::Pending | LandmarkState::Likely);
        self.landmarks.iter().filter(move |known| known.required && is_open(known.state))
    }
}

/// A landmark that remains; one that seems to be reached just now has a mark.
fn shown(landmark: &Listed) -> String {
    let is_likely = landmark.state == LandmarkState::Likely;
    format!("{}{}", landmark.title, if is_likely { "?" } else { "" })
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Customer => "customer",
    }
}

/// Minutes and seconds since the beginning.
fn clock(at_s: f32) -> String {
    let at_s = at_s.max(0.0) as u32;
    format!("{:02}:{:02}", at_s / 60, at_s % 60)
}

#[cfg(test)]
mod tests {
    use weir_live::{CardKind, LandmarkEvent, Method, Turn};

    use super::*;

    fn listed(id: &str, required: bool) -> Listed {
        let title = id.to_uppercase();
        let (role, state) = (Role::Agent, LandmarkState::Pending);
        Listed { id: id.to_owned(), title, role, required, state }
    }

    fn event(id: &str, state: LandmarkState) -> ServerWord {
        let (turn, quote, span, score, method) = (None, None, None, None, Method::Hand);
        ServerWord::Landmark(LandmarkEvent {
            id: id.to_owned(),
            state,
            turn,
            quote,
            span,
            score,
            method,
        })
    }

    fn board() -> Board {
        let mut board = Board::new([Role::Agent, Role::Customer]);
        board.take(&ServerWord::Ready {
            call_id: "1".to_owned(),
            resume_from: [0, 0],
            landmarks: vec![listed("a", true), listed("b", true), listed("c", false)],
            transcriber: "spelt".to_owned(),
        });
        board
    }

    #[test]
    fn what_is_said_stays_and_what_seems_to_be_said_does_not() {
        let mut board = board();
        let text = "I see".to_owned();
        assert_eq!(board.take(&ServerWord::Partial { channel: 1, text: text.clone() }), None);
        assert_eq!(board.now()[0], "       customer  I see …");
        let role = Role::Customer;
        let said = Turn { turn: 0, role, text, start_s: 61.5, end_s: 62.0 };
        let line = board.take(&ServerWord::Final(said));
        assert_eq!(line.as_deref(), Some("01:01  customer  I see"));
        assert_eq!(board.now(), ["remains: A, B"]);
    }

    #[test]
    fn landmarks_are_ticked_off_and_what_remains_is_shown() {
        let mut board = board();
        assert_eq!(board.take(&event("b", LandmarkState::Likely)), None);
        assert_eq!(board.now(), ["remains: A, B?"]);
        let line = board.take(&event("b", LandmarkState::Done));
        assert_eq!(line.as_deref(), Some("       [x] B"));
        assert_eq!(board.now(), ["remains: A"]);
        assert_eq!(board.take(&event("a", LandmarkState::Waived)).as_deref(), Some("       [-] A"));
        assert!(board.now().is_empty());
        let line = board.take(&event("b", LandmarkState::Pending));
        assert_eq!(line.as_deref(), Some("       [ ] B, again"));
        assert_eq!(board.take(&event("unknown", LandmarkState::Done)), None);
    }

    #[test]
    fn the_present_card_and_a_transcriber_that_is_behind_are_shown() {
        let mut board = board();
        for text in ["one", "two"] {
            let (about, source) = ("a".to_owned(), Some("the docs".to_owned()));
            let text = text.to_owned();
            board.take(&ServerWord::Suggestion(Card {
                kind: CardKind::Pushback,
                about,
                text,
                source,
            }));
        }
        board.take(&ServerWord::Lag { behind_s: 3.2 });
        let expected = ["remains: A, B", "say: two (the docs)", "text lies 3 s behind the sound"];
        assert_eq!(board.now(), expected);
    }
}
