//! A box three times as wide as high floats level, as deep as it is heavy.
//!
//! Archimedes: draft = height × density ratio. Upright is stable where
//! (width/height)² > 6 s (1 − s) (Bouguer 1746), which 9 is for every s. The
//! barge starts too deep and heeled by 4°, so that it has to find both, and is
//! averaged over the swings that are left. Its draft is taken from where the
//! water stands beside it, as one would in a tank.

use weir_scene::{Frame, Shape};

use crate::SolverConfig;
use crate::validation::geometry::Point;
use crate::validation::measure::{mean, zero_crossings};
use crate::validation::run::Ledger;
use crate::validation::scenes::{block, body, empty};
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const HEIGHT_M: f64 = 0.25;
const WIDTH_M: f64 = 3.0 * HEIGHT_M;
const TANK_M: Point = [3.0 * WIDTH_M, 4.0 * HEIGHT_M];
const LEVEL_M: f64 = 2.5 * HEIGHT_M;
const HEEL_RAD: f64 = 4.0 * std::f64::consts::PI / 180.0;
const SETTLE_S: f64 = 6.0;
const END_S: f64 = 12.0;
const DENSITY_RATIOS: [f64; 2] = [0.5, 0.8];

/// Where the water stands, clear of the barge by a quarter of its width: twice
/// the mean height of the particles there. Water that swelled stands higher and
/// is seen to, which a level computed from its amount would not show.
fn level_m(frame: &Frame) -> f64 {
    let clear = |x: f64| (x - TANK_M[0] / 2.0).abs() > 0.75 * WIDTH_M;
    let there = frame.positions_m.iter().filter(|p| clear(p[0].into()));
    2.0 * mean(there.map(|p| f64::from(p[1])))
}

/// Mean of a swinging signal after the settling time, over as many whole swings
/// as there are, so that a cut-off one does not count for half.
fn mean_of_whole_swings(signal: &[Point]) -> f64 {
    let settled: Vec<Point> = signal.iter().copied().filter(|s| s[0] > SETTLE_S).collect();
    let middle = mean(settled.iter().map(|s| s[1]));
    let about: Vec<Point> = settled.iter().map(|[t, v]| [*t, v - middle]).collect();
    let crossings = zero_crossings(&about);
    // Every other crossing is in the same direction.
    let whole = match crossings.len().checked_sub(1) {
        Some(last) if last >= 2 => crossings[0]..crossings[last - last % 2],
        _ => SETTLE_S..f64::MAX,
    };
    mean(settled.iter().filter(|s| whole.contains(&s[0])).map(|s| s[1]))
}

pub struct Barge;

impl Case for Barge {
    fn name(&self) -> &'static str {
        "barge"
    }

    fn about(&self) -> &'static str {
        "Draft and heel of a floating 3:1 box at density ratios 0.5 and 0.8, against Archimedes' \
         draft = height × ratio and Bouguer's stability criterion"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        // Afloat, no keel is to lie on a line of the grid, where a solver may
        // hold it up for reasons of its own.
        let cell_m = HEIGHT_M / trial.pick(11.0, 22.0);
        let mut report = CaseReport::default();
        let mut ledger = Ledger::default();
        let (mut series, mut notes) = (Vec::new(), Vec::new());
        for (part, ratio) in DENSITY_RATIOS.into_iter().enumerate() {
            trial.part(part, DENSITY_RATIOS.len());
            let mut scene = empty(self.name(), TANK_M, cell_m);
            scene.water.push(block([0.0, 0.0], [TANK_M[0], LEVEL_M]));
            let shape = Shape::Box { half_extents_m: [WIDTH_M / 2.0, HEIGHT_M / 2.0] };
            let afloat_m = LEVEL_M + HEIGHT_M * (0.5 - ratio);
            let start = [TANK_M[0] / 2.0, afloat_m - 0.1 * HEIGHT_M];
            let mut barge = body(shape, start, 1000.0 * ratio);
            barge.angle_rad = HEEL_RAD;
            scene.bodies.push(barge);

            let mut run = trial.start(&scene, SolverConfig::default())?;
            let (mut levels, mut keels, mut heels) = (Vec::new(), Vec::new(), Vec::new());
            while run.step_towards(END_S, trial)? {
                let t = run.time_s();
                let afloat = run.solver.body(0);
                let (y, angle) =
                    afloat.map_or((f64::NAN, f64::NAN), |b| (b.centre_m[1], b.angle_rad));
                levels.push([t, level_m(run.frame())]);
                keels.push([t, y - HEIGHT_M / 2.0]);
                heels.push([t, angle.to_degrees()]);
            }
            let settled =
                |series: &[Point]| mean(series.iter().filter(|s| s[0] > SETTLE_S).map(|s| s[1]));
            let level = settled(&levels);
            let drafts: Vec<Point> =
                keels.iter().map(|[t, keel]| [*t, (level - keel) / HEIGHT_M]).collect();
            let found = mean_of_whole_swings(&drafts);
            let draft = Check::relative(format!("draft-{ratio}"), "height", found, ratio, 0.03);
            let heel = Check::absolute(format!("heel-{ratio}"), "°", settled(&heels), 0.0, 0.5);
            notes.push(format!(
                "ratio {ratio}: draft {:.3}, {:.1} % off, gate 3 %; heel {:.2}°, gate 0.5°",
                draft.measured,
                draft.error * 100.0,
                heel.measured,
            ));
            report.checks.extend([draft, heel]);
            series.push(Series::new(format!("density ratio {ratio}"), Style::Line, part, drafts));
            let archimedes = (6..=12).map(|t| [f64::from(t), ratio]);
            series.push(Series::new("Archimedes", Style::Marks, part, archimedes));
            ledger.close(&format!("ratio {ratio}"), &run);
        }
        report.figures.push(FigureData {
            slug: "barge",
            title: "Floating 3:1 barge: draft".into(),
            x: Axis::linear("t [s]"),
            y: Axis::linear("draft / height"),
            series,
            notes,
            same_scale: false,
        });
        ledger.write(&mut report);
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_of_a_lattice_is_its_top_even_if_it_swelled() {
        let cell = HEIGHT_M / 11.0;
        for swelling in [1.0, 1.01] {
            let spacing = cell / 2.0 * swelling;
            let (columns, rows) = (198, (LEVEL_M / spacing) as usize);
            let positions_m = (0..columns * rows)
                .map(|k| [k % columns, k / columns].map(|n| ((n as f64 + 0.5) * spacing) as f32))
                .collect();
            let frame = Frame { positions_m, ..Frame::default() };
            let off = level_m(&frame) - rows as f64 * spacing;
            assert!(off.abs() < 1e-3 * cell, "swelling {swelling}: off by {} cells", off / cell);
        }
    }

    #[test]
    fn a_cut_off_swing_does_not_shift_the_mean() {
        let swing = |k: i32| f64::from(k) * 0.01;
        let signal: Vec<Point> =
            (0..1170).map(swing).map(|t| [t, 0.5 + 0.06 * (4.6 * t).sin()]).collect();
        assert!((mean_of_whole_swings(&signal) - 0.5).abs() < 1e-3);
        let still: Vec<Point> = (0..1200).map(swing).map(|t| [t, 0.5]).collect();
        assert!((mean_of_whole_swings(&still) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_barge_is_stable_upright() {
        for s in DENSITY_RATIOS {
            assert!((WIDTH_M / HEIGHT_M).powi(2) > 6.0 * s * (1.0 - s));
        }
    }
}
