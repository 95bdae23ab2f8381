//! What a step learns from.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::{Clip, TrainConfig};
use crate::ModelError;
use crate::dice::Dice;
use crate::encode::{Canvas, Water, encode};
use crate::flow::{Flow, mix};
use crate::model::Model;
use crate::transfer::gather;

/// One question with its answer.
#[derive(Clone, Debug)]
pub struct Sample {
    /// `INPUTS × height × width`.
    pub input: Vec<f32>,
    /// `outputs × height × width`, in units of the scales.
    pub target: Vec<f32>,
    /// `height × width`: how much water each place stands for, at most one.
    pub weight: Vec<f32>,
    /// `height × width`: the least of these weights around the corner to the upper
    /// right, none where a line passes between them.
    pub inside: Vec<f32>,
}

/// Samples as tensors.
pub(super) struct Asked {
    /// `samples × INPUTS × height × width`.
    pub input: Tensor<4>,
    /// `samples × outputs × height × width`.
    pub target: Tensor<4>,
    /// `samples × 1 × height × width`.
    pub water: Tensor<4>,
    /// `samples × 1 × height × width`.
    pub inside: Tensor<4>,
}

impl Asked {
    /// Brings `samples` of one canvas to the device.
    pub fn new(samples: &[Sample], canvas: &Canvas, device: &Device) -> Self {
        let tensor = |of: fn(&Sample) -> &Vec<f32>| {
            let values: Vec<f32> = samples.iter().flat_map(of).copied().collect();
            let channels = values.len() / (samples.len() * canvas.area()).max(1);
            let shape = [samples.len(), channels, canvas.height, canvas.width];
            Tensor::<4>::from_data(TensorData::new(values, shape), device)
        };
        Self {
            input: tensor(|s| &s.input),
            target: tensor(|s| &s.target),
            water: tensor(|s| &s.weight),
            inside: tensor(|s| &s.inside),
        }
    }
}

/// Samples of one size of canvas.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The samples.
    pub samples: Vec<Sample>,
    /// Their canvas.
    pub canvas: Canvas,
}

impl Batch {
    /// The samples of a step, from recorded `clips` and from `lessons`. Those that
    /// are pushed forward use `model`, the network as it is now.
    ///
    /// # Errors
    /// The device failed.
    pub fn draw<'a>(
        config: &TrainConfig,
        clips: &'a [Clip],
        lessons: &'a [Clip],
        model: &Model,
        step: u64,
    ) -> Result<Self, ModelError> {
        // One size of canvas a step: that of a clip chosen for it.
        let mut dice = Dice::new(config.seed, step, u64::MAX);
        let lead = &clips[dice.below(clips.len() as u64) as usize];
        let canvas_of = |clip: &Clip| Canvas::new(clip.bed(false).grid(), config.shape.coarsest());
        let canvas = canvas_of(lead);
        let fitting = |clips: &'a [Clip]| -> Vec<&'a Clip> {
            clips.iter().filter(|clip| canvas_of(clip) == canvas).collect()
        };
        let (clips, lessons) = (fitting(clips), fitting(lessons));
        let samples: Result<Vec<Sample>, ModelError> = (0..config.batch)
            .into_par_iter()
            .map(|sample| {
                let mut dice = Dice::new(config.seed, step, sample as u64);
                if dice.happens(config.lessons.share) && !lessons.is_empty() {
                    let lesson = lessons[dice.below(lessons.len() as u64) as usize];
                    let mirrored = dice.happens(0.5);
                    let water = lesson.water(0, mirrored);
                    return Ok(Sample::at(config, lesson, &canvas, water, 0, mirrored));
                }
                let clip = clips[dice.below(clips.len() as u64) as usize];
                Sample::draw(config, clip, &canvas, model, &mut dice)
            })
            .collect();
        Ok(Self { samples: samples?, canvas })
    }
}

impl Sample {
    fn draw(
        config: &TrainConfig,
        clip: &Clip,
        canvas: &Canvas,
        model: &Model,
        dice: &mut Dice,
    ) -> Result<Self, ModelError> {
        let call = config.shape.sub_frames;
        let mirrored = dice.happens(0.5);
        let calls = if dice.happens(config.pushforward) {
            1 + dice.below(config.pushforward_calls)
        } else {
            0
        } as usize;
        let last_start = clip.frames().saturating_sub(call * (calls + 1) + 1);
        // Most happens early, when water still falls; later it mostly lies.
        let early = dice.unit().powi(2);
        let start = (early * (last_start + 1) as f64) as usize;
        let mut water = clip.water(start, mirrored);
        let shake = config.velocity_noise_m_s / config.scales.cell_m as f32;
        for v in &mut water.velocity {
            *v = v.map(|c| c + shake * dice.normal());
        }
        let size = [clip.bed(false).grid().nx as f32, clip.bed(false).grid().ny as f32];
        if config.position_noise > 0.0 {
            let sweep = clip.bed(mirrored).sweep();
            for p in &mut water.position {
                let aim = [0, 1].map(|k| {
                    let to = p[k] + (config.position_noise * dice.normal()).clamp(-0.9, 0.9);
                    f64::from(to.clamp(0.0, size[k]))
                });
                let cell = crate::transfer::cell_of(clip.bed(mirrored).grid(), *p);
                let path = sweep.past_lines(cell, p.map(f64::from), aim, &mut [0.0; 2]);
                *p = path.end().map(|c| c as f32);
            }
        }
        let flow =
            Flow { model, bed: clip.bed(mirrored), gravity: clip.gravity(mirrored), fed: &[] };
        for k in 0..calls {
            let (canvas, mut shown) = flow.encode(&water);
            let answer = flow.ask(&canvas, std::mem::take(&mut shown.input), &mut ())?;
            flow.carry(&mut water, &shown, &answer, |_, _| ());
            keep_in_step(&mut water, clip, start + (k + 1) * call, mirrored);
        }
        Ok(Self::at(config, clip, canvas, water, start + calls * call, mirrored))
    }

    /// The question that `water` poses in frame `t`, and the answer that takes it
    /// to the velocities that were recorded.
    pub fn at(
        config: &TrainConfig,
        clip: &Clip,
        canvas: &Canvas,
        mut water: Water,
        t: usize,
        mirrored: bool,
    ) -> Self {
        let (bed, gravity) = (clip.bed(mirrored), clip.gravity(mirrored));
        let motion = &config.motion;
        let sub_frames = config.shape.sub_frames;
        let call_s = motion.sub_frame_s * sub_frames as f64;
        let mut shown = encode(bed, canvas, &config.scales, &water, gravity, call_s);
        let input = std::mem::take(&mut shown.input);
        mix(&mut water, &shown, motion.blend);

        let fall = gravity.map(|g| (g * motion.sub_frame_s) as f32);
        let unit = (config.scales.change_m_s / config.scales.cell_m) as f32;
        let mut target = Vec::with_capacity(2 * sub_frames * canvas.area());
        let (mut weight, mut inside) = (Vec::new(), Vec::new());
        // A particle that leaves has no further answer.
        let mut lives = vec![true; water.len()];
        for k in 1..=sub_frames {
            let mut change = vec![[0.0_f32; 2]; water.len()];
            for (n, change) in change.iter_mut().enumerate() {
                let recorded = clip.particle(t + k, water.id[n] as usize, mirrored);
                let Some((_, v)) = recorded.filter(|_| lives[n]) else {
                    lives[n] = false;
                    continue;
                };
                *change = [0, 1].map(|a| (v[a] - water.velocity[n][a] - fall[a]) / unit);
                water.velocity[n] = v;
            }
            let all = lives.iter().zip(shown.shares.iter().zip(&change));
            let here: Vec<_> = all.filter(|(lives, _)| **lives).map(|(_, both)| both).collect();
            let shares: Vec<_> = here.iter().map(|(shares, _)| **shares).collect();
            let changes: Vec<_> = here.iter().map(|(_, change)| **change).collect();
            let gathered = gather(bed.room.len(), &shares, &changes);
            gathered.mean.iter().for_each(|map| canvas.lay(map, 0.0, &mut target));
            if k == sub_frames {
                let water: Vec<f32> = gathered.mass.iter().map(|m| m.min(1.0)).collect();
                canvas.lay(&water, 0.0, &mut weight);
                canvas.lay(&bed.between(&water), 0.0, &mut inside);
            }
        }
        Self { input, target, weight, inside }
    }
}

/// Lets in what was let in by frame `t`, and out what was let out.
pub(super) fn keep_in_step(water: &mut Water, clip: &Clip, t: usize, mirrored: bool) {
    let recorded = clip.water(t, mirrored);
    let here: std::collections::HashSet<u32> = water.id.iter().copied().collect();
    let lives: std::collections::HashSet<u32> = recorded.id.iter().copied().collect();
    let mut kept = Water::default();
    for k in 0..water.len() {
        if lives.contains(&water.id[k]) {
            kept.push(water.id[k], water.position[k], water.velocity[k]);
        }
    }
    for k in 0..recorded.len() {
        if !here.contains(&recorded.id[k]) {
            kept.push(recorded.id[k], recorded.position[k], recorded.velocity[k]);
        }
    }
    *water = kept;
}
