//! What moves the water of a scene: the processor or a graphics card.

use weir_scene::AdvanceError;

use super::host::Host;
use crate::SolverError;
use crate::field::Packed;

/// A particle as it is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drop {
    /// Its identity.
    pub id: u32,
    /// Where it is, cells.
    pub position: [f32; 2],
    /// How fast it goes, cells/s.
    pub velocity: [f32; 2],
    /// How fast it went a step before, cells/s; none for one that has come since.
    pub before: Option<[f32; 2]>,
}

/// What the last step found on the grid.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    /// Whether each component holds water.
    pub fluid: &'a [bool],
    /// What particles read of the sides of either axis.
    pub sides: &'a [Vec<Packed>; 2],
    /// Scaled pressure of each component, cells/s.
    pub pressure: &'a [f32],
    /// Density over rest density of each component.
    pub density: &'a [f32],
}

/// A scene and its water.
pub trait Water: Send + Sync {
    /// The scene.
    fn host(&self) -> &Host;

    /// The scene, to be changed.
    fn host_mut(&mut self) -> &mut Host;

    /// Name of the card that moves the water; none where the processor does.
    fn card(&self) -> Option<&str>;

    /// Advances by one step no longer than `dt_limit_s` and returns its length, seconds.
    ///
    /// # Errors
    /// The water's motion stopped being finite, or what moves it is lost.
    fn step(&mut self, dt_limit_s: f64) -> Result<f64, AdvanceError>;

    /// Visits all particles, in no promised order.
    fn visit(&self, visit: &mut dyn FnMut(Drop));

    /// Gives every particle the velocity `f(position)`, cells/s from cells.
    ///
    /// # Errors
    /// What moves the water is lost.
    fn set_velocities(&mut self, f: &dyn Fn([f32; 2]) -> [f32; 2]) -> Result<(), SolverError>;

    /// Keeps the particles for which `f(position)`, in cells, holds.
    ///
    /// # Errors
    /// What moves the water is lost.
    fn retain(&mut self, f: &(dyn Fn([f32; 2]) -> bool + Sync)) -> Result<(), SolverError>;

    /// Puts other water in place of what is there.
    ///
    /// # Errors
    /// What moves the water is lost, or has no room for it.
    fn replace(&mut self, drops: &[Drop]) -> Result<(), SolverError>;

    /// Shows what the last step found on the grid; nothing if what moves the water is lost.
    fn look(&self, at: &mut dyn FnMut(State<'_>));
}
