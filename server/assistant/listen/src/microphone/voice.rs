//! What one device says, at the rate of calls.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};
use weir_live::RATE;

use crate::source::{MOMENT, SourceError};

/// Samples of a device that become others at a time: the delay is of this order.
const CHUNK: usize = 512;

/// A voice as it comes from a device.
pub(super) struct Voice {
    device: String,
    /// None where the device has the rate of calls.
    resampler: Option<Fft<f32>>,
    /// Not yet at the rate of calls.
    raw: Vec<f32>,
    samples: VecDeque<i16>,
    /// Samples that the device gave and nobody has taken yet.
    waiting: Arc<AtomicUsize>,
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Voice").field("device", &self.device).finish_non_exhaustive()
    }
}

impl Voice {
    /// Of a device that gives so many samples a second, and counts in `waiting` what it gave.
    ///
    /// # Errors
    /// This rate cannot be made that of calls.
    pub fn new(
        device: String,
        rate_hz: u32,
        waiting: Arc<AtomicUsize>,
    ) -> Result<Self, SourceError> {
        let made = (rate_hz != RATE).then(|| {
            Fft::new(rate_hz as usize, RATE as usize, CHUNK, 1, FixedSync::Input).map_err(|error| {
                let why = format!("{rate_hz} samples a second: {error}");
                SourceError::Device { device: device.clone(), why }
            })
        });
        let resampler = made.transpose()?;
        Ok(Self { device, resampler, raw: Vec::new(), samples: VecDeque::new(), waiting })
    }

    /// Samples that are there at the rate of calls.
    pub fn ready(&self) -> usize {
        self.samples.len()
    }

    /// What the device gave next.
    ///
    /// # Errors
    /// It cannot be made that of calls.
    pub fn hear(&mut self, sound: &[f32]) -> Result<(), SourceError> {
        self.waiting.fetch_sub(sound.len(), Ordering::Relaxed);
        let Some(resampler) = &mut self.resampler else {
            self.samples.extend(sound.iter().copied().map(whole));
            return Ok(());
        };
        self.raw.extend(sound);
        loop {
            let frames = resampler.input_frames_next();
            let Some(chunk) = self.raw.get(..frames) else { return Ok(()) };
            let made = InterleavedSlice::new(chunk, 1, frames)
                .map_err(|error| error.to_string())
                .and_then(|chunk| {
                    resampler.process(&chunk, None).map_err(|error| error.to_string())
                });
            match made {
                Ok(made) => self.samples.extend(made.take_data().into_iter().map(whole)),
                Err(why) => return Err(SourceError::Device { device: self.device.clone(), why }),
            }
            self.raw.drain(..frames);
        }
    }

    /// A moment of it: silence where there is none as yet.
    pub fn moment(&mut self) -> Vec<i16> {
        if self.samples.len() < MOMENT {
            return vec![0; MOMENT];
        }
        self.samples.drain(..MOMENT).collect()
    }

    /// Something is wrong with its device.
    pub fn failed(&self, why: &str) -> SourceError {
        SourceError::Device { device: self.device.clone(), why: why.to_owned() }
    }
}

/// What is too loud is cut off by the conversion, which saturates.
fn whole(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(rate_hz: u32) -> Voice {
        let waiting = Arc::new(AtomicUsize::new(1 << 30));
        Voice::new("a device".to_owned(), rate_hz, waiting).expect("a voice")
    }

    #[test]
    fn a_tone_stays_the_same_tone_at_any_rate_and_in_any_pieces() {
        for (rate_hz, piece) in [(16_000, 100), (48_000, 480), (44_100, 333), (8_000, 4_000)] {
            let mut voice = voice(rate_hz);
            let step = std::f32::consts::TAU * 440.0 / rate_hz as f32;
            let tone: Vec<f32> = (0..rate_hz).map(|at| 0.5 * (at as f32 * step).sin()).collect();
            tone.chunks(piece).for_each(|part| voice.hear(part).expect("sound"));
            let heard: Vec<i16> = voice.samples.iter().copied().collect();
            assert!((15_000..=16_000).contains(&heard.len()), "{rate_hz} Hz: {}", heard.len());
            let inner = &heard[2_000..14_000];
            let crossings = inner.windows(2).filter(|two| two[0] < 0 && two[1] >= 0).count();
            assert!((329..=331).contains(&crossings), "{rate_hz} Hz: {crossings} periods");
            let loudest = inner.iter().copied().max().expect("samples");
            assert!((16_000..16_800).contains(&loudest), "{rate_hz} Hz: {loudest}");
        }
    }

    #[test]
    fn where_there_is_no_sound_yet_there_is_silence_and_nothing_is_left_out() {
        let mut voice = voice(RATE);
        assert_eq!(voice.moment(), [0; MOMENT]);
        voice.hear(&[0.5; MOMENT / 2]).expect("sound");
        assert_eq!(voice.moment(), [0; MOMENT], "half a moment waits for the other half");
        voice.hear(&[0.5; MOMENT]).expect("sound");
        assert_eq!(voice.moment(), [16_384; MOMENT]);
        assert_eq!(voice.ready(), MOMENT / 2);
        voice.hear(&[2.0, -2.0]).expect("sound");
        let loud: Vec<i16> = voice.samples.iter().copied().skip(MOMENT / 2).collect();
        assert_eq!(loud, [i16::MAX, i16::MIN]);
    }
}
