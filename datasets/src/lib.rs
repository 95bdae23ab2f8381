#![doc = include_str!("../README.md")]

mod atomic;
mod error;
mod hdf5;
mod store;
mod trajectory;

pub use error::{Fault, FileError};
pub use trajectory::{SCHEMA_VERSION, StoredTrajectory, read, write};
