//! Water at rest: pressure is weight, and nothing else happens.
//!
//! A flat pool, two V basins and a bowl, the last three of lines with no
//! thickness and air beneath. p = ρ g d at depth d below the level that the
//! seeded area of water has in the basin. A basin's volume is read from the
//! height of the water's centre of mass, which a basin of known shape turns
//! into a level, and so feels a thousandth of the volume where a count of wet
//! cells would not.

use weir_scene::{GridField, Scene, Stroke};

use crate::SolverConfig;
use crate::validation::geometry::{Point, area_and_centroid_y, below, contains, level_of};
use crate::validation::measure::{WATER_KG_M3, centroid_m, max_speed_m_s, mean, rms, worst};
use crate::validation::run::{Ledger, Run};
use crate::validation::scenes::{GRAVITY_M_S2, block, empty, line};
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const DEPTH_M: f64 = 0.5;
/// Room for the water seeded along slanted lines to find its level.
const SETTLE_S: f64 = 1.0;
/// How long the volume has to hold.
const HOLD_S: f64 = 10.0;

/// A basin and how it stands in its rectangle.
struct Basin {
    label: &'static str,
    size_m: Point,
    /// Outline, convex, closed above the water.
    outline: Vec<Point>,
    /// The lines that make it; none where the rectangle itself does.
    lines: Vec<Stroke>,
}

impl Basin {
    fn flat() -> Self {
        let size_m = [1.0, 0.75];
        let outline = vec![[0.0, 0.0], [size_m[0], 0.0], size_m, [0.0, size_m[1]]];
        Self { label: "flat", size_m, outline, lines: Vec::new() }
    }

    /// Two sides that rise at `degrees` to the horizontal.
    fn v(label: &'static str, degrees: f64) -> Self {
        let (below_m, rim_m) = (0.08, DEPTH_M + 0.07);
        let reach_m = rim_m / degrees.to_radians().tan();
        let size_m = [2.0 * reach_m + 0.16, below_m + rim_m + 0.1];
        let middle = size_m[0] / 2.0;
        let outline = vec![
            [middle - reach_m, below_m + rim_m],
            [middle, below_m],
            [middle + reach_m, below_m + rim_m],
        ];
        Self { label, size_m, lines: vec![line(outline.clone())], outline }
    }

    /// An arc of 160°, of four lines that share their ends.
    fn bowl() -> Self {
        let (radius_m, below_m, steps) = (0.7, 0.08, 48);
        let size_m = [2.0 * radius_m + 0.16, below_m + radius_m + 0.1];
        let centre = [size_m[0] / 2.0, below_m + radius_m];
        let outline: Vec<Point> = (0..=steps)
            .map(|k| {
                let angle = (190.0 + 160.0 * f64::from(k) / f64::from(steps)).to_radians();
                [centre[0] + radius_m * angle.cos(), centre[1] + radius_m * angle.sin()]
            })
            .collect();
        let lines = (0..4).map(|k| line(outline[12 * k..=12 * (k + 1)].to_vec())).collect();
        Self { label: "bowl", size_m, outline, lines }
    }

    fn bottom_m(&self) -> f64 {
        self.outline.iter().map(|p| p[1]).fold(f64::MAX, f64::min)
    }

    fn scene(&self, cell_m: f64) -> Scene {
        let mut scene = empty(self.label, self.size_m, cell_m);
        scene.strokes = self.lines.clone();
        scene.water.push(block([0.0, 0.0], [self.size_m[0], self.bottom_m() + DEPTH_M]));
        scene
    }

    /// Volume of water whose centre of mass is this high, m² (of a cross-section).
    fn volume_of_centroid(&self, centroid_y: f64) -> f64 {
        let (mut low, mut high) = (self.bottom_m(), self.bottom_m() + 2.0 * DEPTH_M);
        for _ in 0..60 {
            let level = (low + high) / 2.0;
            if area_and_centroid_y(&below(&self.outline, level)).1 < centroid_y {
                low = level;
            } else {
                high = level;
            }
        }
        area_and_centroid_y(&below(&self.outline, low)).0.abs()
    }
}

pub struct Hydrostatic;

impl Case for Hydrostatic {
    fn name(&self) -> &'static str {
        "hydrostatic"
    }

    fn about(&self) -> &'static str {
        "Pressure p = ρ g d and constant volume of water at rest, in a flat pool and in V basins \
         of 30° and 17° and a bowl made of lines without thickness (Archimedes' law of statics)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let cell_m = trial.pick(1.0 / 64.0, 1.0 / 128.0);
        let basins = [Basin::flat(), Basin::v("v30", 30.0), Basin::v("v17", 17.0), Basin::bowl()];
        let mut report = CaseReport::default();
        let mut ledger = Ledger::default();
        let mut pressure = pressure_figure();
        let mut volume = volume_figure();
        for (hue, basin) in basins.iter().enumerate() {
            trial.part(hue, basins.len());
            let mut run = trial.start(&basin.scene(cell_m), SolverConfig::default())?;
            run.solver.retain(|position| contains(&basin.outline, position))?;
            let found = Found::measure(basin, &mut run, trial)?;
            let label = basin.label;
            report.checks.push(Check::share(format!("{label}/pressure"), found.pressure_rms, 0.01));
            report.checks.push(Check::share(format!("{label}/volume-drift"), found.drift, 1e-3));
            let speed = found.speed_m_s / (GRAVITY_M_S2 * DEPTH_M).sqrt();
            if basin.lines.is_empty() {
                report.checks.push(Check::share(format!("{label}/speed"), speed, 1e-3));
                let moved = found.moved_m / cell_m;
                report.checks.push(Check::absolute(
                    format!("{label}/moved"),
                    "cells",
                    moved,
                    0.0,
                    0.1,
                ));
            } else {
                report.checks.push(Check::reported(format!("{label}/speed"), "1", speed));
            }
            pressure.notes.push(format!("{label}: RMS {:.2} %", found.pressure_rms * 100.0));
            pressure.series.push(Series::new(label, Style::Dots, hue, found.pressures));
            volume.notes.push(format!("{label}: {:.3} %", found.drift * 100.0));
            volume.series.push(Series::new(label, Style::Line, hue, found.volumes));
            ledger.close(label, &run);
        }
        pressure.notes.push("gate: RMS 1 % of the greatest".into());
        volume.notes.push("gate: drift 0.1 %".into());
        report.figures.extend([pressure, volume]);
        ledger.write(&mut report);
        Ok(report)
    }
}

/// What one basin gave.
struct Found {
    /// RMS of p − ρgd over the deepest ρgd, mean over the samples after settling.
    pressure_rms: f64,
    /// Change of volume over the holding time.
    drift: f64,
    /// Greatest particle speed in the last second.
    speed_m_s: f64,
    /// Furthest that a particle got from where it was born.
    moved_m: f64,
    /// Depth and pressure as shares of the greatest, of the last sample.
    pressures: Vec<Point>,
    /// Time and volume, as a change in percent.
    volumes: Vec<Point>,
}

impl Found {
    fn measure(
        basin: &Basin,
        run: &mut Run,
        trial: &mut Trial<'_>,
    ) -> Result<Self, ValidationError> {
        let settle_s = if basin.lines.is_empty() { 0.0 } else { SETTLE_S };
        let area_m2 = run.frame().ids.len() as f64 * run.particle_m2();
        let level_m = level_of(&basin.outline, area_m2);
        let born = by_id(run);
        let (mut volumes, mut rms_samples, mut speeds) = (Vec::new(), Vec::new(), Vec::new());
        let mut pressures = Vec::new();
        let end_s = settle_s + HOLD_S;
        let mut next_sample_s = 0.0;
        loop {
            let going = run.step_towards(end_s, trial)?;
            let time_s = run.time_s();
            if going && time_s < next_sample_s {
                continue;
            }
            next_sample_s += 0.1;
            volumes.push([time_s, basin.volume_of_centroid(centroid_m(run.frame())[1])]);
            if time_s >= SETTLE_S {
                pressures = depth_and_pressure(basin, level_m, &run.solver.pressure());
                rms_samples.push(rms(pressures.iter().map(|[depth, p]| p - depth)));
            }
            if time_s >= end_s - 1.0 {
                speeds.push(max_speed_m_s(run.frame()));
            }
            if !going {
                break;
            }
        }
        // Half a second at either end, so that a last ripple is not taken for a loss.
        let mean_between = |from: f64, to: f64| {
            let within = volumes.iter().filter(|v| (from..=to).contains(&v[0]));
            mean(within.map(|v| v[1]))
        };
        let first = mean_between(settle_s, settle_s + 0.5);
        let last = mean_between(end_s - 0.5, end_s);
        let moved = by_id(run)
            .into_iter()
            .zip(born)
            .map(|(now, born)| f64::hypot(now[0] - born[0], now[1] - born[1]));
        Ok(Self {
            pressure_rms: mean(rms_samples),
            drift: (last / first - 1.0).abs(),
            speed_m_s: worst(speeds),
            moved_m: worst(moved),
            pressures: pressures.into_iter().step_by(7).collect(),
            volumes: volumes.into_iter().map(|[t, v]| [t, (v / first - 1.0) * 100.0]).collect(),
        })
    }
}

fn by_id(run: &mut Run) -> Vec<Point> {
    let frame = run.frame();
    let mut table = vec![[f64::NAN; 2]; frame.ids.iter().max().map_or(0, |&id| id as usize + 1)];
    for (&id, &p) in frame.ids.iter().zip(&frame.positions_m) {
        table[id as usize] = p.map(f64::from);
    }
    table
}

/// Depth and pressure of every cell in the water, as shares of the deepest. A
/// cell that the solver takes for air, where there should be water, has none.
fn depth_and_pressure(basin: &Basin, level_m: f64, pressure: &GridField) -> Vec<Point> {
    let grid = pressure.grid;
    let greatest_pa = WATER_KG_M3 * GRAVITY_M_S2 * (level_m - basin.bottom_m());
    let mut found = Vec::new();
    for j in 0..grid.ny {
        for i in 0..grid.nx {
            let centre = [(i as f64 + 0.5) * grid.cell_m, (j as f64 + 0.5) * grid.cell_m];
            let depth_m = level_m - centre[1];
            // The cell that holds the surface may or may not have a pressure.
            if depth_m > grid.cell_m && contains(&basin.outline, centre) {
                let p = pressure.values[grid.cell(i, j)];
                let p = if p.is_nan() { 0.0 } else { f64::from(p) };
                found.push([depth_m / (level_m - basin.bottom_m()), p / greatest_pa]);
            }
        }
    }
    found
}

fn pressure_figure() -> FigureData {
    let exact = (0..=10).map(|k| [f64::from(k) / 10.0; 2]);
    FigureData {
        slug: "hydrostatic-pressure",
        title: "Water at rest: pressure over depth".into(),
        x: Axis::linear("depth / greatest depth"),
        y: Axis::linear("p / ρ g (greatest depth)"),
        series: vec![Series::new("ρ g d", Style::Guide, 0, exact)],
        notes: Vec::new(),
        same_scale: false,
    }
}

fn volume_figure() -> FigureData {
    FigureData {
        slug: "hydrostatic-volume",
        title: "Water at rest: volume from the centre of mass".into(),
        x: Axis::linear("t [s]"),
        y: Axis::linear("change of volume [%]"),
        series: Vec::new(),
        notes: Vec::new(),
        same_scale: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basin_reads_its_volume_from_the_centroid() {
        for basin in [Basin::flat(), Basin::v("v", 30.0), Basin::bowl()] {
            let level = basin.bottom_m() + 0.4;
            let (area, centroid) = area_and_centroid_y(&below(&basin.outline, level));
            let volume = basin.volume_of_centroid(centroid);
            assert!((volume / area.abs() - 1.0).abs() < 1e-9, "{}", basin.label);
        }
    }

    #[test]
    fn no_basin_runs_over() {
        for basin in [Basin::flat(), Basin::v("v", 30.0), Basin::v("v", 17.0), Basin::bowl()] {
            let rim = basin.outline.iter().map(|p| p[1]).fold(f64::MIN, f64::max);
            assert!(rim > basin.bottom_m() + DEPTH_M + 0.05, "{}", basin.label);
        }
    }

    #[test]
    fn the_exact_pressure_has_no_error_and_a_hole_in_it_is_seen() {
        let basin = Basin::v("v", 17.0);
        let level = basin.bottom_m() + DEPTH_M;
        let grid = basin.scene(1.0 / 32.0).domain.grid();
        let mut field = GridField {
            name: "pressure",
            unit: "Pa",
            grid,
            stagger: weir_scene::Stagger::Centre,
            values: (0..grid.nx * grid.ny)
                .map(|k| (level - ((k / grid.nx) as f64 + 0.5) * grid.cell_m) * 9810.0)
                .map(|p| p as f32)
                .collect(),
        };
        let error = |field: &GridField| {
            rms(depth_and_pressure(&basin, level, field).iter().map(|[d, p]| p - d))
        };
        assert!(error(&field) < 1e-6);
        // One hole three quarters down is far more than rounding.
        field.values[grid.cell(grid.nx / 2, 6)] = f32::NAN;
        assert!(error(&field) > 0.01);
    }
}
