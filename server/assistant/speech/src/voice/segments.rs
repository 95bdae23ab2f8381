//! A stream of sound cut into utterances.

use std::collections::VecDeque;

use earshot::Detector;

use super::endpoint::{Change, Endpointer, Endpointing, FRAME};

/// A part of a stream. Places are samples since its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// An utterance begins.
    Begins {
        /// Where.
        at: u64,
    },
    /// More sound of it.
    Sound(Vec<i16>),
    /// It has ended. The last of its sound may lie behind that, and be silence.
    Ends {
        /// Where.
        at: u64,
    },
}

/// Finds the utterances in a stream. It keeps no more sound than an utterance can reach back.
pub(crate) struct Segments {
    detector: Box<Detector>,
    threshold: f32,
    endpointer: Endpointer,
    /// What is too little for a frame.
    rest: Vec<i16>,
    /// Frames that may yet be the beginning of an utterance, the first of which is `oldest`.
    kept: VecDeque<[i16; FRAME]>,
    oldest: u64,
    is_open: bool,
}

impl Segments {
    pub(crate) fn new(settings: &Endpointing) -> Self {
        Self {
            detector: Detector::default_boxed(),
            threshold: settings.threshold,
            endpointer: Endpointer::new(settings),
            rest: Vec::new(),
            kept: VecDeque::new(),
            oldest: 0,
            is_open: false,
        }
    }

    /// Hears more.
    pub(crate) fn hear(&mut self, samples: &[i16]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.rest.extend_from_slice(samples);
        let rest = std::mem::take(&mut self.rest);
        let (frames, rest) = rest.as_chunks::<FRAME>();
        for frame in frames {
            let is_voice = self.detector.predict_i16(frame) >= self.threshold;
            self.kept.push_back(*frame);
            let change = self.endpointer.frame(is_voice);
            self.tell(change, &mut pieces);
        }
        self.rest = rest.to_vec();
        pieces
    }

    /// Ends the utterance that is open, if one is.
    pub(crate) fn finish(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let change = self.endpointer.finish();
        self.tell(change, &mut pieces);
        pieces
    }

    fn tell(&mut self, change: Option<Change>, pieces: &mut Vec<Piece>) {
        let place = |frame: u64| frame * FRAME as u64;
        if let Some(Change::Begins { at }) = change {
            self.forget(at);
            self.is_open = true;
            pieces.push(Piece::Begins { at: place(at) });
        }
        if self.is_open {
            self.oldest += self.kept.len() as u64;
            let sound = self.kept.drain(..).flatten();
            match pieces.last_mut() {
                Some(Piece::Sound(more)) => more.extend(sound),
                _ => pieces.push(Piece::Sound(sound.collect())),
            }
        }
        if let Some(Change::Ends { at }) = change {
            self.is_open = false;
            pieces.push(Piece::Ends { at: place(at) });
        }
        self.forget(self.endpointer.oldest());
    }

    /// Drops frames before this one.
    fn forget(&mut self, frame: u64) {
        let count = frame.saturating_sub(self.oldest).min(self.kept.len() as u64);
        self.kept.drain(..count as usize);
        self.oldest += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SAMPLE_RATE;

    /// Noise of all frequencies, as loud as a quiet voice; always the same.
    fn noise(seconds: u32, loudness: i32) -> Vec<i16> {
        let mut random = 7_u32;
        let next = |_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((random >> 16) as i32 * 2 * loudness / 65_536 - loudness) as i16
        };
        (0..seconds * SAMPLE_RATE).map(next).collect()
    }

    fn pieces(sound: &[i16]) -> (Vec<Piece>, usize) {
        let mut segments = Segments::new(&Endpointing::default());
        let (mut pieces, mut most) = (Vec::new(), 0);
        for chunk in sound.chunks(1000) {
            pieces.extend(segments.hear(chunk));
            most = most.max(segments.kept.len());
        }
        pieces.extend(segments.finish());
        (pieces, most)
    }

    #[test]
    fn silence_and_noise_are_no_utterances() {
        for sound in [vec![0; 16_000 * 20], noise(20, 30), noise(20, 1000), noise(20, 8000)] {
            let (pieces, most) = pieces(&sound);
            assert!(pieces.is_empty());
            assert!(most <= 40, "{most} frames were kept");
        }
    }

    #[test]
    fn hum_is_no_utterance() {
        let angle = |at: u32| std::f32::consts::TAU * 50.0 * at as f32 / SAMPLE_RATE as f32;
        let hum: Vec<i16> =
            (0..SAMPLE_RATE * 10).map(|at| (8000.0 * angle(at).sin()) as i16).collect();
        assert!(pieces(&hum).0.is_empty());
    }
}
