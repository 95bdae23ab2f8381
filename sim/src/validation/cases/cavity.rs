//! A closed box whose lid slides: the steady vortex at Re 100 and 1000 against
//! the tables of Ghia, Ghia & Shin (1982).

use weir_scene::Walls;

use crate::SolverConfig;
use crate::validation::geometry::Point;
use crate::validation::measure::{mean, worst};
use crate::validation::run::{Ledger, Run};
use crate::validation::scenes::brimful;
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

/// Table I: y, then u on the vertical centre line at Re 100 and 1000.
#[rustfmt::skip]
const U: [[f64; 3]; 15] = [
    [0.9766,  0.84123,  0.65928], [0.9688,  0.78871,  0.57492], [0.9609,  0.73722,  0.51117],
    [0.9531,  0.68717,  0.46604], [0.8516,  0.23151,  0.33304], [0.7344,  0.00332,  0.18719],
    [0.6172, -0.13641,  0.05702], [0.5000, -0.20581, -0.06080], [0.4531, -0.21090, -0.10648],
    [0.2813, -0.15662, -0.27805], [0.1719, -0.10150, -0.38289], [0.1016, -0.06434, -0.29730],
    [0.0703, -0.04775, -0.22220], [0.0625, -0.04192, -0.20196], [0.0547, -0.03717, -0.18109],
];

/// Table II: x, then v on the horizontal centre line at Re 100 and 1000.
#[rustfmt::skip]
const V: [[f64; 3]; 15] = [
    [0.9688, -0.05906, -0.21388], [0.9609, -0.07391, -0.27669], [0.9531, -0.08864, -0.33714],
    [0.9453, -0.10313, -0.39188], [0.9063, -0.16914, -0.51550], [0.8594, -0.22445, -0.42665],
    [0.8047, -0.24533, -0.31966], [0.5000,  0.05454,  0.02526], [0.2344,  0.17527,  0.32235],
    [0.2266,  0.17507,  0.33075], [0.1563,  0.16077,  0.37095], [0.0938,  0.12317,  0.32627],
    [0.0781,  0.10890,  0.30353], [0.0703,  0.10091,  0.29012], [0.0625,  0.09233,  0.27485],
];

/// Averages the velocity at points of the two centre lines over time, since
/// particles that come and go leave a ripple on a steady flow.
struct CentreLines {
    stations: Vec<f64>,
    /// u at the stations of the vertical line, then v at those of the horizontal.
    samples: Vec<[Vec<f64>; 2]>,
}

impl CentreLines {
    fn new(stations: Vec<f64>) -> Self {
        Self { stations, samples: Vec::new() }
    }

    fn sample(&mut self, run: &Run) {
        let at = |p: Point, axis: usize| run.solver.velocity_at(p).map_or(f64::NAN, |v| v[axis]);
        let u = self.stations.iter().map(|&y| at([0.5, y], 0)).collect();
        let v = self.stations.iter().map(|&x| at([x, 0.5], 1)).collect();
        self.samples.push([u, v]);
    }

    /// Mean over the samples of u (axis 0) or v (axis 1) at each station.
    fn mean(&self, axis: usize) -> Vec<Point> {
        let value = |k: usize| mean(self.samples.iter().map(|sample| sample[axis][k]));
        self.stations.iter().enumerate().map(|(k, &s)| [s, value(k)]).collect()
    }
}

/// Greatest difference between averaged velocities and a column of a table.
fn furthest(found: &[Point], table: &[[f64; 3]], column: usize) -> f64 {
    worst(table.iter().map(|row| {
        let at = found.iter().find(|f| f[0] == row[0]);
        (at.map_or(f64::NAN, |f| f[1]) - row[column]).abs()
    }))
}

pub struct Cavity;

impl Case for Cavity {
    fn name(&self) -> &'static str {
        "cavity"
    }

    fn about(&self) -> &'static str {
        "Steady flow in a box under a sliding lid at Re 100 and 1000 against the tables of \
         Ghia, Ghia & Shin (J. Comput. Phys. 48, 1982)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        // Column of the tables, Reynolds number, cells, seconds to a steady state
        // and to average over. Re 1000 takes more cells than a quick trial has time for.
        let full = [(1, 100.0, 96, 20.0, 4.0), (2, 1000.0, 112, 44.0, 6.0)];
        let runs = trial.pick(&[(1, 100.0, 48, 16.0, 2.0)][..], &full[..]);
        let mut report = CaseReport::default();
        let mut ledger = Ledger::default();
        let mut horizontal =
            figure("cavity-u", "Sliding lid: u on the vertical centre line", "y / L", "u / U");
        let mut vertical =
            figure("cavity-v", "Sliding lid: v on the horizontal centre line", "x / L", "v / U");
        for (part, &(column, reynolds, n, settle_s, average_s)) in runs.iter().enumerate() {
            trial.part(part, runs.len());
            let cell_m = 1.0 / f64::from(n);
            let mut scene = brimful(self.name(), [1.0, 1.0], cell_m, 1.0 / reynolds);
            scene.domain.walls = Walls::NoSlip;
            scene.domain.lid_speed_m_s = 1.0;
            let config = SolverConfig { dt_max_s: 0.5 * cell_m, ..SolverConfig::default() };
            let mut run = trial.start(&scene, config)?;
            let rows = (0..n).map(|k| (f64::from(k) + 0.5) * cell_m);
            let mut stations: Vec<f64> = rows.chain(U.iter().chain(&V).map(|row| row[0])).collect();
            stations.sort_by(f64::total_cmp);
            stations.dedup();
            let mut lines = CentreLines::new(stations);
            run.advance_to(settle_s, trial)?;
            for sample in 1..=32 {
                run.advance_to(settle_s + average_s * f64::from(sample) / 32.0, trial)?;
                lines.sample(&run);
            }
            let (u, v) = (lines.mean(0), lines.mean(1));
            let (off_u, off_v) = (furthest(&u, &U, column), furthest(&v, &V, column));
            report.checks.push(Check::share(format!("re{reynolds}/u"), off_u, 0.02));
            report.checks.push(Check::share(format!("re{reynolds}/v"), off_v, 0.02));
            for (figure, found, table, off) in
                [(&mut horizontal, u, &U, off_u), (&mut vertical, v, &V, off_v)]
            {
                figure.series.push(Series::new(format!("Re {reynolds}"), Style::Line, part, found));
                let marks = table.iter().map(|row| [row[0], row[column]]);
                figure.series.push(Series::new("Ghia et al.", Style::Marks, part, marks));
                figure
                    .notes
                    .push(format!("Re {reynolds}: furthest {:.1} % of U, gate 2 %", off * 100.0));
            }
            ledger.close(&format!("Re {reynolds}"), &run);
        }
        report.figures.extend([horizontal, vertical]);
        ledger.write(&mut report);
        Ok(report)
    }
}

fn figure(slug: &'static str, title: &str, x: &'static str, y: &'static str) -> FigureData {
    FigureData {
        slug,
        title: title.into(),
        x: Axis::linear(x),
        y: Axis::linear(y),
        series: Vec::new(),
        notes: Vec::new(),
        same_scale: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_carry_as_much_water_up_as_down() {
        // Mass: the integral of u over a line from wall to lid is zero, and of v
        // too. The tables are coarse, so trapezia come to 2 % of U only.
        for (table, lid) in [(&U, 1.0), (&V, 0.0)] {
            for column in [1, 2] {
                let mut curve = vec![[1.0, lid]];
                curve.extend(table.iter().map(|row| [row[0], row[column]]));
                curve.push([0.0, 0.0]);
                let flux: f64 =
                    curve.windows(2).map(|w| (w[0][0] - w[1][0]) * (w[0][1] + w[1][1]) / 2.0).sum();
                assert!(flux.abs() < 0.02, "column {column}: {flux}");
            }
        }
    }

    #[test]
    fn a_station_that_was_not_sampled_is_not_a_match() {
        let found: Vec<Point> = U.iter().map(|row| [row[0], row[1]]).collect();
        assert_eq!(furthest(&found, &U, 1), 0.0);
        assert!(furthest(&found[1..], &U, 1).is_nan());
    }
}
