//! Fast water inside and outside of closed lines without thickness: does a
//! single particle ever change sides?
//!
//! The judge shares no code with the solver. It notes which outlines each
//! particle was born in, by an even-odd test with exact predicates, and asks
//! again in every frame. Shapes are random: stars, curves, walls that share
//! corners, chambers that share a wall, curves of several strokes; some are
//! moved, and balls are thrown about inside and outside. Every few frames the
//! water is set going again at 10 to 20 m/s, because a closed shape full of
//! water soon comes to rest.

use weir_scene::{Scene, Shape};

use super::shapes::Enclosure;
use crate::SolverConfig;
use crate::validation::geometry::Point;
use crate::validation::measure::f64s;
use crate::validation::rng::Rng;
use crate::validation::run::{Ledger, Run};
use crate::validation::scenes::{block, body, empty};
use crate::validation::{
    Axis, Case, CaseReport, Check, FigureData, Series, Style, Trial, ValidationError,
};

const SIZE_M: Point = [1.25, 1.0];
const FRAME_S: f64 = 1.0 / 60.0;
const BALL_M: f64 = 0.05;
/// Frames between two kicks.
const KICK_EVERY: u32 = 3;
const KICK_M_S: [f64; 2] = [10.0, 20.0];

/// A shape in water, and how it moves.
struct Fuzz {
    scene: Scene,
    shape: Enclosure,
    /// How far the shape is carried, and in which time; it stands still without.
    carried: Option<(Point, f64)>,
}

impl Fuzz {
    fn new(seed: usize, cell_m: f64) -> (Self, Rng) {
        let mut rng = Rng::new(seed as u64);
        let centre = [rng.between(0.55, 0.7), rng.between(0.45, 0.55)];
        let radius_m = rng.between(0.25, 0.33);
        let shape = Enclosure::random(seed, centre, radius_m, &mut rng);
        let mut scene = empty("leak", SIZE_M, cell_m);
        // To the brim, or with a free surface on either side of the lines.
        let level_m = if seed.is_multiple_of(2) { SIZE_M[1] } else { 0.55 };
        scene.water.push(block([0.0, 0.0], [SIZE_M[0], level_m]));
        for inside in [true, false] {
            let place = loop {
                let point = [0, 1].map(|k| rng.between(2.0 * BALL_M, SIZE_M[k] - 2.0 * BALL_M));
                let inside_it = shape.signature(point) != 0;
                if inside_it == inside && shape.clearance_m(point) > 1.4 * BALL_M {
                    break point;
                }
            };
            let mut ball =
                body(Shape::Ball { radius_m: BALL_M }, place, rng.between(300.0, 3000.0));
            ball.velocity_m_s = direction(&mut rng, 5.0);
            scene.bodies.push(ball);
        }
        let carried = seed.is_multiple_of(3).then(|| (direction(&mut rng, 0.06), 0.15));
        (Self { scene, shape, carried }, rng)
    }

    /// The solver with the lines in it. Lines that move are drawn into the
    /// running scene, which is the other way for a line to come about.
    fn start(&self, trial: &Trial<'_>) -> Result<Run, ValidationError> {
        let mut scene = self.scene.clone();
        let Some((by_m, over_s)) = self.carried else {
            scene.strokes.clone_from(&self.shape.strokes);
            return trial.start(&scene, SolverConfig::default());
        };
        let mut run = trial.start(&scene, SolverConfig::default())?;
        for stroke in &self.shape.strokes {
            let id = run.solver.add_stroke(stroke)?;
            run.solver.move_stroke(id, by_m, over_s)?;
        }
        Ok(run)
    }

    /// Which outlines a point is in at a time.
    fn signature(&self, point: Point, time_s: f64) -> u32 {
        let moved = self
            .carried
            .map_or([0.0; 2], |(by_m, over_s)| by_m.map(|b| b * (time_s / over_s).min(1.0)));
        self.shape.signature([point[0] - moved[0], point[1] - moved[1]])
    }

    /// Sets the water going: round and round, or all one way, each side for itself.
    fn kick(&self, run: &mut Run, rng: &mut Rng) -> Result<(), ValidationError> {
        let sides: Vec<(bool, Point, Point)> = (0..4)
            .map(|_| {
                let [low, high] = KICK_M_S;
                let speed = rng.between(low, high);
                let centre = [rng.between(0.5, 0.75), rng.between(0.35, 0.65)];
                (rng.between(0.0, 1.0) < 0.7, centre, direction(rng, speed))
            })
            .collect();
        let time_s = run.time_s();
        run.solver.set_velocities(|p| {
            let (swirl, centre, way) = sides[self.signature(p, time_s) as usize % sides.len()];
            if !swirl {
                return way;
            }
            let (arm, speed) = ([p[0] - centre[0], p[1] - centre[1]], way[0].hypot(way[1]));
            let length = arm[0].hypot(arm[1]).max(1e-6);
            [-arm[1] / length * speed, arm[0] / length * speed]
        })?;
        Ok(())
    }
}

fn direction(rng: &mut Rng, length: f64) -> Point {
    let (sin, cos) = rng.angle().sin_cos();
    [length * cos, length * sin]
}

/// What the judge saw, over all shapes.
#[derive(Default)]
struct Verdict {
    /// Particles looked at, frame by frame.
    particle_frames: u64,
    /// Of these, on a side where they were not born, or outside the rectangle.
    astray: u64,
    /// Particles that are no more.
    lost: u64,
    /// Bodies on a side where they did not start, frame by frame.
    bodies_astray: u64,
}

/// The side of every particle and body at birth.
struct Birth {
    particles: Vec<u32>,
    bodies: Vec<u32>,
}

impl Birth {
    fn note(fuzz: &Fuzz, run: &mut Run) -> Self {
        let frame = run.frame();
        let mut particles = vec![0; frame.ids.iter().max().map_or(0, |&id| id as usize + 1)];
        for (&id, &p) in frame.ids.iter().zip(&frame.positions_m) {
            particles[id as usize] = fuzz.signature(f64s(p), 0.0);
        }
        let bodies = frame.body_poses.iter().map(|b| fuzz.signature(f64s(b.position_m), 0.0));
        Self { bodies: bodies.collect(), particles }
    }
}

impl Verdict {
    fn judge(&mut self, fuzz: &Fuzz, birth: &Birth, run: &mut Run) {
        let time_s = run.time_s();
        let frame = run.frame();
        self.particle_frames += frame.ids.len() as u64;
        self.lost += birth.particles.len().saturating_sub(frame.ids.len()) as u64;
        for (&id, &p) in frame.ids.iter().zip(&frame.positions_m) {
            let p = f64s(p);
            let in_rectangle = (0..2).all(|k| (0.0..=SIZE_M[k]).contains(&p[k]));
            let at_home = birth.particles.get(id as usize) == Some(&fuzz.signature(p, time_s));
            self.astray += u64::from(!in_rectangle || !at_home);
        }
        for (pose, &home) in frame.body_poses.iter().zip(&birth.bodies) {
            self.bodies_astray += u64::from(fuzz.signature(f64s(pose.position_m), time_s) != home);
        }
    }
}

pub struct Leak;

impl Case for Leak {
    fn name(&self) -> &'static str {
        "leak"
    }

    fn about(&self) -> &'static str {
        "Particles that change sides of a closed line without thickness, among random shapes with \
         water at 10–20 m/s on either side: none (even-odd test with exact predicates, Shewchuk 1997)"
    }

    fn run(&self, trial: &mut Trial<'_>) -> Result<CaseReport, ValidationError> {
        // The quick ones have every kind of shape, standing and carried.
        let seeds: Vec<usize> = trial.pick(vec![0, 1, 4, 12, 18], (0..20).collect());
        let (frames, cell_m) = trial.pick((9, 1.0 / 48.0), (18, 1.0 / 64.0));
        let mut verdict = Verdict::default();
        let mut ledger = Ledger::default();
        let mut picture = Vec::new();
        for (part, &seed) in seeds.iter().enumerate() {
            trial.part(part, seeds.len());
            let (fuzz, mut rng) = Fuzz::new(seed, cell_m);
            let mut run = fuzz.start(trial)?;
            let birth = Birth::note(&fuzz, &mut run);
            let astray_before = verdict.astray;
            for frame in 0..frames {
                if frame % KICK_EVERY == 0 {
                    fuzz.kick(&mut run, &mut rng)?;
                }
                run.advance_to(f64::from(frame + 1) * FRAME_S, trial)?;
                verdict.judge(&fuzz, &birth, &mut run);
                if (seed, frame) == (0, 1) {
                    picture = draw(&fuzz, &birth, &mut run);
                }
            }
            let carried = if fuzz.carried.is_some() { ", carried" } else { "" };
            let astray = verdict.astray - astray_before;
            let label = format!("seed {seed}, {}{carried}, {astray} astray", fuzz.shape.name);
            ledger.close(&label, &run);
        }
        let enough = trial.pick(2e5, 1e6);
        let none =
            |name: &str, unit, count: u64| Check::absolute(name, unit, count as f64, 0.0, 0.0);
        let judged = verdict.particle_frames as f64;
        let mut report = CaseReport::default();
        report.checks.extend([
            none("particles-astray", "particle-frames", verdict.astray),
            none("particles-lost", "particle-frames", verdict.lost),
            none("bodies-astray", "body-frames", verdict.bodies_astray),
            Check::at_least("judged", "particle-frames", judged, enough, 0.0),
        ]);
        report.figures.push(FigureData {
            slug: "leak",
            title: "Leak test: a star without thickness, two frames after a kick".into(),
            x: Axis::linear("x [m]"),
            y: Axis::linear("y [m]"),
            series: picture,
            notes: vec![format!(
                "{} shapes: {} of {:.1} million particle-frames astray, gate 0",
                seeds.len(),
                verdict.astray,
                judged / 1e6
            )],
            same_scale: true,
        });
        ledger.write(&mut report);
        Ok(report)
    }
}

/// The outlines and a few of the particles, coloured by where they were born.
fn draw(fuzz: &Fuzz, birth: &Birth, run: &mut Run) -> Vec<Series> {
    let time_s = run.time_s();
    let moved =
        fuzz.carried.map_or([0.0; 2], |(by, over)| by.map(|b| b * (time_s / over).min(1.0)));
    let frame = run.frame();
    let born = |inside: bool| {
        let particles = frame.ids.iter().zip(&frame.positions_m);
        particles
            .filter(move |(id, _)| (birth.particles[**id as usize] != 0) == inside && **id % 8 == 0)
            .map(|(_, &p)| f64s(p))
    };
    let mut series = vec![
        Series::new("born inside", Style::Dots, 1, born(true)),
        Series::new("born outside", Style::Dots, 0, born(false)),
    ];
    series.extend(fuzz.shape.regions.iter().map(|region| {
        let closed = region.iter().chain(region.first());
        Series::new("", Style::Line, 2, closed.map(|p| [p[0] + moved[0], p[1] + moved[1]]))
    }));
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_scene_twice_and_another_seed_another() {
        let scene = |seed: usize| Fuzz::new(seed, 1.0 / 48.0).0.scene;
        assert_eq!(scene(4), scene(4));
        assert_ne!(scene(4), scene(5));
    }

    #[test]
    fn balls_start_on_their_own_side_clear_of_the_lines() {
        for seed in 0..40 {
            let (fuzz, _) = Fuzz::new(seed, 1.0 / 48.0);
            let sides: Vec<bool> =
                fuzz.scene.bodies.iter().map(|b| fuzz.signature(b.position_m, 0.0) != 0).collect();
            assert_eq!(sides, [true, false], "seed {seed}");
        }
    }

    #[test]
    fn the_judge_moves_with_the_shape() {
        let fuzz = (0..).map(|k| Fuzz::new(3 * k, 1.0 / 48.0).0).find(|f| f.carried.is_some());
        let fuzz = fuzz.expect("every third is carried");
        let (by, over) = fuzz.carried.expect("carried");
        for k in 0..400 {
            let p = [f64::from(k % 20) * 0.06, f64::from(k / 20) * 0.05];
            let followed = [p[0] + by[0], p[1] + by[1]];
            // One rounding apart, so not exactly at a line; none of these points is.
            assert_eq!(fuzz.signature(p, 0.0), fuzz.signature(followed, 2.0 * over));
        }
    }

    #[cfg(feature = "gpu")]
    #[test]
    #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
    fn on_a_card_a_long_line_on_its_way_among_bodies_leaves_pressure_right() {
        // Of this star so many components are bordered that one driver once broke off sums.
        let (fuzz, _) = Fuzz::new(0, 1.0 / 48.0);
        let (by_m, over_s) = fuzz.carried.expect("it is carried");
        let mut solvers = [crate::Backend::Cpu, crate::Backend::Gpu].map(|backend| {
            let mut solver = crate::Solver::new(&fuzz.scene, backend).expect("a solver");
            for stroke in &fuzz.shape.strokes {
                let id = solver.add_stroke(stroke).expect("a line");
                solver.move_stroke(id, by_m, over_s).expect("a way");
            }
            solver.set_velocities(|p| [12.0 * (0.5 - p[1]), 12.0 * (p[0] - 0.6)]).expect("a swirl");
            solver
        });
        for _ in 0..3 {
            let fastest = solvers.each_mut().map(|solver| {
                solver.step(1e-3).expect("a step");
                solver.diagnostics().max_speed_m_s
            });
            assert!((fastest[1] / fastest[0] - 1.0).abs() < 0.05, "{fastest:?} m/s");
        }
    }
}
