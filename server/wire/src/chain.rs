//! Points that are known from the frames before: what is sent is by how much they
//! went elsewhere than they were expected.
//!
//! Both ends keep the particles in the order of Morton's curve, so that neighbours in the
//! list are neighbours in the water, and both learn the same from what has been sent.

use crate::expect::{Expectation, NEIGHBOURS, cues};
use crate::numbers::{Magnitude, Signed};
use crate::range_coder::{Bit, Coder};
use crate::{LARGEST, MOST_PARTICLES, WireError, points};

/// Kinds of surroundings that errors are learned by: half octaves of what was missed
/// nearby, and one for particles whose step is not known.
const KINDS: usize = 20;

/// A particle that both ends know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Where it is.
    pub at: [u16; 2],
    /// How far it went since the frame before, if that is known.
    pub went: Option<[i16; 2]>,
    /// How much more that was than in the frame before.
    pub turned: [i16; 2],
    /// By how much its place was mistaken.
    missed: u16,
}

impl Known {
    /// A particle of which only the place is known.
    pub fn new(at: [u16; 2]) -> Self {
        Self { at, ..Self::default() }
    }

    /// The particle in the next frame.
    fn moved(self, to: [u16; 2], missed: u16) -> Self {
        let went = [0, 1].map(|a| (i32::from(to[a]) - i32::from(self.at[a])) as i16);
        let turned = self.went.map_or([0; 2], |old| [0, 1].map(|a| went[a] - old[a]));
        Self { at: to, went: Some(went), turned, missed }
    }
}

/// What both ends know of the water, and have learned since the chain began.
#[derive(Clone, Debug)]
pub struct Chain {
    known: Vec<Known>,
    gone: [Bit; 2],
    expected: [Expectation; 2],
    errors: [Vec<Signed>; 2],
    births: Magnitude,
    place: [Signed; 2],
}

impl Chain {
    /// A chain that begins with particles at these places, in the order of
    /// [`points::morton`].
    pub fn new(places: impl IntoIterator<Item = [u16; 2]>) -> Self {
        Self {
            known: places.into_iter().map(Known::new).collect(),
            gone: Default::default(),
            expected: Default::default(),
            errors: [(); 2].map(|()| vec![Signed::default(); KINDS]),
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
        let mut order: Vec<u32> = (0..self.known.len() as u32).collect();
        order.sort_by_key(|&k| points::morton(self.known[k as usize].at));
        self.known = order.iter().map(|&k| self.known[k as usize]).collect();
        order
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
        let mut near = [Known::default(); NEIGHBOURS];
        let (mut was_gone, mut kept) = (false, 0);
        for k in 0..self.known.len() {
            let to = next.get(k).copied().flatten();
            let model = &mut self.gone[usize::from(was_gone)];
            was_gone = coder.bit(model, to.is_none() && !next.is_empty())?;
            if was_gone {
                continue;
            }
            let moved = self.step(coder, self.known[k], &near, to)?;
            near.rotate_right(1);
            near[0] = moved;
            self.known[kept] = moved;
            kept += 1;
        }
        self.known.truncate(kept);
        self.let_in(coder, born)
    }

    fn step(
        &mut self,
        coder: &mut impl Coder,
        particle: Known,
        near: &[Known; NEIGHBOURS],
        to: Option<[u16; 2]>,
    ) -> Result<Known, WireError> {
        let kind = kind(&particle, near);
        let cues = [0, 1].map(|a| cues(a, &particle, near));
        let (mut at, mut missed) = ([0; 2], 0);
        for a in 0..2 {
            // What is seen for the first time goes as its neighbour did.
            let step = match particle.went {
                Some(went) => {
                    i32::from(went[a]) + (self.expected[a].of(&cues[a]) + 0.5).floor() as i32
                }
                None => near[0].went.map_or(0, |went| i32::from(went[a])),
            };
            let expected = (i32::from(particle.at[a]) + step).clamp(0, i32::from(LARGEST));
            let error = to.map_or(0, |to| i32::from(to[a]) - expected);
            let error = self.errors[a][kind].code(coder, error)?;
            at[a] = place(expected.saturating_add(error))?;
            missed += error.unsigned_abs() as u16;
        }
        let moved = particle.moved(at, missed);
        if particle.went.is_some() {
            for a in 0..2 {
                self.expected[a].learn(&cues[a], f64::from(moved.turned[a]));
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

/// How much is likely to be missed here.
fn kind(particle: &Known, near: &[Known; NEIGHBOURS]) -> usize {
    if particle.went.is_none() {
        return KINDS - 1;
    }
    let around: u32 = near.iter().map(|n| u32::from(n.missed)).sum();
    let missed = 6 * around + 3 * u32::from(near[0].missed) + 5 * u32::from(particle.missed) + 4;
    let octave = 31 - missed.leading_zeros();
    let half = (missed >> (octave - 1)) & 1;
    (2 * octave as usize - 4 + half as usize).min(KINDS - 2)
}
