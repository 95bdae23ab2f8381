//! Random numbers that a seed, a step and a sample decide: a run can be resumed with
//! nothing remembered, and no other user of chance can disturb it.

/// SplitMix64 (Steele, Lea & Flood 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The dice of one sample of one step.
    pub fn new(seed: u64, step: u64, sample: u64) -> Self {
        let mut dice = Self(seed);
        dice.0 = dice.next() ^ step;
        dice.0 = dice.next() ^ sample.rotate_left(32);
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform below `count`, which is above zero.
    pub fn below(&mut self, count: u64) -> u64 {
        ((self.unit() * count as f64) as u64).min(count - 1)
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Normally distributed with unit variance (Box & Muller 1958).
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        (radius * (std::f64::consts::TAU * self.unit()).cos()) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_their_moments() {
        let mut dice = Dice::new(1, 2, 3);
        let n = 20_000;
        let numbers: Vec<f64> = (0..n).map(|_| f64::from(dice.normal())).collect();
        let mean = numbers.iter().sum::<f64>() / f64::from(n);
        let variance = numbers.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }

    #[test]
    fn neighbouring_samples_differ() {
        let first = |step, sample| Dice::new(7, step, sample).unit();
        assert_ne!(first(0, 0), first(0, 1));
        assert_ne!(first(0, 1), first(1, 0));
        assert_eq!(first(5, 2), first(5, 2));
    }
}
