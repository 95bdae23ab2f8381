//! What runs cost, and so how many of them can move at full speed.
//!
//! A visitor who presses start where there is no room is told how long to wait. That is
//! better than everybody's water going slower without a word.

use std::time::Duration;

use crate::stage::BEAT;

/// Share of a beat that may be planned for; the rest is for what nobody planned.
const MOST: f64 = 0.85;
/// How fast an estimate follows what is measured, for each beat.
const FOLLOW: f64 = 0.02;
/// How long a visit lasts until somebody has measured one, seconds.
const VISIT_S: f64 = 60.0;

/// Estimates by experience.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Share of a beat for each unit of effort.
    share: f64,
    /// How long a run moves until it stops, seconds.
    visit_s: f64,
}

impl Cost {
    /// Before the first beat: what a call of the network took for each particle.
    pub fn new(call_s_a_particle: f64) -> Self {
        Self { share: call_s_a_particle / BEAT.as_secs_f64(), visit_s: VISIT_S }
    }

    /// A beat took `share` of its time for runs of this much effort.
    pub fn learn(&mut self, effort: f64, share: f64) {
        if effort > 0.0 {
            self.share += FOLLOW * (share / effort - self.share);
        }
    }

    /// A run moved for so long.
    pub fn learn_visit(&mut self, moved: Duration) {
        self.visit_s += 0.1 * (moved.as_secs_f64() - self.visit_s);
    }

    /// Whether a run of this effort has room beside others. The first always has.
    pub fn has_room(&self, others: f64, effort: f64) -> bool {
        others <= 0.0 || (others + effort) * self.share <= MOST
    }

    /// How long somebody waits with `before` before and `playing` at work, seconds.
    pub fn wait_s(&self, before: usize, playing: usize) -> u64 {
        (self.visit_s * (before + 1) as f64 / playing.max(1) as f64).ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_until_the_beat_is_full_and_always_for_one() {
        let mut cost = Cost::new(0.1 * BEAT.as_secs_f64());
        assert!(cost.has_room(0.0, 1000.0), "slowly is better than never");
        assert!(cost.has_room(4.0, 4.0));
        assert!(!cost.has_room(4.0, 5.0));
        (0..1000).for_each(|_| cost.learn(2.0, 0.1));
        assert!(cost.has_room(4.0, 12.0), "it was cheaper than was thought");
        assert!(!cost.has_room(4.0, 14.0));
        cost.learn(0.0, 0.01);
        assert!(cost.has_room(4.0, 12.0), "an empty beat says nothing");
    }

    #[test]
    fn waits_follow_how_long_visits_are() {
        let mut cost = Cost::new(1.0);
        assert_eq!((cost.wait_s(0, 2), cost.wait_s(3, 2)), (30, 120));
        (0..200).for_each(|_| cost.learn_visit(Duration::from_secs(10)));
        assert_eq!(cost.wait_s(0, 2), 6, "just above five");
    }
}
