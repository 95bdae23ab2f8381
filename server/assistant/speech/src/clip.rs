//! Sound.

/// Samples a second of all sound here, in Hz.
pub const SAMPLE_RATE: u32 = 16_000;

/// Sound of one channel, [`SAMPLE_RATE`] samples a second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clip {
    /// The samples; full scale is the range of `i16`.
    pub samples: Vec<i16>,
}

impl Clip {
    /// How long it is, in seconds.
    pub fn duration_s(&self) -> f32 {
        self.samples.len() as f32 / SAMPLE_RATE as f32
    }
}
