#![doc = include_str!("../README.md")]

mod asked;
mod call;
mod classifier;
mod detector;
mod lexical;
mod linear;
mod meaning;
mod measure;
mod playbook;
mod regression;
mod script;
mod terms;

pub use call::Call;
pub use detector::{Detection, Detector, Method, Odds};
pub use meaning::{Meaning, MeaningError};
pub use measure::{Count, Measured, Mistake, interval, intervals, measure};
pub use playbook::{Landmark, Playbook, PlaybookError, Pushback, Response, Role};
pub use script::{Mark, Script, ScriptError, Turn};
