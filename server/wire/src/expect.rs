//! How a particle's motion will change, learned on the way.
//!
//! The change of its step is expected to be a weighted sum of cues from its
//! [surroundings](crate::surroundings). The weights are those that would have told the
//! frames before best: weighted least squares, where old frames count less and less
//! (recursive least squares with a block of one frame). Sums are taken in one order and
//! nothing but + − × ÷ is used, so that both ends find the same numbers.

/// Numbers that an expectation is made of.
pub const CUES: usize = 8;
/// The share of what was learned that is kept from frame to frame.
const KEPT: f64 = 0.8;
/// Ridge: how much speaks for weights to stay as they are.
const RIDGE: f64 = 20.0;
/// Errors beyond so many times the usual one are surprises, and teach no more than it.
const SURPRISE: f64 = 2.5;
/// Weights to begin with: what most water teaches.
const AT_FIRST: Cues = [0.95, 0.2, 0.15, -0.25, 0.3, 0.4, 0.2, 0.45];

/// What speaks for a change along one axis.
pub type Cues = [f64; CUES];

/// Weights of the cues along one axis.
#[derive(Clone, Debug)]
pub struct Expectation {
    weights: Cues,
    /// Sums of cue times cue, of which the lower triangle is used, and of cue times change.
    squares: [Cues; CUES],
    products: Cues,
}

impl Default for Expectation {
    fn default() -> Self {
        Self { weights: AT_FIRST, squares: Default::default(), products: Cues::default() }
    }
}

impl Expectation {
    /// The change that is expected.
    pub fn of(&self, cues: &Cues) -> f64 {
        let mut sum = 0.0;
        for (weight, cue) in self.weights.iter().zip(cues) {
            sum += weight * cue;
        }
        sum.clamp(-512.0, 512.0)
    }

    /// Notes the change that came where errors of about `spread` were to be expected: what
    /// is hard to foresee counts less.
    pub fn note(&mut self, cues: &Cues, came: f64, spread: f64) {
        let expected = self.of(cues);
        let most = SURPRISE * spread;
        let came = expected + (came - expected).clamp(-most, most);
        let counts = 1.0 / (spread * spread);
        for (k, row) in self.squares.iter_mut().enumerate() {
            let cue = counts * cues[k];
            for (sum, other) in row.iter_mut().zip(&cues[..=k]) {
                *sum += cue * other;
            }
            self.products[k] += cue * came;
        }
    }

    /// Learns from what was noted in a frame.
    pub fn learn(&mut self) {
        let (mut a, mut y) = (self.squares, self.products);
        for k in 0..CUES {
            a[k][k] += RIDGE;
            y[k] += RIDGE * self.weights[k];
        }
        // Elimination in a symmetric matrix: above the diagonal is what is below it.
        for j in 0..CUES {
            for i in j + 1..CUES {
                let share = a[i][j] / a[j][j];
                for l in j + 1..=i {
                    a[i][l] -= share * a[l][j];
                }
                y[i] -= share * y[j];
            }
        }
        for j in (0..CUES).rev() {
            let mut left = y[j];
            for l in j + 1..CUES {
                left -= a[l][j] * self.weights[l];
            }
            self.weights[j] = left / a[j][j];
        }
        self.squares.as_flattened_mut().iter_mut().for_each(|sum| *sum *= KEPT);
        self.products.iter_mut().for_each(|sum| *sum *= KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_hold_are_found() {
        let truth = [0.5, -0.25, 1.0, 0.0, 2.0, -1.0, 0.125, 0.75];
        let mut expectation = Expectation::default();
        let mut noise = 1_u32;
        let mut roll = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(noise >> 16) / 4096.0 - 8.0
        };
        for _ in 0..30 {
            for _ in 0..2000 {
                let cues: Cues = std::array::from_fn(|_| roll());
                let came = cues.iter().zip(&truth).map(|(cue, weight)| cue * weight).sum();
                expectation.note(&cues, came, 10.0);
            }
            expectation.learn();
        }
        for (weight, truth) in expectation.weights.iter().zip(&truth) {
            assert!((weight - truth).abs() < 1e-2, "{:?}", expectation.weights);
        }
    }
}
