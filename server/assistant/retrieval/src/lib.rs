#![doc = include_str!("../README.md")]

mod asked;
mod bm25;
mod chunk;
mod error;

pub use asked::asked;
pub use bm25::{Hit, Index};
pub use chunk::{Chunk, chunks, front_matter};
pub use error::DocumentError;
