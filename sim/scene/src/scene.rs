//! A scene: everything that is decided before the water moves.

use serde::{Deserialize, Serialize};

use crate::Grid;

/// What stands in the rectangle, version 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Format version; 1.
    pub version: u32,
    /// A title for people.
    #[serde(default)]
    pub name: String,
    /// Gravity, m/s².
    #[serde(default = "defaults::gravity")]
    pub gravity_m_s2: [f64; 2],
    /// How long the scene runs, seconds.
    #[serde(default = "defaults::duration")]
    pub duration_s: f64,
    /// Kinematic viscosity, m²/s.
    #[serde(default = "defaults::viscosity")]
    pub viscosity_m2_s: f64,
    /// The rectangle.
    pub domain: Domain,
    /// Blocks and emitters.
    #[serde(default)]
    pub water: Vec<Water>,
    /// Regions that swallow water.
    #[serde(default, rename = "drain")]
    pub drains: Vec<Drain>,
    /// Drawn lines.
    #[serde(default, rename = "stroke")]
    pub strokes: Vec<Stroke>,
    /// Rigid bodies.
    #[serde(default, rename = "body")]
    pub bodies: Vec<Body>,
    /// Pins and welds between bodies, or between a body and the world.
    #[serde(default, rename = "joint")]
    pub joints: Vec<Joint>,
}

/// The closed rectangle that holds everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Width, metres.
    pub width_m: f64,
    /// Height, metres.
    pub height_m: f64,
    /// Side of a grid cell, metres.
    #[serde(default = "defaults::cell")]
    pub cell_m: f64,
    /// What water feels along walls and lines.
    #[serde(default)]
    pub walls: Walls,
    /// The left and right sides are one: what leaves on the right enters on the left.
    #[serde(default)]
    pub periodic_x: bool,
    /// Speed of the top wall to the right, m/s; felt when `walls` is `no-slip`.
    #[serde(default)]
    pub lid_speed_m_s: f64,
}

impl Domain {
    /// The grid of this rectangle.
    pub fn grid(&self) -> Grid {
        Grid::covering(self.width_m, self.height_m, self.cell_m)
    }
}

/// The tangential condition at walls and lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Walls {
    /// No drag.
    #[default]
    Slip,
    /// Water at the wall moves with the wall.
    NoSlip,
}

/// Where water comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Water {
    /// A rectangle, filled with four particles a cell at time zero.
    Block {
        /// Lower left corner, metres.
        min_m: [f64; 2],
        /// Upper right corner, metres.
        max_m: [f64; 2],
        /// Initial velocity, m/s.
        #[serde(default)]
        velocity_m_s: [f64; 2],
    },
    /// A segment that water comes out of, to the right of `from_m → to_m`.
    Emitter {
        /// One end, metres.
        from_m: [f64; 2],
        /// The other end, metres.
        to_m: [f64; 2],
        /// Speed along the normal, m/s.
        speed_m_s: f64,
        /// When it opens, seconds.
        #[serde(default)]
        start_s: f64,
        /// When it closes, seconds.
        #[serde(default = "defaults::forever")]
        stop_s: f64,
    },
}

/// A rectangle; water that enters it leaves the scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drain {
    /// Lower left corner, metres.
    pub min_m: [f64; 2],
    /// Upper right corner, metres.
    pub max_m: [f64; 2],
}

/// A drawn line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stroke {
    /// Vertices, metres.
    pub points_m: Vec<[f64; 2]>,
    /// Full thickness, metres. Zero holds water too.
    #[serde(default)]
    pub thickness_m: f64,
    /// Whether the last point joins the first.
    #[serde(default)]
    pub closed: bool,
}

/// A rigid body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Its outline.
    pub shape: Shape,
    /// Position of its origin, metres.
    pub position_m: [f64; 2],
    /// Counter-clockwise angle, radians.
    #[serde(default)]
    pub angle_rad: f64,
    /// Density, kg/m³ (water is 1000).
    #[serde(default = "defaults::density")]
    pub density_kg_m3: f64,
    /// Initial velocity, m/s.
    #[serde(default)]
    pub velocity_m_s: [f64; 2],
    /// Initial angular velocity, rad/s.
    #[serde(default)]
    pub angular_velocity_rad_s: f64,
    /// Who moves it.
    #[serde(default)]
    pub motion: Motion,
}

/// Who moves a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Motion {
    /// Forces: gravity, water, contacts, joints.
    #[default]
    Dynamic,
    /// Its given velocities, whatever it meets.
    Kinematic,
}

/// The outline of a body, in its own coordinates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shape {
    /// A rectangle about the origin.
    Box {
        /// Half of width and height, metres.
        half_extents_m: [f64; 2],
    },
    /// A disc about the origin.
    Ball {
        /// Radius, metres.
        radius_m: f64,
    },
    /// A simple polygon, convex or not.
    Polygon {
        /// Vertices, metres, in either direction.
        points_m: Vec<[f64; 2]>,
    },
}

/// A joint between two bodies, or between one and the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Joint {
    /// What it holds.
    pub kind: JointKind,
    /// Index of the first body.
    pub body: usize,
    /// Index of the second body; the world when absent.
    #[serde(default)]
    pub other: Option<usize>,
    /// The point that both share at time zero, in the scene's coordinates, metres.
    pub at_m: [f64; 2],
}

/// What a joint holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JointKind {
    /// The point; turning is free.
    Pin,
    /// The point and the angle.
    Weld,
}

mod defaults {
    pub(super) fn gravity() -> [f64; 2] {
        [0.0, -9.81]
    }
    pub(super) fn duration() -> f64 {
        3.0
    }
    pub(super) fn viscosity() -> f64 {
        1.0e-6
    }
    pub(super) fn cell() -> f64 {
        1.0 / 64.0
    }
    pub(super) fn forever() -> f64 {
        f64::MAX
    }
    pub(super) fn density() -> f64 {
        500.0
    }
}
