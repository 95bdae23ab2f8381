//! How to train.

use serde::{Deserialize, Serialize};

use super::Loss;
use crate::bed::Sight;
use crate::encode::Scales;
use crate::model::{ModelConfig, Motion, VERSION};
use crate::network::Shape;
use crate::range;

/// When a teacher is asked, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lessons {
    /// Share of the samples that come from lessons; 0 for no teacher.
    pub share: f64,
    /// Steps after which there are new ones.
    pub every: u64,
    /// Flows that the network leads for them.
    pub flows: u64,
    /// Most calls that it leads one for.
    pub calls: u64,
    /// Calls between two questions to the teacher.
    pub apart: u64,
}

impl Default for Lessons {
    fn default() -> Self {
        Self { share: 0.0, every: 500, flows: 24, calls: 90, apart: 6 }
    }
}

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
    /// What of the lines the network sees.
    pub sight: Sight,
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
    /// What a wrong answer costs.
    pub loss: Loss,
    /// Standard deviation of the noise on velocities, m/s.
    pub velocity_noise_m_s: f32,
    /// Standard deviation of the noise on positions, cells.
    pub position_noise: f32,
    /// Share of the samples that start from the network's own answers.
    pub pushforward: f64,
    /// Most calls that such a sample is pushed forward.
    pub pushforward_calls: u64,
    /// What a teacher says of where the network itself led the water.
    pub lessons: Lessons,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            name: "unnamed".to_owned(),
            shape: Shape::small(4),
            scales: Scales { cell_m: 1.0 / 64.0, velocity_m_s: 1.0, change_m_s: 0.1 },
            motion: Motion::default(),
            sight: Sight::default(),
            seed: 1,
            steps: 20_000,
            batch: 4,
            learning_rate: 1e-3,
            final_learning_rate: 1e-5,
            warm_up: 200,
            weight_decay: 1e-4,
            clip: 1.0,
            ema: 0.999,
            loss: Loss::default(),
            velocity_noise_m_s: 0.01,
            position_noise: 0.02,
            pushforward: 0.3,
            pushforward_calls: 3,
            lessons: Lessons::default(),
        }
    }
}

impl TrainConfig {
    /// Says which key is out of range, what it got and what it takes.
    ///
    /// # Errors
    /// One is.
    pub fn validate(&self) -> Result<(), String> {
        self.describe().validate()?;
        let any = 1..=usize::MAX;
        range::count("batch", self.batch, any.clone())?;
        for (key, got) in [
            ("steps", self.steps),
            ("pushforward_calls", self.pushforward_calls),
            ("lessons.every", self.lessons.every),
            ("lessons.flows", self.lessons.flows),
            ("lessons.calls", self.lessons.calls),
            ("lessons.apart", self.lessons.apart),
        ] {
            range::count(key, got as usize, any.clone())?;
        }
        range::positive("learning_rate", self.learning_rate)?;
        range::positive("loss.huber", self.loss.huber)?;
        range::positive("clip", self.clip)?;
        for (key, got) in [
            ("final_learning_rate", self.final_learning_rate),
            ("weight_decay", self.weight_decay.into()),
            ("loss.divergence", self.loss.divergence.into()),
            ("velocity_noise_m_s", self.velocity_noise_m_s.into()),
            ("position_noise", self.position_noise.into()),
        ] {
            range::check(key, got >= 0.0 && got.is_finite(), got, "0 or more")?;
        }
        range::share("ema", self.ema)?;
        range::share("pushforward", self.pushforward)?;
        range::share("lessons.share", self.lessons.share)
    }

    /// The model that this trains, without an origin.
    pub fn describe(&self) -> ModelConfig {
        ModelConfig {
            version: VERSION,
            name: self.name.clone(),
            shape: self.shape.clone(),
            scales: self.scales,
            motion: self.motion.clone(),
            sight: self.sight,
            origin: Default::default(),
        }
    }

    /// The learning rate of a step: a line up, then a half cosine down.
    pub fn learning_rate_at(&self, step: u64) -> f64 {
        if step < self.warm_up {
            return self.learning_rate * (step + 1) as f64 / self.warm_up as f64;
        }
        let rest = self.steps.saturating_sub(self.warm_up).max(1) as f64;
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

    #[test]
    fn what_is_out_of_range_is_refused_by_its_key() {
        let refused = |change: &dyn Fn(&mut TrainConfig), words: &str| {
            let mut config = TrainConfig::default();
            assert_eq!(config.validate(), Ok(()));
            change(&mut config);
            let error = config.validate().expect_err(words);
            assert!(error.starts_with(words) && error.contains("takes"), "{error}");
        };
        refused(&|c| c.batch = 0, "batch: got 0");
        refused(&|c| c.steps = 0, "steps: got 0");
        refused(&|c| c.clip = f32::NAN, "clip: got NaN");
        refused(&|c| c.weight_decay = -1.0, "weight_decay: got -1");
        refused(&|c| c.lessons.share = 1.5, "lessons.share: got 1.5");
        refused(&|c| c.motion.apart = 1.1, "motion.apart: got 1.1");
        refused(&|c| c.shape.channels.clear(), "shape.channels: got []");
    }
}
