//! Files of sound, as clips.

mod container;
mod limits;
mod opus;
mod resample;
mod wav;

use container::Access;
pub use limits::Limits;

use crate::{Clip, SAMPLE_RATE, SpeechError};

/// Kinds of files, told by how they begin: a name or a header of HTTP can say anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Wav,
    /// WebM is a part of it.
    Matroska,
    Ogg,
    Mp4,
}

impl Kind {
    fn of(file: &[u8]) -> Option<Self> {
        let is_at = |at: usize, text: &[u8]| file.get(at..at + text.len()) == Some(text);
        let kinds = [
            (is_at(0, b"RIFF") && is_at(8, b"WAVE"), Self::Wav),
            (is_at(0, &[0x1a, 0x45, 0xdf, 0xa3]), Self::Matroska),
            (is_at(0, b"OggS"), Self::Ogg),
            (is_at(4, b"ftyp"), Self::Mp4),
        ];
        kinds.into_iter().find_map(|(is_it, kind)| is_it.then_some(kind))
    }
}

/// Samples of one channel at some rate, full scale from -1 to 1.
struct Decoded {
    samples: Vec<f32>,
    rate_hz: u32,
}

impl Clip {
    /// Reads a file: WAV (8, 16, 24 or 32 bit, or 32-bit float), WebM, Matroska, MP4 or Ogg with
    /// Opus, Vorbis, AAC or PCM. Channels become one, and any rate [`SAMPLE_RATE`]. A file that
    /// breaks off gives what is there.
    ///
    /// # Errors
    /// It is no such file, it is broken, it exceeds the limits, or there is no sound in it.
    ///
    /// ```
    /// use weir_speech::{Clip, Limits};
    ///
    /// let clip = Clip { samples: vec![0, 1000, -1000] };
    /// assert_eq!(Clip::read(&clip.to_wav(), &Limits::default()), Ok(clip));
    /// ```
    pub fn read(file: &[u8], limits: &Limits) -> Result<Self, SpeechError> {
        limits.check_bytes(file.len())?;
        let kind = Kind::of(file).ok_or_else(|| wrong("is neither WAV nor WebM, Ogg or MP4"))?;
        let decode = || match kind {
            Kind::Wav => wav::decode(file, limits),
            Kind::Matroska | Kind::Ogg => container::decode(file, Access::InOrder, limits),
            Kind::Mp4 => container::decode(file, Access::Anywhere, limits),
        };
        // Decoders are made for files that somebody made to be played; these come from anybody.
        let decoded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode));
        let decoded = decoded.map_err(|_| wrong("is broken"))??;
        if decoded.samples.is_empty() {
            return Err(wrong("has no samples"));
        }
        let samples = resample::resample(&decoded.samples, decoded.rate_hz, SAMPLE_RATE);
        // Rounds; what is too loud is cut off by the conversion, which saturates.
        let whole = |sample: f32| (sample * 32_768.0).round() as i16;
        Ok(Self { samples: samples.into_iter().map(whole).collect() })
    }

    /// It as a WAV file of 16 bits.
    pub fn to_wav(&self) -> Vec<u8> {
        wav::encode(self)
    }
}

/// What is wrong with a file.
fn wrong(what: impl std::fmt::Display) -> SpeechError {
    SpeechError::Sound(what.to_string())
}

/// The mean of channels that lie side by side.
fn mixed(samples: &[f32], channels: usize) -> impl Iterator<Item = f32> {
    samples.chunks_exact(channels).map(move |frame| frame.iter().sum::<f32>() / channels as f32)
}

#[cfg(test)]
mod tests;
