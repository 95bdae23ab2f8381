//! Four vortices that do nothing but decay: an exact solution of Navier–Stokes.
//!
//! u = sin 2πx cos 2πy e^(−8π²νt), v = −cos 2πx sin 2πy e^(−8π²νt) in the unit
//! square (Taylor & Green 1937), of which the kinetic energy is
//! ¼ e^(−16π²νt). The sides are planes of symmetry, so slip walls are exact.
//! Three grids give the order of convergence: time step ∝ cell², because the
//! splitting is of first order in time and is not to be mistaken for the grid.

use std::f64::consts::PI;

use crate::SolverConfig;
use crate::validation::geometry::Point;
use crate::validation::measure::{rms, slope, worst};
use crate::validation::run::{Ledger, Run};
use crate::validation::scenes::brimful;
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const REYNOLDS: f64 = 100.0;
const END_S: f64 = 1.0;
/// Time step over cell², s/m²: a Courant number of one half on 16 cells.
const DT_PER_CELL2: f64 = 8.0;

/// Decay of the velocity at time `t_s`.
fn decay(t_s: f64) -> f64 {
    (-8.0 * PI * PI * t_s / REYNOLDS).exp()
}

/// Velocity at time zero, m/s.
fn velocity([x, y]: Point) -> Point {
    let (a, b) = (2.0 * PI * x, 2.0 * PI * y);
    [a.sin() * b.cos(), -a.cos() * b.sin()]
}

/// The grid's velocity beside the exact one.
struct Comparison {
    /// Greatest component over the exact greatest.
    u_max: f64,
    /// Kinetic energy over the exact.
    energy: f64,
    /// RMS error over the exact RMS.
    l2: f64,
}

impl Comparison {
    /// At the faces of `n × n` cells, where the grid has its own values.
    fn of(run: &Run, n: usize) -> Self {
        let cell_m = 1.0 / n as f64;
        let decay = decay(run.time_s());
        let (mut found, mut exact) = (Vec::new(), Vec::new());
        for j in 0..n {
            for i in 1..n {
                let (edge, middle) = (i as f64 * cell_m, (j as f64 + 0.5) * cell_m);
                for (axis, position) in [(0, [edge, middle]), (1, [middle, edge])] {
                    found.push(run.solver.velocity_at(position).map_or(f64::NAN, |v| v[axis]));
                    exact.push(velocity(position)[axis] * decay);
                }
            }
        }
        let greatest = |values: &[f64]| worst(values.iter().map(|v| v.abs()));
        let size = |values: &[f64]| rms(values.iter().copied());
        Self {
            u_max: greatest(&found) / greatest(&exact),
            energy: (size(&found) / size(&exact)).powi(2),
            l2: rms(found.iter().zip(&exact).map(|(f, e)| f - e)) / size(&exact),
        }
    }
}

pub struct TaylorGreen;

impl Case for TaylorGreen {
    fn name(&self) -> &'static str {
        "taylor-green"
    }

    fn about(&self) -> &'static str {
        "Decay of four vortices at Re = 100 against the exact u_max = e^(−8π²t/Re) and \
         E = ¼ e^(−16π²t/Re), on three grids (Taylor & Green, Proc. R. Soc. A 158, 1937)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let sizes = trial.pick([16, 32, 64], [32, 64, 128]);
        let mut report = CaseReport::default();
        let mut ledger = Ledger::default();
        let mut errors = Vec::new();
        let mut finest = Vec::new();
        for (part, n) in sizes.into_iter().enumerate() {
            trial.part(part, sizes.len());
            let cell_m = 1.0 / n as f64;
            let scene = brimful(self.name(), [1.0, 1.0], cell_m, 1.0 / REYNOLDS);
            let config = SolverConfig {
                dt_max_s: DT_PER_CELL2 * cell_m * cell_m,
                ..SolverConfig::default()
            };
            let mut run = trial.start(&scene, config)?;
            run.solver.set_velocities(velocity)?;
            let mut history: Vec<(f64, Comparison)> = Vec::new();
            for sample in 1..=20 {
                run.advance_to(END_S * f64::from(sample) / 20.0, trial)?;
                history.push((run.time_s(), Comparison::of(&run, n)));
            }
            errors.push([cell_m, history[history.len() - 1].1.l2]);
            finest = history;
            ledger.close(&format!("{n}²"), &run);
        }

        let largest_gap =
            |of: fn(&Comparison) -> f64| worst(finest.iter().map(|(_, c)| (of(c) - 1.0).abs()));
        let u_max = Check::share("u-max", largest_gap(|c| c.u_max), 0.02);
        let energy = Check::share("energy", largest_gap(|c| c.energy), 0.02);
        let logs: Vec<Point> = errors.iter().map(|e| e.map(f64::log2)).collect();
        let order = slope(&logs);

        let measured = |of: fn(&Comparison) -> f64, power: i32| -> Vec<Point> {
            finest.iter().map(|(t, c)| [*t, of(c) * decay(*t).powi(power)]).collect()
        };
        let exact = |power: i32| {
            (0..=10).map(move |k| f64::from(k) / 10.0).map(move |t| [t, decay(t).powi(power)])
        };
        report.figures.push(FigureData {
            slug: "taylor-green-decay",
            title: format!("Taylor–Green vortices on {0} × {0} cells", sizes[2]),
            x: Axis::linear("t U/L"),
            y: Axis::linear("u_max / U,  4E / U²"),
            series: vec![
                Series::new("u_max", Style::Line, 0, measured(|c| c.u_max, 1)),
                Series::new("e^(−8π²t/Re)", Style::Marks, 0, exact(1)),
                Series::new("4E", Style::Line, 1, measured(|c| c.energy, 2)),
                Series::new("e^(−16π²t/Re)", Style::Marks, 1, exact(2)),
            ],
            notes: vec![
                format!("u_max {:.2} % off, gate 2 %", u_max.error * 100.0),
                format!("E {:.2} % off, gate 2 %", energy.error * 100.0),
            ],
            same_scale: false,
        });
        let second_order =
            errors.iter().map(|e| [e[0], errors[2][1] * (e[0] / errors[2][0]).powi(2)]);
        report.figures.push(FigureData {
            slug: "taylor-green-order",
            title: "Taylor–Green vortices: error over cell width".into(),
            x: Axis::log("cell / L"),
            y: Axis::log("RMS velocity error at t = 1"),
            series: vec![
                Series::new("second order", Style::Guide, 1, second_order),
                Series::new("weir", Style::Line, 0, errors.clone()),
            ],
            notes: vec![
                format!("order {order:.2}, gate: at least 1.8"),
                "time step ∝ cell²".into(),
            ],
            same_scale: false,
        });
        report.checks.extend([u_max, energy, Check::at_least("order", "1", order, 2.0, 0.2)]);
        report.checks.push(Check::reported("l2-error", "1", errors[2][1]));
        ledger.write(&mut report);
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_decays_by_its_own_laplacian() {
        // ∂u/∂t = ν ∇²u, since advection is balanced by pressure.
        let (p, h) = ([0.31, 0.17], 1e-4);
        let u = |dx: f64, dy: f64| velocity([p[0] + dx, p[1] + dy])[0];
        let laplacian =
            (u(h, 0.0) + u(-h, 0.0) + u(0.0, h) + u(0.0, -h) - 4.0 * u(0.0, 0.0)) / (h * h);
        let rate = (decay(h) - decay(-h)) / (2.0 * h) * u(0.0, 0.0);
        assert!((rate - laplacian / REYNOLDS).abs() < 1e-4, "{rate} and {}", laplacian / REYNOLDS);
    }

    #[test]
    fn the_walls_are_planes_of_symmetry() {
        for s in [0.1, 0.4, 0.8] {
            assert!(velocity([0.0, s])[0].abs() < 1e-12 && velocity([1.0, s])[0].abs() < 1e-12);
            assert!(velocity([s, 0.0])[1].abs() < 1e-12 && velocity([s, 1.0])[1].abs() < 1e-12);
            let shear = velocity([s, 1e-4])[0] - velocity([s, -1e-4])[0];
            assert!(shear.abs() < 1e-12, "no shear at a symmetry plane");
        }
    }

    #[test]
    fn mean_kinetic_energy_is_a_quarter() {
        let n = 64;
        let at = |k: usize| (k as f64 + 0.5) / n as f64;
        let sum: f64 = (0..n * n)
            .map(|k| velocity([at(k % n), at(k / n)]))
            .map(|v| v[0] * v[0] + v[1] * v[1])
            .sum();
        assert!((sum / 2.0 / (n * n) as f64 - 0.25).abs() < 1e-12);
    }
}
