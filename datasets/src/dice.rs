//! Chance that is the same on every machine.
//!
//! ChaCha (Bernstein 2008) has a specified stream, and what is made of its bits
//! is made here: no library's idea of a distribution can change a data set.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::recipe::{Count, Span};

/// Chance for one scene.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of scene `scene` under `seed`; no two of them overlap.
    pub(crate) fn new(seed: u64, scene: u64) -> Self {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream(scene);
        Self(stream)
    }

    /// A number from 0 to 1, the latter excluded.
    pub(crate) fn unit(&mut self) -> f64 {
        // 53 bits are what an f64 holds.
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number of `low..high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A number of a span.
    pub(crate) fn of(&mut self, span: Span) -> f64 {
        self.between(span.low(), span.high())
    }

    /// A whole number of a count, both ends included.
    pub(crate) fn whole(&mut self, count: Count) -> usize {
        count.low() + self.below(count.high() - count.low() + 1)
    }

    /// A whole number below `end`, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((self.unit() * end as f64) as usize).min(end.saturating_sub(1))
    }

    /// True in a `share` of all cases.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// 1 or −1.
    pub(crate) fn sign(&mut self) -> f64 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }

    /// Mean 0, deviation 1, never beyond 6 (the sum of twelve).
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// One of a list.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(list.len()))
    }

    /// One of a list of pairs, by the weights in them.
    pub(crate) fn weighted<T: Copy>(&mut self, list: &[(T, f64)]) -> Option<T> {
        let mut left = self.unit() * list.iter().map(|(_, weight)| weight).sum::<f64>();
        let chosen = list.iter().find(|(_, weight)| {
            left -= weight;
            left < 0.0
        });
        chosen.or(list.last()).map(|&(item, _)| item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_one_it_always_was() {
        let mut dice = Dice::new(1, 0);
        let first: Vec<f64> = (0..3).map(|_| dice.unit()).collect();
        assert_eq!(first, FIRST);
        assert_ne!(Dice::new(1, 1).unit(), FIRST[0]);
        assert_ne!(Dice::new(2, 0).unit(), FIRST[0]);
    }

    const FIRST: [f64; 3] = [0.40248566366484806, 0.08038370892978197, 0.5965601809348549];

    #[test]
    fn weights_are_shares() {
        let mut dice = Dice::new(7, 7);
        let list = [('a', 1.0), ('b', 3.0), ('c', 0.0)];
        let drawn: Vec<char> = (0..4_000).filter_map(|_| dice.weighted(&list)).collect();
        let share = |c| drawn.iter().filter(|&&d| d == c).count() as f64 / 4_000.0;
        assert!((share('a') - 0.25).abs() < 0.03 && share('c') == 0.0);
        assert!(dice.weighted::<char>(&[]).is_none());
    }

    #[test]
    fn whole_numbers_reach_both_ends() {
        let mut dice = Dice::new(7, 8);
        let count = Count::new(2, 4);
        let drawn: Vec<usize> = (0..200).map(|_| dice.whole(count)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&2), Some(&4)));
    }
}
