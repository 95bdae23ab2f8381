//! One step after another.

use std::path::Path;

use burn::grad_clipping::GradientClippingConfig;
use burn::module::Module;
use burn::optim::{AdamWConfig, GradientsAccumulator, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use rayon::prelude::*;

use super::batch::Asked;
use super::loss::number;
use super::state::{self, State, StateError};
use super::{Batch, Clip, Gradient, Sample, Teacher, TrainConfig, ema, lesson};
use crate::encode::Canvas;
use crate::model::Model;
use crate::network::{Shape, UNet};
use crate::{ModelError, device};

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
    /// The configuration asks for lessons, and nobody gives any.
    #[error("lessons.share: got {0}, takes 0 where there is no teacher")]
    NoTeacher(f64),
    /// The network to start from is of another shape.
    #[error("{name} is of shape {got:?}, which does not grow into {takes:?}")]
    OtherShape {
        /// The network to start from.
        name: String,
        /// Its shape.
        got: Box<Shape>,
        /// The shape of the run.
        takes: Box<Shape>,
    },
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
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its number, from zero.
    pub step: u64,
    /// Mean loss over water.
    pub loss: f32,
    /// The same for an answer of zero: water that falls freely.
    pub free_fall: f32,
    /// Learning rate.
    pub learning_rate: f64,
    /// How steep the loss is.
    pub gradient: Gradient,
}

/// What a batch, or a part of one, teaches.
struct Learned {
    loss: f32,
    free_fall: f32,
    gradients: GradientsParams,
}

/// A network that learns.
pub struct Trainer {
    config: TrainConfig,
    device: Device,
    step: u64,
    net: UNet,
    ema: Model,
    optimizer: ModuleOptimizer,
    teacher: Option<Box<dyn Teacher>>,
    /// The network that led the flows of the lessons.
    leader: Model,
    lessons: Vec<Clip>,
    /// Number of the lessons that are there.
    lessons_of: Option<u64>,
}

impl Trainer {
    /// A fresh network, or the one whose state lies in the folder `run`.
    ///
    /// # Errors
    /// The state there is of another run, or damaged.
    pub fn new(config: TrainConfig, device: &Device, run: &Path) -> Result<Self, TrainError> {
        let learning = device.clone().autodiff();
        let net = UNet::seeded(&config.shape, config.seed, &learning);
        let optimizer = AdamWConfig::new()
            .with_weight_decay(config.weight_decay)
            .with_epsilon(1e-8)
            .with_grad_clipping(Some(GradientClippingConfig::Norm(config.clip)))
            .init();
        let fresh = State { step: 0, ema: net.valid(), leader: net.valid(), net, optimizer };
        let State { step, net, ema, leader, optimizer } = state::load(run, &config, fresh)?;
        let ema = Model::new(config.describe(), ema, device.clone());
        Ok(Self {
            config,
            device: learning,
            step,
            net,
            optimizer,
            leader: ema.with_net(leader),
            ema,
            teacher: None,
            lessons: Vec::new(),
            lessons_of: None,
        })
    }

    /// The same, with somebody who gives lessons.
    #[must_use]
    pub fn with_teacher(self, teacher: Box<dyn Teacher>) -> Self {
        Self { teacher: Some(teacher), ..self }
    }

    /// Starts from the weights of `model` in place of fresh ones. A run that has
    /// begun keeps its own.
    ///
    /// # Errors
    /// It is of a shape that does not grow into that of the run, or cannot be read.
    pub fn start_from(&mut self, model: &Model) -> Result<(), TrainError> {
        if !self.config.shape.grows_from(&model.config.shape) {
            return Err(TrainError::OtherShape {
                name: model.config.name.clone(),
                got: Box::new(model.config.shape.clone()),
                takes: Box::new(self.config.shape.clone()),
            });
        }
        if self.step == 0 {
            self.ema = self.ema.grown_from(model)?;
            self.net = self.ema.net().clone().to_device(&self.device).train();
        }
        Ok(())
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
        self.take_lessons(clips)?;
        let batch = Batch::draw(&self.config, clips, &self.lessons, &self.ema, self.step)?;
        let Learned { loss, free_fall, gradients } = self.learn(&batch)?;
        if !loss.is_finite() {
            let Self { step, config, .. } = self;
            return Err(TrainError::NotFinite { step: *step, loss, seed: config.seed });
        }
        let gradient = Gradient::of(&self.net, &gradients)?;
        let learning_rate = self.config.learning_rate_at(self.step);
        self.net = self.optimizer.step(learning_rate, self.net.clone(), gradients);
        // A young mean forgets faster, or it would hold on to where it began.
        let decay = self.config.ema.min((1.0 + self.step as f64) / (10.0 + self.step as f64));
        self.ema = self.ema.with_net(ema::toward(self.ema.net().clone(), &self.net.valid(), decay));
        let step = Step { step: self.step, loss, free_fall, learning_rate, gradient };
        self.step += 1;
        Ok(step)
    }

    /// Has the lessons that belong to this step.
    fn take_lessons(&mut self, clips: &[Clip]) -> Result<(), TrainError> {
        let (share, every) = (self.config.lessons.share, self.config.lessons.every);
        let number = self.step / every;
        if share <= 0.0 || self.lessons_of == Some(number) {
            return Ok(());
        }
        let teacher = self.teacher.as_deref().ok_or(TrainError::NoTeacher(share))?;
        if self.step.is_multiple_of(every) {
            self.leader = self.ema.clone();
        }
        self.lessons = lesson::draw(&self.config, clips, &self.leader, teacher, number)?;
        self.lessons_of = Some(number);
        Ok(())
    }

    /// What a batch teaches. A processor learns from each sample by itself, on a
    /// thread of its own, where all that the sample needs stays near; another device
    /// takes them all at once.
    fn learn(&self, batch: &Batch) -> Result<Learned, ModelError> {
        let weights = batch.samples.iter().flat_map(|sample| &sample.weight);
        let total = weights.sum::<f32>() * self.config.shape.outputs() as f32 + 1e-6;
        let at_once = if device::is_processor(&self.device) { 1 } else { batch.samples.len() };
        let parts: Result<Vec<Learned>, ModelError> = batch
            .samples
            .par_chunks(at_once.max(1))
            .map(|samples| {
                // A net of its own: graphs that share a parameter take turns.
                let net = self.net.valid().train();
                let (loss, free_fall) = self.loss(&net, samples, &batch.canvas, total);
                let (value, free_fall) = (number(loss.clone().inner())?, number(free_fall)?);
                let gradients = GradientsParams::from_grads(loss.backward(), &net);
                Ok(Learned { loss: value, free_fall, gradients })
            })
            .collect();
        let (mut loss, mut free_fall) = (0.0, 0.0);
        let mut gradients = GradientsAccumulator::new();
        for part in parts? {
            loss += part.loss;
            free_fall += part.free_fall;
            gradients.accumulate(&self.net, part.gradients);
        }
        Ok(Learned { loss, free_fall, gradients: gradients.grads() })
    }

    /// Loss over the water of `samples`, of the network's answer and of none,
    /// divided by the water of the whole batch.
    fn loss(
        &self,
        net: &UNet,
        samples: &[Sample],
        canvas: &Canvas,
        total: f32,
    ) -> (Tensor<1>, Tensor<1>) {
        let Asked { input, target, water, inside } = Asked::new(samples, canvas, &self.device);
        let error = net.forward(input, &mut ()) - target.clone();
        let loss = self.config.loss;
        let mean = |error| loss.sum(error, water.clone(), inside.clone()).div_scalar(total);
        (mean(error), mean(target).inner())
    }

    /// Writes the state into the folder `run`.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn save(&self, run: &Path) -> Result<(), TrainError> {
        let weights = [&self.net, self.ema.net(), self.leader.net()];
        Ok(state::save(run, &self.config, self.step, weights, &self.optimizer)?)
    }
}
