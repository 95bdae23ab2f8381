//! Scenes beyond what a network learns from, made from those at hand.

use weir_scene::{Stroke, Water};

use super::contender::Edit;
use super::task::Task;

/// Scenes of each kind.
const SCENES: usize = 4;
/// Frames of each but the long ones.
const FRAMES: usize = 300;
/// Frames of the long ones: ten times the three seconds of a recording.
const LONG: usize = 1800;
/// Frames after which lines change.
const ERASED_AT: usize = 40;
const DRAWN_AT: usize = 80;

/// The first scenes of `tasks`, harder in four ways.
pub fn harder<'a>(tasks: &[Task<'_>], quick: bool) -> Vec<Task<'a>> {
    let of = |kind: &str, task: &Task<'_>, frames: usize| Task {
        label: format!("{}-{kind}", task.label),
        slices: vec![kind.to_owned()],
        scene: task.scene.clone(),
        file: None,
        fps: task.fps,
        edits: Vec::new(),
        frames: if quick { frames.min(100) } else { frames },
        stress: true,
    };
    let mut all = Vec::new();
    for task in tasks.iter().take(if quick { 1 } else { SCENES }) {
        let mut flooded = of("4x particles", task, FRAMES);
        flood(&mut flooded);
        let mut doubled = of("2x domain", task, FRAMES);
        double(&mut doubled);
        let mut edited = of("lines edited", task, FRAMES);
        edit(&mut edited);
        all.extend([flooded, doubled, of("10x length", task, LONG), edited]);
    }
    all
}

/// A pool at the bottom that makes four times as much water, as far as it fits.
fn flood(task: &mut Task<'_>) {
    let domain = &task.scene.domain;
    let area = |water: &Water| match *water {
        Water::Block { min_m, max_m, .. } => (max_m[0] - min_m[0]) * (max_m[1] - min_m[1]),
        Water::Emitter { .. } => 0.0,
    };
    let held: f64 = task.scene.water.iter().map(area).sum();
    let height_m = (3.0 * held / domain.width_m).min(0.6 * domain.height_m);
    let max_m = [domain.width_m, height_m.max(2.0 * domain.cell_m)];
    task.scene.water.push(Water::Block { min_m: [0.0; 2], max_m, velocity_m_s: [0.0; 2] });
}

/// Everything twice as large, cells as they are: four times the water as well.
fn double(task: &mut Task<'_>) {
    let scene = &mut task.scene;
    let twice = |p: &mut [f64; 2]| p.iter_mut().for_each(|c| *c *= 2.0);
    scene.domain.width_m *= 2.0;
    scene.domain.height_m *= 2.0;
    scene.strokes.iter_mut().flat_map(|s| &mut s.points_m).for_each(twice);
    for drain in &mut scene.drains {
        twice(&mut drain.min_m);
        twice(&mut drain.max_m);
    }
    for water in &mut scene.water {
        match water {
            Water::Block { min_m, max_m, .. } => [min_m, max_m].into_iter().for_each(twice),
            Water::Emitter { from_m, to_m, .. } => [from_m, to_m].into_iter().for_each(twice),
        }
    }
}

/// The first line goes, and a ramp comes.
fn edit(task: &mut Task<'_>) {
    let [width, height] = [task.scene.domain.width_m, task.scene.domain.height_m];
    let points_m = vec![[0.2 * width, 0.45 * height], [0.7 * width, 0.25 * height]];
    let ramp = Stroke { points_m, thickness_m: 0.0, closed: false };
    if !task.scene.strokes.is_empty() {
        task.edits.push((ERASED_AT, Edit::Erase(0)));
    }
    task.edits.push((DRAWN_AT, Edit::Add(ramp)));
}
