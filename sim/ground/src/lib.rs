//! What water meets on its way: lines without thickness, walls, where it comes
//! from and where it goes.
//!
//! A line that has no thickness has no inside, so no question here is answered
//! with a distance. There are three: does a *move* cross a line ([`Segment`],
//! [`Obstacles`]), which *parts of a cell* are connected ([`Topology`]), and where
//! does a move *end* that must not cross ([`Sweep`]). The solver and the network
//! ask the same ones and get the same answers, which [`Audit`] checks in other code.
//!
//! ```
//! use weir_ground::{Obstacles, Segment, Sweep};
//! use weir_scene::Grid;
//!
//! let grid = Grid { nx: 8, ny: 8, cell_m: 0.1 };
//! let mut obstacles = Obstacles::default();
//! obstacles.set_lines(&grid, [Segment { a: [2.0, 3.5], b: [6.0, 3.5] }]);
//! obstacles.set_outlines(&grid, []);
//! let sweep = Sweep { obstacles: &obstacles, min: [0.0; 2], max: [8.0; 2] };
//! let mut velocity = [1.0, -2.0];
//! let path = sweep.past_lines(grid.cell(4, 3), [4.2, 3.8], [4.4, 3.3], &mut velocity);
//! assert!(path.end()[1] > 3.5, "it lies on the line and has slid along it");
//! assert_eq!(velocity, [1.0, 0.0]);
//! ```
//!
//! Lengths are in cell widths, velocities in cell widths per second.

mod audit;
mod cut;
mod index;
mod lists;
mod open;
mod outline;
mod polygon;
mod segment;
mod source;
pub mod square;
mod sweep;
mod topology;

pub use audit::Audit;
pub use cut::nearest_first;
pub use index::Obstacles;
pub use outline::{Outline, of_body, of_stroke};
pub use polygon::Polygon;
pub use segment::{Point, Segment};
pub use source::{Emitter, Sink, emitters, fill, sinks};
pub use sweep::{CLEARANCE, Path, Sweep, meet, snap};
pub use topology::{Axis, Link, NONE, Piece, Topology};

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
