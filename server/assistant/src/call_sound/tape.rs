//! Writes the sound of a call, piece by piece.

use std::time::Duration;

use async_trait::async_trait;
use object_store::{ObjectStoreExt as _, PutPayload};
use tokio::time::timeout;
use weir_live::{CHANNELS, SoundError, Tape};

use super::{PIECE, SAMPLE, piece};
use crate::place::Place;

/// Longest that a place may take for a piece; the call waits meanwhile.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was not written yet of a call: less than a piece of each voice.
pub(super) struct PlacedTape {
    place: Place,
    call_id: String,
    voices: [Voice; CHANNELS],
}

#[derive(Default)]
struct Voice {
    bytes: Vec<u8>,
    /// The number of the piece that these are of.
    number: u32,
}

impl PlacedTape {
    pub fn new(place: Place, call_id: &str) -> Self {
        Self { place, call_id: call_id.to_owned(), voices: Default::default() }
    }

    /// Writes the first bytes that wait of a voice, as a piece. An object is there whole, or not.
    async fn write(&mut self, channel: usize, bytes: usize) -> Result<(), SoundError> {
        let voice = &mut self.voices[channel];
        let rest = voice.bytes.split_off(bytes);
        let payload = PutPayload::from(std::mem::replace(&mut voice.bytes, rest));
        let object = piece(&self.call_id, channel, voice.number);
        voice.number += 1;
        let put = async { self.place.store().await?.put(&object, payload).await };
        let put = timeout(PATIENCE, put).await;
        let put = put.map_err(|_| SoundError("its place takes too long".to_owned()))?;
        put.map(drop).map_err(|error| SoundError(error.to_string()))
    }
}

#[async_trait]
impl Tape for PlacedTape {
    async fn keep(&mut self, channel: usize, samples: &[i16]) -> Result<(), SoundError> {
        let whole = (PIECE * SAMPLE) as usize;
        let bytes = samples.iter().flat_map(|sample| sample.to_le_bytes());
        self.voices[channel].bytes.extend(bytes);
        while self.voices[channel].bytes.len() >= whole {
            self.write(channel, whole).await?;
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), SoundError> {
        for channel in 0..CHANNELS {
            let bytes = self.voices[channel].bytes.len();
            if bytes > 0 {
                self.write(channel, bytes).await?;
            }
        }
        Ok(())
    }
}
