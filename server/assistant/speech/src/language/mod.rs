//! What words are expected, and how they sound.

mod dictionary;
mod domain;
mod trigrams;

pub use domain::Domain;
pub(crate) use domain::Files;
