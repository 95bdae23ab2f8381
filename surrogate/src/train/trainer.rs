//! One step after another.

use std::path::Path;

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor, TensorData};

use super::state::{self, State, StateError};
use super::{Batch, Clip, TrainConfig, ema};
use crate::ModelError;
use crate::encode::INPUTS;
use crate::model::{Model, ModelConfig, VERSION};
use crate::network::UNet;

/// Why training stopped.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The network or its device failed.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The state on disk is of no use.
    #[error(transparent)]
    State(#[from] StateError),
    /// There is nothing to learn from.
    #[error("there are no clips, or one that is not longer than {0} frames, which a sample covers")]
    NoData(usize),
    /// The loss is no number any more.
    #[error(
        "step {step}: the loss is {loss}; the batch that made it is that of this step and seed {seed}"
    )]
    NotFinite {
        /// The step.
        step: u64,
        /// The loss.
        loss: f32,
        /// The seed of the run.
        seed: u64,
    },
}

/// What a step yields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its number, from zero.
    pub step: u64,
    /// Mean Huber loss over water.
    pub loss: f32,
    /// The same for an answer of zero: water that falls freely.
    pub free_fall: f32,
    /// Learning rate.
    pub learning_rate: f64,
}

/// A network that learns.
pub struct Trainer {
    config: TrainConfig,
    device: Device,
    step: u64,
    net: UNet,
    ema: Model,
    optimizer: ModuleOptimizer,
}

impl Trainer {
    /// A fresh network, or the one whose state lies in the folder `run`.
    ///
    /// # Errors
    /// The state there is of another run, or damaged.
    pub fn new(config: TrainConfig, device: &Device, run: &Path) -> Result<Self, TrainError> {
        let learning = device.clone().autodiff();
        device.seed(config.seed);
        let net = UNet::new(&config.shape, &learning);
        let optimizer = AdamWConfig::new()
            .with_weight_decay(config.weight_decay)
            .with_epsilon(1e-8)
            .with_grad_clipping(Some(GradientClippingConfig::Norm(config.clip)))
            .init();
        let fresh = State { step: 0, ema: net.valid(), net, optimizer };
        let State { step, net, ema, optimizer } = state::load(run, &config, fresh)?;
        let ema = Model::new(
            ModelConfig {
                version: VERSION,
                name: config.name.clone(),
                shape: config.shape.clone(),
                scales: config.scales,
                motion: config.motion.clone(),
                origin: std::collections::BTreeMap::new(),
            },
            ema,
            device.clone(),
        );
        Ok(Self { config, device: learning, step, net, ema, optimizer })
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// The running mean of the weights: what is to be used.
    pub fn model(&self) -> &Model {
        &self.ema
    }

    /// Learns from one batch.
    ///
    /// # Errors
    /// There is no data, the device failed, or the loss is no number.
    pub fn step(&mut self, clips: &[Clip]) -> Result<Step, TrainError> {
        let call = self.config.shape.sub_frames * (1 + self.config.pushforward_calls as usize);
        if clips.is_empty() || clips.iter().any(|clip| clip.frames() <= call) {
            return Err(TrainError::NoData(call));
        }
        let batch = Batch::draw(&self.config, clips, &self.ema, self.step)?;
        let (loss, free_fall) = self.loss(&batch);
        let read = |loss: Tensor<1>| -> Result<f32, ModelError> {
            let data = loss.try_into_data().map_err(|e| ModelError::Run(e.to_string()))?;
            let values = data.try_to_vec::<f32>().map_err(|e| ModelError::Run(e.to_string()))?;
            Ok(values.first().copied().unwrap_or(f32::NAN))
        };
        let value = read(loss.clone().inner())?;
        if !value.is_finite() {
            let Self { step, config, .. } = self;
            return Err(TrainError::NotFinite { step: *step, loss: value, seed: config.seed });
        }
        let learning_rate = self.config.learning_rate_at(self.step);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.net);
        self.net = self.optimizer.step(learning_rate, self.net.clone(), gradients);
        // A young mean forgets faster, or it would hold on to where it began.
        let decay = self.config.ema.min((1.0 + self.step as f64) / (10.0 + self.step as f64));
        self.ema = self.ema.with_net(ema::toward(self.ema.net().clone(), &self.net.valid(), decay));
        let step =
            Step { step: self.step, loss: value, free_fall: read(free_fall)?, learning_rate };
        self.step += 1;
        Ok(step)
    }

    /// Mean Huber loss over water: of the network's answer, and of none.
    fn loss(&self, batch: &Batch) -> (Tensor<1>, Tensor<1>) {
        let (canvas, count) = (batch.canvas, batch.samples.len());
        let outputs = self.config.shape.outputs();
        let tensor = |of: fn(&super::Sample) -> &Vec<f32>, channels| {
            let values: Vec<f32> = batch.samples.iter().flat_map(of).copied().collect();
            let shape = [count, channels, canvas.height, canvas.width];
            Tensor::<4>::from_data(TensorData::new(values, shape), &self.device)
        };
        let input = tensor(|s| &s.input, INPUTS);
        let target = tensor(|s| &s.target, outputs);
        let weight = tensor(|s| &s.weight, 1);
        let total = weight.clone().sum().mul_scalar(outputs as f32).add_scalar(1e-6);
        let answer = self.net.forward(input, &mut ());
        let mean = |error: Tensor<4>| (self.huber(error) * weight.clone()).sum() / total.clone();
        let free_fall = mean(target.clone()).inner();
        (mean(answer - target), free_fall)
    }

    fn huber(&self, error: Tensor<4>) -> Tensor<4> {
        let knee = self.config.huber;
        let size = error.abs();
        let inner = size.clone().clamp_max(knee);
        // ½ min(e, k)² + k (e − min(e, k))
        inner.clone().powf_scalar(2.0).mul_scalar(0.5) + (size - inner).mul_scalar(knee)
    }

    /// Writes the state into the folder `run`.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn save(&self, run: &Path) -> Result<(), TrainError> {
        let weights = [&self.net, self.ema.net()];
        Ok(state::save(run, &self.config, self.step, weights, &self.optimizer)?)
    }
}
