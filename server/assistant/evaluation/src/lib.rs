#![doc = include_str!("../README.md")]

mod calls;
mod evaluation;
mod figure;
mod goal;
mod hearing;
mod retrieval;
mod set;
mod speech;
mod spoken;

pub use calls::{By, CallFigures, PointFigures, Taken};
pub use evaluation::{Evaluation, Part};
pub use figure::{Figure, Quantiles};
pub use goal::{Goal, Side};
pub use hearing::{EarFigures, GroupFigures, LatencyFigures, Lateness, listen_live, say};
pub use retrieval::RetrievalFigures;
pub use set::{Set, SetError, within};
pub use speech::{Recogniser, SpeechFigures, SpeechProgress};
pub use spoken::{Kind, Spoken, VOICES};
