//! The nouns that every part of weir shares, and the one seam between them.
//!
//! * [`Scene`] says what stands in the rectangle: lines, water, bodies.
//! * [`Grid`] says how the rectangle is cut into cells.
//! * [`Frame`] is the water at one instant.
//! * [`Advance`] makes the next frame. A solver, a network and a recording all
//!   implement it, so whatever draws, streams, measures or stores water cannot
//!   tell them apart.
//!
//! Units are SI throughout: metres, seconds, kilograms, radians; x points right
//! and y up, with the origin in the lower left corner of the rectangle. The
//! crate has no threads, no GPU and no I/O beyond text it is handed, and
//! compiles for `wasm32-unknown-unknown`.

mod advance;
mod frame;
mod geometry;
mod grid;
mod limits;
mod scene;
mod stroke;
mod trajectory;
mod validate;

pub use advance::{Advance, AdvanceError, rollout, rollout_with};
pub use frame::{Frame, GridField, Pose};
pub use grid::{Grid, Stagger};
pub use limits::Limits;
pub use scene::{
    Body, Domain, Drain, Joint, JointKind, Motion, Scene, SceneError, Shape, Walls, Water,
};
pub use stroke::Stroke;
pub use trajectory::Trajectory;
