#![doc = include_str!("../README.md")]

mod atomic;
pub mod card;
pub mod check;
mod compose;
mod dataset;
mod dice;
mod digest;
pub mod dvc;
mod error;
pub mod exchange;
mod generate;
mod hand;
mod hdf5;
mod manifest;
mod motion;
mod plane;
pub mod recipe;
pub mod storage;
mod store;
mod trajectory;
mod window;

pub use atomic::write_whole;
pub use check::{Quality, check};
pub use dataset::{Dataset, SceneFile};
pub use error::{Fault, FileError};
pub use generate::{
    Event, GenerateError, Job, Outcome, SolverError, Together, generate, generate_together,
};
pub use hand::Family;
pub use manifest::{Entry, MANIFEST_VERSION, Manifest, Metadata};
pub use motion::{Moments, Motion};
pub use recipe::{Recipe, RecipeError, Split};
pub use trajectory::{SCHEMA_VERSION, StoredTrajectory, read, write};
pub use window::Window;
