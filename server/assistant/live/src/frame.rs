//! Sound as it comes over the wire: `[u8 channel][u32 LE seq][pcm i16 LE]`.

use crate::words::{CHANNELS, RATE};

/// Bytes before the samples.
const HEAD: usize = 5;
/// Most samples of a frame: a second.
pub const LONGEST: usize = RATE as usize;

/// A piece of one voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whose voice: a number of the list in the hello.
    pub channel: usize,
    /// Its number in the channel; they go up by one from 0.
    pub seq: u32,
    /// Samples at [`RATE`], at least one.
    pub samples: Vec<i16>,
}

/// Why bytes are no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// There is no sample in it.
    #[error("frame: got {0} bytes, takes a channel, a number of four bytes, and samples")]
    Short(usize),
    /// There is no such channel.
    #[error("frame: got channel {0}, takes 0 or 1")]
    Channel(u8),
    /// Half of a sample.
    #[error("frame: got {0} bytes of sound, takes two for each sample")]
    Odd(usize),
    /// Too much at once.
    #[error("frame: got {0} samples, takes at most {LONGEST}, which is a second")]
    Long(usize),
}

impl Frame {
    /// Reads a message.
    ///
    /// # Errors
    /// It is none, and why.
    pub fn read(bytes: &[u8]) -> Result<Self, FrameError> {
        let Some((&[channel, a, b, c, d], sound)) = bytes.split_first_chunk::<HEAD>() else {
            return Err(FrameError::Short(bytes.len()));
        };
        if usize::from(channel) >= CHANNELS {
            return Err(FrameError::Channel(channel));
        }
        let (samples, rest) = sound.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(FrameError::Odd(sound.len()));
        }
        match samples.len() {
            0 => Err(FrameError::Short(bytes.len())),
            1..=LONGEST => Ok(Self {
                channel: channel.into(),
                seq: u32::from_le_bytes([a, b, c, d]),
                samples: samples.iter().map(|&pair| i16::from_le_bytes(pair)).collect(),
            }),
            many => Err(FrameError::Long(many)),
        }
    }

    /// As it goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        // Channels are 0 and 1.
        let mut bytes = vec![self.channel as u8];
        bytes.extend(self.seq.to_le_bytes());
        bytes.extend(self.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_what_is_read() {
        let frame = Frame { channel: 1, seq: 0x0403_0201, samples: vec![1, -2, i16::MIN] };
        assert_eq!(frame.bytes(), [1, 1, 2, 3, 4, 1, 0, 0xfe, 0xff, 0, 0x80]);
        assert_eq!(Frame::read(&frame.bytes()), Ok(frame));
        let longest = Frame { channel: 0, seq: u32::MAX, samples: vec![0; LONGEST] };
        assert_eq!(Frame::read(&longest.bytes()), Ok(longest));
    }

    #[test]
    fn every_malformed_frame_is_refused_for_what_it_is() {
        for length in 0..=HEAD {
            assert_eq!(Frame::read(&vec![0; length]), Err(FrameError::Short(length)));
        }
        for channel in 2..=u8::MAX {
            let bytes = [channel, 0, 0, 0, 0, 0, 0];
            assert_eq!(Frame::read(&bytes), Err(FrameError::Channel(channel)));
        }
        for odd in [1, 3, 2 * LONGEST - 1, 2 * LONGEST + 1] {
            assert_eq!(Frame::read(&vec![0; HEAD + odd]), Err(FrameError::Odd(odd)));
        }
        let long = vec![0; HEAD + 2 * (LONGEST + 1)];
        assert_eq!(Frame::read(&long), Err(FrameError::Long(LONGEST + 1)));
    }
}
