//! Water that a network is asked about again and again, and never learns from.

use super::{Clip, Sample, TrainConfig, dice::Dice};
use crate::ModelError;
use crate::encode::Canvas;
use crate::model::Model;

/// Tells these dice from those of any step.
const STREAM: u64 = u64::MAX;

/// Questions of one call each, drawn once: without noise, not pushed forward, and
/// the same for each run of the same seed.
#[derive(Clone, Debug)]
pub struct Examination {
    questions: Vec<(Canvas, Sample)>,
    huber: f32,
    outputs: usize,
}

/// How a network did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Mean Huber loss over water.
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
        Self { questions: questions.collect(), huber: config.huber, outputs }
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
            let answer = model.answer(sample.input.clone(), 1, canvas, &mut ())?;
            let area = canvas.area();
            let places = answer.iter().zip(&sample.target).enumerate();
            for (k, (&answer, &target)) in places {
                let weight = f64::from(sample.weight[k % area]);
                loss += weight * self.huber(answer - target);
                free_fall += weight * self.huber(target);
            }
            total +=
                self.outputs as f64 * sample.weight.iter().copied().map(f64::from).sum::<f64>();
        }
        let mean = |sum: f64| (sum / total.max(f64::MIN_POSITIVE)) as f32;
        Ok(Mark { loss: mean(loss), free_fall: mean(free_fall) })
    }

    /// As in training.
    fn huber(&self, error: f32) -> f64 {
        let (size, knee) = (f64::from(error.abs()), f64::from(self.huber));
        let inner = size.min(knee);
        0.5 * inner * inner + knee * (size - inner)
    }
}
