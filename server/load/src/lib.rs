#![doc = include_str!("../README.md")]

mod failure;
mod files;
pub mod hostile;
pub mod idle;
mod lateness;
mod memory;
mod outcome;
mod server;
pub mod sessions;
pub mod soak;
pub mod stall;
mod statistics;
mod viewer;
mod visitor;
pub mod watch;

pub use failure::Failure;
pub use files::make_room;
pub use lateness::{FPS, Punctuality, Told, Weight};
pub use memory::{Memory, Whose};
pub use outcome::{Outcome, Say};
pub use server::Server;
pub use statistics::{Spread, Trend, mean};
pub use viewer::Viewer;
pub use visitor::{Came, Heard, PATIENCE, Visitor};
pub use weir_words::{Engine, Wish, Word};
