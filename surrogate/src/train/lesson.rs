//! What a teacher says of states that the network got itself into.
//!
//! Recorded water never looks as the network leaves it after some seconds, and
//! what it has not seen it gets wrong. So it leads the water for a while, and at
//! some moments a teacher, a solver say, is asked how that very water would go on
//! (DAgger, Ross, Gordon & Bagnell 2011).

use rayon::prelude::*;

use super::{Clip, TrainConfig};
use crate::ModelError;
use crate::dice::Dice;
use crate::encode::Water;
use crate::flow::Flow;
use crate::model::Model;

/// How water went on: `frames × particles`, in cells and cells/s, NaN from where a
/// particle has left.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// Where each particle is.
    pub position: Vec<[f32; 2]>,
    /// How fast it goes.
    pub velocity: Vec<[f32; 2]>,
}

/// Knows how water flows.
pub trait Teacher: Send + Sync {
    /// How `water` in the place of clip number `clip` goes on for `frames` frames
    /// of the data, its own state first: `frames + 1` in all.
    ///
    /// # Errors
    /// It does not know.
    fn follow(&self, clip: usize, water: &Water, frames: usize) -> Result<Course, String>;
}

/// Tells lessons from samples of recorded clips.
const LESSON: u64 = 1 << 63;

/// Lessons number `number` of a run: flows that `model` leads, and the teacher's answers.
///
/// # Errors
/// The device failed. Water that the teacher does not know how to go on with is no
/// lesson, and no error.
pub fn draw(
    config: &TrainConfig,
    clips: &[Clip],
    model: &Model,
    teacher: &dyn Teacher,
    number: u64,
) -> Result<Vec<Clip>, ModelError> {
    let flows = (0..config.lessons.flows).into_par_iter();
    let lessons: Result<Vec<Vec<Clip>>, ModelError> = flows
        .map(|flow| {
            let mut dice = Dice::new(config.seed, LESSON | number, flow);
            lead(config, clips, model, teacher, &mut dice)
        })
        .collect();
    Ok(lessons?.into_iter().flatten().collect())
}

/// The lessons of one flow.
fn lead(
    config: &TrainConfig,
    clips: &[Clip],
    model: &Model,
    teacher: &dyn Teacher,
    dice: &mut Dice,
) -> Result<Vec<Clip>, ModelError> {
    let call = config.shape.sub_frames;
    let chosen = dice.below(clips.len() as u64) as usize;
    let clip = &clips[chosen];
    // As often from the start of a scene, for the length of it.
    let start = if dice.happens(0.5) { 0 } else { dice.below(clip.frames() as u64) as usize };
    let calls = 1 + dice.below(config.lessons.calls);
    let first = dice.below(config.lessons.apart);
    let mut water = clip.water(start, false);
    let mut lessons = Vec::new();
    let flow = Flow { model, bed: clip.bed(false), gravity: clip.gravity(false), fed: &[] };
    for k in 1..=calls {
        let (canvas, mut shown) = flow.encode(&water);
        let answer = flow.ask(&canvas, std::mem::take(&mut shown.input), &mut ())?;
        flow.carry(&mut water, &shown, &answer, |_, _| ());
        let t = start + k as usize * call;
        if t < clip.frames() {
            super::batch::keep_in_step(&mut water, clip, t, false);
        }
        if k % config.lessons.apart != first || water.is_empty() {
            continue;
        }
        if let Ok(Course { position, velocity }) = teacher.follow(chosen, &water, call) {
            lessons.push(clip.in_the_same_place(call + 1, position, velocity));
        }
    }
    Ok(lessons)
}
