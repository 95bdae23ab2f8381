#![doc = include_str!("../README.md")]

mod wish;
mod word;

pub use wish::{Engine, Wanted, Wish};
pub use word::{Effect, Load, Waits, Word};

/// Most bytes of a wish. The server hangs up on who sends more.
pub const LONGEST: usize = 256 << 10;
/// Frames of a sixtieth of a second that a step by hand goes.
pub const STEP: u32 = 2;
/// Name of the run that shows the examples, one after the other.
pub const GALLERY: &str = "gallery";
