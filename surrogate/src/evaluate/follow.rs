//! Which particle of another run stands for which of the reference.
//!
//! A particle of the reference is followed by the one of the other run that is
//! nearest when it is first seen, and how far off that was then is taken off ever
//! after. For runs that begin with the same particles this is the particle of the
//! same id; water that is let in has ids by the order of its birth, which differ
//! between runs, and coarser solvers have fewer particles, each of which stands
//! for several.

use weir_scene::Frame;

use super::ids::Places;

/// Follows the particles of a reference in another run.
#[derive(Clone, Debug)]
pub struct Follow {
    reach_m: f32,
    /// By id, for those that have been seen.
    pairs: Vec<Option<Pair>>,
}

/// Id in the other run and how far off that was; none if nobody follows.
type Pair = Option<(u32, [f32; 2])>;

/// How far off the followers are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Offset {
    /// Mean of the squared distance, m².
    pub squared_m2: f64,
    /// Particles of the reference that are alive and followed by one that is.
    pub particles: usize,
    /// Particles of the reference that are alive.
    pub alive: usize,
}

impl Follow {
    /// Nobody is followed yet. `reach_m` is how far off a follower may be at first.
    pub fn new(reach_m: f64) -> Self {
        Self { reach_m: reach_m as f32, pairs: Vec::new() }
    }

    /// Finds followers of the particles that are new in `reference`.
    pub fn see(&mut self, reference: &Frame, other: &Frame) {
        let ids = reference.ids.iter().max().map_or(0, |&id| id as usize + 1);
        self.pairs.resize(self.pairs.len().max(ids), None);
        let fresh = |id: &u32| self.pairs[*id as usize].is_none();
        let born: Vec<usize> =
            (0..reference.ids.len()).filter(|&k| fresh(&reference.ids[k])).collect();
        if born.is_empty() {
            return;
        }
        let mut order: Vec<usize> = (0..other.ids.len()).collect();
        let x = |k: &usize| other.positions_m[*k][0];
        order.sort_unstable_by(|a, b| x(a).total_cmp(&x(b)));
        for k in born {
            let p = reference.positions_m[k];
            let first = order.partition_point(|k| x(k) < p[0] - self.reach_m);
            let within = order[first..].iter().take_while(|k| x(k) <= p[0] + self.reach_m);
            let offset = |&k: &usize| [0, 1].map(|axis| other.positions_m[k][axis] - p[axis]);
            let nearest = within
                .map(|k| (offset(k), *k))
                .min_by(|(a, _), (b, _)| a[0].hypot(a[1]).total_cmp(&b[0].hypot(b[1])));
            let pair = nearest
                .filter(|(offset, _)| offset[0].hypot(offset[1]) <= self.reach_m)
                .map(|(offset, k)| (other.ids[k], offset));
            self.pairs[reference.ids[k] as usize] = Some(pair);
        }
    }

    /// How far off the followers are in these frames.
    pub fn offset(&self, reference: &Frame, other: &Frame) -> Offset {
        let places = Places::of(other);
        let mut offset = Offset { alive: reference.ids.len(), ..Offset::default() };
        for (id, p) in reference.ids.iter().zip(&reference.positions_m) {
            let Some(Some(Some((follower, off)))) = self.pairs.get(*id as usize) else { continue };
            let Some(q) = places.get(*follower).map(|k| other.positions_m[k]) else { continue };
            let d = [0, 1].map(|k| f64::from(q[k] - off[k] - p[k]));
            offset.squared_m2 += d[0] * d[0] + d[1] * d[1];
            offset.particles += 1;
        }
        offset.squared_m2 /= offset.particles.max(1) as f64;
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(particles: &[(u32, [f32; 2])]) -> Frame {
        let ids = particles.iter().map(|p| p.0).collect();
        let positions_m = particles.iter().map(|p| p.1).collect();
        Frame { ids, positions_m, ..Frame::default() }
    }

    #[test]
    fn equal_runs_are_nowhere_off_in_any_order() {
        let mut follow = Follow::new(0.01);
        let first = frame(&[(0, [0.1, 0.1]), (1, [0.2, 0.1])]);
        follow.see(&first, &first);
        let turned = frame(&[(1, [0.2, 0.1]), (0, [0.1, 0.1])]);
        let offset = follow.offset(&first, &turned);
        assert_eq!(offset, Offset { squared_m2: 0.0, particles: 2, alive: 2 });
    }

    #[test]
    fn a_shift_of_all_is_its_square() {
        let mut follow = Follow::new(0.01);
        let first = frame(&[(0, [0.1, 0.1]), (1, [0.2, 0.1])]);
        follow.see(&first, &first);
        let shifted = frame(&[(0, [0.13, 0.14]), (1, [0.23, 0.14])]);
        assert!((follow.offset(&first, &shifted).squared_m2 - 0.0025).abs() < 1e-7);
    }

    #[test]
    fn births_are_matched_by_place_and_a_coarse_particle_stands_for_several() {
        let mut follow = Follow::new(0.02);
        let coarse = frame(&[(7, [0.11, 0.1])]);
        let fine = frame(&[(0, [0.1, 0.1]), (1, [0.12, 0.1])]);
        follow.see(&fine, &coarse);
        assert!(follow.offset(&fine, &coarse).squared_m2 < 1e-12, "what was off then is taken off");
        // A birth far from any other is not followed; one that has left does not count.
        let later = frame(&[(0, [0.1, 0.1]), (2, [0.9, 0.9])]);
        follow.see(&later, &coarse);
        let offset = follow.offset(&later, &coarse);
        assert_eq!((offset.particles, offset.alive), (1, 2));
        assert_eq!(follow.offset(&later, &frame(&[])).particles, 0);
    }
}
