//! What a scene must be before anything runs.
//!
//! One file for each noun of the scene. Counts are checked before values, so
//! that a scene of a million points is refused for its size and at once. The
//! first fault is the answer.

mod bodies;
mod check;
mod domain;
mod joints;
mod strokes;
mod water;

use crate::scene::version;
use crate::{Limits, Scene, SceneError, Shape};
use check::{above_zero, at_most, within};

pub(crate) use strokes::check_stroke;

/// The strongest gravity, m/s². The sun's is 274.
const GRAVITY_MAX_M_S2: f64 = 1_000.0;
/// The longest run, seconds: a day.
const DURATION_MAX_S: f64 = 86_400.0;
/// The most viscous fluid, m²/s: honey's is some 0.01.
const VISCOSITY_MAX_M2_S: f64 = 10.0;
/// The fastest start of anything, m/s.
const SPEED_MAX_M_S: f64 = 100.0;
/// How far outside the domain rounding may put a point that lies on its edge, metres.
const EDGE_TOLERANCE_M: f64 = 1e-9;

impl Scene {
    /// Checks everything that the types alone do not say.
    ///
    /// # Errors
    /// The first key that cannot be, what it holds and what it may hold.
    pub fn validate(&self, limits: &Limits) -> Result<(), SceneError> {
        version(self.version)?;
        self.check_counts(limits)?;
        self.check_physics()?;
        domain::check(self, limits)?;
        water::check(self, limits)?;
        strokes::check(self)?;
        bodies::check(self)?;
        joints::check(self)
    }

    /// Particles that may ever live: those of the blocks at time zero, and all
    /// that the emitters give until the end. An estimate, good to a row.
    pub fn particles_expected(&self) -> f64 {
        water::particles_expected(self)
    }

    fn check_counts(&self, limits: &Limits) -> Result<(), SceneError> {
        let name_chars = self.name.chars().count();
        if name_chars > limits.name_chars {
            let takes = format!("at most {}", limits.name_chars);
            return Err(SceneError::new("name", format!("{name_chars} characters"), takes));
        }
        at_most(self.water.len(), limits.waters, || "water".to_owned())?;
        at_most(self.drains.len(), limits.drains, || "drain".to_owned())?;
        at_most(self.strokes.len(), limits.strokes, || "stroke".to_owned())?;
        for (i, stroke) in self.strokes.iter().enumerate() {
            let key = || format!("stroke[{i}].points_m");
            at_most(stroke.points_m.len(), limits.stroke_points, key)?;
        }
        let points: usize = self.strokes.iter().map(|stroke| stroke.points_m.len()).sum();
        if points > limits.points {
            let got = format!("{points} points in all strokes");
            return Err(SceneError::new("stroke", got, format!("at most {}", limits.points)));
        }
        at_most(self.bodies.len(), limits.bodies, || "body".to_owned())?;
        for (i, body) in self.bodies.iter().enumerate() {
            if let Shape::Polygon { points_m } = &body.shape {
                let key = || format!("body[{i}].shape.points_m");
                at_most(points_m.len(), limits.polygon_points, key)?;
            }
        }
        at_most(self.joints.len(), limits.joints, || "joint".to_owned())
    }

    fn check_physics(&self) -> Result<(), SceneError> {
        if let Some(control) = self.name.chars().find(|c| c.is_control()) {
            return Err(SceneError::new("name", format!("the character {control:?}"), "one line"));
        }
        for axis in 0..2 {
            let range = -GRAVITY_MAX_M_S2..=GRAVITY_MAX_M_S2;
            let key = || format!("gravity_m_s2[{axis}]");
            within(self.gravity_m_s2[axis], range, "m/s²", key)?;
        }
        above_zero(self.duration_s, DURATION_MAX_S, "s", || "duration_s".to_owned())?;
        let viscosities = 0.0..=VISCOSITY_MAX_M2_S;
        within(self.viscosity_m2_s, viscosities, "m²/s", || "viscosity_m2_s".to_owned())
    }
}
