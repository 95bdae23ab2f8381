//! Sound that the server may not have heard yet.

use std::collections::VecDeque;

use weir_live::{CHANNELS, Frame, RATE};

use crate::source::Moment;

/// Frames that were not confirmed, numbered. What is confirmed is forgotten.
#[derive(Debug)]
pub(crate) struct Replay {
    held: [VecDeque<Frame>; CHANNELS],
    /// The number of the next frame that comes in, by channel.
    next: [u32; CHANNELS],
    /// The number of the next frame to send over this connection.
    unsent: [u32; CHANNELS],
    /// Most samples of a channel.
    room: usize,
    samples: [usize; CHANNELS],
}

/// The server wants a frame that was forgotten, since it seemed to have heard it, or that never
/// was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server wants frame {wants} of channel {channel}; {first} to {next} are here")]
pub struct Forgotten {
    /// Of which channel.
    pub channel: usize,
    /// What the server wants.
    pub wants: u32,
    /// The first one that is here.
    pub first: u32,
    /// The one after the last.
    pub next: u32,
}

impl Replay {
    /// With room for so many seconds of each voice.
    pub fn new(room_s: u32) -> Self {
        Self {
            held: Default::default(),
            next: [0; CHANNELS],
            unsent: [0; CHANNELS],
            room: (room_s * RATE) as usize,
            samples: [0; CHANNELS],
        }
    }

    /// Whether there is room for one more moment.
    pub fn has_room(&self) -> bool {
        self.samples.iter().all(|samples| *samples < self.room)
    }

    /// Seconds of sound that are held.
    pub fn held_s(&self) -> f32 {
        let samples = self.samples.iter().max().copied().unwrap_or_default();
        samples as f32 / RATE as f32
    }

    /// A moment comes in.
    pub fn push(&mut self, moment: Moment) {
        for (channel, samples) in moment.voices.into_iter().enumerate() {
            // There is no frame without sound.
            if samples.is_empty() {
                continue;
            }
            self.samples[channel] += samples.len();
            let seq = self.next[channel];
            self.held[channel].push_back(Frame { channel, seq, samples });
            self.next[channel] += 1;
        }
    }

    /// The next frame to send, in the order in which they came.
    pub fn unsent(&self) -> Option<&Frame> {
        let channel = (0..CHANNELS)
            .filter(|channel| self.unsent[*channel] < self.next[*channel])
            .min_by_key(|channel| self.unsent[*channel])?;
        let first = self.held[channel].front()?.seq;
        self.held[channel].get((self.unsent[channel] - first) as usize)
    }

    /// It was sent.
    pub fn sent(&mut self, channel: usize) {
        self.unsent[channel] += 1;
    }

    /// What was sent over this connection, as the frames after it.
    pub fn sent_until(&self) -> [u32; CHANNELS] {
        self.unsent
    }

    /// The server has heard all before these.
    pub fn confirm(&mut self, before: [u32; CHANNELS]) {
        for (channel, before) in before.into_iter().enumerate() {
            let held = &mut self.held[channel];
            while let Some(frame) = held.pop_front_if(|frame| frame.seq < before) {
                self.samples[channel] -= frame.samples.len();
            }
            self.unsent[channel] = self.unsent[channel].max(before.min(self.next[channel]));
        }
    }

    /// A connection begins: the server wants these next.
    ///
    /// # Errors
    /// They are not here.
    pub fn resume(&mut self, from: [u32; CHANNELS]) -> Result<(), Forgotten> {
        for (channel, wants) in from.into_iter().enumerate() {
            let next = self.next[channel];
            let first = self.held[channel].front().map_or(next, |frame| frame.seq);
            if !(first..=next).contains(&wants) {
                return Err(Forgotten { channel, wants, first, next });
            }
        }
        self.confirm(from);
        self.unsent = from;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(value: i16) -> Moment {
        Moment { voices: [vec![value; 1600], vec![-value; 1600]] }
    }

    fn send_all(replay: &mut Replay) -> Vec<(usize, u32)> {
        let mut sent = Vec::new();
        while let Some(frame) = replay.unsent() {
            sent.push((frame.channel, frame.seq));
            replay.sent(sent[sent.len() - 1].0);
        }
        sent
    }

    #[test]
    fn frames_go_out_in_the_order_of_time_and_again_after_a_cut() {
        let mut replay = Replay::new(60);
        (1..=3).for_each(|value| replay.push(moment(value)));
        let all = [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)];
        assert_eq!(send_all(&mut replay), all);
        assert_eq!(replay.sent_until(), [3, 3]);
        replay.confirm([1, 1]);
        assert_eq!(send_all(&mut replay), [], "each once");
        replay.resume([2, 1]).expect("they are here");
        assert_eq!(send_all(&mut replay), [(1, 1), (0, 2), (1, 2)]);
    }

    #[test]
    fn what_is_held_is_bounded_and_what_is_confirmed_makes_room() {
        let mut replay = Replay::new(1);
        (0..10).for_each(|value| replay.push(moment(value)));
        assert!(!replay.has_room());
        assert!((replay.held_s() - 1.0).abs() < 1e-6);
        replay.confirm([1, 0]);
        assert!(!replay.has_room(), "of the other voice all are held");
        replay.confirm([1, 1]);
        assert!(replay.has_room());
    }

    #[test]
    fn what_was_forgotten_or_never_was_is_told() {
        let mut replay = Replay::new(60);
        (0..5).for_each(|value| replay.push(moment(value)));
        replay.confirm([3, 3]);
        for wants in [0, 2, 6] {
            let forgotten = Forgotten { channel: 1, wants, first: 3, next: 5 };
            assert_eq!(replay.resume([3, wants]), Err(forgotten));
        }
        assert_eq!(replay.resume([5, 3]), Ok(()));
    }
}
