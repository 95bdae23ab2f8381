#![doc = include_str!("../README.md")]

mod bins;
mod chain;
mod ends;
mod expect;
mod frame;
mod glance;
mod numbers;
mod points;
mod range_coder;
mod surroundings;

pub use ends::{Receiver, Sender};
pub use frame::{Body, Kind, Picture, Scale, speed_m_s, speed_step};
pub use glance::Glance;

/// Bits of a coordinate.
pub const BITS: u32 = 12;
/// Largest coordinate.
pub const LARGEST: u16 = (1 << BITS) - 1;
/// Most particles of a frame.
pub const MOST_PARTICLES: usize = 1 << 17;
/// Most bodies of a frame.
pub const MOST_BODIES: usize = 1 << 10;
/// Version of the format: the first byte of a frame.
pub const VERSION: u8 = 2;

/// Why bytes are no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// They end too early.
    #[error("frame: the bytes end too early")]
    Short,
    /// They are of another version.
    #[error("frame: version: got {0}, takes {VERSION}")]
    Version(u8),
    /// Something in them cannot be.
    #[error("frame: {0}: out of range")]
    Wrong(&'static str),
    /// A frame told by what changed since one that has not been seen.
    #[error("frame {got}: is told by what changed since frame {takes}, which has not been seen")]
    Gap {
        /// Its number.
        got: u32,
        /// The one before it.
        takes: u32,
    },
}
