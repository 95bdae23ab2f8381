//! Water between two plates, from rest: dragged by the upper one (Couette) or
//! pushed along by a uniform force (Poiseuille).
//!
//! Both are heat conduction in disguise, ∂u/∂t = ν ∂²u/∂y² + G, and have Fourier
//! series (Batchelor, *An Introduction to Fluid Dynamics*, §4.3). With η = y/H
//! and τ = νt/H²:
//!
//! * Couette: u/U = η + Σ 2(−1)ⁿ/(nπ) e^(−n²π²τ) sin nπη
//! * Poiseuille, U = GH²/8ν: u/U = 4η(1−η) − Σ_odd 32/(nπ)³ e^(−n²π²τ) sin nπη
//!
//! The channel is periodic along x and filled to the brim; the force is gravity
//! along x, which is what a pressure gradient does.

use std::f64::consts::PI;

use weir_scene::{Scene, Walls};

use crate::SolverConfig;
use crate::validation::geometry::Point;
use crate::validation::measure::{mean, worst};
use crate::validation::run::{Ledger, Run};
use crate::validation::scenes::brimful;
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const HEIGHT_M: f64 = 1.0;
const SPEED_M_S: f64 = 1.0;
/// Re = U H/ν = 10.
const VISCOSITY_M2_S: f64 = 0.1;
/// Instants that are compared, as τ = νt/H².
const INSTANTS: [f64; 4] = [0.02, 0.06, 0.15, 0.5];

/// Start-up of Couette flow: u/U at η and τ > 0.
fn couette(eta: f64, tau: f64) -> f64 {
    eta + series(
        tau,
        |n| 2.0 * if n.is_multiple_of(2) { 1.0 } else { -1.0 } / (f64::from(n) * PI),
        eta,
    )
}

/// Start-up of plane Poiseuille flow: u over the final centre speed at η and τ > 0.
fn poiseuille(eta: f64, tau: f64) -> f64 {
    let odd = |n: u32| if n.is_multiple_of(2) { 0.0 } else { -32.0 / (f64::from(n) * PI).powi(3) };
    4.0 * eta * (1.0 - eta) + series(tau, odd, eta)
}

/// Σ aₙ e^(−n²π²τ) sin nπη, to where the exponential is below the last bit.
fn series(tau: f64, coefficient: impl Fn(u32) -> f64, eta: f64) -> f64 {
    (1..)
        .map(|n| (n, f64::from(n) * PI))
        .take_while(|(_, k)| k * k * tau < 40.0)
        .map(|(n, k)| coefficient(n) * (-k * k * tau).exp() * (k * eta).sin())
        .sum()
}

/// The channel, at rest.
fn channel(name: &str, cells: usize) -> Scene {
    let cell_m = HEIGHT_M / cells as f64;
    let mut scene = brimful(name, [16.0 * cell_m, HEIGHT_M], cell_m, VISCOSITY_M2_S);
    scene.domain.walls = Walls::NoSlip;
    scene.domain.periodic_x = true;
    scene
}

/// Speed along the channel at the centres of rows of cells, mean over its length.
fn profile(run: &Run, scene: &Scene) -> Vec<Point> {
    let grid = scene.domain.grid();
    (0..grid.ny)
        .map(|j| {
            let y = (j as f64 + 0.5) * grid.cell_m;
            let row = (0..grid.nx).map(|i| {
                let x = (i as f64 + 0.5) * grid.cell_m;
                run.solver.velocity_at([x, y]).map_or(f64::NAN, |v| v[0])
            });
            [y / HEIGHT_M, mean(row) / SPEED_M_S]
        })
        .collect()
}

/// Runs a channel through the instants and compares its profile with `exact(η, τ)`.
fn compare(
    scene: &Scene,
    exact: fn(f64, f64) -> f64,
    slug: &'static str,
    title: &str,
    trial: &mut Trial<'_>,
) -> Result<CaseReport, ValidationError> {
    // A fraction of a cell a step: implicit viscosity is of first order in time,
    // and the first instant comes soon after an impulsive start.
    let config = SolverConfig {
        dt_max_s: 0.125 * scene.domain.cell_m / SPEED_M_S,
        ..SolverConfig::default()
    };
    let mut run = trial.start(scene, config)?;
    let mut series = Vec::new();
    let mut errors = Vec::new();
    for (part, tau) in INSTANTS.into_iter().enumerate() {
        trial.part(part, INSTANTS.len());
        run.advance_to(tau * HEIGHT_M * HEIGHT_M / VISCOSITY_M2_S, trial)?;
        let found = profile(&run, scene);
        errors.push(worst(found.iter().map(|[eta, u]| (u - exact(*eta, tau)).abs())));
        let marks = (1..16).map(|k| f64::from(k) / 16.0).map(|eta| [exact(eta, tau), eta]);
        let turned = found.into_iter().map(|[eta, u]| [u, eta]);
        series.push(Series::new(format!("νt/H² = {tau}"), Style::Line, part, turned));
        series.push(Series::new("", Style::Marks, part, marks));
    }
    let error = worst(errors);
    let mut report = CaseReport::default();
    report.checks.push(Check::share("profile", error, 0.01));
    report.figures.push(FigureData {
        slug,
        title: title.into(),
        x: Axis::linear("u / U"),
        y: Axis::linear("y / H"),
        series,
        notes: vec![
            format!("furthest off {:.2} % of U, gate 1 %", error * 100.0),
            "rings: series solution".into(),
        ],
        same_scale: false,
    });
    let mut ledger = Ledger::default();
    ledger.close("", &run);
    ledger.write(&mut report);
    Ok(report)
}

pub struct Poiseuille;

impl Case for Poiseuille {
    fn name(&self) -> &'static str {
        "poiseuille"
    }

    fn about(&self) -> &'static str {
        "Start-up of the flow between two plates under a uniform force, against its Fourier \
         series (Batchelor, An Introduction to Fluid Dynamics, §4.3)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let mut scene = channel(self.name(), trial.pick(32, 64));
        let force_m_s2 = 8.0 * VISCOSITY_M2_S * SPEED_M_S / (HEIGHT_M * HEIGHT_M);
        scene.gravity_m_s2 = [force_m_s2, 0.0];
        compare(&scene, poiseuille, "poiseuille", "Plane Poiseuille flow from rest", trial)
    }
}

pub struct Couette;

impl Case for Couette {
    fn name(&self) -> &'static str {
        "couette"
    }

    fn about(&self) -> &'static str {
        "Start-up of the flow between two plates of which one moves, against its Fourier series \
         (Batchelor, An Introduction to Fluid Dynamics, §4.3)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let mut scene = channel(self.name(), trial.pick(32, 64));
        scene.domain.lid_speed_m_s = SPEED_M_S;
        compare(&scene, couette, "couette", "Plane Couette flow from rest", trial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_tend_to_the_line_and_the_parabola() {
        for k in 0..=10 {
            let eta = f64::from(k) / 10.0;
            assert!((couette(eta, 3.0) - eta).abs() < 1e-12);
            assert!((poiseuille(eta, 3.0) - 4.0 * eta * (1.0 - eta)).abs() < 1e-12);
        }
    }

    #[test]
    fn the_series_start_from_rest() {
        for k in 1..=8 {
            let eta = f64::from(k) / 10.0;
            assert!(couette(eta, 1e-4).abs() < 1e-12, "η = {eta}");
            // Far from the walls the force just accelerates: u = 8τ.
            let near_wall = eta < 0.15;
            assert!(near_wall || (poiseuille(eta, 1e-4) - 8e-4).abs() < 1e-9, "η = {eta}");
        }
    }

    #[test]
    fn the_series_satisfy_their_equation() {
        let (eta, tau, h) = (0.37, 0.05, 1e-4);
        for (u, force) in [(couette as fn(f64, f64) -> f64, 0.0), (poiseuille, 8.0)] {
            let rate = (u(eta, tau + h) - u(eta, tau - h)) / (2.0 * h);
            let curvature = (u(eta + h, tau) - 2.0 * u(eta, tau) + u(eta - h, tau)) / (h * h);
            assert!((rate - curvature - force).abs() < 1e-4, "{rate} and {}", curvature + force);
            assert!(u(0.0, tau).abs() < 1e-12);
        }
        assert!((couette(1.0, 0.05) - 1.0).abs() < 1e-12);
    }
}
