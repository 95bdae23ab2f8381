//! Random numbers that are the same on every machine, for ever.

/// SplitMix64 (Steele, Lea & Flood 2014).
pub(super) struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `[low, high)`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        low + (high - low) * unit
    }

    /// An angle in `[0, 2π)`, radians.
    pub fn angle(&mut self) -> f64 {
        self.between(0.0, std::f64::consts::TAU)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_number_is_that_of_the_published_generator() {
        assert_eq!(Rng::new(0).next(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn numbers_stay_in_range_and_average_to_the_middle() {
        let mut rng = Rng::new(7);
        let numbers: Vec<f64> = (0..10_000).map(|_| rng.between(-1.0, 3.0)).collect();
        assert!(numbers.iter().all(|n| (-1.0..3.0).contains(n)));
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        assert!((mean - 1.0).abs() < 0.05, "mean {mean}");
    }
}
