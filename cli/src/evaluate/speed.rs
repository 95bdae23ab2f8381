//! What a simulated second costs, everybody on the same threads.

use std::time::Instant;

use serde::Serialize;
use weir_scene::{Frame, Scene};
use weir_surrogate::FPS;

use super::contender::{Contender, Engine, Kind};
use crate::interrupt::Interrupt;

/// Scenes that are timed: of few, of middling and of many particles.
const SCENES: usize = 3;
/// Times that each is timed.
const TIMES: usize = 3;
/// Frames that are timed, 1/60 s each.
const FRAMES: usize = 120;

/// What a contender costs.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// Who.
    pub contender: String,
    /// Milliseconds for a simulated second, transfers and collisions included: the
    /// middle of all timings.
    pub ms_per_s: f64,
    /// The shortest timing.
    pub lo: f64,
    /// The longest timing.
    pub hi: f64,
    /// Threads.
    pub threads: usize,
}

/// Times all that compute.
pub fn costs(
    contenders: &[Contender],
    scenes: &[(Scene, usize)],
    quick: bool,
    interrupt: &Interrupt,
) -> Vec<Cost> {
    let scenes = chosen(scenes, if quick { 1 } else { SCENES });
    let frames = if quick { FRAMES / 4 } else { FRAMES };
    let mut timings: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    // Round by round, so that whatever else the machine does meets all alike.
    for _ in 0..if quick { 1 } else { TIMES } {
        for scene in &scenes {
            for (contender, timings) in contenders.iter().zip(&mut timings) {
                if interrupt.asked() {
                    return Vec::new();
                }
                timings.extend(time(contender, scene, frames));
            }
        }
    }
    let threads = rayon::current_num_threads();
    let cost = |(contender, mut timings): (&Contender, Vec<f64>)| {
        timings.sort_unstable_by(f64::total_cmp);
        let (lo, hi) = (*timings.first()?, *timings.last()?);
        let ms_per_s = timings[timings.len() / 2];
        Some(Cost { contender: contender.name.clone(), ms_per_s, lo, hi, threads })
    };
    contenders.iter().zip(timings).filter_map(cost).collect()
}

/// So many of the scenes, from few to many particles.
pub fn chosen(scenes: &[(Scene, usize)], count: usize) -> Vec<&Scene> {
    let mut order: Vec<&(Scene, usize)> = scenes.iter().collect();
    order.sort_by_key(|(_, particles)| *particles);
    let at = |k: usize| (2 * k + 1) * order.len() / (2 * count);
    (0..count.min(order.len())).map(|k| &order[at(k)].0).collect()
}

/// Milliseconds for a simulated second; `None` for who does not compute or cannot.
fn time(contender: &Contender, scene: &Scene, frames: usize) -> Option<f64> {
    if matches!(contender.kind, Kind::Reference) {
        return None;
    }
    let mut engine = Engine::new(contender, scene).ok()??;
    let mut frame = Frame::default();
    engine.advance(&mut frame).ok()?;
    let count = frames / contender.stride();
    let begun = Instant::now();
    for _ in 0..count {
        engine.advance(&mut frame).ok()?;
    }
    let simulated_s = (count * contender.stride()) as f64 / FPS;
    Some(1e3 * begun.elapsed().as_secs_f64() / simulated_s)
}
