//! The sound of calls: written in pieces while a call goes on, read as one WAV file.
//!
//! A piece is an object of its own, ten seconds of one voice: `calls/ID/CHANNEL-NUMBER.pcm`,
//! 16-bit little-endian samples at 16 kHz. So memory is bounded however far one voice is ahead of
//! the other, nothing that was written is written again, and a server that dies has lost the last
//! ten seconds and no more. The two voices are put side by side when they are read.

mod tape;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use object_store::path::Path as Object;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};
use weir_live::{CHANNELS, RATE, Recorder, SoundError, Tape};

use crate::place::Place;
use tape::PlacedTape;

/// Samples of a piece, all but the last of a voice.
const PIECE: u64 = 10 * RATE as u64;
/// Bytes of a sample of one voice.
const SAMPLE: u64 = 2;
/// Bytes of a moment of both.
const FRAME: u64 = SAMPLE * CHANNELS as u64;
/// Bytes before the samples of a WAV file.
const HEAD: u64 = 44;

/// Why sound cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the place of sound: {0}")]
pub struct SoundReadError(#[from] Error);

/// The sound of calls in a place.
#[derive(Clone, Debug)]
pub struct CallSounds {
    place: Place,
    is_kept: bool,
}

impl CallSounds {
    /// In this place. Where sound is not kept, that of earlier calls is still read and deleted.
    pub(crate) fn new(place: Place, is_kept: bool) -> Self {
        Self { place, is_kept }
    }

    /// The sound of a call as it is now, if there is any.
    ///
    /// # Errors
    /// The place refuses.
    pub async fn open(&self, call_id: &str) -> Result<Option<CallSound>, SoundReadError> {
        let Some(store) = self.place.if_there().await? else { return Ok(None) };
        let listed = store.list_with_delimiter(Some(&folder(call_id))).await?;
        let lengths: HashMap<Object, u64> = listed
            .objects
            .into_iter()
            .map(|object| (object.location, (object.size / SAMPLE).min(PIECE)))
            .collect();
        let mut samples = [0; CHANNELS];
        for (channel, samples) in samples.iter_mut().enumerate() {
            // What lies behind a hole or a piece that is not whole was never of this voice.
            for number in 0.. {
                let Some(length) = lengths.get(&piece(call_id, channel, number)) else { break };
                *samples += length;
                if *length < PIECE {
                    break;
                }
            }
        }
        let frames = samples.into_iter().max().unwrap_or_default();
        let (store, call_id) = (Arc::clone(store), call_id.to_owned());
        Ok((frames > 0).then_some(CallSound { store, call_id, frames }))
    }
}

#[async_trait]
impl Recorder for CallSounds {
    fn begin(&self, call_id: &str) -> Option<Box<dyn Tape>> {
        self.is_kept.then(|| Box::new(PlacedTape::new(self.place.clone(), call_id)) as _)
    }

    async fn delete(&self, call_id: &str) -> Result<(), SoundError> {
        let refused = |error: Error| SoundError(error.to_string());
        let Some(store) = self.place.if_there().await.map_err(refused)? else { return Ok(()) };
        let listed = store.list_with_delimiter(Some(&folder(call_id))).await.map_err(refused)?;
        for object in listed.objects {
            match store.delete(&object.location).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(refused(error)),
            }
        }
        Ok(())
    }
}

fn folder(call_id: &str) -> Object {
    Object::from_iter(["calls", call_id])
}

fn piece(call_id: &str, channel: usize, number: u32) -> Object {
    folder(call_id).join(format!("{channel}-{number:05}.pcm"))
}

/// The sound of one call: a WAV file of two voices, the first one to the left, that is put together
/// as it is read. The shorter voice falls silent.
#[derive(Clone, Debug)]
pub struct CallSound {
    store: Arc<dyn ObjectStore>,
    call_id: String,
    frames: u64,
}

impl CallSound {
    /// Bytes of the file.
    pub fn bytes(&self) -> u64 {
        HEAD + self.frames * FRAME
    }

    /// Bytes of the file from some place on: not all that are asked for, but at least one, and at
    /// most those of ten seconds. Empty where nothing is asked for that is there.
    ///
    /// # Errors
    /// The place refuses.
    pub async fn read(&self, bytes: Range<u64>) -> Result<Bytes, SoundReadError> {
        let end = bytes.end.min(self.bytes());
        if bytes.start >= end {
            return Ok(Bytes::new());
        }
        if bytes.start < HEAD {
            let head = Bytes::copy_from_slice(&head(self.frames));
            return Ok(head.slice(bytes.start as usize..end.min(HEAD) as usize));
        }
        let (start, end) = (bytes.start - HEAD, end - HEAD);
        let number = start / (PIECE * FRAME);
        let first = number * PIECE * FRAME;
        let end = end.min(first + PIECE * FRAME);
        let frames = self.frames.min((number + 1) * PIECE) - number * PIECE;
        let mut sides = vec![0; (frames * FRAME) as usize];
        for channel in 0..CHANNELS {
            // A piece for each of ten seconds: there are never so many that they do not fit.
            let object = piece(&self.call_id, channel, number as u32);
            let samples = match self.store.get(&object).await {
                Ok(object) => object.bytes().await?,
                Err(Error::NotFound { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            let (samples, _) = samples.as_chunks::<2>();
            let (frames, _) = sides.as_chunks_mut::<2>();
            let side = frames.iter_mut().skip(channel).step_by(CHANNELS);
            side.zip(samples).for_each(|(side, sample)| *side = *sample);
        }
        Ok(Bytes::from(sides).slice((start - first) as usize..(end - first) as usize))
    }
}

/// What a WAV file of so many moments begins with (Microsoft, *Multimedia Programming Interface and
/// Data Specifications*, 1991).
fn head(frames: u64) -> [u8; HEAD as usize] {
    // Of a day of sound it is no more than fits; a longer one is played to what the header says.
    let sound = u32::try_from(frames * FRAME).unwrap_or(u32::MAX - HEAD as u32);
    let (channels, bits) = (CHANNELS as u16, 8 * SAMPLE as u16);
    let mut head = [0; HEAD as usize];
    let fields: [(usize, &[u8]); 13] = [
        (0, b"RIFF"),
        (4, &(sound + HEAD as u32 - 8).to_le_bytes()),
        (8, b"WAVE"),
        (12, b"fmt "),
        (16, &16_u32.to_le_bytes()),
        (20, &1_u16.to_le_bytes()),
        (22, &channels.to_le_bytes()),
        (24, &RATE.to_le_bytes()),
        (28, &(RATE * FRAME as u32).to_le_bytes()),
        (32, &(FRAME as u16).to_le_bytes()),
        (34, &bits.to_le_bytes()),
        (36, b"data"),
        (40, &sound.to_le_bytes()),
    ];
    for (at, bytes) in fields {
        head[at..at + bytes.len()].copy_from_slice(bytes);
    }
    head
}

#[cfg(test)]
mod tests;
