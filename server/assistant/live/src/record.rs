//! A call as it is kept.

use serde::{Deserialize, Serialize};
use weir_calls::Role;

use crate::words::{CardKind, LandmarkState, Listed, Method, Reason};

/// What a call is, without what was said in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallSummary {
    /// What it is asked for by.
    pub id: String,
    /// Who took it.
    pub user_id: String,
    /// What it is called.
    pub title: String,
    /// Name of the playbook.
    pub playbook: String,
    /// Who made text of sound.
    pub transcriber: String,
    /// When it began, in seconds since 1970.
    pub began_s: i64,
    /// The same as a date and a time of day, UTC, by RFC 3339.
    pub began: String,
    /// When it is deleted, in seconds since 1970.
    pub expires_s: i64,
    /// How long it was, in seconds of sound; none while it goes on.
    pub duration_s: Option<f32>,
    /// Why it ended; none while it goes on.
    pub reason: Option<Reason>,
    /// Landmarks without which it is incomplete, but those that somebody waived.
    pub required: u32,
    /// How many of these are done.
    pub reached: u32,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Its number.
    pub turn: u64,
    /// Who said it.
    pub role: Role,
    /// The words.
    pub text: String,
    /// When it began: seconds of sound before it.
    pub start_s: f32,
    /// When it ended.
    pub end_s: f32,
}

/// A landmark became otherwise than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LandmarkEvent {
    /// Which.
    pub id: String,
    /// How it is.
    pub state: LandmarkState,
    /// The turn that reaches it, if one does and has ended.
    pub turn: Option<u64>,
    /// The words that say it.
    pub quote: Option<String>,
    /// Where they stand in the turn: bytes of its text.
    pub span: Option<[usize; 2]>,
    /// How likely it is, 0 to 1, where that was measured.
    pub score: Option<f32>,
    /// How it was found.
    pub method: Method,
}

/// A card that was shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Why.
    pub kind: CardKind,
    /// The pushback or landmark that it is about.
    pub about: String,
    /// What may be said.
    pub text: String,
    /// Why that is true, where it claims something.
    pub source: Option<String>,
}

/// All that is kept of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// What it is.
    #[serde(flatten)]
    pub summary: CallSummary,
    /// What was to be reached, and how it is.
    pub landmarks: Vec<Listed>,
    /// What was said, by when it began.
    pub turns: Vec<Turn>,
    /// What became of landmarks, in order.
    pub events: Vec<LandmarkEvent>,
    /// Cards, in order.
    pub suggestions: Vec<Card>,
}
