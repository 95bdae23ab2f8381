//! One run beside its reference, as numbers.

use std::collections::BTreeMap;

use weir_scene::{Frame, Grid, Scene, Stroke};

use super::audit::{Faults, Judge};
use super::fields::Interior;
use super::follow::Follow;
use super::motion::{Motion, particle_kg};
use super::occupancy::{Occupancy, fronts_m};
use super::sinkhorn::Cloud;
use crate::bed::{Bed, Sight};

/// Frames at which positions are compared.
pub const MARKS: [usize; 4] = [1, 20, 100, 600];
/// Frames from one look at density, divergence and overlap to the next.
const STRIDE: usize = 5;

/// What a number says.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// The beginning of its name; a frame may follow.
    pub name: &'static str,
    /// Its SI unit, or 1.
    pub unit: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
}

/// What is measured, in the order of reports.
pub const MEASURES: [Measure; 18] = [
    measure("mse", "m²", "mean squared distance of particles from where the reference has them"),
    measure("warm_mse", "m²", "the same, begun from water in motion: states of the reference"),
    measure("sinkhorn", "m²", "debiased Sinkhorn divergence, whoever is who"),
    measure("iou", "1", "overlap of wet cells, on the network's grid"),
    measure("iou_fine", "1", "overlap of wet cells, on a grid twice as fine"),
    measure(
        "kinetic_error",
        "1",
        "error of kinetic energy until then, of its own root mean square",
    ),
    measure("kinetic_mse", "1", "its square: the mean squared error (MSE_Ekin) of its mean square"),
    measure(
        "momentum_error",
        "1",
        "error of momentum until then, of what as much energy could have",
    ),
    measure("front_error", "m", "mean error of the left and the right front until then"),
    measure("surface_error", "m", "mean error of the height of the surface over columns"),
    measure("density_error", "1", "mean of |ρ/ρ₀ − 1| in full cells"),
    measure("divergence", "1/s", "root mean square of ∇·u in full cells"),
    measure("followed", "1", "share of the reference's particles that are followed at the end"),
    measure("crossings", "count", "moves through a line that the producer's own audit saw"),
    measure("certain_crossings", "count", "crossings that frames alone prove"),
    measure("penetrations", "count", "particles outside of the rectangle or inside a thick line"),
    measure("mass_faults", "count", "particles that came or went away from emitters and drains"),
    measure("blow_up", "share", "long runs that blew up"),
];

const fn measure(name: &'static str, unit: &'static str, about: &'static str) -> Measure {
    Measure { name, unit, about }
}

impl Measure {
    /// The measure that a number's name begins with.
    pub fn of(number: &str) -> Option<&'static Self> {
        let stem = number.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        MEASURES.iter().find(|measure| measure.name == stem)
    }
}

/// What runs of a scene are compared with.
#[derive(Debug)]
pub struct Truth {
    /// The scene, with the reference's cells.
    pub scene: Scene,
    /// The reference, a frame each 1/60 s.
    pub frames: Vec<Frame>,
    motion: Vec<Motion>,
    fronts: Vec<Option<[f64; 2]>>,
    shapes: BTreeMap<usize, Shape>,
    overlapped: BTreeMap<usize, Occupancy>,
}

#[derive(Debug)]
struct Shape {
    cloud: Option<Cloud>,
    fine: Occupancy,
}

impl Truth {
    /// Of the frames of a reference of `scene`.
    pub fn new(scene: &Scene, frames: Vec<Frame>) -> Self {
        let side_m = scene.domain.particle_spacing_m();
        let kg = particle_kg(side_m);
        let shapes = MARKS.into_iter().filter_map(|mark| {
            let frame = frames.get(mark)?;
            let cloud = Cloud::of_particles(&frame.positions_m);
            Some((mark, Shape { cloud, fine: Occupancy::of(frame, fine(scene), side_m) }))
        });
        let looked = (0..frames.len()).filter(|&k| is_looked_at(k));
        Self {
            motion: frames.iter().map(|f| Motion::of(f, scene.gravity_m_s2, kg)).collect(),
            fronts: frames.iter().map(fronts_m).collect(),
            shapes: shapes.collect(),
            overlapped: looked
                .map(|k| (k, Occupancy::of(&frames[k], coarse(scene), side_m)))
                .collect(),
            scene: scene.clone(),
            frames,
        }
    }

    /// The last frame.
    pub fn last(&self) -> usize {
        self.frames.len().saturating_sub(1)
    }

    /// Kinetic energy, joules per metre of depth, over time, seconds.
    pub fn kinetic_j(&self) -> Vec<[f64; 2]> {
        self.frames.iter().zip(&self.motion).map(|(f, m)| [f.time_s, m.kinetic_j]).collect()
    }
}

fn is_looked_at(frame: usize) -> bool {
    frame.is_multiple_of(STRIDE) || MARKS.contains(&frame)
}

fn coarse(scene: &Scene) -> Grid {
    scene.domain.grid()
}

fn fine(scene: &Scene) -> Grid {
    let Grid { nx, ny, cell_m } = scene.domain.grid();
    Grid { nx: 2 * nx, ny: 2 * ny, cell_m: cell_m / 2.0 }
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// Numbers by name: that of a [`Measure`], then a frame where there is one.
    pub values: BTreeMap<String, f64>,
    /// Mean squared distance, m², over time, seconds.
    pub mse: Vec<[f64; 2]>,
    /// Kinetic energy, joules per metre of depth, over time, seconds.
    pub kinetic_j: Vec<[f64; 2]>,
    /// Overlap of wet cells over time, seconds.
    pub overlap: Vec<[f64; 2]>,
}

/// Watches one run beside its reference.
#[derive(Debug)]
pub struct Run<'a> {
    truth: &'a Truth,
    side_m: f64,
    cell_m: f64,
    interior: Interior,
    judge: Judge,
    follow: Follow,
    before: Option<Frame>,
    faults: Faults,
    sums: Sums,
    scores: Scores,
}

#[derive(Debug, Default)]
struct Sums {
    frames: f64,
    kinetic: [f64; 2],
    momentum: [f64; 2],
    front: f64,
    fields: f64,
    density: f64,
    divergence: f64,
}

impl<'a> Run<'a> {
    /// A run on cells of `cell_m` that begins as the reference does.
    pub fn new(truth: &'a Truth, cell_m: f64) -> Self {
        let mut scene = truth.scene.clone();
        scene.domain.cell_m = cell_m;
        let side_m = scene.domain.particle_spacing_m();
        Self {
            truth,
            side_m,
            cell_m,
            interior: Interior::new(&Bed::new(&scene, &scene.strokes, Sight::default())),
            judge: Judge::new(&scene, &scene.strokes, cell_m),
            follow: Follow::new(side_m),
            before: None,
            faults: Faults::default(),
            sums: Sums::default(),
            scores: Scores::default(),
        }
    }

    /// The lines are others from here on.
    pub fn redraw(&mut self, strokes: &[Stroke]) {
        let mut scene = self.truth.scene.clone();
        scene.domain.cell_m = self.cell_m;
        self.interior = Interior::new(&Bed::new(&scene, strokes, Sight::default()));
        self.judge = Judge::new(&scene, strokes, self.cell_m);
        // Water on which a line lands steps aside, which is no crossing.
        self.before = None;
    }

    /// Looks at frame `index` of the run, which comes after those seen before. Beyond
    /// the reference's last frame only lines and mass are judged.
    pub fn see(&mut self, index: usize, frame: &Frame) {
        if let Some(before) = self.before.take() {
            self.faults += self.judge.see(&before, frame);
        }
        self.before = Some(frame.clone());
        let Some(truth) = self.truth.frames.get(index) else { return };
        self.follow.see(truth, frame);
        let offset = self.follow.offset(truth, frame);
        if offset.particles > 0 {
            self.scores.mse.push([truth.time_s, offset.squared_m2]);
        }
        self.add(index, frame);
        if is_looked_at(index) {
            self.look(index, frame);
        }
        if MARKS.contains(&index) {
            if offset.particles > 0 {
                self.put("mse", index, offset.squared_m2);
            }
            self.mark(index, frame);
        }
        if offset.alive > 0 {
            self.set("followed", offset.particles as f64 / offset.alive as f64);
        }
    }

    /// The numbers. `crossings` is what the producer counted itself.
    pub fn finish(mut self, crossings: u64) -> Scores {
        if self.sums.fields > 0.0 {
            self.set("density_error", self.sums.density / self.sums.fields);
            self.set("divergence", self.sums.divergence / self.sums.fields);
        }
        self.set("crossings", crossings as f64);
        self.set("certain_crossings", self.faults.crossings as f64);
        self.set("penetrations", self.faults.penetrations as f64);
        self.set("mass_faults", self.faults.mass as f64);
        self.scores
    }

    fn put(&mut self, name: &str, mark: usize, value: f64) {
        self.scores.values.insert(format!("{name}_{mark}"), value);
    }

    fn set(&mut self, name: &str, value: f64) {
        self.scores.values.insert(name.to_owned(), value);
    }

    fn add(&mut self, index: usize, frame: &Frame) {
        let gravity = self.truth.scene.gravity_m_s2;
        let motion = Motion::of(frame, gravity, particle_kg(self.side_m));
        let truth = &self.truth.motion[index];
        let sums = &mut self.sums;
        sums.frames += 1.0;
        sums.kinetic[0] += (motion.kinetic_j - truth.kinetic_j).powi(2);
        sums.kinetic[1] += truth.kinetic_j.powi(2);
        let off = [0, 1].map(|k| motion.momentum_kg_m_s[k] - truth.momentum_kg_m_s[k]);
        sums.momentum[0] += off[0] * off[0] + off[1] * off[1];
        sums.momentum[1] += truth.momentum_scale().powi(2);
        if let (Some(a), Some(b)) = (fronts_m(frame), self.truth.fronts[index]) {
            sums.front += 0.5 * ((a[0] - b[0]).abs() + (a[1] - b[1]).abs());
        }
        self.scores.kinetic_j.push([self.truth.frames[index].time_s, motion.kinetic_j]);
    }

    fn look(&mut self, index: usize, frame: &Frame) {
        if let Some(truth) = self.truth.overlapped.get(&index) {
            let overlap =
                Occupancy::of(frame, coarse(&self.truth.scene), self.side_m).overlap(truth);
            self.scores.overlap.push([self.truth.frames[index].time_s, overlap]);
        }
        if let Some(fields) = self.interior.fields(frame) {
            self.sums.fields += 1.0;
            self.sums.density += fields.density_error;
            self.sums.divergence += fields.divergence_per_s;
        }
    }

    fn mark(&mut self, index: usize, frame: &Frame) {
        let (Some(shape), Some(wet)) =
            (self.truth.shapes.get(&index), self.truth.overlapped.get(&index))
        else {
            return;
        };
        let clouds = (Cloud::of_particles(&frame.positions_m), &shape.cloud);
        if let (Some(cloud), Some(truth)) = clouds {
            self.put("sinkhorn", index, cloud.divergence(truth));
        }
        let own = Occupancy::of(frame, coarse(&self.truth.scene), self.side_m);
        self.put("iou", index, own.overlap(wet));
        let own_fine = Occupancy::of(frame, fine(&self.truth.scene), self.side_m);
        self.put("iou_fine", index, own_fine.overlap(&shape.fine));
        self.put("surface_error", index, own.surface_error_m(wet));
        let Sums { frames, kinetic, momentum, front, .. } = self.sums;
        if kinetic[1] > 0.0 {
            self.put("kinetic_error", index, (kinetic[0] / kinetic[1]).sqrt());
            self.put("kinetic_mse", index, kinetic[0] / kinetic[1]);
        }
        if momentum[1] > 0.0 {
            self.put("momentum_error", index, (momentum[0] / momentum[1]).sqrt());
        }
        self.put("front_error", index, front / frames);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCENE: &str = "
        version = 1
        domain = { width_m = 1.0, height_m = 0.5, cell_m = 0.03125 }
        water = [{ kind = \"block\", min_m = [0.0, 0.0], max_m = [0.5, 0.25] }]
    ";

    /// Water that slides to the right at `speed_m_s`.
    fn slide(speed_m_s: f32, frames: usize) -> Vec<Frame> {
        let scene = Scene::from_toml(SCENE).expect("a scene");
        let mut start = Frame::default();
        weir_ground::fill(
            &scene,
            |_| true,
            |p, _| {
                start.ids.push(start.ids.len() as u32);
                start.positions_m.push(p.map(|c| 0.03125 * c));
                start.velocities_m_s.push([speed_m_s, 0.0]);
            },
        );
        let at = |k: usize| {
            let mut frame = start.clone();
            frame.time_s = k as f64 / 60.0;
            frame.positions_m.iter_mut().for_each(|p| p[0] += speed_m_s * k as f32 / 60.0);
            frame
        };
        (0..=frames).map(at).collect()
    }

    fn scores(truth: &Truth, run: &[Frame]) -> Scores {
        let mut watch = Run::new(truth, 0.03125);
        run.iter().enumerate().for_each(|(k, frame)| watch.see(k, frame));
        watch.finish(0)
    }

    #[test]
    fn the_reference_itself_has_no_errors() {
        let truth = Truth::new(&Scene::from_toml(SCENE).expect("a scene"), slide(0.5, 20));
        let scores = scores(&truth, &truth.frames);
        for (name, value) in &scores.values {
            let takes = match name.split('_').next() {
                Some("iou" | "followed") => 1.0,
                Some("density") | Some("divergence") => continue,
                _ => 0.0,
            };
            assert!((value - takes).abs() < 1e-9, "{name}: {value}");
            assert!(Measure::of(name).is_some(), "{name} is not described");
        }
        assert!(scores.values.contains_key("sinkhorn_20") && scores.values.contains_key("mse_1"));
        assert!(!scores.values.contains_key("mse_100"), "there is no such frame");
    }

    #[test]
    fn a_run_at_another_speed_is_off_by_what_it_went_astray() {
        let truth = Truth::new(&Scene::from_toml(SCENE).expect("a scene"), slide(0.3, 20));
        let scores = scores(&truth, &slide(0.6, 20));
        let close = |name: &str, takes: f64, within: f64| {
            let got = scores.values[name];
            assert!((got / takes - 1.0).abs() < within, "{name}: {got} for {takes}");
        };
        close("mse_20", 0.01, 1e-3);
        close("sinkhorn_20", 0.01, 0.02);
        close("kinetic_error_20", 3.0, 1e-3);
        close("kinetic_mse_20", 9.0, 1e-2);
        close("momentum_error_20", 1.0, 1e-3);
        close("front_error_20", 0.05, 0.01);
        assert_eq!(scores.values["mass_faults"], 0.0);
    }
}
