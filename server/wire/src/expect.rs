//! How a particle's motion will change, learned on the way.
//!
//! What pushes a particle pushes its neighbours, and those before it in the list have
//! been told already. So the change of its step is expected to be a weighted sum of how
//! theirs changed, of how they go relative to it, and of how it changed before. The weights follow
//! the water by normalised least mean squares (Nagumo & Noda 1967). Sums are taken in
//! one order and nothing but + − × ÷ is used, so that both ends find the same numbers.

use crate::chain::Known;

/// Neighbours that are looked at.
pub const NEIGHBOURS: usize = 4;
/// Numbers that an expectation is made of.
const CUES: usize = 2 + 2 * NEIGHBOURS;
/// How fast weights follow.
const RATE: f64 = 0.003;
/// Errors beyond this are surprises, and teach no more than it.
const SURPRISE: f64 = 16.0;
/// Keeps small cues from moving weights far.
const CALM: f64 = 64.0;
/// The cue that is always there, in steps of a coordinate.
const ALWAYS: f64 = 4.0;

/// What speaks for a change along one axis.
pub type Cues = [f64; CUES];

/// Gathers the cues of `particle` along `axis`; `near` are those told before it, the
/// last first.
pub fn cues(axis: usize, particle: &Known, near: &[Known; NEIGHBOURS]) -> Cues {
    let step = |known: &Known| known.went.map(|went| f64::from(went[axis]));
    let own = step(particle).unwrap_or_default();
    let mut cues = [0.0; CUES];
    cues[0] = f64::from(particle.turned[axis]);
    cues[1] = ALWAYS;
    for (k, neighbour) in near.iter().enumerate() {
        cues[2 + 2 * k] = f64::from(neighbour.turned[axis]);
        cues[3 + 2 * k] = step(neighbour).map_or(0.0, |step| step - own);
    }
    cues
}

/// Weights of the cues along one axis.
#[derive(Clone, Debug)]
pub struct Expectation([f64; CUES]);

impl Default for Expectation {
    fn default() -> Self {
        let mut weights = [0.0; CUES];
        (weights[2], weights[4], weights[6]) = (0.4, 0.2, 0.1);
        Self(weights)
    }
}

impl Expectation {
    /// The change that is expected.
    pub fn of(&self, cues: &Cues) -> f64 {
        let mut sum = 0.0;
        for (weight, cue) in self.0.iter().zip(cues) {
            sum += weight * cue;
        }
        sum.clamp(-512.0, 512.0)
    }

    /// Learns from the change that came.
    pub fn learn(&mut self, cues: &Cues, came: f64) {
        let error = (came - self.of(cues)).clamp(-SURPRISE, SURPRISE);
        let mut squares = CALM;
        for cue in cues {
            squares += cue * cue;
        }
        let step = RATE * error / squares;
        for (weight, cue) in self.0.iter_mut().zip(cues) {
            *weight += step * cue;
        }
    }
}
