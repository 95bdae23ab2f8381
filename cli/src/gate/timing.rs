//! What a call takes, of two networks in turns.

use std::time::Instant;

use weir_scene::Scene;
use weir_surrogate::evaluate::bootstrap::quantile;
use weir_surrogate::gate::Latency;
use weir_surrogate::{Model, Surrogate};

use crate::evaluate::speed::chosen;
use crate::interrupt::Interrupt;

/// Scenes that calls are timed in: of few, of middling and of many particles.
const SCENES: usize = 3;
/// Calls in each scene that are timed, in full and quickly; a call covers 1/30 s.
const CALLS: [usize; 2] = [60, 20];
/// Calls that only warm up.
const WARM: usize = 3;

/// Times calls on all threads, one call of each network after the other, so that whatever else
/// the machine does meets both alike. `None` for one that cannot go on.
pub fn calls(
    models: [&Model; 2],
    scenes: &[(Scene, usize)],
    quick: bool,
    interrupt: &Interrupt,
) -> [Option<Latency>; 2] {
    let mut times_ms = [Vec::new(), Vec::new()];
    let mut is_whole = [true; 2];
    for scene in chosen(scenes, SCENES) {
        let mut waters = models.map(|model| Surrogate::new(model.clone(), scene).ok());
        for call in 0..WARM + CALLS[usize::from(quick)] {
            for (k, water) in waters.iter_mut().enumerate() {
                if interrupt.asked() {
                    return [None; 2];
                }
                let begun = Instant::now();
                let went = water.as_mut().is_some_and(|water| water.call(&mut ()).is_ok());
                is_whole[k] &= went;
                if went && call >= WARM {
                    times_ms[k].push(1e3 * begun.elapsed().as_secs_f64());
                }
            }
        }
    }
    let [one, other] = times_ms;
    [latency(one, is_whole[0]), latency(other, is_whole[1])]
}

fn latency(mut times_ms: Vec<f64>, is_whole: bool) -> Option<Latency> {
    times_ms.sort_unstable_by(f64::total_cmp);
    let calls = times_ms.len();
    let [p50, p95] = [0.5, 0.95].map(|share| quantile(&times_ms, share));
    (is_whole && calls > 0).then_some(Latency { p50, p95, calls })
}
