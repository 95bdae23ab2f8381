//! What a frame says of itself, read without its particles.

use crate::WireError;
use crate::frame::{Kind, read_head};

/// The head of a frame: enough to count frames and to know when they are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// How it is told.
    pub kind: Kind,
    /// Its number.
    pub number: u32,
    /// Simulated time, milliseconds.
    pub time_ms: u32,
    /// How many particles it has.
    pub particles: u32,
}

impl Glance {
    /// The head of these bytes. What follows it is not looked at, and may be wrong.
    ///
    /// # Errors
    /// They begin with no head.
    pub fn of(frame: &[u8]) -> Result<Self, WireError> {
        let head = read_head(frame)?;
        let (number, time_ms) = (head.picture.number, head.picture.time_ms);
        Ok(Self { kind: head.kind, number, time_ms, particles: head.particles })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Picture, Sender};

    #[test]
    fn a_glance_says_what_the_picture_says() {
        let picture = Picture {
            number: 300,
            time_ms: 70_000,
            places: vec![[1, 2], [3, 4]],
            speeds: vec![0, 1],
            ..Picture::default()
        };
        let bytes = Sender::default().first(&picture, &[7, 8]);
        let seen = Glance { kind: Kind::First, number: 300, time_ms: 70_000, particles: 2 };
        assert_eq!(Glance::of(&bytes), Ok(seen));
        assert_eq!(Glance::of(&bytes[..3]), Err(WireError::Short));
    }
}
