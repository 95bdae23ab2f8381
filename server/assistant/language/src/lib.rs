#![doc = include_str!("../README.md")]

mod clause;
mod concept;
mod function;
mod words;

pub use clause::{Clause, clauses};
pub use concept::concept;
pub use function::is_function_word;
pub use words::{stem, stems, words};
