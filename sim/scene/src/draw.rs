//! The seam for who draws while water flows.

use crate::{Advance, Stroke};

/// A producer of frames whose lines can be changed between two of them: the solver and the
/// network. The lines that its scene began with are called 0, 1, 2 and so on.
pub trait Draw: Advance + Send {
    /// Adds a line and says what it is called from now on.
    ///
    /// # Errors
    /// It is no valid line here, in words for who drew it.
    fn add_stroke(&mut self, stroke: &Stroke) -> Result<u32, String>;

    /// Takes a line away.
    ///
    /// # Errors
    /// There is none of this name.
    fn erase_stroke(&mut self, id: u32) -> Result<(), String>;
}
