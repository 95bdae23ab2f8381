//! What a file library has to do for us: arrays and attributes under names.
//!
//! The schema is written against these two traits, so that it can be read
//! without knowing HDF5 and so that another library costs one module.

use std::io::Write;

use crate::Fault;

/// A single value beside the arrays.
pub(crate) enum Attribute<'a> {
    Text(&'a str),
    Real(f64),
    Whole(i64),
}

/// A file being put together.
pub(crate) trait Sink {
    /// Adds an attribute.
    fn attribute(&mut self, name: &str, value: Attribute);

    /// Adds an array of as many values as `shape` says, the last index fastest.
    fn floats(&mut self, name: &str, shape: &[usize], values: impl Iterator<Item = f32>);

    /// As [`Sink::floats`].
    fn integers(&mut self, name: &str, shape: &[usize], values: impl Iterator<Item = i64>);

    /// Writes everything.
    fn finish(self, out: impl Write) -> Result<(), Fault>;
}

/// A file being read.
pub(crate) trait Source {
    /// Text of an attribute.
    fn text(&self, name: &str) -> Result<String, Fault>;

    /// Number of an attribute.
    fn real(&self, name: &str) -> Result<f64, Fault>;

    /// Whole number of an attribute.
    fn whole(&self, name: &str) -> Result<i64, Fault>;

    /// An array of single precision with `RANK` indices: shape and values.
    fn floats<const RANK: usize>(&self, name: &str) -> Result<([usize; RANK], Vec<f32>), Fault>;

    /// An array of 64-bit integers with `RANK` indices: shape and values.
    fn integers<const RANK: usize>(&self, name: &str) -> Result<([usize; RANK], Vec<i64>), Fault>;
}
