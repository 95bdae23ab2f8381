//! A box three times as wide as high floats level, as deep as it is heavy.
//!
//! Archimedes: draft = height × density ratio. Upright is stable where
//! (width/height)² > 6 s (1 − s) (Bouguer 1746), which 9 is for every s. The
//! barge starts too deep and heeled by 4°, so that it has to find both, and is
//! averaged over the swings that are left.

use weir_scene::Shape;

use crate::SolverConfig;
use crate::validation::geometry::Point;
use crate::validation::measure::mean;
use crate::validation::run::Ledger;
use crate::validation::scenes::{block, body, empty};
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const HEIGHT_M: f64 = 0.25;
const WIDTH_M: f64 = 3.0 * HEIGHT_M;
const TANK_M: Point = [3.0 * WIDTH_M, 1.0];
const LEVEL_M: f64 = 0.625;
const HEEL_RAD: f64 = 4.0 * std::f64::consts::PI / 180.0;
const SETTLE_S: f64 = 6.0;
const END_S: f64 = 12.0;
const DENSITY_RATIOS: [f64; 2] = [0.5, 0.8];

/// Depth of the keel of a level barge below the water's surface, when
/// `water_m2` of water share the tank with it and its keel is at `keel_m`.
///
/// The surface is where water and immersed barge fill the tank up to:
/// level × tank = water + width × draft, level = keel + draft.
fn draft_m(water_m2: f64, keel_m: f64) -> f64 {
    (water_m2 - keel_m * TANK_M[0]) / (TANK_M[0] - WIDTH_M)
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
        let cell_m = HEIGHT_M / trial.pick(12.0, 24.0);
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
            let water_m2 = run.frame().ids.len() as f64 * run.particle_m2();
            let (mut drafts, mut heels): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
            while run.step_towards(END_S, trial)? {
                let (y, angle) = run
                    .solver
                    .body(0)
                    .map_or((f64::NAN, f64::NAN), |b| (b.centre_m[1], b.angle_rad));
                drafts.push([run.time_s(), draft_m(water_m2, y - HEIGHT_M / 2.0) / HEIGHT_M]);
                heels.push([run.time_s(), angle.to_degrees()]);
            }
            let settled =
                |series: &[Point]| mean(series.iter().filter(|s| s[0] > SETTLE_S).map(|s| s[1]));
            let draft =
                Check::relative(format!("draft-{ratio}"), "height", settled(&drafts), ratio, 0.03);
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
    fn draft_of_a_barge_that_pushed_its_own_weight_aside() {
        // Keel half a height below a level of 0.6 m: the water is what is left.
        let water_m2 = 0.6 * TANK_M[0] - WIDTH_M * 0.5 * HEIGHT_M;
        let draft = draft_m(water_m2, 0.6 - 0.5 * HEIGHT_M);
        assert!((draft - 0.5 * HEIGHT_M).abs() < 1e-12);
    }

    #[test]
    fn the_barge_is_stable_upright() {
        for s in DENSITY_RATIOS {
            assert!((WIDTH_M / HEIGHT_M).powi(2) > 6.0 * s * (1.0 - s));
        }
    }
}
