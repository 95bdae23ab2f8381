//! How the landmarks of a call are: `pending`, `likely`, `done` or `waived`.
//!
//! What is being said only ever makes a landmark likely; the end of the turn makes it done, or
//! pending again. What somebody sets by hand stays so whatever is heard.

use std::sync::Arc;

use weir_calls::{Call, Detection, Detector, Landmark, Playbook, Role};

use crate::record::{LandmarkEvent, Turn};
use crate::words::{LandmarkState, Listed, Method};

/// Something that a turn says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// The landmark or the pushback.
    pub id: String,
    /// Where the words stand in the turn, in bytes.
    pub span: [usize; 2],
    /// How likely it is, 0 to 1.
    pub score: f32,
    /// How it was found.
    pub method: Method,
}

impl From<Detection> for Found {
    fn from(found: Detection) -> Self {
        let Detection { id, span, score, method } = found;
        Self { id, span: [span.start, span.end], score, method: method.into() }
    }
}

/// What a turn changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Concluded {
    /// Landmarks that are otherwise than before.
    pub events: Vec<LandmarkEvent>,
    /// What was pushed back with.
    pub pushbacks: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mark {
    state: LandmarkState,
    is_by_hand: bool,
}

/// How the landmarks of a call are.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    book: Arc<Playbook>,
    call: Call<Arc<Playbook>, Arc<Detector>>,
    /// In the order of the playbook.
    marks: Vec<Mark>,
}

impl Progress {
    /// None is reached.
    pub fn new(book: Arc<Playbook>, detector: Arc<Detector>) -> Self {
        let marks = vec![Mark::default(); book.landmarks.len()];
        let call = Call::new(Arc::clone(&book), detector);
        Self { book, call, marks }
    }

    /// Somebody is saying this.
    pub fn foresee(&mut self, role: Role, text: &str) -> Vec<LandmarkEvent> {
        let mut events = Vec::new();
        for found in self.call.foresee(role, text).into_iter().map(Found::from) {
            let Some(at) = self.position(&found.id) else { continue };
            if self.marks[at] == Mark::default() {
                self.marks[at].state = LandmarkState::Likely;
                events.push(event(found, LandmarkState::Likely, None, text));
            }
        }
        events
    }

    /// Somebody has said this; what it says is found by the words of the playbook.
    pub fn conclude(&mut self, turn: &Turn) -> Concluded {
        let found = self.call.hear(turn.role, &turn.text);
        self.reach(turn, found.into_iter().map(Found::from).collect())
    }

    /// Somebody has said this, and a model found what it says.
    pub fn conclude_by(&mut self, turn: &Turn, mut found: Vec<Found>) -> Concluded {
        let ids = found.iter().map(|found| found.id.clone()).collect();
        let news = self.call.note(turn.role, &turn.text, ids);
        found.retain(|found| news.contains(&found.id));
        self.reach(turn, found)
    }

    /// A turn says this, which was not reached before.
    fn reach(&mut self, turn: &Turn, found: Vec<Found>) -> Concluded {
        let mut concluded = Concluded::default();
        for found in found {
            let Some(at) = self.position(&found.id) else {
                concluded.pushbacks.push(found.id);
                continue;
            };
            let mark = &mut self.marks[at];
            if !mark.is_by_hand && mark.state != LandmarkState::Done {
                mark.state = LandmarkState::Done;
                let done = event(found, LandmarkState::Done, Some(turn.turn), &turn.text);
                concluded.events.push(done);
            }
        }
        concluded
    }

    /// What this role was saying has ended: what it only seemed to reach is pending again.
    pub fn unsaid(&mut self, role: Role) -> Vec<LandmarkEvent> {
        let marks = self.book.landmarks.iter().zip(&mut self.marks);
        let seemed = marks.filter(|(landmark, mark)| {
            landmark.role == role && !mark.is_by_hand && mark.state == LandmarkState::Likely
        });
        let fall = |(landmark, mark): (&Landmark, &mut Mark)| {
            mark.state = LandmarkState::Pending;
            plain(&landmark.id, LandmarkState::Pending, Method::Unsaid)
        };
        seemed.map(fall).collect()
    }

    /// Somebody says how a landmark is; nothing, where there is none of this id.
    pub fn mark(&mut self, id: &str, state: LandmarkState) -> Option<Option<LandmarkEvent>> {
        let at = self.position(id)?;
        let mark = Mark { state, is_by_hand: true };
        // What is said again is no news, however often.
        let is_news = std::mem::replace(&mut self.marks[at], mark) != mark;
        Some(is_news.then(|| plain(id, state, Method::Hand)))
    }

    /// All landmarks, in the order of the playbook.
    pub fn listed(&self) -> Vec<Listed> {
        let list = |(landmark, mark): (&Landmark, &Mark)| Listed {
            id: landmark.id.clone(),
            title: landmark.title.clone(),
            role: landmark.role,
            required: landmark.required,
            state: mark.state,
        };
        self.book.landmarks.iter().zip(&self.marks).map(list).collect()
    }

    /// What is neither done nor waived: first that before which nothing else usually comes any
    /// more, then what is required, then in the order of the playbook.
    pub fn remains(&self) -> Vec<&Landmark> {
        let is_open = |id: &str| {
            let mark = self.position(id).map(|at| self.marks[at]);
            mark.is_some_and(|mark| !is_settled(mark.state))
        };
        let landmarks = self.book.landmarks.iter();
        let mut remains: Vec<_> = landmarks.filter(|landmark| is_open(&landmark.id)).collect();
        remains.sort_by_key(|landmark| {
            (landmark.after.iter().any(|before| is_open(before)), !landmark.required)
        });
        remains
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.book.landmarks.iter().position(|landmark| landmark.id == id)
    }
}

fn is_settled(state: LandmarkState) -> bool {
    matches!(state, LandmarkState::Done | LandmarkState::Waived)
}

/// What was found in the words of a turn.
fn event(found: Found, state: LandmarkState, turn: Option<u64>, text: &str) -> LandmarkEvent {
    let Found { id, span, score, method } = found;
    let quote = text.get(span[0]..span[1]).map(str::to_owned);
    LandmarkEvent { id, state, turn, quote, span: Some(span), score: Some(score), method }
}

/// What no words stand for.
fn plain(id: &str, state: LandmarkState, method: Method) -> LandmarkEvent {
    let id = id.to_owned();
    LandmarkEvent { id, state, turn: None, quote: None, span: None, score: None, method }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = "Just so you know, this call is being recorded, is that okay with you?";

    fn progress() -> Progress {
        let book = Arc::new(Playbook::first_call().expect("the playbook"));
        let detector = Arc::new(Detector::new(&book));
        Progress::new(book, detector)
    }

    fn turn(role: Role, text: &str) -> Turn {
        Turn { turn: 3, role, text: text.to_owned(), start_s: 0.0, end_s: 1.0 }
    }

    fn state(progress: &Progress, id: &str) -> LandmarkState {
        let listed = progress.listed().into_iter().find(|listed| listed.id == id);
        listed.expect("a landmark").state
    }

    #[test]
    fn the_beginning_of_a_turn_makes_likely_and_its_end_done() {
        let mut progress = progress();
        let likely = progress.foresee(Role::Agent, RECORDED);
        assert_eq!((likely[0].id.as_str(), likely[0].state), ("consent", LandmarkState::Likely));
        assert_eq!(likely[0].turn, None);
        assert_eq!(progress.foresee(Role::Agent, RECORDED), [], "it is told once");
        let done = progress.conclude(&turn(Role::Agent, RECORDED)).events;
        assert_eq!((done[0].id.as_str(), done[0].state), ("consent", LandmarkState::Done));
        assert_eq!(done[0].turn, Some(3));
        let span = done[0].span.expect("a span");
        assert_eq!(done[0].quote.as_deref(), RECORDED.get(span[0]..span[1]));
        assert_eq!(progress.foresee(Role::Agent, RECORDED), []);
        assert_eq!(progress.conclude(&turn(Role::Agent, RECORDED)), Concluded::default());
    }

    #[test]
    fn what_the_end_does_not_bear_out_is_pending_again_for_its_role_alone() {
        let mut progress = progress();
        assert_eq!(progress.foresee(Role::Agent, RECORDED).len(), 1);
        assert_eq!(progress.conclude(&turn(Role::Customer, "Yes.")), Concluded::default());
        assert_eq!(state(&progress, "consent"), LandmarkState::Likely);
        assert_eq!(progress.conclude(&turn(Role::Agent, "Nice weather.")), Concluded::default());
        let fell = progress.unsaid(Role::Agent);
        assert_eq!((fell[0].state, fell[0].method), (LandmarkState::Pending, Method::Unsaid));
        assert_eq!(progress.foresee(Role::Agent, RECORDED).len(), 1, "it may be likely again");
        assert_eq!(progress.unsaid(Role::Agent).len(), 1);
        assert_eq!(state(&progress, "consent"), LandmarkState::Pending);
    }

    #[test]
    fn a_role_reaches_only_its_own() {
        let mut progress = progress();
        assert_eq!(progress.foresee(Role::Customer, RECORDED), []);
        let events = progress.conclude(&turn(Role::Customer, RECORDED)).events;
        assert!(events.iter().all(|event| event.id != "consent"), "{events:?}");
    }

    #[test]
    fn what_is_set_by_hand_stays() {
        let mut progress = progress();
        for by_hand in [LandmarkState::Pending, LandmarkState::Waived, LandmarkState::Likely] {
            let event = progress.mark("consent", by_hand).expect("a landmark").expect("news");
            assert_eq!((event.state, event.method), (by_hand, Method::Hand));
            assert_eq!(progress.foresee(Role::Agent, RECORDED), []);
            assert_eq!(progress.conclude(&turn(Role::Agent, RECORDED)).events, []);
            assert_eq!(state(&progress, "consent"), by_hand);
            assert_eq!(progress.mark("consent", by_hand), Some(None), "it was said");
        }
        assert_eq!(progress.mark("adieu", LandmarkState::Done), None);
    }

    #[test]
    fn what_remains_has_what_can_come_next_first() {
        let mut progress = progress();
        let ids = |progress: &Progress| -> Vec<String> {
            progress.remains().into_iter().map(|landmark| landmark.id.clone()).collect()
        };
        assert_eq!(ids(&progress)[0], "introduction");
        assert_eq!(ids(&progress).len(), progress.listed().len());
        progress.mark("introduction", LandmarkState::Done);
        progress.mark("consent", LandmarkState::Waived);
        progress.mark("need", LandmarkState::Done);
        let remains = ids(&progress);
        assert_eq!(remains[0], "today");
        let (scale, budget) = ("scale".to_owned(), "budget".to_owned());
        let at = |id| remains.iter().position(|other| *other == id);
        assert!(at(scale) > at(budget), "scale usually comes after today: {remains:?}");
    }
}
