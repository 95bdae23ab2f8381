//! Opus, which is what browsers record.

use opus_decoder::OpusDecoder;

use super::{mixed, wrong};
use crate::SpeechError;

/// Rate of what is decoded, in Hz. Opus can make less of it, but this decoder is off by a part of
/// a millisecond then where a stream changes its mode.
pub(super) const RATE_HZ: u32 = 48_000;

/// Decodes packets to one channel at [`RATE_HZ`].
pub(super) struct Opus {
    decoder: OpusDecoder,
    channels: usize,
    buffer: Vec<f32>,
    /// Samples of each channel at the beginning that are yet to be left out.
    skip: usize,
}

impl Opus {
    /// Of the header of a stream, `OpusHead` (RFC 7845, section 5.1).
    pub(super) fn new(header: &[u8]) -> Result<Self, SpeechError> {
        let header = header.strip_prefix(b"OpusHead").unwrap_or_default();
        let [_version, channels, low, high, _, _, _, _, _, _, family, ..] = *header else {
            return Err(wrong("has no header of Opus"));
        };
        if family != 0 {
            return Err(wrong("has Opus of more than two channels"));
        }
        let channels = usize::from(channels);
        let decoder = OpusDecoder::new(RATE_HZ, channels).map_err(wrong)?;
        let buffer = vec![0.0; decoder.max_frame_size_per_channel() * channels];
        let skip = usize::from(u16::from_le_bytes([low, high]));
        Ok(Self { decoder, channels, buffer, skip })
    }

    /// The samples of the next packet.
    pub(super) fn decode(
        &mut self,
        packet: &[u8],
    ) -> Result<impl Iterator<Item = f32>, SpeechError> {
        let count = self.decoder.decode_float(packet, &mut self.buffer, false);
        let count = count.map_err(|error| wrong(format!("has a broken packet: {error}")))?;
        let skip = self.skip.min(count);
        self.skip -= skip;
        Ok(mixed(&self.buffer[skip * self.channels..count * self.channels], self.channels))
    }
}
