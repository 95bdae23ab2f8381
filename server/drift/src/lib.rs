#![doc = include_str!("../README.md")]

mod features;
mod reference;
mod window;

pub use features::{COUNT, FEATURES, Feature, measure};
pub use reference::{Bins, Reference, ReferenceError};
pub use window::{LEAST, Window};
