//! How much sound is taken.

use super::wrong;
use crate::SpeechError;

/// Rates that are taken, in Hz.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4000..=192_000;
/// Most channels.
const CHANNELS: usize = 8;

/// How much sound is taken of one file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Most bytes of the file. 10 MB.
    pub bytes: usize,
    /// Most seconds of sound. 60 s.
    pub duration_s: f32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 10_000_000, duration_s: 60.0 }
    }
}

impl Limits {
    pub(super) fn check_bytes(&self, bytes: usize) -> Result<(), SpeechError> {
        if bytes > self.bytes {
            let most_mb = self.bytes as f32 / 1e6;
            return Err(wrong(format!("has {bytes} bytes, more than {most_mb} MB")));
        }
        Ok(())
    }

    /// Whether so many samples of each channel are not too many.
    pub(super) fn check_length(&self, samples: usize, rate_hz: u32) -> Result<(), SpeechError> {
        let duration_s = samples as f64 / f64::from(rate_hz);
        if duration_s > f64::from(self.duration_s) {
            return Err(wrong(format!("is longer than {} s", self.duration_s)));
        }
        Ok(())
    }
}

/// Whether sound of this form is taken.
pub(super) fn check_form(rate_hz: u32, channels: usize) -> Result<(), SpeechError> {
    if !RATES_HZ.contains(&rate_hz) {
        let (least, most) = RATES_HZ.into_inner();
        return Err(wrong(format!("has {rate_hz} samples a second; takes {least} to {most}")));
    }
    if !(1..=CHANNELS).contains(&channels) {
        return Err(wrong(format!("has {channels} channels; takes 1 to {CHANNELS}")));
    }
    Ok(())
}
