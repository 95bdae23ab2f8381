//! Where utterances begin and end.

use crate::SAMPLE_RATE;

/// Samples of a frame: the unit in which voice is detected.
pub(crate) const FRAME: usize = 256;

/// When somebody is taken to begin and to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Endpointing {
    /// How sure a frame of 16 ms has to be to count as voice, 0 to 1. 0.5.
    pub threshold: f32,
    /// So much voice begins an utterance, in seconds. 0.2.
    pub begin_s: f32,
    /// So much of what was before its voice belongs to it: first phonemes are soft. 0.3.
    pub before_s: f32,
    /// So much silence ends it, in seconds. 0.6.
    pub end_s: f32,
    /// One that lasts so long is cut, and the next one begins, in seconds. 15.
    pub longest_s: f32,
}

impl Default for Endpointing {
    fn default() -> Self {
        Self { threshold: 0.5, begin_s: 0.2, before_s: 0.3, end_s: 0.6, longest_s: 15.0 }
    }
}

/// What a frame changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// An utterance begins at this frame, which has gone by.
    Begins { at: u64 },
    /// It ended before this frame: what comes after it was silence.
    Ends { at: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nobody speaks. `voiced` frames more than silent ones since `first`.
    Silence { voiced: u64, first: u64 },
    /// Somebody has spoken since `began`, and was last heard in the frame before `heard`.
    Speech { began: u64, heard: u64 },
}

/// Follows frames of voice and silence. It knows no sound and no clock: frames are numbered.
#[derive(Clone, Debug)]
pub(super) struct Endpointer {
    begin: u64,
    before: u64,
    end: u64,
    longest: u64,
    /// Frames so far.
    frames: u64,
    /// The first frame that is in no utterance so far.
    free: u64,
    state: State,
}

impl Endpointer {
    pub(super) fn new(settings: &Endpointing) -> Self {
        Self {
            begin: frames(settings.begin_s),
            before: frames(settings.before_s),
            end: frames(settings.end_s),
            longest: frames(settings.longest_s),
            frames: 0,
            free: 0,
            state: State::Silence { voiced: 0, first: 0 },
        }
    }

    /// Hears the next frame.
    pub(super) fn frame(&mut self, is_voice: bool) -> Option<Change> {
        let at = self.frames;
        self.frames += 1;
        match self.state {
            State::Silence { voiced, first } => {
                let first = if voiced == 0 { at } else { first };
                // A stop consonant is a short silence within speech.
                let voiced = if is_voice { voiced + 1 } else { voiced.saturating_sub(1) };
                if voiced < self.begin {
                    self.state = State::Silence { voiced, first };
                    return None;
                }
                let began = first.saturating_sub(self.before).max(self.free);
                self.state = State::Speech { began, heard: self.frames };
                Some(Change::Begins { at: began })
            }
            State::Speech { began, heard } => {
                let heard = if is_voice { self.frames } else { heard };
                self.state = State::Speech { began, heard };
                if self.frames - heard >= self.end {
                    return self.finish();
                }
                if self.frames - began >= self.longest {
                    let cut = self.cut();
                    // Who is cut is still speaking: one more frame of voice begins the next.
                    let voiced = self.begin.saturating_sub(1);
                    self.state = State::Silence { voiced, first: self.frames };
                    return cut;
                }
                None
            }
        }
    }

    /// Ends the utterance here and now, if there is one.
    pub(super) fn finish(&mut self) -> Option<Change> {
        let end = match self.state {
            State::Speech { heard, .. } => Some(Change::Ends { at: heard }),
            State::Silence { .. } => None,
        };
        self.free = self.frames;
        self.state = State::Silence { voiced: 0, first: self.frames };
        end
    }

    fn cut(&mut self) -> Option<Change> {
        self.finish().map(|_| Change::Ends { at: self.frames })
    }

    /// The oldest frame that an utterance could still begin with.
    pub(super) fn oldest(&self) -> u64 {
        let first = match self.state {
            State::Silence { voiced: 0, .. } | State::Speech { .. } => self.frames,
            State::Silence { first, .. } => first,
        };
        first.saturating_sub(self.before).max(self.free)
    }
}

/// Whole frames in so many seconds, at least one.
fn frames(seconds: f32) -> u64 {
    ((seconds * SAMPLE_RATE as f32 / FRAME as f32).round() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Begin after 3, 2 before, end after 5, at most 40 frames.
    fn endpointer() -> Endpointer {
        let mut endpointer = Endpointer::new(&Endpointing::default());
        (endpointer.begin, endpointer.before, endpointer.end, endpointer.longest) = (3, 2, 5, 40);
        endpointer
    }

    /// Frames as text: `#` is voice.
    fn changes(text: &str) -> Vec<(usize, Change)> {
        let mut endpointer = endpointer();
        let frames = text.chars().enumerate();
        frames.filter_map(|(at, frame)| Some((at, endpointer.frame(frame == '#')?))).collect()
    }

    use Change::{Begins, Ends};

    #[test]
    fn an_utterance_has_a_beginning_before_its_voice_and_ends_with_it() {
        let expected = [(6, Begins { at: 2 }), (12, Ends { at: 8 })];
        assert_eq!(changes("....####.......")[..1], expected[..1]);
        assert_eq!(changes("....####......."), expected);
    }

    #[test]
    fn short_noises_are_nothing_and_short_pauses_end_nothing() {
        assert_eq!(changes("..##...##...#.#.....##....."), []);
        let paused = changes("...####....####....####.......");
        assert_eq!(paused.len(), 2, "{paused:?}");
        // A gap of one frame in the beginning does not hide it.
        assert_eq!(changes("..##.##")[0], (6, Begins { at: 0 }));
    }

    #[test]
    fn one_that_is_too_long_is_cut_without_losing_anything() {
        let found = changes(&format!("{}.....", "#".repeat(100)));
        let ends = |at: usize| (at - 1, Ends { at: at as u64 });
        assert_eq!(found[..3], [(2, Begins { at: 0 }), ends(40), (40, Begins { at: 40 })]);
        assert_eq!(found[3..5], [ends(80), (80, Begins { at: 80 })]);
        assert_eq!(found[5], (104, Ends { at: 100 }));
    }

    #[test]
    fn ending_by_hand_ends_once() {
        let mut endpointer = endpointer();
        assert_eq!(endpointer.finish(), None);
        for _ in 0..5 {
            endpointer.frame(true);
        }
        endpointer.frame(false);
        assert_eq!(endpointer.finish(), Some(Ends { at: 5 }));
        assert_eq!(endpointer.finish(), None);
        // The next one does not reach back into it.
        let begun: Vec<Change> = (0..3).filter_map(|_| endpointer.frame(true)).collect();
        assert_eq!(begun, [Begins { at: 6 }]);
    }

    #[test]
    fn the_defaults_are_what_the_documentation_says() {
        let endpointer = Endpointer::new(&Endpointing::default());
        let found = (endpointer.begin, endpointer.before, endpointer.end, endpointer.longest);
        assert_eq!(found, (13, 19, 38, 938));
    }

    proptest! {
        #[test]
        fn utterances_alternate_never_overlap_and_are_bounded(
            frames in prop::collection::vec(any::<bool>(), 0..400),
            runs in prop::collection::vec((any::<bool>(), 1_usize..60), 0..20),
        ) {
            let runs = runs.into_iter().flat_map(|(voice, length)| vec![voice; length]);
            let frames: Vec<bool> = frames.into_iter().chain(runs).collect();
            let mut endpointer = endpointer();
            let (mut open, mut last_end) = (None, 0);
            for (at, frame) in (0_u64..).zip(frames) {
                // What a beginning reaches back to must still be kept.
                let oldest = endpointer.oldest();
                match endpointer.frame(frame) {
                    Some(Begins { at: began }) => {
                        prop_assert!(open.is_none());
                        prop_assert!(began >= last_end && began <= at && began >= oldest);
                        open = Some(began);
                    }
                    Some(Ends { at: ended }) => {
                        let began = open.take().expect("one has begun");
                        prop_assert!(ended > began && ended <= at + 1);
                        prop_assert!(at + 1 - began <= 40);
                        last_end = ended;
                    }
                    None => {}
                }
            }
        }
    }
}
