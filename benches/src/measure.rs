//! What is measured, and the statistics made of it.

use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId};
use weir_scene::{Advance, AdvanceError, Frame};
use weir_sim::{Backend, Solver, StageTimes};

use crate::dam_break::{DURATION_S, dam_break, escaped};
use crate::peer::Peer;

/// Parts that the simulated second is timed in.
pub const PARTS: usize = 10;

/// A run of the dam break.
pub trait Run: Send {
    /// The column at rest.
    fn start(particles: usize) -> Self;
    /// Simulates the next part of the second.
    fn next_part(&mut self);
    /// Particles outside the box.
    fn escaped(&self) -> usize;
}

/// Our solver and the frame that it writes.
pub struct Weir {
    solver: Solver,
    frame: Frame,
}

impl Weir {
    fn advance(&mut self, duration_s: f64) {
        let frames = (duration_s / self.solver.frame_dt_s()).round() as usize;
        for _ in 0..frames {
            self.solver.advance(&mut self.frame).expect("the dam break stays finite");
        }
    }
}

impl Run for Weir {
    fn start(particles: usize) -> Self {
        let solver = Solver::new(&dam_break(particles), Backend::Cpu).expect("a valid scene");
        Self { solver, frame: Frame::default() }
    }

    fn next_part(&mut self) {
        self.advance(DURATION_S / PARTS as f64);
    }

    fn escaped(&self) -> usize {
        escaped(self.frame.positions_m.iter().copied())
    }
}

impl Run for Peer {
    fn start(particles: usize) -> Self {
        Self::new(particles)
    }

    fn next_part(&mut self) {
        self.advance(DURATION_S / PARTS as f64);
    }

    fn escaped(&self) -> usize {
        escaped(self.positions_m())
    }
}

/// One simulated second, timed in parts and over again.
///
/// The parts cost different amounts: a column that falls is cheaper than a wave
/// that breaks. Whoever calls this ten times in a row has simulated the whole
/// second exactly once, so that even the largest load is timed without running
/// it often or scaling a piece of it up.
pub struct Second<R> {
    particles: usize,
    run: Option<R>,
    part: usize,
    seconds: [Vec<f64>; PARTS],
    escaped: usize,
}

impl<R: Run> Second<R> {
    /// Nothing simulated yet.
    pub fn new(particles: usize) -> Self {
        Self { particles, run: None, part: 0, seconds: Default::default(), escaped: 0 }
    }

    /// Simulates the next part and returns how long that took; setting up is not timed.
    pub fn time_next_part(&mut self) -> Duration {
        if self.part == 0 {
            self.run = None;
        }
        let run = self.run.get_or_insert_with(|| R::start(self.particles));
        let start = Instant::now();
        run.next_part();
        let elapsed = start.elapsed();
        self.seconds[self.part].push(elapsed.as_secs_f64());
        self.escaped = self.escaped.max(run.escaped());
        self.part = (self.part + 1) % PARTS;
        elapsed
    }

    /// Wall seconds for the simulated second: the sum of the medians of its
    /// parts. `None` unless each part was timed.
    pub fn wall_s(&self) -> Option<f64> {
        self.seconds.iter().map(|part| median(part)).sum()
    }

    /// Most particles that were outside the box at the end of a part.
    pub fn escaped(&self) -> usize {
        self.escaped
    }
}

/// When the developed state begins and ends, seconds: the front has met the far wall.
const DEVELOPED_S: [f64; 2] = [0.5, 0.75];

/// Single steps of our solver in the developed state.
pub struct Steps {
    particles: usize,
    run: Option<(Weir, f64)>,
    seconds: Vec<f64>,
    stages: Vec<StageTimes>,
}

impl Steps {
    /// Nothing simulated yet.
    pub fn new(particles: usize) -> Self {
        Self { particles, run: None, seconds: Vec::new(), stages: Vec::new() }
    }

    /// Takes a step and returns how long that took. Getting to the developed
    /// state, and back to it when the water begins to settle, is not timed.
    ///
    /// # Errors
    /// The solver's.
    pub fn time_next(&mut self) -> Result<Duration, AdvanceError> {
        let (weir, time_s) = self.run.get_or_insert_with(|| {
            let mut weir = Weir::start(self.particles);
            weir.advance(DEVELOPED_S[0]);
            (weir, DEVELOPED_S[0])
        });
        let start = Instant::now();
        *time_s += weir.solver.step(weir.solver.frame_dt_s())?;
        let elapsed = start.elapsed();
        self.seconds.push(elapsed.as_secs_f64());
        self.stages.push(weir.solver.diagnostics().stages);
        if *time_s >= DEVELOPED_S[1] {
            self.run = None;
        }
        Ok(elapsed)
    }

    /// Median seconds of a step; `None` if there was none.
    pub fn step_s(&self) -> Option<f64> {
        median(&self.seconds)
    }

    /// Name and median seconds of each stage, in the order in which they run.
    pub fn stages_s(&self) -> Vec<(&'static str, f64)> {
        let Some(first) = self.stages.first() else { return Vec::new() };
        let column = |k: usize| -> Vec<f64> {
            self.stages.iter().map(|step| named(step)[k].1.as_secs_f64()).collect()
        };
        let name = |k: usize| named(first)[k].0;
        (0..named(first).len()).filter_map(|k| Some((name(k), median(&column(k))?))).collect()
    }
}

/// Taken apart field by field, so that a new stage does not go unmeasured.
fn named(times: &StageTimes) -> [(&'static str, Duration); 10] {
    let StageTimes {
        sort,
        topology,
        particle_to_grid,
        forces,
        pressure,
        bodies,
        extrapolate,
        grid_to_particle,
        density,
        measure,
    } = *times;
    [
        ("sort", sort),
        ("topology", topology),
        ("particle to grid", particle_to_grid),
        ("forces", forces),
        ("pressure", pressure),
        ("bodies", bodies),
        ("extrapolate", extrapolate),
        ("grid to particle", grid_to_particle),
        ("density", density),
        ("measure", measure),
    ]
}

/// Times `f` as one of a group, and returns the median of its seconds; `None` if it was
/// filtered out or only tested.
pub fn timed(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut f: impl FnMut(),
) -> Option<f64> {
    let mut seconds = Vec::new();
    group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
        bencher.iter_custom(|iterations| {
            let once = |_| {
                let begun = Instant::now();
                f();
                let elapsed = begun.elapsed();
                seconds.push(elapsed.as_secs_f64());
                elapsed
            };
            (0..iterations).map(once).sum()
        });
    });
    median(&seconds).filter(|_| is_timed())
}

/// Whether a bench is to be timed: only when cargo says `--bench`, and not with `--test`.
pub fn is_timed() -> bool {
    let has = |flag: &str| std::env::args().any(|argument| argument == flag);
    has("--bench") && !has("--test")
}

/// The median; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    Some(if sorted.len() % 2 == 1 { upper } else { (sorted[sorted.len() / 2 - 1] + upper) / 2.0 })
}

/// The exponent p of y ∝ xᵖ, by least squares through the logarithms; `None`
/// with fewer than two different x.
pub fn growth_exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logs: Vec<_> = points.iter().map(|&(x, y)| (x.ln(), y.ln())).collect();
    let mean = |f: fn(&(f64, f64)) -> f64| logs.iter().map(f).sum::<f64>() / logs.len() as f64;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let covariance: f64 = logs.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let variance: f64 = logs.iter().map(|p| (p.0 - x).powi(2)).sum();
    (variance > 1e-12).then(|| covariance / variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_count_lies_between() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn the_exponent_of_a_power_law_is_found() {
        let points: Vec<_> = [1.0_f64, 4.0, 16.0].map(|x| (x, 0.3 * x.powf(1.5))).to_vec();
        let exponent = growth_exponent(&points).expect("three points");
        assert!((exponent - 1.5).abs() < 1e-12);
        assert_eq!(growth_exponent(&points[..1]), None);
    }

    #[test]
    fn a_second_is_complete_after_all_its_parts() {
        let mut second = Second::<Weir>::new(100);
        for _ in 0..PARTS - 1 {
            second.time_next_part();
        }
        assert_eq!(second.wall_s(), None);
        second.time_next_part();
        assert!(second.wall_s().is_some());
    }

    #[test]
    fn every_step_reports_every_stage() {
        let mut steps = Steps::new(100);
        assert_eq!(steps.step_s(), None);
        steps.time_next().expect("a small dam break");
        assert!(steps.step_s().is_some());
        assert_eq!(steps.stages_s().len(), 10);
    }
}
