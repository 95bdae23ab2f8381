//! Calls that were recorded: WAV files.

use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use hound::{SampleFormat, WavReader, WavWriter};
use tokio::time::{Interval, MissedTickBehavior, interval};
use weir_live::CHANNELS;
use weir_speech::{Clip, Limits, SpeechError};

use crate::source::{MOMENT, Moment, Source, SourceError};

/// Of a file: two hours, which is the longest call, of 32-bit stereo at 48 kHz.
const LIMITS: Limits = Limits { bytes: 2 * 3600 * 48_000 * 8 + 4096, duration_s: 2.0 * 3600.0 };

/// How fast a recorded call is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As fast as it was spoken.
    #[default]
    Spoken,
    /// As fast as the server takes it.
    Fast,
}

/// A call that was recorded. Where one voice ends before the other, silence follows it.
#[derive(Debug)]
pub struct Recorded {
    voices: [Vec<i16>; CHANNELS],
    at: usize,
    pace: Pace,
    clock: Option<Interval>,
}

impl Recorded {
    /// Two clips.
    pub fn new([first, second]: [Clip; CHANNELS], pace: Pace) -> Self {
        let mut voices = [first.samples, second.samples];
        let length = voices.iter().map(Vec::len).max().unwrap_or_default();
        for voice in &mut voices {
            voice.resize(length, 0);
        }
        Self { voices, at: 0, pace, clock: None }
    }

    /// Two files, one for each voice; their channels, if they have several, are mixed. Any rate
    /// becomes that of calls. Blocks while it reads.
    ///
    /// # Errors
    /// One of them is no sound.
    pub fn two_files(paths: [&Path; CHANNELS], pace: Pace) -> Result<Self, SourceError> {
        let [first, second] = paths;
        Ok(Self::new([clip(first, &read(first)?)?, clip(second, &read(second)?)?], pace))
    }

    /// One WAV file with the first voice to the left and the second one to the right. Blocks while
    /// it reads.
    ///
    /// # Errors
    /// It is no such file.
    pub fn stereo_file(path: &Path, pace: Pace) -> Result<Self, SourceError> {
        let file = read(path)?;
        let broken = |error: hound::Error| SourceError::Sound {
            path: path.to_owned(),
            source: SpeechError::Sound(format!("is no WAV file: {error}")),
        };
        let got = WavReader::new(&*file).map_err(broken)?.spec().channels;
        let takes = CHANNELS as u16;
        if got != takes {
            return Err(SourceError::Channels { path: path.to_owned(), got, takes });
        }
        let voice = |channel| clip(path, &alone(&file, channel).map_err(broken)?);
        Ok(Self::new([voice(0)?, voice(1)?], pace))
    }

    /// How long it is, in seconds.
    pub fn duration_s(&self) -> f32 {
        self.voices[0].len() as f32 / weir_live::RATE as f32
    }
}

#[async_trait]
impl Source for Recorded {
    async fn next(&mut self) -> Result<Option<Moment>, SourceError> {
        if self.at >= self.voices[0].len() {
            return Ok(None);
        }
        if self.pace == Pace::Spoken {
            let clock = self.clock.get_or_insert_with(|| {
                let mut clock = interval(Duration::from_millis(100));
                // Who had to wait does not speak faster afterwards.
                clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
                clock
            });
            clock.tick().await;
        }
        let end = (self.at + MOMENT).min(self.voices[0].len());
        let voices = [0, 1].map(|channel: usize| self.voices[channel][self.at..end].to_vec());
        self.at = end;
        Ok(Some(Moment { voices }))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, SourceError> {
    std::fs::read(path).map_err(|source| SourceError::Read { path: path.to_owned(), source })
}

fn clip(path: &Path, file: &[u8]) -> Result<Clip, SourceError> {
    let clip = Clip::read(file, &LIMITS);
    clip.map_err(|source| SourceError::Sound { path: path.to_owned(), source })
}

/// One channel of a WAV file as a file of its own, of the same form.
fn alone(file: &[u8], channel: usize) -> hound::Result<Vec<u8>> {
    let mut reader = WavReader::new(file)?;
    let spec = reader.spec();
    let step = usize::from(spec.channels);
    let mut out = Cursor::new(Vec::with_capacity(file.len() / step));
    let mut writer = WavWriter::new(&mut out, hound::WavSpec { channels: 1, ..spec })?;
    match spec.sample_format {
        SampleFormat::Float => {
            for sample in reader.samples::<f32>().skip(channel).step_by(step) {
                writer.write_sample(sample?)?;
            }
        }
        SampleFormat::Int => {
            for sample in reader.samples::<i32>().skip(channel).step_by(step) {
                writer.write_sample(sample?)?;
            }
        }
    }
    writer.finalize()?;
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests;
