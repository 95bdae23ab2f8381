//! Everything solid. rapier2d owns it; the water sees outlines, velocities and
//! how readily each body yields to a push.

mod mobility;
mod mover;
mod world;

pub use mobility::{Constraint, Mobility};
pub use mover::{Mover, Placement};
pub use world::{BodyState, StrokeId, WATER_KG_M3, World};
