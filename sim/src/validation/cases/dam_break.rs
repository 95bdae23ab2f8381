//! A column of water twice as high as wide, let go: how fast does its front run?
//!
//! In units of the column, T = t √(2g/a) and Z = x/a, the front of an inviscid
//! column is one curve for all sizes. The moving-particle semi-implicit method
//! of Koshizuka & Oka (1996) gives that curve; the water of Martin & Moyce
//! (1952), in a column 2¼ inches wide, lags behind it by the time that a real
//! gate takes to get out of the way, and further out, where a thin tip runs over
//! a real floor, by friction. The lag is gated as far as MPS's curve goes.

use crate::SolverConfig;
use crate::validation::measure::{first_reaches, front_m, interpolate, worst};
use crate::validation::run::Ledger;
use crate::validation::scenes::{GRAVITY_M_S2, block, empty};
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

/// Koshizuka & Oka 1996, inviscid: T, Z.
const MPS: [[f64; 2]; 5] =
    [[0.958, 1.512], [1.381, 1.931], [2.043, 2.707], [2.451, 3.251], [2.943, 3.997]];

/// Martin & Moyce 1952, n² = 2, a = 2.25 in: T, Z.
const EXPERIMENT: [[f64; 2]; 8] = [
    [0.832, 1.217],
    [1.219, 1.474],
    [1.997, 2.292],
    [2.547, 2.995],
    [3.345, 4.134],
    [4.034, 4.944],
    [4.418, 5.881],
    [5.091, 6.980],
];

const COLUMN_M: f64 = 0.05715;
const WIDTHS_OF_TANK: f64 = 9.0;
const END_T: f64 = 5.1;

pub struct DamBreak;

impl Case for DamBreak {
    fn name(&self) -> &'static str {
        "dam-break"
    }

    fn about(&self) -> &'static str {
        "Front of a collapsing column, height twice its width, against MPS (Koshizuka & Oka, \
         Nucl. Sci. Eng. 123, 1996) and experiment (Martin & Moyce, Phil. Trans. A 244, 1952)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let cell_m = COLUMN_M / trial.pick(48.0, 96.0);
        let mut scene = empty(self.name(), [WIDTHS_OF_TANK * COLUMN_M, 2.5 * COLUMN_M], cell_m);
        scene.water.push(block([0.0, 0.0], [COLUMN_M, 2.0 * COLUMN_M]));
        let mut run = trial.start(&scene, SolverConfig::default())?;

        let time_unit_s = (COLUMN_M / (2.0 * GRAVITY_M_S2)).sqrt();
        let mut front = vec![[0.0, front_m(run.frame(), cell_m) / COLUMN_M]];
        while run.step_towards(END_T * time_unit_s, trial)? {
            let t = run.time_s() / time_unit_s;
            front.push([t, front_m(run.frame(), cell_m) / COLUMN_M]);
        }

        let off_mps = worst(MPS.map(|[t, z]| (interpolate(&front, t) / z - 1.0).abs()));
        // Positive where the experiment comes later.
        let lags = |far: bool| {
            let points = EXPERIMENT.into_iter().filter(move |[_, z]| (*z > MPS[4][1]) == far);
            worst(points.map(|[t, z]| (t - first_reaches(&front, z)).abs()))
        };
        let (lag, lag_far) = (lags(false), lags(true));

        let mut report = CaseReport::default();
        report.checks.push(Check::share("front-mps", off_mps, 0.03));
        report.checks.push(Check::absolute("lag-experiment", "T", lag, 0.0, 0.35));
        report.checks.push(Check::reported("lag-experiment-far", "T", lag_far));
        report.figures.push(FigureData {
            slug: "dam-break",
            title: "Dam break: position of the front".into(),
            x: Axis::linear("T = t √(2g/a)"),
            y: Axis::linear("Z = x/a"),
            series: vec![
                Series::new("weir", Style::Line, 0, front),
                Series::new("MPS, inviscid (1996)", Style::Marks, 1, MPS),
                Series::new("experiment (1952)", Style::Marks, 2, EXPERIMENT),
            ],
            notes: vec![
                format!("furthest from MPS {:.1} %, gate 3 %", off_mps * 100.0),
                format!("lag to experiment, in T: at most {lag:.2} as far as MPS goes, gate 0.35"),
                format!("beyond, where the floor slows a thin tip: {lag_far:.2}"),
            ],
            same_scale: false,
        });
        Ledger::of_one(&run, &mut report);
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_experiment_lags_behind_mps_by_less_than_the_gate() {
        for [t, z] in EXPERIMENT.into_iter().filter(|p| (1.512..3.997).contains(&p[1])) {
            let lag = t - first_reaches(&MPS, z);
            assert!((0.0..0.35).contains(&lag), "Z = {z}: lag {lag}");
        }
    }
}
