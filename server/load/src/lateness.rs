//! How punctual a stream was.

use std::time::Duration;

use serde::Serialize;
use weir_wire::Kind;

use crate::statistics::Spread;
use crate::visitor::Came;

/// Frames a second, as the protocol has them.
pub const FPS: f64 = 30.0;

/// How punctual frames came, of one visitor or of many.
///
/// A frame's place in the schedule is its number over thirty, so a frame that never came is
/// missed and makes none after it late. The schedule begins where it makes the earliest frame of
/// the stream exactly punctual, so nothing is early. A server that once loses time is late from
/// then on; `gap_ms`, the time between two frames that came, tells that from one that is late now
/// and then.
#[derive(Clone, Debug, Default)]
pub struct Punctuality {
    /// How late each frame came, milliseconds.
    pub late_ms: Vec<f64>,
    /// Time between each two frames, milliseconds.
    pub gap_ms: Vec<f64>,
    /// Frames that came.
    pub frames: usize,
    /// Frames that were made between the first and the last of those.
    pub made: u64,
    /// Seconds of streams.
    pub seconds: f64,
}

impl Punctuality {
    /// Of the frames of one stream in the order in which they came.
    #[must_use]
    pub fn of(frames: &[Came]) -> Self {
        let Some((first, last)) = frames.first().zip(frames.last()) else {
            return Self::default();
        };
        let behind_ms = |frame: &Came| {
            let due_s = f64::from(frame.head.number.wrapping_sub(first.head.number)) / FPS;
            1e3 * (frame.at.duration_since(first.at).as_secs_f64() - due_s)
        };
        let behind_ms: Vec<f64> = frames.iter().map(behind_ms).collect();
        let earliest_ms = behind_ms.iter().copied().fold(f64::INFINITY, f64::min);
        let gap = |pair: &[Came]| milliseconds(pair[1].at.duration_since(pair[0].at));
        Self {
            late_ms: behind_ms.into_iter().map(|ms| ms - earliest_ms).collect(),
            gap_ms: frames.windows(2).map(gap).collect(),
            frames: frames.len(),
            made: u64::from(last.head.number.wrapping_sub(first.head.number)) + 1,
            seconds: last.at.duration_since(first.at).as_secs_f64(),
        }
    }

    /// Another stream's frames beside these.
    pub fn add(&mut self, mut other: Self) {
        self.late_ms.append(&mut other.late_ms);
        self.gap_ms.append(&mut other.gap_ms);
        self.frames += other.frames;
        self.made += other.made;
        self.seconds += other.seconds;
    }

    /// Share of the frames that were made and did not come.
    #[must_use]
    pub fn missed_share(&self) -> f64 {
        if self.made == 0 { 0.0 } else { 1.0 - self.frames as f64 / self.made as f64 }
    }

    /// Frames a second that came, of one stream.
    #[must_use]
    pub fn per_s(&self) -> f64 {
        if self.seconds > 0.0 { self.gap_ms.len() as f64 / self.seconds } else { 0.0 }
    }

    /// In short.
    #[must_use]
    pub fn told(&self) -> Told {
        Told {
            late_ms: Spread::of(self.late_ms.clone()).unwrap_or_default(),
            gap_ms: Spread::of(self.gap_ms.clone()).unwrap_or_default(),
            frames: self.frames,
            missed_share: self.missed_share(),
            per_s: self.per_s(),
        }
    }
}

/// Punctuality in a few numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Told {
    /// How late frames came, milliseconds.
    pub late_ms: Spread,
    /// Time between two frames, milliseconds.
    pub gap_ms: Spread,
    /// Frames that came.
    pub frames: usize,
    /// Share of those that were made and did not come.
    pub missed_share: f64,
    /// Frames a second of one stream.
    pub per_s: f64,
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { late_ms: late, gap_ms: gap, .. } = self;
        write!(
            f,
            "{:.2} frames/s, late by {:.1} ms (median), {:.1} (p90), {:.1} (p99), {:.1} (most); \
             {:.2} % missed; gaps {:.0} ms (p99), {:.0} (longest)",
            self.per_s,
            late.p50,
            late.p90,
            late.p99,
            late.max,
            100.0 * self.missed_share,
            gap.p99,
            gap.max
        )
    }
}

/// Bytes of the frames of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Weight {
    /// How many there were.
    pub frames: usize,
    /// Bytes of all messages.
    pub bytes: u64,
    /// Bytes of one, the mean.
    pub bytes_per_frame: f64,
}

impl Weight {
    /// Of those among `frames` that are told in this way.
    pub fn of<'a>(frames: impl Iterator<Item = &'a Came>, kind: Kind) -> Self {
        let sizes: Vec<u64> =
            frames.filter(|came| came.head.kind == kind).map(|came| came.bytes as u64).collect();
        let (frames, bytes) = (sizes.len(), sizes.iter().sum());
        let bytes_per_frame = if frames == 0 { 0.0 } else { bytes as f64 / frames as f64 };
        Self { frames, bytes, bytes_per_frame }
    }
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    1e3 * time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;
    use weir_wire::Glance;

    /// Frames of these numbers, each this many milliseconds after the first.
    fn stream(frames: &[(u32, f64)]) -> Vec<Came> {
        let begin = Instant::now();
        let came = |&(number, ms): &(u32, f64)| Came {
            at: begin + Duration::from_secs_f64(ms / 1e3),
            stream: 0,
            head: Glance { kind: Kind::Next, number, time_ms: 0, particles: 0 },
            bytes: 10,
        };
        frames.iter().map(came).collect()
    }

    fn near(got: &[f64], expected: &[f64]) {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-3, "{got}, not {expected}");
        }
    }

    #[test]
    fn who_is_on_schedule_is_not_late() {
        let all: Vec<(u32, f64)> = (0..90).map(|k| (k, 1e3 * f64::from(k) / FPS)).collect();
        let punctual = Punctuality::of(&stream(&all));
        near(&punctual.late_ms, &[0.0; 90]);
        assert_eq!(punctual.missed_share(), 0.0);
        assert!((punctual.per_s() - FPS).abs() < 1e-6);
    }

    #[test]
    fn a_late_first_frame_does_not_make_the_others_early() {
        let punctual = Punctuality::of(&stream(&[(4, 0.0), (5, 23.3333), (6, 56.6667)]));
        near(&punctual.late_ms, &[10.0, 0.0, 0.0]);
    }

    #[test]
    fn what_never_came_is_missed_and_makes_nothing_late() {
        let punctual = Punctuality::of(&stream(&[(10, 0.0), (11, 33.3333), (14, 133.3333)]));
        near(&punctual.late_ms, &[0.0, 0.0, 0.0]);
        near(&punctual.gap_ms, &[33.3333, 100.0]);
        assert_eq!((punctual.frames, punctual.made), (3, 5));
        assert!((punctual.missed_share() - 0.4).abs() < 1e-12);
    }

    #[test]
    fn numbers_may_begin_anew() {
        let punctual = Punctuality::of(&stream(&[(u32::MAX, 0.0), (0, 43.3333), (1, 66.6667)]));
        near(&punctual.late_ms, &[0.0, 10.0, 0.0]);
        assert_eq!(punctual.made, 3);
    }

    #[test]
    fn streams_side_by_side_keep_their_own_schedules() {
        let mut both = Punctuality::of(&stream(&[(0, 0.0), (1, 33.3333)]));
        both.add(Punctuality::of(&stream(&[(900, 0.0), (901, 53.3333)])));
        near(&both.late_ms, &[0.0, 0.0, 0.0, 20.0]);
        assert_eq!((both.frames, both.made), (4, 4));
        assert_eq!(Punctuality::of(&[]).told(), Told::default());
    }
}
