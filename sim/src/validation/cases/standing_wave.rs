//! The first sloshing mode of a tank: a flat surface that is given the velocity
//! of a linear wave at its zero, and swings.
//!
//! ω² = g k tanh(k h), k = π/L (Lamb, *Hydrodynamics*, §228). The swing is read
//! from the water's centre of mass, whose sideways excursion is the amplitude
//! times −2L/(π²h): every particle contributes, so no cell has to be resolved.

use std::f64::consts::PI;

use crate::SolverConfig;
use crate::validation::geometry::Point;
use crate::validation::measure::{centroid_m, slope, zero_crossings};
use crate::validation::run::Ledger;
use crate::validation::scenes::{GRAVITY_M_S2, block, empty};
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const LENGTH_M: f64 = 2.0;
const DEPTH_M: f64 = 1.0;
/// (k a)² = 0.4 %, and the period feels an eighth of that.
const AMPLITUDE_M: f64 = 0.04;
const WAVENUMBER_1_M: f64 = PI / LENGTH_M;
const PERIODS: f64 = 5.0;

/// Angular frequency of a linear wave, 1/s.
fn angular_frequency(gravity_m_s2: f64, wavenumber_1_m: f64, depth_m: f64) -> f64 {
    (gravity_m_s2 * wavenumber_1_m * (wavenumber_1_m * depth_m).tanh()).sqrt()
}

/// Velocity of the wave at the moment when its surface is flat, m/s.
fn velocity(omega: f64, [x, y]: Point) -> Point {
    let (k, scale) = (WAVENUMBER_1_M, AMPLITUDE_M * omega / (WAVENUMBER_1_M * DEPTH_M).sinh());
    [-scale * (k * y).cosh() * (k * x).sin(), scale * (k * y).sinh() * (k * x).cos()]
}

pub struct StandingWave;

impl Case for StandingWave {
    fn name(&self) -> &'static str {
        "standing-wave"
    }

    fn about(&self) -> &'static str {
        "Period of the first sloshing mode of a tank, 2 m long and 1 m deep, against \
         ω² = g k tanh(k h) (Lamb, Hydrodynamics, §228): 1.6713 s"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let cell_m = trial.pick(1.0 / 48.0, 1.0 / 96.0);
        let mut scene = empty(self.name(), [LENGTH_M, 1.25 * DEPTH_M], cell_m);
        scene.water.push(block([0.0, 0.0], [LENGTH_M, DEPTH_M]));
        let mut run = trial.start(&scene, SolverConfig::default())?;
        let omega = angular_frequency(GRAVITY_M_S2, WAVENUMBER_1_M, DEPTH_M);
        run.solver.set_velocities(|position| velocity(omega, position))?;

        let period_s = 2.0 * PI / omega;
        let from_excursion = -PI * PI * DEPTH_M / (2.0 * LENGTH_M);
        let mut swing = Vec::new();
        while run.step_towards((PERIODS + 0.1) * period_s, trial)? {
            let excursion_m = centroid_m(run.frame())[0] - LENGTH_M / 2.0;
            swing.push([run.time_s() / period_s, excursion_m * from_excursion / AMPLITUDE_M]);
        }

        let crossings: Vec<Point> = zero_crossings(&swing)
            .into_iter()
            .enumerate()
            .map(|(half_period, t)| [half_period as f64, t])
            .collect();
        let measured_s = 2.0 * slope(&crossings) * period_s;
        let check = Check::relative("period", "s", measured_s, period_s, 0.01);
        let last_period = swing.iter().filter(|s| s[0] > PERIODS - 1.0);
        let left = last_period.map(|s| s[1].abs()).fold(0.0, f64::max);

        let linear = (0..=80).map(|k| f64::from(k) / 16.0).map(|t| [t, (2.0 * PI * t).sin()]);
        let mut report = CaseReport::default();
        report.figures.push(FigureData {
            slug: "standing-wave",
            title: "Standing wave: amplitude of the first mode".into(),
            x: Axis::linear("t / 1.6713 s"),
            y: Axis::linear("amplitude / 4 cm"),
            series: vec![
                Series::new("weir", Style::Line, 0, swing),
                Series::new("linear theory", Style::Marks, 1, linear),
            ],
            notes: vec![
                format!("period {measured_s:.4} s, {:.2} % off, gate 1 %", check.error * 100.0),
                format!("amplitude left in the fifth period: {:.0} %", left * 100.0),
            ],
            same_scale: false,
        });
        report.checks.push(check);
        report.checks.push(Check::reported("amplitude-left", "1", left));
        Ledger::of_one(&run, &mut report);
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispersion_relation_gives_the_known_period() {
        let omega = angular_frequency(GRAVITY_M_S2, WAVENUMBER_1_M, DEPTH_M);
        assert!((2.0 * PI / omega - 1.6713).abs() < 5e-5);
        // Shallow water: ω → k √(g h).
        let shallow = angular_frequency(9.81, 0.001, 1.0);
        assert!((shallow / (0.001 * 9.81_f64.sqrt()) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_initial_velocity_is_free_of_divergence_and_of_flow_through_walls() {
        let omega = angular_frequency(GRAVITY_M_S2, WAVENUMBER_1_M, DEPTH_M);
        for y in [0.1, 0.5, 0.9] {
            assert!(velocity(omega, [0.0, y])[0].abs() < 1e-15);
            assert!(velocity(omega, [LENGTH_M, y])[0].abs() < 1e-15);
            let h = 1e-5;
            let du = velocity(omega, [0.7 + h, y])[0] - velocity(omega, [0.7 - h, y])[0];
            let dv = velocity(omega, [0.7, y + h])[1] - velocity(omega, [0.7, y - h])[1];
            assert!((du + dv).abs() / (2.0 * h) < 1e-9);
        }
        assert!(velocity(omega, [0.3, 0.0])[1].abs() < 1e-15);
        // At the surface it moves as η = a sin(ωt) cos(kx) does at t = 0.
        assert!((velocity(omega, [0.0, DEPTH_M])[1] - AMPLITUDE_M * omega).abs() < 1e-12);
    }
}
