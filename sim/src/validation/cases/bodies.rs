//! Bodies and water that fall, collide and sink: what one loses, the other gains.
//!
//! * *collision*: a blob of water, a heavy ball and a spinning box meet in
//!   mid-air without gravity, far from every wall. Nothing outside acts, so the
//!   momentum of all together stays what it was.
//! * *falling*: the same with gravity. The total grows by M g t, which it does
//!   not if gravity is counted twice, or not at all, on either side.
//! * *together*: a ball inside a blob, all moving at 4 m/s without gravity.
//!   Seen from the ball nothing happens at all, so its speed must not change
//!   either: the grid that they move through must not be felt (Galileo).
//! * *sinking*: a ball of twice water's density, let go deep in a wide tank.
//!   It has to push water aside, which adds to its inertia the mass of the water
//!   it displaces: a = g (ρs − ρ)/(ρs + Ca ρ) with Ca = 1 in a boundless fluid
//!   (Lamb, *Hydrodynamics*, §68), here with the first-order effect of walls.

use std::f64::consts::PI;

use weir_scene::{Scene, Shape};

use crate::SolverConfig;
use crate::field::both;
use crate::validation::geometry::Point;
use crate::validation::measure::{WATER_KG_M3, slope, worst};
use crate::validation::run::{Ledger, Run};
use crate::validation::scenes::{GRAVITY_M_S2, block, body, empty, moving_block};
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const COLLISION_S: f64 = 0.4;

/// A blob of water, a ball and a box on their way to the same place, in the
/// middle of a rectangle that is `up_m` higher than wide: room to fall.
fn collision(name: &str, up_m: f64, cell_m: f64) -> Scene {
    // Room for the fastest drop.
    const SIDE_M: f64 = 6.0;
    let mut scene = empty(name, [SIDE_M, SIDE_M + up_m], cell_m);
    let at = |x: f64, y: f64| [SIDE_M / 2.0 + x, SIDE_M / 2.0 + up_m + y];
    scene.water.push(moving_block(at(-0.7, -0.3), at(-0.1, 0.3), [1.0, 0.0]));
    let mut ball = body(Shape::Ball { radius_m: 0.12 }, at(0.2, 0.1), 2000.0);
    ball.velocity_m_s = [-0.8, 0.0];
    let mut spinner = body(Shape::Box { half_extents_m: [0.1, 0.16] }, at(0.1, -0.4), 500.0);
    spinner.velocity_m_s = [0.0, 0.8];
    spinner.angular_velocity_rad_s = 4.0;
    scene.bodies = vec![ball, spinner];
    scene
}

/// A ball in the middle of a blob, both under way.
fn together(cell_m: f64) -> Scene {
    const VELOCITY_M_S: Point = [1.0, -4.0];
    let mut scene = empty("together", [3.0, 4.0], cell_m);
    scene.gravity_m_s2 = [0.0, 0.0];
    scene.water.push(moving_block([1.0, 2.9], [1.6, 3.5], VELOCITY_M_S));
    let mut ball = body(Shape::Ball { radius_m: 0.12 }, [1.31, 3.19], 2000.0);
    ball.velocity_m_s = VELOCITY_M_S;
    scene.bodies.push(ball);
    scene
}

/// Mass and momentum of each mover: the water first, then the bodies.
fn movers(run: &mut Run, bodies: usize) -> Vec<(f64, Point)> {
    let particle_kg = WATER_KG_M3 * run.particle_m2();
    let particles = run.frame().ids.len() as f64;
    // As the bodies', of the middle of the step; a frame's are of its end.
    let momentum = run.solver.diagnostics().water_momentum_kg_m_s;
    let water = (particles * particle_kg, momentum);
    let body = |k: usize| match run.solver.body(k) {
        Some(b) => (b.mass_kg, b.velocity_m_s.map(|v| v * b.mass_kg)),
        None => (f64::NAN, [f64::NAN; 2]),
    };
    std::iter::once(water).chain((0..bodies).map(body)).collect()
}

fn total(movers: &[(f64, Point)]) -> (f64, Point) {
    movers.iter().fold((0.0, [0.0; 2]), |(mass, p), (m, q)| (mass + m, [p[0] + q[0], p[1] + q[1]]))
}

/// Runs a collision; momentum gone astray over time, as a share of what the
/// movers brought, and how close to a wall the water came, in cells.
fn momentum_astray(
    scene: &Scene,
    run: &mut Run,
    trial: &mut Trial<'_>,
) -> Result<(Vec<Point>, f64), ValidationError> {
    let before = movers(run, scene.bodies.len());
    let (mass_kg, at_start) = total(&before);
    let brought: f64 = before.iter().map(|(_, p)| p[0].hypot(p[1])).sum();
    let mut astray = vec![[0.0, 0.0]];
    while run.step_towards(COLLISION_S, trial)? {
        let (_, now) = total(&movers(run, scene.bodies.len()));
        // Velocities belong to the middle of the step.
        let fallen_s = run.time_s() - run.solver.diagnostics().dt_s / 2.0;
        let off = both(|k| now[k] - at_start[k] - mass_kg * scene.gravity_m_s2[k] * fallen_s);
        astray.push([run.time_s(), off[0].hypot(off[1]) / brought]);
    }
    let [width, height] = scene.domain.grid().size_m();
    let clearance = run.frame().positions_m.iter().map(|p| {
        let [x, y] = p.map(f64::from);
        x.min(width - x).min(y).min(height - y)
    });
    Ok((astray, clearance.fold(f64::MAX, f64::min) / scene.domain.cell_m))
}

const RADIUS_M: f64 = 0.1;
const BALL_KG_M3: f64 = 2000.0;
/// Tank of 24 radii by 16 of water, with the ball in the middle.
const TANK_M: f64 = 24.0 * RADIUS_M;
const POOL_M: f64 = 16.0 * RADIUS_M;

/// Added-mass coefficient of a cylinder that moves vertically, midway between
/// side walls `width` apart, at `above` below a free surface and `below` above a
/// floor. Images of its dipole (Lamb §71): those in the side walls and the floor
/// hinder, the one in the free surface helps.
fn added_mass(radius: f64, width: f64, above: f64, below: f64) -> f64 {
    let induced = PI * PI / (3.0 * width * width) + 0.25 / (below * below) - 0.25 / (above * above);
    1.0 + 2.0 * radius * radius * induced
}

/// Acceleration of the ball on its first half radius, m/s².
fn sinking_acceleration() -> f64 {
    let mass = added_mass(RADIUS_M, TANK_M, POOL_M / 2.0, POOL_M / 2.0);
    GRAVITY_M_S2 * (BALL_KG_M3 - WATER_KG_M3) / (BALL_KG_M3 + mass * WATER_KG_M3)
}

pub struct Bodies;

impl Case for Bodies {
    fn name(&self) -> &'static str {
        "bodies"
    }

    fn about(&self) -> &'static str {
        "Momentum of water and bodies together in a collision, with and without gravity, and the \
         acceleration of a sinking ball with its added mass (Lamb, Hydrodynamics, §68)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let cell_m = trial.pick(1.0 / 64.0, 1.0 / 128.0);
        let mut report = CaseReport::default();
        let mut ledger = Ledger::default();

        let mut weightless = collision("collision", 0.0, cell_m);
        weightless.gravity_m_s2 = [0.0, 0.0];
        let falling = collision("falling", 1.0, cell_m);
        // What goes astray shrinks with the cells.
        let gate = trial.pick(2e-3, 1e-3);
        let (mut series, mut notes) = (Vec::new(), vec![format!("gate {gate:.0e}")]);
        for (part, scene) in [weightless, falling, together(cell_m)].iter().enumerate() {
            trial.part(part, 4);
            let mut run = trial.start(scene, SolverConfig::default())?;
            let (astray, clearance) = momentum_astray(scene, &mut run, trial)?;
            let name = &scene.name;
            if name == "together" {
                let kept = run.solver.body(0).map_or(f64::NAN, |b| b.velocity_m_s[1]);
                let start = scene.bodies[0].velocity_m_s[1];
                report.checks.push(Check::relative(
                    "together/ball-speed",
                    "m/s",
                    kept,
                    start,
                    1e-3,
                ));
            }
            let error = worst(astray.iter().map(|a| a[1]));
            let gate = if name == "together" { 1e-3 } else { gate };
            report.checks.push(Check::share(format!("{name}/momentum"), error, gate));
            // A set-up in which a wall took part would prove nothing.
            let clear =
                Check::at_least(format!("{name}/clear-of-walls"), "cells", clearance, 2.0, 0.0);
            report.checks.push(clear);
            notes.push(format!("{name}: at most {error:.1e}"));
            series.push(Series::new(name, Style::Line, part, astray));
            ledger.close(name, &run);
        }
        report.figures.push(FigureData {
            slug: "momentum",
            title: "Collision of water and bodies: momentum astray".into(),
            x: Axis::linear("t [s]"),
            y: Axis::linear("|P − P₀ − M g t| / Σ|p₀|"),
            series,
            notes,
            same_scale: false,
        });

        trial.part(3, 4);
        let (check, figure) = sink(&mut ledger, trial)?;
        report.checks.push(check);
        report.figures.push(figure);
        ledger.write(&mut report);
        Ok(report)
    }
}

fn sink(
    ledger: &mut Ledger,
    trial: &mut Trial<'_>,
) -> Result<(Check, FigureData), ValidationError> {
    let cell_m = RADIUS_M / trial.pick(8.0, 16.0);
    let mut scene = empty("sinking", [TANK_M, POOL_M + 2.0 * RADIUS_M], cell_m);
    scene.water.push(block([0.0, 0.0], [TANK_M, POOL_M]));
    let ball = Shape::Ball { radius_m: RADIUS_M };
    scene.bodies.push(body(ball, [TANK_M / 2.0, POOL_M / 2.0], BALL_KG_M3));
    let config = SolverConfig { dt_max_s: 1.0 / 480.0, ..SolverConfig::default() };
    let mut run = trial.start(&scene, config)?;

    let expected = sinking_acceleration();
    let half_a_radius_s = (RADIUS_M / expected).sqrt();
    let mut speeds = vec![[0.0, 0.0]];
    while run.step_towards(half_a_radius_s, trial)? {
        let speed = run.solver.body(0).map_or(f64::NAN, |b| -b.velocity_m_s[1]);
        speeds.push([run.time_s(), speed]);
    }
    ledger.close("sinking", &run);
    let check = Check::relative("sinking/acceleration", "m/s²", slope(&speeds), expected, 0.03);
    let exact = (0..=8).map(|k| f64::from(k) / 8.0 * half_a_radius_s).map(|t| [t, expected * t]);
    let figure = FigureData {
        slug: "sinking",
        title: "A ball of twice water's density sinks".into(),
        x: Axis::linear("t [s]"),
        y: Axis::linear("speed [m/s]"),
        series: vec![
            Series::new("weir", Style::Line, 0, speeds),
            Series::new("with added mass", Style::Marks, 1, exact),
        ],
        notes: vec![format!(
            "acceleration {:.3} m/s², {:.1} % off, gate 3 %",
            check.measured,
            check.error * 100.0
        )],
        same_scale: false,
    };
    Ok((check, figure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_mass_tends_to_the_boundless_fluid() {
        assert!((added_mass(1.0, 1e4, 1e4, 1e4) - 1.0).abs() < 1e-6);
        assert!(added_mass(1.0, 24.0, 1e4, 1e4) > 1.01, "side walls hinder");
        assert!(added_mass(1.0, 1e4, 8.0, 1e4) < 1.0, "a free surface helps");
        // A third of g, less 0.4 % for the side walls.
        let ratio = sinking_acceleration() / (GRAVITY_M_S2 / 3.0);
        assert!((0.995..0.998).contains(&ratio), "{ratio}");
    }

    #[test]
    fn total_of_movers() {
        assert_eq!(total(&[(1.0, [1.0, 2.0]), (3.0, [-1.0, 0.5])]), (4.0, [0.0, 2.5]));
    }
}
