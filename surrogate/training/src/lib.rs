#![doc = include_str!("../README.md")]

mod data;
mod error;
mod log;
pub mod notes;
mod origin;
mod plan;
mod record;
mod run;
mod schedule;

pub use data::Data;
pub use error::RunError;
pub use plan::{MakeTeacher, Plan, is_begun};
pub use record::{Record, RecordError};
pub use run::{Onlooker, Run};
