//! Water that a network is asked about again and again, and never learns from.

use super::batch::Asked;
use super::loss::number;
use super::{Clip, Loss, Sample, TrainConfig};
use crate::ModelError;
use crate::dice::Dice;
use crate::encode::Canvas;
use crate::model::Model;

/// Tells these dice from those of any step.
const STREAM: u64 = u64::MAX;

/// Questions of one call each, drawn once: without noise, not pushed forward, and
/// the same for each run of the same seed.
#[derive(Clone, Debug)]
pub struct Examination {
    questions: Vec<(Canvas, Sample)>,
    loss: Loss,
    outputs: usize,
}

/// How a network did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Mean loss over water.
    pub loss: f32,
    /// The same for an answer of zero: water that falls freely.
    pub free_fall: f32,
}

impl Examination {
    /// `count` questions from `clips`; none where no clip is long enough.
    pub fn new(config: &TrainConfig, clips: &[Clip], count: usize) -> Self {
        let call = config.shape.sub_frames;
        let fitting: Vec<&Clip> = clips.iter().filter(|clip| clip.frames() > call).collect();
        let count = if fitting.is_empty() { 0 } else { count };
        let questions = (0..count).map(|k| {
            let mut dice = Dice::new(config.seed, STREAM, k as u64);
            // Each clip in turn, so that a few questions see all of a few clips.
            let clip = fitting[k % fitting.len()];
            let start = dice.below((clip.frames() - call) as u64) as usize;
            let canvas = Canvas::new(clip.bed(false).grid(), config.shape.coarsest());
            let water = clip.water(start, false);
            (canvas, Sample::at(config, clip, &canvas, water, start, false))
        });
        let outputs = config.shape.outputs();
        Self { questions: questions.collect(), loss: config.loss, outputs }
    }

    /// How many questions there are.
    pub fn len(&self) -> usize {
        self.questions.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.questions.is_empty()
    }

    /// Asks `model` all of them.
    ///
    /// # Errors
    /// The device failed.
    pub fn mark(&self, model: &Model) -> Result<Mark, ModelError> {
        let (mut loss, mut free_fall, mut total) = (0.0, 0.0, 0.0);
        for (canvas, sample) in &self.questions {
            let samples = std::slice::from_ref(sample);
            let Asked { input, target, water, inside } =
                Asked::new(samples, canvas, model.device());
            let error = model.net().forward(input, &mut ()) - target.clone();
            let sum = |error| self.loss.sum(error, water.clone(), inside.clone());
            loss += f64::from(number(sum(error))?);
            free_fall += f64::from(number(sum(target))?);
            let wet: f32 = sample.weight.iter().sum();
            total += self.outputs as f64 * f64::from(wet);
        }
        let mean = |sum: f64| (sum / total.max(f64::MIN_POSITIVE)) as f32;
        Ok(Mark { loss: mean(loss), free_fall: mean(free_fall) })
    }
}
