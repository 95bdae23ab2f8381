//! A tank with a slot in its floor: how fast is the jet, and how much narrower
//! than the slot?
//!
//! The floor is two lines without thickness. Bernoulli along the free surface
//! gives v² = 2g × (depth below the level) anywhere on the jet (Torricelli
//! 1643); Kirchhoff's free-streamline theory gives a planar jet from a wide
//! tank π/(π + 2) = 0.611 of the slot's width. The tank is ten slots wide, which
//! moves that by 0.2 % (von Mises 1917). A jet falls and thins as it goes, so its
//! width, taken a slot's width below the floor where the contraction is over, is
//! scaled back by the speed that it gained: Q = C b √(2gh).

use std::f64::consts::PI;

use weir_scene::{Drain, Frame};

use crate::SolverConfig;
use crate::validation::geometry::Point;
use crate::validation::measure::mean;
use crate::validation::run::Ledger;
use crate::validation::scenes::{GRAVITY_M_S2, block, empty, line};
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const SLOT_M: f64 = 0.05;
const TANK_M: f64 = 10.0 * SLOT_M;
const FLOOR_M: f64 = 3.0 * SLOT_M;
const CONTRACTION: f64 = PI / (PI + 2.0);
/// The jet is looked at between these distances below the floor, in slots.
const STATION: [f64; 2] = [1.0, 1.5];
/// The flow has started after some five times (inertia of the tank) / (speed).
const STARTED_S: f64 = 0.2;
const END_S: f64 = 0.4;

/// Speed and flow of the jet at the station, both over what the level gives.
struct Jet {
    /// Speed over √(2g (depth below the level)).
    speed: f64,
    /// Flow over slot × √(2g (depth of the floor)): the contraction.
    contraction: f64,
}

impl Jet {
    fn measure(frame: &Frame, particle_m2: f64) -> Self {
        let in_tank = frame.positions_m.iter().filter(|p| f64::from(p[1]) > FLOOR_M).count();
        let head_m = in_tank as f64 * particle_m2 / TANK_M;
        let [near, far] = STATION.map(|slots| FLOOR_M - slots * SLOT_M);
        let speeds: Vec<f64> = frame
            .positions_m
            .iter()
            .zip(&frame.velocities_m_s)
            .filter(|(p, _)| (far..near).contains(&f64::from(p[1])))
            .map(|(_, v)| f64::from(-v[1]))
            .collect();
        let below_m = FLOOR_M - (near + far) / 2.0;
        let torricelli = |depth_m: f64| (2.0 * GRAVITY_M_S2 * depth_m).sqrt();
        let speed_m_s = mean(speeds.iter().copied());
        let width_m = speeds.len() as f64 * particle_m2 / (near - far);
        Self {
            speed: speed_m_s / torricelli(head_m + below_m),
            contraction: width_m * speed_m_s / (SLOT_M * torricelli(head_m)),
        }
    }
}

pub struct Torricelli;

impl Case for Torricelli {
    fn name(&self) -> &'static str {
        "torricelli"
    }

    fn about(&self) -> &'static str {
        "Speed √(2gh) and contraction π/(π+2) of the jet from a slot between two lines without \
         thickness (Torricelli 1643; Kirchhoff 1869, in Lamb, Hydrodynamics, §75)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        let cell_m = SLOT_M / trial.pick(14.0, 24.0);
        let top_m = FLOOR_M + TANK_M;
        let mut scene = empty(self.name(), [TANK_M, top_m + SLOT_M], cell_m);
        scene.water.push(block([0.0, FLOOR_M], [TANK_M, top_m]));
        let [left, right] = [-0.5, 0.5].map(|side| TANK_M / 2.0 + side * SLOT_M);
        scene.strokes.push(line(vec![[0.0, FLOOR_M], [left, FLOOR_M]]));
        scene.strokes.push(line(vec![[right, FLOOR_M], [TANK_M, FLOOR_M]]));
        scene.drains.push(Drain { min_m: [0.0, 0.0], max_m: [TANK_M, 0.5 * SLOT_M] });

        let mut run = trial.start(&scene, SolverConfig::default())?;
        let particle_m2 = run.particle_m2();
        let (mut speed, mut contraction): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
        while run.step_towards(END_S, trial)? {
            let jet = Jet::measure(run.frame(), particle_m2);
            speed.push([run.time_s(), jet.speed]);
            contraction.push([run.time_s(), jet.contraction]);
        }
        let steady =
            |series: &[Point]| mean(series.iter().filter(|s| s[0] >= STARTED_S).map(|s| s[1]));

        let checks = [
            Check::relative("jet-speed", "√(2gh)", steady(&speed), 1.0, 0.05),
            Check::relative("contraction", "1", steady(&contraction), CONTRACTION, 0.05),
        ];
        let notes = checks
            .iter()
            .map(|c| {
                format!("{} {:.3}, {:.1} % off, gate 5 %", c.name, c.measured, c.error * 100.0)
            })
            .collect();
        let level = |value: f64| (4..=8).map(move |k| [f64::from(k) * 0.05, value]);
        let mut report = CaseReport { checks: checks.into(), ..CaseReport::default() };
        report.figures.push(FigureData {
            slug: "torricelli",
            title: "Jet from a slot: speed and contraction".into(),
            x: Axis::linear("t [s]"),
            y: Axis::linear("speed / √(2gh), flow / b √(2gh)"),
            series: vec![
                Series::new("speed", Style::Line, 0, speed),
                Series::new("Torricelli: 1", Style::Marks, 0, level(1.0)),
                Series::new("contraction", Style::Line, 1, contraction),
                Series::new("Kirchhoff: 0.611", Style::Marks, 1, level(CONTRACTION)),
            ],
            notes,
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
    fn contraction_of_a_planar_jet() {
        assert!((CONTRACTION - 0.611).abs() < 5e-4);
    }

    #[test]
    fn an_ideal_jet_measures_as_ideal() {
        // A lattice in the tank and a falling, thinning jet below it.
        let spacing = SLOT_M / 64.0;
        let head_m = 0.4;
        let rows = |low: f64, high: f64| {
            let n = ((high - low) / spacing).round() as usize;
            (0..n).map(move |k| low + (k as f64 + 0.5) * spacing)
        };
        let mut frame = Frame::default();
        let mut push = |x: f64, y: f64, v: f64| {
            frame.positions_m.push([x as f32, y as f32]);
            frame.velocities_m_s.push([0.0, v as f32]);
        };
        for y in rows(FLOOR_M, FLOOR_M + head_m) {
            rows(0.0, TANK_M).for_each(|x| push(x, y, 0.0));
        }
        for y in rows(FLOOR_M - 2.0 * SLOT_M, FLOOR_M) {
            let thinning = (head_m / (head_m + FLOOR_M - y)).sqrt();
            let half = CONTRACTION * SLOT_M * thinning / 2.0;
            let v = (2.0 * GRAVITY_M_S2 * (head_m + FLOOR_M - y)).sqrt();
            rows(TANK_M / 2.0 - half, TANK_M / 2.0 + half).for_each(|x| push(x, y, -v));
        }
        let jet = Jet::measure(&frame, spacing * spacing);
        assert!((jet.speed - 1.0).abs() < 2e-3, "speed {}", jet.speed);
        assert!((jet.contraction / CONTRACTION - 1.0).abs() < 0.015, "{}", jet.contraction);
    }
}
