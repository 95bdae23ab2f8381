//! How to train.

use serde::{Deserialize, Serialize};

use super::Loss;
use crate::bed::Sight;
use crate::encode::Scales;
use crate::model::Motion;
use crate::network::Shape;

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
        let check = |key: &str, holds: bool, got: String, takes: &str| {
            if holds { Ok(()) } else { Err(format!("{key}: got {got}, takes {takes}")) }
        };
        let share = |x: f64| (0.0..=1.0).contains(&x);
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let word = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let named = !self.name.is_empty() && self.name.chars().all(word);
        check("name", named, format!("{:?}", self.name), "letters, digits, - _ .")?;
        let channels = &self.shape.channels;
        let fits = (1..=6).contains(&channels.len()) && channels.iter().all(|c| *c > 0);
        check("shape.channels", fits, format!("{channels:?}"), "one to six numbers above 0")?;
        let deep = &self.shape.residual;
        let fits = deep.len() <= channels.len();
        check("shape.residual", fits, format!("{deep:?}"), "at most a number for each level")?;
        for (key, got) in [
            ("shape.convolutions", self.shape.convolutions),
            ("shape.sub_frames", self.shape.sub_frames),
            ("batch", self.batch),
            ("steps", self.steps as usize),
            ("pushforward_calls", self.pushforward_calls as usize),
            ("lessons.every", self.lessons.every as usize),
            ("lessons.flows", self.lessons.flows as usize),
            ("lessons.calls", self.lessons.calls as usize),
            ("lessons.apart", self.lessons.apart as usize),
        ] {
            check(key, got > 0, got.to_string(), "a number above 0")?;
        }
        for (key, got) in [
            ("scales.cell_m", self.scales.cell_m),
            ("scales.velocity_m_s", self.scales.velocity_m_s),
            ("scales.change_m_s", self.scales.change_m_s),
            ("motion.sub_frame_s", self.motion.sub_frame_s),
            ("learning_rate", self.learning_rate),
            ("loss.huber", self.loss.huber.into()),
            ("clip", self.clip.into()),
        ] {
            check(key, positive(got), got.to_string(), "a number above 0")?;
        }
        let extra = self.loss.divergence;
        let holds = extra >= 0.0 && extra.is_finite();
        check("loss.divergence", holds, extra.to_string(), "0 or more")?;
        for (key, got) in [
            ("ema", self.ema),
            ("pushforward", self.pushforward),
            ("lessons.share", self.lessons.share),
            ("motion.blend", self.motion.blend.into()),
            ("motion.relax_rate", self.motion.relax_rate.into()),
            ("motion.apart", self.motion.apart.into()),
        ] {
            check(key, share(got), got.to_string(), "0 to 1")?;
        }
        Ok(())
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
}
