//! The same scene gives the same bits, on one thread or four, now or again.

use weir_scene::Shape;

use crate::SolverConfig;
use crate::validation::run::{Ledger, Run};
use crate::validation::scenes::{block, body, empty, line};
use crate::validation::{Case, CaseReport, Check, Trial, ValidationError};

const END_S: f64 = 2.0;
/// Threads of the pools; the last repeats an earlier one.
const THREADS: [usize; 4] = [1, 2, 4, 2];

pub struct Determinism;

impl Case for Determinism {
    fn name(&self) -> &'static str {
        "determinism"
    }

    fn about(&self) -> &'static str {
        "Hash of all positions after 2 s of a dam break over two ramps and a ball, on 1, 2 and 4 \
         threads and once more: one and the same"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let mut scene = empty(self.name(), [1.5, 1.0], trial.pick(1.0 / 48.0, 1.0 / 64.0));
        scene.water.push(block([0.0, 0.3], [0.5, 0.9]));
        scene.strokes.push(line(vec![[0.2, 0.28], [0.9, 0.18]]));
        scene.strokes.push(line(vec![[1.45, 0.4], [1.1, 0.25], [0.95, 0.05]]));
        scene.bodies.push(body(Shape::Ball { radius_m: 0.08 }, [1.0, 0.6], 600.0));

        let mut ledger = Ledger::default();
        let mut digests = Vec::new();
        for (part, threads) in THREADS.into_iter().enumerate() {
            trial.part(part, THREADS.len());
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .map_err(|source| ValidationError::Threads { threads, source })?;
            let run = pool.install(|| -> Result<Run, ValidationError> {
                let mut run = trial.start(&scene, SolverConfig::default())?;
                run.advance_to(END_S, trial)?;
                Ok(run)
            })?;
            ledger.close(&format!("{threads} threads"), &run);
            digests.push(run.solver.digest());
        }
        // A solver that hashes nothing must not look like one that agrees.
        let empty = digests[0].is_empty();
        let different = digests.iter().filter(|d| empty || **d != digests[0]).count();
        let mut report = CaseReport::default();
        report.checks.push(Check::absolute("digests", "that differ", different as f64, 0.0, 0.0));
        ledger.write(&mut report);
        Ok(report)
    }
}
