//! Does the solver do what water does? One module per case, each against a
//! number that somebody else found: an analytic solution, an experiment, a
//! published table.
//!
//! A [`Case`] runs the solver and measures; it returns a [`CaseReport`] of
//! [`Check`]s, each with its gate, and of figures as plain data, so that this
//! crate draws nothing. `weir validate` runs the cases and draws the figures;
//! the tests of this crate run the same cases at [`Resolution::Quick`].
//!
//! What every case has besides its own numbers: the density of the water, its
//! volume, and the count of lines crossed, kept by [`run::Ledger`] while the
//! case runs.
//!
//! ```
//! use std::ops::ControlFlow;
//! use weir_sim::Backend;
//! use weir_sim::validation::{Resolution, Trial, cases};
//!
//! let case = cases().into_iter().find(|case| case.name() == "poiseuille").expect("a known case");
//! println!("{}", case.about());
//! let mut silent = |_fraction: f64| ControlFlow::Continue(());
//! let trial = Trial::new(Backend::Cpu, Resolution::Quick, &mut silent);
//! # let _ = trial;
//! // case.run(&mut trial)? takes seconds to minutes.
//! ```

mod cases;
mod error;
mod geometry;
mod measure;
mod report;
mod rng;
mod run;
mod scenes;

pub use cases::cases;
pub use error::ValidationError;
pub use report::{Axis, CaseReport, Check, FigureData, Series, Style, significant};
pub use run::{Resolution, Trial};

/// A situation with a known outcome.
pub trait Case: Send + Sync {
    /// Short name, as on the command line: `"dam-break"`.
    fn name(&self) -> &'static str;

    /// What is compared with what, in one sentence, with the reference's citation.
    fn about(&self) -> &'static str;

    /// Runs the solver and compares. A gate that fails is a result, not an error.
    ///
    /// # Errors
    /// The solver refused the scene or stopped, or the trial was interrupted.
    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError>;
}
