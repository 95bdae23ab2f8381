//! Who speaks when.

mod endpoint;
mod segments;

pub use endpoint::Endpointing;
pub(crate) use segments::{Piece, Segments};
