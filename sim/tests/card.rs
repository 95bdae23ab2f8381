//! What only a graphics card promises: many scenes at a time, each as if it were alone.

use weir_scene::{Advance, Frame, Scene};
use weir_sim::gpu::{Batch, Gpu};
use weir_sim::{Backend, Solver, SolverConfig};

/// Scenes of different sizes: with a spring and a drain, with bodies, with lines, and empty.
const SCENES: [&str; 4] = [
    r#"domain = { width_m = 0.25, height_m = 0.5, cell_m = 0.015625 }
       water = [{ kind = "emitter", from_m = [0.02, 0.3], to_m = [0.02, 0.4], speed_m_s = 1.5 }]
       drain = [{ min_m = [0.2, 0.0], max_m = [0.25, 0.05] }]"#,
    r#"domain = { width_m = 0.375, height_m = 0.25, cell_m = 0.015625 }
       water = [{ kind = "block", min_m = [0.0, 0.0], max_m = [0.375, 0.1] }]
       body = [{ position_m = [0.2, 0.16], density_kg_m3 = 600.0,
                 shape = { kind = "box", half_extents_m = [0.05, 0.03] } }]"#,
    r#"domain = { width_m = 0.5, height_m = 0.375, cell_m = 0.015625 }
       water = [{ kind = "block", min_m = [0.0, 0.1], max_m = [0.2, 0.3], velocity_m_s = [2.0, 1.0] }]
       stroke = [{ points_m = [[0.1, 0.05], [0.3, 0.12], [0.42, 0.05]] }]"#,
    r#"domain = { width_m = 0.25, height_m = 0.25, cell_m = 0.015625 }"#,
];
const FRAMES: usize = 15;

fn scenes() -> Vec<Scene> {
    let text = |own: &&str| Scene::from_toml(&format!("version = 1\n{own}")).expect("valid");
    SCENES.iter().map(text).collect()
}

fn frames_of(batch: &mut Batch) -> Vec<Vec<Frame>> {
    let mut all = Vec::new();
    for _ in 0..FRAMES {
        batch.advance().expect("finite");
        let mut frames = vec![Frame::default(); batch.len()];
        batch.snapshot(&mut frames).expect("a card");
        all.push(frames);
    }
    all
}

/// Identity, position and velocity of each particle, by identity: while a scene rests its
/// particles may be sorted.
fn by_id(frame: &Frame) -> Vec<(u32, [f32; 2], [f32; 2])> {
    let motion = frame.positions_m.iter().zip(&frame.velocities_m_s);
    let mut all: Vec<_> = frame.ids.iter().zip(motion).map(|(id, (p, v))| (*id, *p, *v)).collect();
    all.sort_by_key(|(id, ..)| *id);
    all
}

mod on_a_card {
    use super::*;

    #[test]
    #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
    fn each_scene_of_a_batch_moves_as_if_it_were_alone() {
        let gpu = Gpu::open().expect("a graphics card, or mesa-vulkan-drivers");
        let config = SolverConfig::default();
        let mut batch = Batch::new(&gpu, &scenes(), &config).expect("a batch");
        let together = frames_of(&mut batch);
        for (number, scene) in scenes().into_iter().enumerate() {
            let mut alone = Batch::new(&gpu, &[scene], &config).expect("a batch of one");
            for (frame, frames) in frames_of(&mut alone).iter().enumerate() {
                let own = &together[frame][number];
                assert!(by_id(own) == by_id(&frames[0]), "scene {number}, frame {frame}");
                assert_eq!(own.body_poses, frames[0].body_poses, "scene {number}, frame {frame}");
            }
            assert_eq!(batch.totals(number).steps, alone.totals(0).steps, "scene {number}");
        }
        let moved = &together[FRAMES - 1][2];
        assert!(moved.positions_m != together[0][2].positions_m, "the water moves");
        assert!(together[FRAMES - 1][0].ids.len() > 20, "water comes in");
        assert!(together[FRAMES - 1][3].ids.is_empty(), "what is empty stays so");
    }

    #[test]
    #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
    fn a_run_has_the_same_bits_twice_and_an_edit_takes_hold() {
        let scene = scenes().remove(2);
        let run = || {
            let mut solver = Solver::new(&scene, Backend::Gpu).expect("a card");
            let mut frame = Frame::default();
            for _ in 0..5 {
                solver.advance(&mut frame).expect("finite");
            }
            let stroke = &Scene::from_toml(
                "version = 1
                 domain = { width_m = 0.5, height_m = 0.375, cell_m = 0.015625 }
                 stroke = [{ points_m = [[0.25, 0.0], [0.25, 0.375]] }]",
            )
            .expect("valid")
            .strokes[0];
            let right = |frame: &Frame| frame.positions_m.iter().filter(|p| p[0] > 0.25).count();
            let before = right(&frame);
            solver.add_stroke(stroke).expect("valid");
            for _ in 0..10 {
                solver.advance(&mut frame).expect("finite");
                // What lay on the line is put on one of its sides, once.
                assert!(right(&frame).abs_diff(before) <= 8, "{before} and {}", right(&frame));
            }
            solver.digest()
        };
        assert_eq!(run(), run());
    }

    #[test]
    #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
    fn a_card_that_is_lost_says_so_and_what_was_read_stays() {
        let gpu = Gpu::open().expect("a graphics card, or mesa-vulkan-drivers");
        let mut batch = Batch::new(&gpu, &scenes(), &SolverConfig::default()).expect("a batch");
        let frames = frames_of(&mut batch);
        gpu.device().destroy();
        let error = batch.advance().expect_err("it is gone").to_string();
        assert!(error.contains(gpu.name()) && error.contains("lost"), "{error}");
        let again = batch.advance().expect_err("it stays gone").to_string();
        assert!(again.contains("lost"), "{again}");
        assert!(batch.snapshot(&mut vec![Frame::default(); batch.len()]).is_err());
        assert!(Batch::new(&gpu, &scenes(), &SolverConfig::default()).is_err());
        assert_eq!(frames.len(), FRAMES);
    }
}
