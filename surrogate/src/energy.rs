//! Water at rest cannot begin to move by itself, and sloshing dies down.
//!
//! A network's answer is a little wrong, and where it is wrong in step with a wave, the
//! wave grows: nothing in one call tells a push from a pull. But walls and lines do no
//! work, so what mechanical energy a body of water has can only become less. After each
//! call the water of each body that has gained some is slowed down to what it had.
//!
//! A body is what touches: particles that belong to a common node of the grid, before or
//! after the call, and so on from one to the next. No line runs through it, and what two
//! bodies do to each other when they meet is within one.

use rayon::prelude::*;

use crate::bed::Bed;
use crate::encode::Water;
use crate::transfer::{Shares, shares_at};

/// Particles that one task covers.
const CHUNK: usize = 512;

/// What the water had before a call.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    shares: &'a [Shares],
    /// Of each particle, (cells/s)².
    energies: Vec<f64>,
    /// Cells/s².
    gravity: [f64; 2],
}

impl<'a> Account<'a> {
    /// Looks at `water` before a call; `shares` are those of its particles, `gravity` is
    /// in cells/s².
    pub fn open(water: &Water, shares: &'a [Shares], gravity: [f64; 2]) -> Self {
        let energies = (0..water.len()).map(|k| kinetic(water, k) + potential(water, k, gravity));
        Self { shares, energies: energies.collect(), gravity }
    }

    /// Slows down what has gained energy since, but for bodies at the places in `fed`
    /// (cells), where water is let in: whatever drives it works on them.
    pub fn settle(&self, bed: &Bed, water: &mut Water, fed: &[[f32; 2]]) {
        let count = self.energies.len().min(water.len());
        let positions = water.position[..count].par_iter().with_min_len(CHUNK);
        let now: Vec<Shares> = positions.map(|&p| shares_at(bed, p)).collect();
        let mut bodies = Bodies::new(bed.room.len());
        let homes: Vec<Option<usize>> =
            self.shares.iter().zip(&now).map(|(was, is)| bodies.join([was, is])).collect();
        let fed: Vec<usize> =
            fed.iter().filter_map(|&p| bodies.join([&shares_at(bed, p); 2])).collect();
        let mut sums = vec![Sums::default(); bed.room.len()];
        for (k, home) in homes.iter().enumerate() {
            let Some(home) = *home else { continue };
            let (kinetic, sums) = (kinetic(water, k), &mut sums[bodies.of(home)]);
            sums.kinetic += kinetic;
            sums.gained += kinetic + potential(water, k, self.gravity) - self.energies[k];
        }
        // What comes in pushes what is there.
        for node in fed {
            sums[bodies.of(node)].gained = f64::NEG_INFINITY;
        }
        for (v, home) in water.velocity.iter_mut().zip(&homes) {
            let Some(home) = *home else { continue };
            let factor = sums[bodies.of(home)].factor();
            if factor < 1.0 {
                *v = v.map(|v| v * factor);
            }
        }
    }
}

/// Of one body of water, (cells/s)².
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    kinetic: f64,
    gained: f64,
}

impl Sums {
    /// What takes the gain off again, as far as there is motion to take it from.
    fn factor(self) -> f32 {
        // What adding numbers up gains is nothing.
        if self.gained <= 1e-6 * self.kinetic {
            return 1.0;
        }
        (1.0 - self.gained / self.kinetic).max(0.0).sqrt() as f32
    }
}

fn kinetic(water: &Water, k: usize) -> f64 {
    0.5 * water.velocity[k].iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>()
}

fn potential(water: &Water, k: usize, gravity: [f64; 2]) -> f64 {
    -(0..2).map(|a| gravity[a] * f64::from(water.position[k][a])).sum::<f64>()
}

/// Which nodes belong together (Galler & Fischer 1964).
struct Bodies(Vec<u32>);

impl Bodies {
    fn new(nodes: usize) -> Self {
        Self((0..nodes as u32).collect())
    }

    /// The node that stands for the body of `node`.
    fn of(&mut self, mut node: usize) -> usize {
        while self.0[node] as usize != node {
            self.0[node] = self.0[self.0[node] as usize];
            node = self.0[node] as usize;
        }
        node
    }

    /// Joins all nodes that a particle belongs or has belonged to. Returns one of them.
    fn join(&mut self, shares: [&Shares; 2]) -> Option<usize> {
        let mut home = None;
        for shares in shares {
            shares.each(|node, weight| {
                if weight <= 0.0 {
                    return;
                }
                let node = self.of(node);
                let first = self.of(home.unwrap_or(node));
                self.0[first.max(node)] = first.min(node) as u32;
                home = Some(first.min(node));
            });
        }
        home
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bed::ten_by_ten as bed;

    const GRAVITY: [f64; 2] = [0.0, -10.0];

    /// Two rows of particles, from 1.25 to 4.75 cells and from 6.75 to 9.25.
    fn two_pools() -> Water {
        let mut water = Water::default();
        for k in 0..14 {
            let x = if k < 8 { 1.25 + 0.5 * k as f32 } else { 2.75 + 0.5 * k as f32 };
            water.push(k, [x, 2.5], [0.1 * k as f32, 1.0]);
        }
        water
    }

    fn energy(water: &Water, which: std::ops::Range<usize>) -> f64 {
        which.map(|k| kinetic(water, k) + potential(water, k, GRAVITY)).sum()
    }

    /// What is left after `change`.
    fn settled(
        bed: &Bed,
        fed: &[[f32; 2]],
        mut water: Water,
        change: impl Fn(&mut Water),
    ) -> Water {
        let shares: Vec<Shares> = water.position.iter().map(|&p| shares_at(bed, p)).collect();
        let account = Account::open(&water, &shares, GRAVITY);
        change(&mut water);
        account.settle(bed, &mut water, fed);
        water
    }

    #[test]
    fn who_gains_is_slowed_to_what_it_had_and_others_are_left_alone() {
        let given = two_pools();
        let before = energy(&given, 0..8);
        let settled = settled(&bed(""), &[], given.clone(), |water| {
            water.velocity[3][1] += 2.0;
            water.position[5][1] += 0.1;
        });
        assert!((energy(&settled, 0..8) / before - 1.0).abs() < 1e-6);
        assert_eq!(settled.velocity[8..], given.velocity[8..], "the other pool has not gained");
        assert_eq!(settled.position[5], [given.position[5][0], given.position[5][1] + 0.1]);
    }

    #[test]
    fn what_is_lost_is_not_given_back() {
        let slower = |water: &mut Water| water.velocity.iter_mut().for_each(|v| v[0] *= 0.5);
        let mut expected = two_pools();
        slower(&mut expected);
        assert_eq!(settled(&bed(""), &[], two_pools(), slower), expected);
    }

    #[test]
    fn what_meets_is_one_body_and_passes_energy_on() {
        // The left gives what the right gains.
        let given = |water: &mut Water| {
            water.velocity[0][1] = 0.0;
            water.velocity[9][1] = 2.0_f32.sqrt();
        };
        // A drop between the pools joins them.
        let mut joined = two_pools();
        joined.push(14, [5.75, 2.5], [0.0; 2]);
        let mut expected = joined.clone();
        given(&mut expected);
        assert_eq!(settled(&bed(""), &[], joined.clone(), given), expected);
        // Apart, or with a line between, they cannot have done it.
        let wall = bed("stroke = [{ points_m = [[0.56, 0.0], [0.56, 1.0]] }]");
        for (bed, water) in [(bed(""), two_pools()), (wall, joined)] {
            let settled = settled(&bed, &[], water.clone(), given);
            assert!(settled.velocity[9][1] < 0.99 * 2.0_f32.sqrt());
            assert_eq!(settled.velocity[1], water.velocity[1]);
        }
    }

    #[test]
    fn a_body_that_is_fed_may_gain() {
        let gain = |water: &mut Water| {
            water.velocity[3][1] += 2.0;
            water.velocity[9][1] += 2.0;
        };
        let mut expected = two_pools();
        gain(&mut expected);
        let settled = settled(&bed(""), &[[2.0, 3.0]], two_pools(), gain);
        assert_eq!(settled.velocity[..8], expected.velocity[..8], "the left one is fed");
        assert!(settled.velocity[9][1] < expected.velocity[9][1], "the right one is not");
    }

    #[test]
    fn free_fall_is_no_gain() {
        let mut water = Water::default();
        water.push(0, [5.0, 5.0], [1.0, 2.0]);
        let fallen = settled(&bed(""), &[], water, |water| {
            (water.position[0], water.velocity[0]) = ([5.1, 5.15], [1.0, 1.0]);
        });
        assert!((fallen.velocity[0][1] - 1.0).abs() < 1e-5, "{fallen:?}");
    }
}
