//! The water at one instant.

use crate::{Grid, Stagger};

/// Position and orientation of a rigid body.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// Position of the body's origin, metres.
    pub position_m: [f32; 2],
    /// Counter-clockwise angle, radians.
    pub angle_rad: f32,
}

/// A field on the grid that a producer offers beside its particles.
#[derive(Clone, Debug, PartialEq)]
pub struct GridField {
    /// Name in the field's usual words, `"pressure"`.
    pub name: &'static str,
    /// SI unit, `"Pa"`.
    pub unit: &'static str,
    /// The grid that the values live on.
    pub grid: Grid,
    /// Where on a cell they live.
    pub stagger: Stagger,
    /// One value for each index of [`Grid`].
    pub values: Vec<f32>,
}

/// The water and the bodies at one instant.
///
/// The particle arrays run in parallel; their order is the producer's own and
/// changes from frame to frame. `ids` says which particle is which: an id is
/// given once and never to another particle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Time since the scene began, seconds.
    pub time_s: f64,
    /// Particle positions, metres.
    pub positions_m: Vec<[f32; 2]>,
    /// Particle velocities, metres per second.
    pub velocities_m_s: Vec<[f32; 2]>,
    /// Particle identities.
    pub ids: Vec<u32>,
    /// Pose of each body, in the order of the scene.
    pub body_poses: Vec<Pose>,
    /// Grid fields, when the producer was asked for any.
    pub fields: Vec<GridField>,
}

impl Frame {
    /// Empties the frame but keeps its memory for the next one.
    pub fn clear(&mut self) {
        self.time_s = 0.0;
        self.positions_m.clear();
        self.velocities_m_s.clear();
        self.ids.clear();
        self.body_poses.clear();
        self.fields.clear();
    }
}
