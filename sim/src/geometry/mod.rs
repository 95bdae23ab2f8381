//! Lines as topology: which moves cross, which points see each other, which
//! parts of a cell are one.

mod cut;
mod index;
mod polygon;
mod segment;
mod topology;

pub use index::Obstacles;
pub use polygon::Polygon;
pub use segment::{Point, Segment};
pub use topology::{Axis, Link, NONE, Topology};
