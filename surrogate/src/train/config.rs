//! How to train.

use serde::{Deserialize, Serialize};

use crate::encode::Scales;
use crate::model::Motion;
use crate::network::Shape;

/// Everything that decides what a training run learns, but for the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainConfig {
    /// Name of the model.
    pub name: String,
    /// Layers.
    pub shape: Shape,
    /// Units.
    pub scales: Scales,
    /// From answer to motion.
    pub motion: Motion,
    /// Seed of weights, choice of samples and noise.
    pub seed: u64,
    /// Steps of the optimiser.
    pub steps: u64,
    /// Samples a step.
    pub batch: usize,
    /// Highest learning rate, after the first steps.
    pub learning_rate: f64,
    /// Learning rate at the end of a half cosine.
    pub final_learning_rate: f64,
    /// Steps in which the learning rate rises.
    pub warm_up: u64,
    /// Decoupled weight decay (Loshchilov & Hutter 2019).
    pub weight_decay: f32,
    /// Largest norm of a parameter's gradient.
    pub clip: f32,
    /// Share of the running mean of the weights that each step keeps.
    pub ema: f64,
    /// Error from which the loss grows linearly, in units of `scales.change_m_s`.
    pub huber: f32,
    /// Standard deviation of the noise on velocities, m/s.
    pub velocity_noise_m_s: f32,
    /// Standard deviation of the noise on positions, cells.
    pub position_noise: f32,
    /// Share of the samples that start from the network's own answers.
    pub pushforward: f64,
    /// Most calls that such a sample is pushed forward.
    pub pushforward_calls: u64,
    /// Steps between two states on disk.
    pub save_every: u64,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            name: "unnamed".to_owned(),
            shape: Shape::small(4),
            scales: Scales { cell_m: 1.0 / 64.0, velocity_m_s: 1.0, change_m_s: 0.1 },
            motion: Motion::default(),
            seed: 1,
            steps: 20_000,
            batch: 4,
            learning_rate: 1e-3,
            final_learning_rate: 1e-5,
            warm_up: 200,
            weight_decay: 1e-4,
            clip: 1.0,
            ema: 0.999,
            huber: 2.0,
            velocity_noise_m_s: 0.01,
            position_noise: 0.02,
            pushforward: 0.3,
            pushforward_calls: 3,
            save_every: 200,
        }
    }
}

impl TrainConfig {
    /// The learning rate of a step: a line up, then a half cosine down.
    pub fn learning_rate_at(&self, step: u64) -> f64 {
        if step < self.warm_up {
            return self.learning_rate * (step + 1) as f64 / self.warm_up as f64;
        }
        let rest = (self.steps - self.warm_up).max(1) as f64;
        let done = ((step - self.warm_up) as f64 / rest).min(1.0);
        let down = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        self.final_learning_rate + (self.learning_rate - self.final_learning_rate) * down
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_rises_and_falls() {
        let config = TrainConfig { steps: 1000, warm_up: 100, ..TrainConfig::default() };
        assert!(config.learning_rate_at(0) < 0.02 * config.learning_rate);
        assert!((config.learning_rate_at(100) - config.learning_rate).abs() < 1e-12);
        assert!((config.learning_rate_at(1000) - config.final_learning_rate).abs() < 1e-12);
    }
}
