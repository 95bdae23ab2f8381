#![doc = include_str!("../README.md")]

mod advance;
mod draw;
mod examples;
mod frame;
mod geometry;
mod grid;
mod limits;
mod recording;
mod scene;
mod spelling;
mod stroke;
mod trajectory;
mod validate;

pub use advance::{Advance, AdvanceError, rollout, rollout_with};
pub use draw::Draw;
pub use examples::Example;
pub use frame::{Frame, GridField, Pose};
pub use grid::{Grid, Stagger};
pub use limits::Limits;
pub use recording::Recording;
pub use scene::{
    Body, Domain, Drain, Joint, JointKind, Motion, Scene, SceneError, Shape, Walls, Water,
};
pub use stroke::{Crossing, Stroke};
pub use trajectory::{ById, Trajectory};
