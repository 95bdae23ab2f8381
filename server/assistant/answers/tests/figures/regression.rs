//! Logistic regression on a handful of signs, both classes counting alike (Bishop, *Pattern
//! Recognition and Machine Learning*, 4.3.2), drawn to zero a little.

/// Steps of descent, their length, and how strongly weights of signs of variance 1 are drawn to
/// zero.
const STEPS: usize = 4000;
const STEP: f32 = 0.5;
const DECAY: f32 = 0.02;

/// What was learnt.
pub struct Regression {
    /// What counts always, and each sign.
    weights: [f32; 3],
}

impl Regression {
    /// From signs of questions, and whether something answers them.
    pub fn learn(rows: &[([f32; 2], bool)]) -> Self {
        let count = rows.len() as f32;
        let mean =
            |of: &dyn Fn(&[f32; 2]) -> f32| rows.iter().map(|row| of(&row.0)).sum::<f32>() / count;
        let means: [f32; 2] = std::array::from_fn(|at| mean(&|signs| signs[at]));
        let spreads: [f32; 2] = std::array::from_fn(|at| {
            let spread = mean(&|signs| (signs[at] - means[at]).powi(2)).sqrt();
            // A sign that is left out is always the same.
            if spread > 0.0 { spread } else { 1.0 }
        });
        let with = rows.iter().filter(|row| row.1).count() as f32;
        let mut weights = [0.0_f32; 3];
        for _ in 0..STEPS {
            let mut slopes = [0.0; 3];
            for (signs, is) in rows {
                let scaled: [f32; 2] =
                    std::array::from_fn(|at| (signs[at] - means[at]) / spreads[at]);
                let sum = weights[0] + dot(&weights, &scaled);
                let likely = 1.0 / (1.0 + (-sum).exp());
                let (label, share) = if *is { (1.0, with) } else { (0.0, count - with) };
                let error = (likely - label) / (2.0 * share);
                slopes[0] += error;
                (0..2).for_each(|at| slopes[at + 1] += error * scaled[at]);
            }
            weights[0] -= STEP * slopes[0];
            (1..3).for_each(|at| weights[at] -= STEP * (slopes[at] + DECAY * weights[at]));
        }
        let mut own = [weights[0]; 3];
        for at in 0..2 {
            own[at + 1] = weights[at + 1] / spreads[at];
            own[0] -= own[at + 1] * means[at];
        }
        Self { weights: own }
    }

    /// The logarithm of the odds that something answers.
    pub fn score(&self, signs: &[f32; 2]) -> f32 {
        self.weights[0] + dot(&self.weights, signs)
    }

    /// What counts always, and each sign.
    pub fn weights(&self) -> [f32; 3] {
        self.weights
    }
}

fn dot(weights: &[f32; 3], signs: &[f32; 2]) -> f32 {
    weights[1..].iter().zip(signs).map(|(weight, sign)| weight * sign).sum()
}
