//! Running a solver through a case, and keeping the books that every case needs.

use std::ops::ControlFlow;

use weir_scene::{Advance, AdvanceError, Frame, Grid, Scene};

use super::report::significant;
use super::{CaseReport, Check, ValidationError};
use crate::{Backend, Solver, SolverConfig};

/// How finely a case is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The whole suite in minutes on two cores, for continuous integration.
    Quick,
    /// What the documentation shows.
    Full,
}

impl Resolution {
    /// One of two values.
    pub fn pick<T>(self, quick: T, full: T) -> T {
        match self {
            Self::Quick => quick,
            Self::Full => full,
        }
    }
}

/// How a case is to be run, and who watches.
pub struct Trial<'a> {
    backend: Backend,
    resolution: Resolution,
    /// Which of how many equally long parts is running.
    part: (usize, usize),
    progress: &'a mut (dyn FnMut(f64) -> ControlFlow<()> + Send),
}

impl<'a> Trial<'a> {
    /// A trial that tells `progress` after every step how much of the case is
    /// done, from 0 to 1, and stops when it breaks.
    pub fn new(
        backend: Backend,
        resolution: Resolution,
        progress: &'a mut (dyn FnMut(f64) -> ControlFlow<()> + Send),
    ) -> Self {
        Self { backend, resolution, part: (0, 1), progress }
    }

    /// The first value for a quick trial, the second for a full one.
    pub(super) fn pick<T>(&self, quick: T, full: T) -> T {
        self.resolution.pick(quick, full)
    }

    /// Announces that part `index` of `count` begins.
    pub(super) fn part(&mut self, index: usize, count: usize) {
        self.part = (index, count);
    }

    /// A solver at time zero, ready to be stepped.
    pub(super) fn start(
        &self,
        scene: &Scene,
        config: SolverConfig,
    ) -> Result<Run, ValidationError> {
        let solver = Solver::with_config(scene, self.backend, config.clone())?;
        let mut frame = Frame::default();
        solver.snapshot(&mut frame);
        let grid = scene.domain.grid();
        Ok(Run { solver, config, grid, frame, time_s: 0.0, steps: 0, boxes: Boxes::default() })
    }

    fn tick(&mut self, part_done: f64) -> Result<(), ValidationError> {
        let (index, count) = self.part;
        match (self.progress)((index as f64 + part_done.min(1.0)) / count as f64) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ValidationError::Interrupted),
        }
    }
}

/// A solver on its way through a case.
pub(super) struct Run {
    /// The solver itself.
    pub solver: Solver,
    config: SolverConfig,
    grid: Grid,
    frame: Frame,
    time_s: f64,
    steps: u64,
    boxes: Boxes,
}

/// Every how many steps the boxes are counted.
const STEPS_PER_COUNT: u64 = 8;

impl Run {
    /// Takes a step towards `end_s`, which is met exactly; false if it was met before.
    pub fn step_towards(
        &mut self,
        end_s: f64,
        trial: &mut Trial<'_>,
    ) -> Result<bool, ValidationError> {
        let left_s = end_s - self.time_s;
        if left_s <= 1e-9 * end_s {
            return Ok(false);
        }
        let dt_s = self.solver.step(left_s)?;
        if dt_s.is_nan() || dt_s <= 0.0 {
            Err(AdvanceError::NotFinite { what: "the step", time_s: self.time_s })?;
        }
        self.time_s += dt_s;
        if self.steps.is_multiple_of(STEPS_PER_COUNT) {
            self.solver.snapshot(&mut self.frame);
            self.boxes.count(&self.grid, &self.frame);
        }
        self.steps += 1;
        trial.tick(self.time_s / end_s)?;
        Ok(true)
    }

    /// Steps until `end_s` without a look.
    pub fn advance_to(&mut self, end_s: f64, trial: &mut Trial<'_>) -> Result<(), ValidationError> {
        while self.step_towards(end_s, trial)? {}
        Ok(())
    }

    /// Time since the scene began, seconds.
    pub fn time_s(&self) -> f64 {
        self.time_s
    }

    /// Area of water that a particle stands for, m².
    pub fn particle_m2(&self) -> f64 {
        (self.grid.cell_m / 2.0).powi(2)
    }

    /// The present state.
    pub fn frame(&mut self) -> &Frame {
        self.solver.snapshot(&mut self.frame);
        &self.frame
    }

    fn setup(&self, label: &str) -> String {
        let Grid { nx, ny, cell_m } = self.grid;
        format!(
            "{label}{nx} × {ny} cells of {} mm, {} particles, {} steps of {} ms on average, FLIP share {} per ms",
            significant(cell_m * 1e3),
            self.frame.ids.len(),
            self.steps,
            significant(self.time_s / self.steps as f64 * 1e3),
            self.config.flip_per_ms,
        )
    }
}

/// Counts particles in boxes of four by four cells wholly under water. A count
/// that is not 64 is water compressed or stretched, whatever the solver's own
/// kernel says.
#[derive(Default)]
struct Boxes {
    excess: f64,
    boxes: u64,
}

impl Boxes {
    const SIDE: usize = 4;
    /// Cells around a box that must hold water as well for the box to count.
    const MARGIN: usize = 2;

    fn count(&mut self, grid: &Grid, frame: &Frame) {
        let mut counts = vec![0_u32; grid.nx * grid.ny];
        for p in &frame.positions_m {
            let index =
                |x: f32, n: usize| ((f64::from(x) / grid.cell_m).max(0.0) as usize).min(n - 1);
            counts[grid.cell(index(p[0], grid.nx), index(p[1], grid.ny))] += 1;
        }
        let wet = |i: usize, j: usize| counts[grid.cell(i, j)] > 0;
        let expected = (4 * Self::SIDE * Self::SIDE) as f64;
        for j in (0..grid.ny / Self::SIDE).map(|j| j * Self::SIDE) {
            for i in (0..grid.nx / Self::SIDE).map(|i| i * Self::SIDE) {
                let columns =
                    i.saturating_sub(Self::MARGIN)..(i + Self::SIDE + Self::MARGIN).min(grid.nx);
                let mut rows =
                    j.saturating_sub(Self::MARGIN)..(j + Self::SIDE + Self::MARGIN).min(grid.ny);
                if !rows.all(|row| columns.clone().all(|column| wet(column, row))) {
                    continue;
                }
                let inside: u32 = (j..j + Self::SIDE)
                    .flat_map(|row| (i..i + Self::SIDE).map(move |column| (column, row)))
                    .map(|(column, row)| counts[grid.cell(column, row)])
                    .sum();
                self.excess += f64::from(inside) / expected - 1.0;
                self.boxes += 1;
            }
        }
    }

    /// Mean over boxes and time of density over rest density, less one; NaN if none ever counted.
    fn mean_excess(&self) -> f64 {
        self.excess / self.boxes as f64
    }
}

/// The books of a case: incompressibility and lines crossed, over all its runs.
#[derive(Default)]
pub(super) struct Ledger {
    setups: Vec<String>,
    density_mean: f64,
    density_spread: f64,
    density_p99: f64,
    volume_excess: f64,
    line_crossings: u64,
}

impl Ledger {
    /// Writes the rows of a case that has one run.
    pub fn of_one(run: &Run, report: &mut CaseReport) {
        let mut ledger = Self::default();
        ledger.close("", run);
        ledger.write(report);
    }

    /// Enters a run that has ended; `label` tells it from the case's other runs.
    pub fn close(&mut self, label: &str, run: &Run) {
        let label = if label.is_empty() { String::new() } else { format!("{label}: ") };
        self.setups.push(run.setup(&label));
        let totals = run.solver.totals();
        let larger = |a: f64, b: f64| if b.is_nan() || b > a { b } else { a };
        self.density_mean = larger(self.density_mean, totals.density_mean_err);
        self.density_spread = larger(self.density_spread, totals.density_spread);
        self.density_p99 = larger(self.density_p99, totals.density_p99_err);
        self.volume_excess = larger(self.volume_excess, run.boxes.mean_excess().abs());
        self.line_crossings += totals.line_crossings;
    }

    /// Writes the worst of the runs into the report.
    pub fn write(self, report: &mut CaseReport) {
        report.setups.extend(self.setups);
        report.checks.extend([
            Check::share("density-mean", self.density_mean, 0.01),
            Check::reported("density-spread", "1", self.density_spread),
            Check::reported("density-p99", "1", self.density_p99),
            Check::share("volume", self.volume_excess, 0.01),
            Check::absolute("line-crossings", "moves", self.line_crossings as f64, 0.0, 0.0),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lattice_of_four_a_cell_counts_as_incompressible() {
        let grid = Grid { nx: 16, ny: 16, cell_m: 0.1 };
        let lattice =
            |n: usize| (0..n).map(|k| ((k as f32) + 0.5) * 1.6 / n as f32).collect::<Vec<_>>();
        let frame_of = |n: usize| {
            let xs = lattice(n);
            let positions_m = xs.iter().flat_map(|&y| xs.iter().map(move |&x| [x, y])).collect();
            Frame { positions_m, ..Frame::default() }
        };
        let mut boxes = Boxes::default();
        boxes.count(&grid, &frame_of(32));
        assert_eq!((boxes.boxes, boxes.mean_excess()), (16, 0.0));
        let mut squeezed = Boxes::default();
        squeezed.count(&grid, &frame_of(36));
        assert!((squeezed.mean_excess() - (36.0_f64 / 32.0).powi(2) + 1.0).abs() < 1e-6);
    }
}
