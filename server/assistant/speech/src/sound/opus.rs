//! Opus, which is what browsers record.

use ropus::{Channels, DecodeMode, Decoder};

use super::wrong;
use crate::{SAMPLE_RATE, SpeechError};

/// Rate in which the header counts, whatever is decoded, in Hz.
const HEADER_RATE_HZ: u32 = 48_000;
/// Most samples of a packet, which has 120 ms at most.
const LONGEST: usize = SAMPLE_RATE as usize * 12 / 100;

/// Decodes packets to one channel at [`SAMPLE_RATE`], which Opus can by itself.
pub(super) struct Opus {
    decoder: Decoder,
    buffer: Vec<f32>,
    /// Samples at the beginning that are yet to be left out.
    skip: usize,
}

impl Opus {
    /// Of the header of a stream, `OpusHead` (RFC 7845, section 5.1).
    pub(super) fn new(header: &[u8]) -> Result<Self, SpeechError> {
        let header = header.strip_prefix(b"OpusHead").unwrap_or_default();
        let [_version, _channels, low, high, _, _, _, _, _, _, family, ..] = *header else {
            return Err(wrong("has no header of Opus"));
        };
        if family != 0 {
            return Err(wrong("has Opus of more than two channels"));
        }
        let decoder = Decoder::new(SAMPLE_RATE, Channels::Mono).map_err(wrong)?;
        let skip = u32::from(u16::from_le_bytes([low, high])) * SAMPLE_RATE / HEADER_RATE_HZ;
        Ok(Self { decoder, buffer: vec![0.0; LONGEST], skip: skip as usize })
    }

    /// The samples of the next packet.
    pub(super) fn decode(&mut self, packet: &[u8]) -> Result<&[f32], SpeechError> {
        let count = self.decoder.decode_float(packet, &mut self.buffer, DecodeMode::Normal);
        let count = count.map_err(|error| wrong(format!("has a broken packet: {error}")))?;
        let skip = self.skip.min(count);
        self.skip -= skip;
        Ok(&self.buffer[skip..count])
    }
}
