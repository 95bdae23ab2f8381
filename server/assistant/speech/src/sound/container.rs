//! Files in which packets of some codec lie: WebM, Ogg, MP4.

use std::io::{Cursor, ErrorKind};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::limits::{Limits, check_form};
use super::opus::Opus;
use super::{Decoded, mixed, wrong};
use crate::{SAMPLE_RATE, SpeechError};

/// What decodes the packets.
enum Codec {
    Opus(Box<Opus>),
    Other(Box<dyn AudioDecoder>),
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// From its beginning to its end, as it came: what breaks off is read so far.
    InOrder,
    /// Anywhere: MP4 may have at its end where everything lies.
    Anywhere,
}

/// Decodes the first sound in a file.
pub(super) fn decode(file: &[u8], access: Access, limits: &Limits) -> Result<Decoded, SpeechError> {
    let file = Cursor::new(file);
    let stream = match access {
        Access::InOrder => {
            MediaSourceStream::new(Box::new(ReadOnlySource::new(file)), Default::default())
        }
        Access::Anywhere => MediaSourceStream::new(Box::new(file), Default::default()),
    };
    let (hint, format) = (Hint::new(), FormatOptions::default());
    let mut reader = symphonia::default::get_probe()
        .probe(&hint, stream, format, MetadataOptions::default())
        .map_err(broken)?;
    let track = reader.default_track(TrackType::Audio).ok_or_else(|| wrong("has no sound"))?;
    let track_id = track.id;
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
        return Err(wrong("has no sound"));
    };
    let mut codec = Codec::new(parameters)?;
    let mut all = Decoded { samples: Vec::new(), rate_hz: SAMPLE_RATE };
    loop {
        match reader.next_packet() {
            Ok(Some(packet)) if packet.track_id == track_id => {
                codec.decode(&packet, &mut all)?;
                limits.check_length(all.samples.len(), all.rate_hz)?;
            }
            Ok(Some(_)) => {}
            Ok(None) => break,
            // A recording that was broken off, and one of which the length was never written.
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(broken(error)),
        }
    }
    Ok(all)
}

impl Codec {
    fn new(parameters: &AudioCodecParameters) -> Result<Self, SpeechError> {
        if parameters.codec == CODEC_ID_OPUS {
            let header = parameters.extra_data.as_deref().unwrap_or_default();
            return Ok(Self::Opus(Box::new(Opus::new(header)?)));
        }
        let codecs = symphonia::default::get_codecs();
        let decoder = codecs.make_audio_decoder(parameters, &AudioDecoderOptions::default());
        Ok(Self::Other(decoder.map_err(broken)?))
    }

    /// Adds the samples of a packet.
    fn decode(&mut self, packet: &Packet, all: &mut Decoded) -> Result<(), SpeechError> {
        match self {
            Self::Opus(opus) => all.samples.extend(opus.decode(&packet.data)?),
            Self::Other(decoder) => {
                let buffer = decoder.decode(packet).map_err(broken)?;
                let (rate_hz, channels) = (buffer.spec().rate(), buffer.spec().channels().count());
                check_form(rate_hz, channels)?;
                if !all.samples.is_empty() && all.rate_hz != rate_hz {
                    return Err(wrong("changes its rate"));
                }
                all.rate_hz = rate_hz;
                let mut samples: Vec<f32> = Vec::new();
                buffer.copy_to_vec_interleaved(&mut samples);
                all.samples.extend(mixed(&samples, channels));
            }
        }
        Ok(())
    }
}

fn broken(error: Error) -> SpeechError {
    wrong(format!("cannot be read: {error}"))
}
