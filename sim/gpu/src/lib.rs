//! A graphics card for water.
//!
//! What a solver and a network that move particles past lines both need of one, and nothing
//! that only one of them does:
//!
//! | | |
//! |---|---|
//! | [`Gpu`] | a card, found at run time and watched: what goes wrong is an error, not a panic |
//! | [`Shader`], [`Kernel`] | WGSL put together from parts; its buffers are found by their names |
//! | [`Fields`] | the buffers, by these names |
//! | [`Stage`], [`submit`] | kernels in their order |
//! | [`sort`] | particles by cell, with the same result in whatever order threads run |
//! | [`ground`] | lines as tables of [`Words`], and the shaders that read them |
//!
//! # Parts of shaders
//!
//! A part uses what other parts, or its user, declare. Every user has a structure `Scene`, of
//! which the parts here use
//!
//! | field | what it is |
//! |---|---|
//! | `nx`, `ny` | cells along x and y |
//! | `cells` | where its own begin among those of all scenes |
//! | `cell_table`, `line_table`, `near_table`, `sink_table` | where the tables of [`ground`] begin |
//! | `is_periodic` | whether the left and the right side are one |
//! | `is_active` | 1 if its particles are sorted by where they are, 0 if they stay |
//!
//! and a structure `Particle` with a `position`.

mod device;
mod fields;
pub mod ground;
mod kernel;
pub mod sort;
mod stage;
mod words;

pub use device::{Gpu, GpuError};
pub use fields::Fields;
pub use kernel::{Entry, Kernel, Shader};
pub use stage::{Over, Stage, submit};
pub use words::Words;

/// Where something begins that is not there.
pub const NONE: u32 = u32::MAX;

/// Where points of the grid are, and which cell a point lies in.
pub const GRID: &str = include_str!("../shaders/grid.wgsl");
/// What the threads of one workgroup find together.
pub const WORKGROUP: &str = include_str!("../shaders/workgroup.wgsl");
/// Moves that cross no line.
pub const SWEEP: &str = include_str!("../shaders/sweep.wgsl");

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
