#![doc = include_str!("../README.md")]

mod cards;
mod desk;
mod export;
mod frame;
mod judge;
mod judging;
mod link;
mod live;
mod order;
mod progress;
mod record;
mod session;
mod sound;
mod store;
mod telling;
mod words;

pub use frame::{Frame, FrameError, LONGEST};
pub use link::{Gone, Inbox, Link};
pub use live::{Live, LiveConfig, Refusal};
pub use record::{CallRecord, CallSummary, Card, LandmarkEvent, Turn};
pub use session::Watch;
pub use sound::{Recorder, SoundError, Tape};
pub use store::{CallStore, NewCall, Page, Search, StoreError, Viewer};
pub use words::{
    CHANNELS, CardKind, ClientWord, ErrorCode, Hello, LandmarkState, Listed, Method, RATE, Reason,
    ServerWord, TITLE, Told, WordError,
};
