#![doc = include_str!("../README.md")]

mod board;
mod call;
mod config;
mod connection;
mod event;
#[cfg(feature = "microphone")]
mod microphone;
mod recorded;
mod replay;
mod source;
mod token;

pub use board::Board;
pub use call::listen;
pub use config::ListenConfig;
pub use event::{Ended, Event, ListenError};
#[cfg(feature = "microphone")]
pub use microphone::{Device, Microphone, devices};
pub use recorded::{Pace, Recorded};
pub use replay::Forgotten;
pub use source::{MOMENT, Moment, Source, SourceError};
pub use token::{LogInError, Token, log_in};
