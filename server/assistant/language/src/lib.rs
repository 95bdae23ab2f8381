#![doc = include_str!("../README.md")]

mod clause;
mod concept;
mod words;

pub use clause::{Clause, clauses};
pub use concept::{concept, is_function_word};
pub use words::{stem, stems, words};
