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

/// One block with four times the water, as far as it fits, in place of the scene's.
fn flood(task: &mut Task<'_>) {
    let [width, height] = [task.scene.domain.width_m, task.scene.domain.height_m];
    let area = |water: &Water| match *water {
        Water::Block { min_m, max_m, .. } => (max_m[0] - min_m[0]) * (max_m[1] - min_m[1]),
        Water::Emitter { .. } => 0.0,
    };
    let held: f64 = task.scene.water.iter().map(area).sum();
    task.scene.water.retain(|water| matches!(water, Water::Emitter { .. }));
    if held > 0.0 {
        let deep = (4.0 * held / (0.9 * width)).min(0.6 * height);
        let (min_m, max_m) = ([0.05 * width, 0.95 * height - deep], [0.95 * width, 0.95 * height]);
        task.scene.water.push(Water::Block { min_m, max_m, velocity_m_s: [0.0; 2] });
    }
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

#[cfg(test)]
mod tests {
    use weir_scene::{Limits, Scene};

    use super::*;

    #[test]
    fn harder_scenes_are_valid_and_as_much_harder_as_they_say() {
        let scene = Scene::from_toml(
            "version = 1
            domain = { width_m = 1.5, height_m = 1.0 }
            drain = [{ min_m = [1.0, 0.0], max_m = [1.2, 0.05] }]
            stroke = [{ points_m = [[0.2, 0.5], [0.8, 0.4]] }]
            water = [
                { kind = \"block\", min_m = [0.1, 0.6], max_m = [0.4, 0.9] },
                { kind = \"block\", min_m = [0.6, 0.0], max_m = [0.9, 0.2] },
            ]",
        );
        let scene = scene.expect("a scene");
        let task = Task {
            label: "a".to_owned(),
            slices: Vec::new(),
            scene: scene.clone(),
            file: None,
            fps: 120.0,
            edits: Vec::new(),
            frames: 600,
            stress: false,
        };
        let water = |scene: &Scene| {
            let mut count = 0;
            weir_sim::Solver::new(scene, weir_sim::Backend::Cpu)
                .map(|solver| {
                    let mut frame = weir_scene::Frame::default();
                    weir_scene::Advance::snapshot(&solver, &mut frame);
                    count = frame.ids.len();
                })
                .expect("a solver");
            count as f64
        };
        let before = water(&scene);
        let harder = harder(&[task], true);
        assert_eq!(harder.len(), 4);
        for task in &harder {
            task.scene.validate(&Limits::default()).expect("a valid scene");
            let times = water(&task.scene) / before;
            let takes =
                if task.label.contains('x') && !task.label.contains("length") { 4.0 } else { 1.0 };
            assert!((times / takes - 1.0).abs() < 0.05, "{}: {times}", task.label);
        }
        let edited = &harder[3];
        assert_eq!((edited.strokes(0).len(), edited.strokes(50).len()), (1, 0));
        assert_eq!(edited.strokes(90).len(), 1);
    }
}
