//! Who is near whom.

use crate::{BITS, points};

/// The smallest and the largest side of a bin, as powers of two.
const SIDES: [u32; 2] = [4, BITS - 1];
/// Particles of one bin that are looked at, so that a crowd costs no more than water does.
const CROWD: usize = 8;

/// Square bins over a list of places that is sorted by [`points::morton`]: each bin is a
/// run of the list.
#[derive(Clone, Debug, Default)]
pub struct Bins {
    /// Side of a bin, as a power of two.
    shift: u32,
    /// Where in the list each bin begins, and its end.
    start: Vec<u32>,
}

impl Bins {
    /// Sorts places into the smallest bins that hold three for each two that are not empty:
    /// in water, a little more than two.
    pub fn fill(&mut self, codes: &[u32]) {
        let [least, most] = SIDES;
        let full = |&shift: &u32| {
            let bins = codes.chunk_by(|a, b| a >> (2 * shift) == b >> (2 * shift)).count();
            2 * codes.len() >= 3 * bins
        };
        self.shift = (least..most).find(full).unwrap_or(most);
        self.start.clear();
        self.start.resize((1 << (2 * (BITS - self.shift))) + 1, 0);
        for code in codes {
            self.start[(code >> (2 * self.shift)) as usize + 1] += 1;
        }
        let mut sum = 0;
        for start in &mut self.start {
            sum += *start;
            *start = sum;
        }
    }

    /// Side of a bin, in steps of a coordinate.
    pub fn side(&self) -> f64 {
        f64::from(1_u32 << self.shift)
    }

    /// Calls `see` with particles near a place, some of each bin: of the bin that it lies in,
    /// of the four beside that, and of the nearest at its corners.
    #[inline]
    pub fn around(&self, at: [u16; 2], mut see: impl FnMut(usize)) {
        let bins = 1 << (BITS - self.shift);
        let [x, y] = at.map(|c| i32::from(c >> self.shift));
        let corner = at.map(|c| 2 * i32::from((c >> (self.shift - 1)) & 1) - 1);
        for up in -1..=1 {
            for right in -1..=1 {
                let is_far = right != 0 && up != 0 && [right, up] != corner;
                let [x, y] = [x + right, y + up];
                if is_far || x < 0 || y < 0 || x >= bins || y >= bins {
                    continue;
                }
                let bin = points::morton([x as u16, y as u16]) as usize;
                let [start, end] = [self.start[bin], self.start[bin + 1]].map(|k| k as usize);
                for k in start..end.min(start + CROWD) {
                    see(k);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(places: &[[u16; 2]]) -> (Bins, Vec<[u16; 2]>) {
        let mut places = places.to_vec();
        places.sort_by_key(|&place| points::morton(place));
        let codes: Vec<u32> = places.iter().map(|&place| points::morton(place)).collect();
        let mut bins = Bins::default();
        bins.fill(&codes);
        (bins, places)
    }

    fn found(bins: &Bins, at: [u16; 2]) -> Vec<usize> {
        let mut found = Vec::new();
        bins.around(at, |k| found.push(k));
        found
    }

    #[test]
    fn all_that_are_near_are_found_and_few_others() {
        let rows: Vec<[u16; 2]> = (0..4096).map(|k| [21 * (k % 64), 21 * (k / 64)]).collect();
        let (bins, places) = bins(&rows);
        assert_eq!(bins.side(), 32.0);
        for &[x, y] in &places {
            let near = |[p, q]: [u16; 2]| p.abs_diff(x) <= 16 && q.abs_diff(y) <= 16;
            let found = found(&bins, [x, y]);
            assert!((4..=24).contains(&found.len()));
            assert!((0..places.len()).filter(|&k| near(places[k])).all(|k| found.contains(&k)));
        }
    }

    #[test]
    fn neither_none_nor_one_nor_a_crowd_is_a_case_of_its_own() {
        assert_eq!(found(&bins(&[]).0, [4095, 0]), []);
        assert_eq!(found(&bins(&[[7, 4095]]).0, [4095, 4095]), [0]);
        assert_eq!(found(&bins(&[[9, 9]; 5000]).0, [9, 9]).len(), CROWD);
    }
}
