//! Points that are known from the frames before: what is sent is by how much they
//! went elsewhere than they were expected.
//!
//! Both ends keep the particles in the order of Morton's curve, so that neighbours in the
//! list are neighbours in the water, and both learn the same from what has been sent.

use crate::expect::Expectation;
use crate::numbers::{Magnitude, Signed};
use crate::range_coder::{Bit, Coder};
use crate::surroundings::{Opinion, Surroundings};
use crate::{LARGEST, MOST_PARTICLES, WireError, points};

/// Kinds of surroundings that errors are learned by: half octaves of what is likely to be
/// missed.
const KINDS: usize = 22;

/// A particle that both ends know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Where it is.
    pub at: [u16; 2],
    /// How far it went since the frame before, if that is known.
    pub went: Option<[i16; 2]>,
    /// How much more that was than in the frame before.
    pub turned: [i16; 2],
    /// By how much it went farther than was expected.
    pub missed: [i16; 2],
}

impl Known {
    /// A particle of which only the place is known.
    pub fn new(at: [u16; 2]) -> Self {
        Self { at, ..Self::default() }
    }

    /// The particle in the next frame.
    fn moved(self, to: [u16; 2], missed: [i16; 2]) -> Self {
        let went = [0, 1].map(|a| (i32::from(to[a]) - i32::from(self.at[a])) as i16);
        let turned = self.went.map_or([0; 2], |old| [0, 1].map(|a| went[a] - old[a]));
        Self { at: to, went: Some(went), turned, missed }
    }
}

/// What both ends know of the water, and have learned since the chain began.
#[derive(Clone, Debug)]
pub struct Chain {
    known: Vec<Known>,
    surroundings: Surroundings,
    gone: [Bit; 2],
    expected: [Expectation; 2],
    /// By axis, of particles without a step and with one.
    errors: [[Vec<Signed>; 2]; 2],
    births: Magnitude,
    place: [Signed; 2],
}

impl Chain {
    /// A chain that begins with particles at these places, in the order of
    /// [`points::morton`].
    pub fn new(places: impl IntoIterator<Item = [u16; 2]>) -> Self {
        let errors = || vec![Signed::default(); KINDS];
        Self {
            known: places.into_iter().map(Known::new).collect(),
            surroundings: Surroundings::default(),
            gone: Default::default(),
            expected: Default::default(),
            errors: [(); 2].map(|()| [errors(), errors()]),
            births: Magnitude::default(),
            place: Default::default(),
        }
    }

    /// The particles as of the last frame.
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// Puts the particles back in order. Returns where each was before.
    pub fn sort(&mut self) -> Vec<u32> {
        let key = |(k, known): (usize, &Known)| (points::morton(known.at), k as u32);
        let mut order: Vec<(u32, u32)> = self.known.iter().enumerate().map(key).collect();
        order.sort_unstable();
        self.known = order.iter().map(|&(_, k)| self.known[k as usize]).collect();
        order.into_iter().map(|(_, k)| k).collect()
    }

    /// Takes all particles to the next frame. To write, `next` has where each one is then,
    /// `None` where it has left, and `born` those that come; to read, both are empty.
    ///
    /// # Errors
    /// The bytes are no such frame. The chain is then broken.
    pub fn advance(
        &mut self,
        coder: &mut impl Coder,
        next: &[Option<[u16; 2]>],
        born: &[[u16; 2]],
    ) -> Result<(), WireError> {
        let codes: Vec<u32> = self.known.iter().map(|known| points::morton(known.at)).collect();
        self.surroundings.begin(&self.known, &codes);
        let (mut was_gone, mut kept) = (false, 0);
        for k in 0..self.known.len() {
            let to = next.get(k).copied().flatten();
            let model = &mut self.gone[usize::from(was_gone)];
            was_gone = coder.bit(model, to.is_none() && !next.is_empty())?;
            if was_gone {
                self.surroundings.tell(k, None);
                continue;
            }
            let moved = self.step(coder, k, to)?;
            self.surroundings.tell(k, Some(&moved));
            self.known[kept] = moved;
            kept += 1;
        }
        self.known.truncate(kept);
        self.surroundings.end();
        self.expected.iter_mut().for_each(Expectation::learn);
        self.let_in(coder, born)
    }

    fn step(
        &mut self,
        coder: &mut impl Coder,
        k: usize,
        to: Option<[u16; 2]>,
    ) -> Result<Known, WireError> {
        let particle = self.known[k];
        let opinion = self.surroundings.opinion(k, particle.at);
        let (mut at, mut missed, mut spreads) = ([0; 2], [0; 2], [0.0; 2]);
        for a in 0..2 {
            // What is seen for the first time goes as its neighbours do.
            let step = match particle.went {
                Some(went) => f64::from(went[a]) + self.expected[a].of(&opinion.cues[a]),
                None => opinion.step[a],
            };
            let expected = f64::from(particle.at[a]) + (step + 0.5).floor();
            let expected = expected.clamp(0.0, f64::from(LARGEST)) as i32;
            spreads[a] = spread(a, &particle, &opinion, missed[0]);
            let model = &mut self.errors[a][usize::from(particle.went.is_some())];
            let error = to.map_or(0, |to| i32::from(to[a]) - expected);
            let error = model[kind(spreads[a])].code(coder, error)?;
            at[a] = place(expected.saturating_add(error))?;
            missed[a] = error as i16;
        }
        let moved = particle.moved(at, missed);
        if particle.went.is_some() {
            for a in 0..2 {
                let came = f64::from(moved.turned[a]);
                self.expected[a].note(&opinion.cues[a], came, spreads[a] + 1.0);
            }
        }
        Ok(moved)
    }

    fn let_in(&mut self, coder: &mut impl Coder, born: &[[u16; 2]]) -> Result<(), WireError> {
        let count = self.births.code(coder, born.len() as u32)? as usize;
        if self.known.len() + count > MOST_PARTICLES {
            return Err(WireError::Wrong("number of particles"));
        }
        let mut last = [i32::from(LARGEST) / 2; 2];
        for k in 0..count {
            let mut at = [0; 2];
            for a in 0..2 {
                let off = born.get(k).map_or(0, |to| i32::from(to[a]) - last[a]);
                at[a] = place(last[a].saturating_add(self.place[a].code(coder, off)?))?;
                last[a] = i32::from(at[a]);
            }
            self.known.push(Known::new(at));
        }
        Ok(())
    }
}

fn place(coordinate: i32) -> Result<u16, WireError> {
    let place = u16::try_from(coordinate).ok().filter(|place| *place <= LARGEST);
    place.ok_or(WireError::Wrong("place"))
}

/// How much is likely to be missed along an axis; `first` is what was along x, before y is
/// told.
fn spread(axis: usize, particle: &Known, opinion: &Opinion, first: i16) -> f64 {
    let own = f64::from(particle.missed[axis]).abs();
    0.15 * own
        + 0.3 * opinion.missed_now[axis]
        + 0.3 * opinion.missed_before[axis]
        + 0.15 * opinion.missed_now[1 - axis]
        + 0.1 * f64::from(first).abs()
}

/// The half octave of a spread.
fn kind(spread: f64) -> usize {
    let missed = (32.0 * spread).floor() as u32 + 4;
    let octave = 31 - missed.leading_zeros();
    let half = (missed >> (octave - 1)) & 1;
    (2 * octave as usize - 4 + half as usize).min(KINDS - 1)
}
