#![doc = include_str!("../README.md")]

mod drawing;
mod layout;
mod model;
mod noun;
mod sentence;
mod shape;

pub use drawing::{Drawing, DrawingError, draw};
pub use model::draw_by;
pub use noun::sentences;
