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
mod error;
mod frame;
mod grid;
mod scene;
mod trajectory;

pub use advance::{Advance, AdvanceError, rollout, rollout_with};
pub use error::SceneError;
pub use frame::{Frame, GridField, Pose};
pub use grid::{Grid, Stagger};
pub use scene::{
    Body, Domain, Drain, Joint, JointKind, Motion, Scene, Shape, Stroke, Walls, Water,
};
pub use trajectory::Trajectory;
