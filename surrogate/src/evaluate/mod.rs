//! How good water is: measures of one run against a reference.
//!
//! Nothing here knows what made the frames. A network, a floor and a coarser
//! solver are told apart by their numbers alone.
//!
//! | | |
//! |---|---|
//! | who is where | [`follow`]: each particle beside the reference's |
//! | where is water | [`sinkhorn`], [`occupancy`]: whoever is who |
//! | how does it move | [`motion`]: energy and momentum; [`fields`]: density and divergence |
//! | may it do that | [`audit`]: lines and mass, from frames alone; [`endurance`]: blow-ups |
//! | what is a mean worth | [`bootstrap`]: intervals over scenes |
//!
//! [`Run`] puts them together: it is shown a run frame by frame beside its
//! [`Truth`] and makes [`Scores`].

pub mod audit;
pub mod bootstrap;
pub mod endurance;
pub mod fields;
pub mod floor;
pub mod follow;
mod ids;
pub mod motion;
pub mod occupancy;
mod scores;
pub mod sinkhorn;

pub use scores::{MARKS, MEASURES, Measure, Run, Scores, Truth};
