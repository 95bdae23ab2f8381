//! WAV files.

use std::io::{Cursor, ErrorKind};

use hound::{Error, SampleFormat, WavReader, WavSpec, WavWriter};

use super::limits::{Limits, check_form};
use super::{Decoded, mixed, wrong};
use crate::{Clip, SAMPLE_RATE, SpeechError};

/// Decodes a whole file.
pub(super) fn decode(file: &[u8], limits: &Limits) -> Result<Decoded, SpeechError> {
    let mut reader = WavReader::new(file).map_err(|error| wrong(format!("is broken: {error}")))?;
    let WavSpec { channels, sample_rate: rate_hz, bits_per_sample: bits, sample_format } =
        reader.spec();
    let channels = usize::from(channels);
    check_form(rate_hz, channels)?;
    let samples = match sample_format {
        SampleFormat::Float => until_it_ends(reader.samples::<f32>(), |sample| sample)?,
        SampleFormat::Int => {
            let full_scale = (1_i64 << (bits - 1)) as f32;
            until_it_ends(reader.samples::<i32>(), |sample| sample as f32 / full_scale)?
        }
    };
    limits.check_length(samples.len() / channels, rate_hz)?;
    Ok(Decoded { samples: mixed(&samples, channels).collect(), rate_hz })
}

/// All samples. Who writes a file while it is spoken cannot say before how long it gets, so that
/// the header may promise more than comes.
fn until_it_ends<S>(
    samples: impl Iterator<Item = hound::Result<S>>,
    scaled: impl Fn(S) -> f32,
) -> Result<Vec<f32>, SpeechError> {
    let mut all = Vec::new();
    for sample in samples {
        match sample {
            Ok(sample) => all.push(scaled(sample)),
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => break,
            // What hound says where a sample has not all of its bytes.
            Err(Error::IoError(error)) if error.kind() == ErrorKind::Other => break,
            Err(error) => return Err(wrong(format!("is broken: {error}"))),
        }
    }
    if all.iter().all(|sample| sample.is_finite()) { Ok(all) } else { Err(wrong("is broken")) }
}

/// A file of 16 bits.
pub(super) fn encode(clip: &Clip) -> Vec<u8> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let written = WavWriter::new(&mut file, spec).and_then(|mut writer| {
        for sample in &clip.samples {
            writer.write_sample(*sample)?;
        }
        writer.finalize()
    });
    written.expect("memory takes what is written, up to the 37 hours of sound that WAV can hold");
    file.into_inner()
}
