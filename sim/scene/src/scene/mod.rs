//! A scene: everything that is decided before the water moves.

mod error;
mod kinds;
mod outline;
mod point;
mod refusal;

mod table;
mod text;

use serde::{Deserialize, Serialize};

use crate::{Grid, Stroke};

pub use error::SceneError;
pub(crate) use point::{point, points};
pub(crate) use refusal::version;
use table::{table, tables};

/// What stands in the rectangle, version 1.
///
/// The text forms are TOML and JSON with the same keys: [`Scene::from_toml`],
/// [`Scene::from_json`], [`Scene::to_toml`], [`Scene::to_json`]. A scene built
/// in code is checked with [`Scene::validate`]; one that came from text has been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Format version; [`Scene::VERSION`].
    pub version: u32,
    /// A title for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Gravity, m/s².
    #[serde(default = "defaults::gravity", deserialize_with = "point")]
    pub gravity_m_s2: [f64; 2],
    /// How long the scene runs, seconds.
    #[serde(default = "defaults::duration")]
    pub duration_s: f64,
    /// Kinematic viscosity, m²/s.
    #[serde(default = "defaults::viscosity")]
    pub viscosity_m2_s: f64,
    /// The rectangle.
    #[serde(deserialize_with = "table")]
    pub domain: Domain,
    /// Blocks and emitters.
    #[serde(default, deserialize_with = "tables")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub water: Vec<Water>,
    /// Regions that swallow water.
    #[serde(rename = "drain", default, deserialize_with = "tables")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drains: Vec<Drain>,
    /// Drawn lines.
    #[serde(rename = "stroke", default, deserialize_with = "tables")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strokes: Vec<Stroke>,
    /// Rigid bodies.
    #[serde(rename = "body", default, deserialize_with = "tables")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bodies: Vec<Body>,
    /// Pins and welds between bodies, or between a body and the world.
    #[serde(rename = "joint", default, deserialize_with = "tables")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joints: Vec<Joint>,
}

impl Scene {
    /// The version of the format that this crate reads and writes.
    pub const VERSION: u32 = 1;
}

impl Default for Scene {
    /// An empty rectangle of 1.5 m × 1 m under gravity.
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            name: String::new(),
            gravity_m_s2: defaults::gravity(),
            duration_s: defaults::duration(),
            viscosity_m2_s: defaults::viscosity(),
            domain: Domain::default(),
            water: Vec::new(),
            drains: Vec::new(),
            strokes: Vec::new(),
            bodies: Vec::new(),
            joints: Vec::new(),
        }
    }
}

/// The closed rectangle that holds everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Width, metres; a whole number of cells.
    pub width_m: f64,
    /// Height, metres; a whole number of cells.
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

impl Default for Domain {
    /// 1.5 m × 1 m in cells of 1/64 m.
    fn default() -> Self {
        Self {
            width_m: 1.5,
            height_m: 1.0,
            cell_m: defaults::cell(),
            walls: Walls::default(),
            periodic_x: false,
            lid_speed_m_s: 0.0,
        }
    }
}

impl Domain {
    /// The grid of this rectangle.
    pub fn grid(&self) -> Grid {
        Grid::covering(self.width_m, self.height_m, self.cell_m)
    }

    /// Distance between neighbouring particles of a full block: half a cell, metres.
    pub fn particle_spacing_m(&self) -> f64 {
        0.5 * self.cell_m
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
#[serde(tag = "kind", rename_all = "kebab-case", try_from = "kinds::WaterTable")]
pub enum Water {
    /// A rectangle, filled with four particles a cell at time zero.
    Block {
        /// Lower left corner, metres.
        min_m: [f64; 2],
        /// Upper right corner, metres.
        max_m: [f64; 2],
        /// Initial velocity, m/s.
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
        start_s: f64,
        /// When it closes, seconds; [`Water::NEVER`] when the file does not say.
        #[serde(skip_serializing_if = "Water::is_never")]
        stop_s: f64,
    },
}

impl Water {
    /// The `stop_s` of an emitter that never closes.
    pub const NEVER: f64 = f64::MAX;

    // Serde hands over a reference, whatever the type.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_never(stop_s: &f64) -> bool {
        *stop_s == Self::NEVER
    }
}

/// A rectangle; water that enters it leaves the scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drain {
    /// Lower left corner, metres.
    #[serde(deserialize_with = "point")]
    pub min_m: [f64; 2],
    /// Upper right corner, metres.
    #[serde(deserialize_with = "point")]
    pub max_m: [f64; 2],
}

/// A rigid body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Its outline.
    #[serde(deserialize_with = "table")]
    pub shape: Shape,
    /// Position of its origin, metres.
    #[serde(deserialize_with = "point")]
    pub position_m: [f64; 2],
    /// Counter-clockwise angle, radians.
    #[serde(default)]
    pub angle_rad: f64,
    /// Density, kg/m³ (water is 1000).
    #[serde(default = "defaults::density")]
    pub density_kg_m3: f64,
    /// Initial velocity, m/s.
    #[serde(default, deserialize_with = "point")]
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
#[serde(tag = "kind", rename_all = "kebab-case", try_from = "kinds::ShapeTable")]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<usize>,
    /// The point that both share at time zero, in the scene's coordinates, metres.
    #[serde(deserialize_with = "point")]
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
    pub(super) fn density() -> f64 {
        500.0
    }
}
