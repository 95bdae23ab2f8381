//! Water that a visitor can draw into while it flows.

use std::sync::Arc;

use weir_scene::{Advance, Scene, Stroke};
use weir_surrogate::{StrokeId, Surrogate};

/// A producer of frames whose lines can be changed between two of them.
///
/// The network is one; the solver is another, which this crate does not know.
pub trait Basin: Advance + Send {
    /// Adds a line and says what it is called from now on.
    ///
    /// # Errors
    /// It is no valid line here, in words for the visitor.
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String>;

    /// Takes a line away.
    ///
    /// # Errors
    /// There is none of this name.
    fn erase_stroke(&mut self, id: u32) -> Result<(), String>;
}

/// Makes the reference that the network is set beside: the solver, from a scene.
pub type Reference = Arc<dyn Fn(&Scene) -> Result<Box<dyn Basin>, String> + Send + Sync>;

impl Basin for Surrogate {
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String> {
        Self::add_stroke(self, stroke).map(|StrokeId(id)| id).map_err(|error| error.to_string())
    }

    fn erase_stroke(&mut self, id: u32) -> Result<(), String> {
        Self::erase_stroke(self, StrokeId(id)).map_err(|error| error.to_string())
    }
}
