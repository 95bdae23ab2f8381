#![doc = include_str!("../README.md")]

mod bert;
mod config;
mod error;
mod files;
mod model;
mod tokens;
mod weights;

pub use config::Config;
pub use error::{EmbedError, OpenError};
pub use files::{PINS, Pin, Trust};
pub use model::{MAX_TOKENS, MiniLm};
