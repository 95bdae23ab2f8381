#![doc = include_str!("../README.md")]

mod cards;
mod frame;
mod order;
mod progress;
mod record;
mod store;
mod telling;
mod words;

pub use frame::{Frame, FrameError, LONGEST};
pub use record::{CallRecord, CallSummary, Card, LandmarkEvent, Turn};
pub use store::{CallStore, NewCall, Page, StoreError, Viewer};
pub use words::{
    CHANNELS, CardKind, ClientWord, ErrorCode, Hello, LandmarkState, Listed, Method, RATE, Reason,
    ServerWord, TITLE, Told, WordError,
};
