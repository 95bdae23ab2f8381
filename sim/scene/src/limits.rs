//! How large a scene may be.

/// The size that a scene may have before it is refused.
///
/// The defaults let one machine hold and run whatever passes. A server that
/// takes scenes from strangers hands over smaller numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text, checked before it is parsed. Default 8 MiB.
    pub text_bytes: usize,
    /// Characters of the name. Default 200.
    pub name_chars: usize,
    /// Cells of the grid. Default 2²⁰, 1024 × 1024.
    pub cells: usize,
    /// Cells along either side; keeps single precision well below a cell. Default 8,192.
    pub cells_a_side: usize,
    /// Particles that may ever live: those of the blocks and all that the
    /// emitters give until the end. Default 2²⁰.
    pub particles: usize,
    /// `[[water]]` entries. Default 1,000.
    pub waters: usize,
    /// `[[drain]]` entries. Default 1,000.
    pub drains: usize,
    /// `[[stroke]]` entries. Default 2,000.
    pub strokes: usize,
    /// Points of one stroke. Default 10,000.
    pub stroke_points: usize,
    /// Points of all strokes together. Default 100,000.
    pub points: usize,
    /// `[[body]]` entries. Default 64.
    pub bodies: usize,
    /// Points of one polygon. Default 256.
    pub polygon_points: usize,
    /// `[[joint]]` entries. Default 128.
    pub joints: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_bytes: 8 << 20,
            name_chars: 200,
            cells: 1 << 20,
            cells_a_side: 8_192,
            particles: 1 << 20,
            waters: 1_000,
            drains: 1_000,
            strokes: 2_000,
            stroke_points: 10_000,
            points: 100_000,
            bodies: 64,
            polygon_points: 256,
            joints: 128,
        }
    }
}
