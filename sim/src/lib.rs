//! Ground-truth solver.
mod config;
mod diagnostics;
mod error;
mod solver;
pub mod validation;

pub use config::{Backend, SolverConfig};
pub use diagnostics::{Diagnostics, StageTimes, Totals};
pub use error::SolverError;
pub use solver::{BodyState, Solver, StrokeId};
