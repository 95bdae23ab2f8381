//! Laws that hold for any water: symmetry, conservation, what lines and edits may
//! and may not do. Comparisons with measured and analytic flows are in the
//! validation suite.

use weir_scene::{Advance, Frame, Scene, Stroke};
use weir_sim::{Backend, Solver, SolverConfig};

fn scene(text: &str) -> Scene {
    Scene::from_toml(&format!("version = 1\n{text}")).expect("the scene is valid")
}

fn solver(text: &str, backend: Backend) -> Solver {
    Solver::new(&scene(text), backend).expect("the scene makes a solver")
}

fn run(solver: &mut Solver, seconds: f64) -> Frame {
    let mut frame = Frame::default();
    for _ in 0..(seconds / solver.frame_dt_s()).round() as usize {
        solver.advance(&mut frame).expect("the motion stays finite");
    }
    frame
}

fn line(points_m: &[[f64; 2]]) -> Stroke {
    Stroke { points_m: points_m.to_vec(), thickness_m: 0.0, closed: false }
}

/// Makes a test of each law for each backend.
macro_rules! laws {
    ($($law:ident),* $(,)?) => {
        mod on_the_processor {
            use weir_sim::Backend;

            $(#[test]
            fn $law() {
                super::$law(Backend::Cpu);
            })*
        }

        mod on_a_card {
            use weir_sim::Backend;

            $(#[test]
            #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers; slow there"]
            fn $law() {
                super::$law(Backend::Gpu);
            })*
        }
    };
}

laws![
    still_water_stays_still,
    mirrored_water_moves_as_in_a_mirror,
    water_between_slanted_lines_comes_to_no_speed,
    free_fall_is_free_fall,
    water_that_another_solver_takes_over_flows_on,
    water_is_neither_made_nor_lost_and_energy_only_falls,
    a_line_drawn_through_water_parts_it_and_erased_lets_it_level,
    a_line_across_the_middle_of_a_pool_holds_each_side_on_its_own,
    a_moved_line_pushes_the_water_before_it,
    a_box_of_four_moved_lines_holds_its_water_at_the_corners,
    emitters_and_drains_keep_the_books,
    parameters_out_of_range_are_refused_by_name,
];

const POOL: &str = r#"
    domain = { width_m = 0.5, height_m = 0.5, cell_m = 0.015625 }
    water = [{ kind = "block", min_m = [0.0, 0.0], max_m = [0.5, 0.25] }]
"#;

fn still_water_stays_still(backend: Backend) {
    let mut pool = solver(POOL, backend);
    let before = {
        let mut frame = Frame::default();
        pool.snapshot(&mut frame);
        frame
    };
    let after = run(&mut pool, 3.0);
    let drift = before.positions_m.iter().zip(&after.positions_m);
    let farthest = drift.map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1])).fold(0.0, f32::max);
    assert!(farthest < 1e-4, "water moved {farthest} m");
}

fn mirrored_water_moves_as_in_a_mirror(backend: Backend) {
    let dam = |min: f64, max: f64| {
        let text = format!(
            r#"domain = {{ width_m = 0.5, height_m = 0.5, cell_m = 0.015625 }}
               water = [{{ kind = "block", min_m = [{min}, 0.0], max_m = [{max}, 0.3125] }}]"#
        );
        solver(&text, backend)
    };
    let (mut left, mut right) = (dam(0.0, 0.25), dam(0.25, 0.5));
    let (a, b) = (run(&mut left, 0.25), run(&mut right, 0.25));
    let mean = |frame: &Frame, k: usize| {
        frame.positions_m.iter().map(|p| f64::from(p[k])).sum::<f64>() / frame.ids.len() as f64
    };
    // Particles are summed in another order in the mirror, so bits differ; where
    // the water is does not.
    assert!((mean(&a, 0) - (0.5 - mean(&b, 0))).abs() < 1e-4);
    assert!((mean(&a, 1) - mean(&b, 1)).abs() < 1e-4);
}

fn water_between_slanted_lines_comes_to_no_speed(backend: Backend) {
    // 45° leads every line through corners of cells, the others cut slivers off them.
    for degrees in [20.0_f64, 45.0, 60.0] {
        let slope = degrees.to_radians().tan();
        let half = 0.47 / slope;
        let text = format!(
            r#"domain = {{ width_m = 2.75, height_m = 0.75, cell_m = 0.015625 }}
               water = [{{ kind = "block", min_m = [0.0, 0.0], max_m = [2.75, 0.48] }}]
               stroke = [{{ points_m = [[{}, 0.55], [1.3672, 0.08], [{}, 0.55]] }}]"#,
            1.3672 - half,
            1.3672 + half,
        );
        let mut basin = solver(&text, backend);
        basin.retain(|p| p[1] > 0.08 + slope * (p[0] - 1.3672).abs()).expect("a processor");
        let frame = run(&mut basin, 3.0);
        let squares = frame.velocities_m_s.iter().map(|v| f64::from(v[0].hypot(v[1])).powi(2));
        let rms_m_s = (squares.sum::<f64>() / frame.ids.len() as f64).sqrt();
        // A hundredth of √(g h).
        assert!(rms_m_s < 0.017, "{degrees}°: {rms_m_s} m/s");
        assert!(basin.diagnostics().volume_drift.abs() < 0.02, "{degrees}°");
    }
}

fn free_fall_is_free_fall(backend: Backend) {
    let mut drop = solver(
        r#"domain = { width_m = 1.0, height_m = 1.0, cell_m = 0.015625 }
           water = [{ kind = "block", min_m = [0.4, 0.7], max_m = [0.6, 0.9] }]"#,
        backend,
    );
    let mut frame = Frame::default();
    drop.snapshot(&mut frame);
    let before = frame.clone();
    for _ in 0..12 {
        drop.advance(&mut frame).expect("finite");
    }
    let t = frame.time_s;
    // Velocities belong to the frame's instant, not to the middle of a step.
    let late = |v: &[f32; 2]| (f64::from(v[1]) + 9.81 * t).abs();
    assert!(frame.velocities_m_s.iter().map(late).fold(0.0, f64::max) < 1e-3 * 9.81 * t);
    let mean_y =
        |f: &Frame| f.positions_m.iter().map(|p| f64::from(p[1])).sum::<f64>() / f.ids.len() as f64;
    let fallen = mean_y(&before) - mean_y(&frame);
    // Gravity acts from mid-step to mid-step, so that no step is felt.
    assert!((fallen / (0.5 * 9.81 * t * t) - 1.0).abs() < 1e-3, "fell {fallen} m in {t} s");
    assert!(drop.totals().density_mean_err < 1e-3);
}

fn water_that_another_solver_takes_over_flows_on(backend: Backend) {
    let scene = r#"domain = { width_m = 1.0, height_m = 1.0, cell_m = 0.015625 }
        water = [{ kind = "block", min_m = [0.4, 0.7], max_m = [0.6, 0.9] }]"#;
    let mut whole = solver(scene, backend);
    let half_way = run(&mut whole, 0.1);
    let whole = run(&mut whole, 0.1);
    let mut second = solver(scene, backend);
    second.set_water(&half_way).expect("water that can be taken over");
    let second = run(&mut second, 0.1);
    let at = |frame: &Frame, id: u32| {
        let k = frame.ids.iter().position(|&other| other == id).expect("the particle");
        frame.positions_m[k].map(f64::from)
    };
    for id in [0, 100, 300] {
        let (p, q) = (at(&whole, id), at(&second, id));
        assert!((p[0] - q[0]).hypot(p[1] - q[1]) < 1e-4, "{id}: {p:?} {q:?}");
    }
    let mut third = solver(scene, backend);
    let mut damaged = half_way.clone();
    damaged.velocities_m_s[3][1] = f32::NAN;
    let error = third.set_water(&damaged).expect_err("no number").to_string();
    assert!(error.contains("NaN"), "{error}");
    damaged.ids.pop();
    assert!(third.set_water(&damaged).is_err(), "one id too few");
}

fn water_is_neither_made_nor_lost_and_energy_only_falls(backend: Backend) {
    let mut dam = solver(
        r#"domain = { width_m = 0.75, height_m = 0.5, cell_m = 0.015625 }
           water = [{ kind = "block", min_m = [0.0, 0.0], max_m = [0.2, 0.4] }]"#,
        backend,
    );
    let count = dam.diagnostics().particles;
    let total = |s: &Solver| s.diagnostics().kinetic_j + s.diagnostics().potential_j;
    let first = total(&dam);
    let mut highest = first;
    let mut frame = Frame::default();
    for _ in 0..180 {
        dam.advance(&mut frame).expect("finite");
        highest = highest.max(total(&dam));
        assert_eq!(frame.ids.len(), count);
    }
    assert!(highest < 1.005 * first, "energy rose from {first} to {highest} J");
    assert!(total(&dam) < 0.8 * first, "a broken dam loses energy");
}

fn a_line_drawn_through_water_parts_it_and_erased_lets_it_level(backend: Backend) {
    let mut pool = solver(
        r#"domain = { width_m = 0.5, height_m = 0.5, cell_m = 0.015625 }
           water = [{ kind = "block", min_m = [0.0, 0.0], max_m = [0.234375, 0.375] }]"#,
        backend,
    );
    let wall = pool.add_stroke(&line(&[[0.24, 0.0], [0.24, 0.5]])).expect("valid");
    let frame = run(&mut pool, 1.0);
    assert!(frame.positions_m.iter().all(|p| p[0] < 0.24), "the wall holds");
    pool.erase_stroke(wall).expect("it is there");
    let frame = run(&mut pool, 0.5);
    assert!(frame.positions_m.iter().any(|p| p[0] > 0.45), "the water runs out");
    assert!(pool.erase_stroke(wall).is_err(), "gone is gone");
}

fn a_line_across_the_middle_of_a_pool_holds_each_side_on_its_own(backend: Backend) {
    let mut pool = solver(POOL, backend);
    run(&mut pool, 0.1);
    let mut frame = Frame::default();
    pool.snapshot(&mut frame);
    // On the lattice that the water was filled on, so some particles lie on it.
    let x = 0.24609375;
    pool.add_stroke(&line(&[[x, 0.0], [x, 0.5]])).expect("valid");
    run(&mut pool, 0.05);
    pool.snapshot(&mut frame);
    let side: Vec<(u32, bool)> = frame
        .ids
        .iter()
        .zip(&frame.positions_m)
        .map(|(id, p)| (*id, f64::from(p[0]) > x))
        .collect();
    let after = run(&mut pool, 1.0);
    for (id, p) in after.ids.iter().zip(&after.positions_m) {
        let was = side.iter().find(|(other, _)| other == id).expect("ids persist").1;
        assert_eq!(was, f64::from(p[0]) > x, "particle {id} changed sides");
    }
    assert_eq!(pool.totals().line_crossings, 0);
}

fn a_moved_line_pushes_the_water_before_it(backend: Backend) {
    let mut pool = solver(POOL, backend);
    let piston = pool.add_stroke(&line(&[[0.1, 0.0], [0.1, 0.5]])).expect("valid");
    run(&mut pool, 0.1);
    pool.move_stroke(piston, [0.1, 0.0], 1.0).expect("a fair move");
    let frame = run(&mut pool, 2.0);
    let behind = frame.positions_m.iter().filter(|p| p[0] < 0.1).count();
    let between = frame.positions_m.iter().filter(|p| p[0] > 0.1 && p[0] < 0.199).count();
    let start = (0.1 / 0.0078125) * (0.25 / 0.0078125);
    assert!((behind + between) as f64 > 0.9 * start, "what was behind it follows");
    let height = frame.positions_m.iter().filter(|p| p[0] > 0.21).map(|p| p[1]).fold(0.0, f32::max);
    assert!(height > 0.28, "before it the water rises: {height} m");
    assert!(pool.move_stroke(piston, [0.1, 0.0], 0.0).is_err(), "no time to move in");
}

fn a_box_of_four_moved_lines_holds_its_water_at_the_corners(backend: Backend) {
    let mut full = solver(
        r#"domain = { width_m = 0.5, height_m = 0.5, cell_m = 0.015625 }
           water = [{ kind = "block", min_m = [0.0, 0.0], max_m = [0.5, 0.5] }]"#,
        backend,
    );
    let corners = [[0.25, 0.11], [0.41, 0.27], [0.23, 0.39], [0.09, 0.24]];
    for k in 0..4 {
        let side = full.add_stroke(&line(&[corners[k], corners[(k + 1) % 4]])).expect("valid");
        full.move_stroke(side, [-0.01, -0.04], 0.1).expect("a fair move");
    }
    // Twice the signed area of the triangle with each side has one sign inside.
    let inside = |p: [f32; 2], t: f64| {
        let (x, y) = (f64::from(p[0]) + 0.1 * t, f64::from(p[1]) + 0.4 * t);
        (0..4).all(|k| {
            let (a, b) = (corners[k], corners[(k + 1) % 4]);
            (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) > 0.0
        })
    };
    let spin = |p: [f64; 2]| [60.0 * (0.25 - p[1]), 60.0 * (p[0] - 0.25)];
    full.set_velocities(spin).expect("a processor");
    let mut frame = Frame::default();
    full.snapshot(&mut frame);
    let home: std::collections::HashMap<u32, bool> =
        frame.ids.iter().zip(&frame.positions_m).map(|(&id, &p)| (id, inside(p, 0.0))).collect();
    while full.time_s() < 0.09 {
        full.step(0.01).expect("finite");
        full.snapshot(&mut frame);
        for (id, &p) in frame.ids.iter().zip(&frame.positions_m) {
            assert_eq!(home[id], inside(p, full.time_s()), "particle {id} at {p:?}");
        }
    }
}

fn emitters_and_drains_keep_the_books(backend: Backend) {
    let mut spring = solver(
        r#"domain = { width_m = 0.5, height_m = 0.5, cell_m = 0.015625 }
           water = [{ kind = "emitter", from_m = [0.05, 0.3], to_m = [0.05, 0.4], speed_m_s = 0.8, stop_s = 1.0 }]
           drain = [{ min_m = [0.3, 0.0], max_m = [0.5, 0.05] }]"#,
        backend,
    );
    let frame = run(&mut spring, 1.0);
    let let_out = f64::from(frame.ids.iter().max().expect("water came") + 1);
    let expected = 0.1 * 0.8 * 1.0 / (0.0078125 * 0.0078125);
    assert!((let_out / expected - 1.0).abs() < 0.1, "{let_out} particles for {expected}");
    let later = run(&mut spring, 2.0);
    assert!(later.ids.len() < frame.ids.len() / 2, "the drain swallows");
}

fn parameters_out_of_range_are_refused_by_name(backend: Backend) {
    for (config, name) in [
        (SolverConfig { cfl: 1.5, ..SolverConfig::default() }, "cfl"),
        (SolverConfig { fps: 0.0, ..SolverConfig::default() }, "fps"),
        (SolverConfig { dt_max_s: f64::NAN, ..SolverConfig::default() }, "dt_max_s"),
        (SolverConfig { flip_per_ms: -0.1, ..SolverConfig::default() }, "flip_per_ms"),
    ] {
        let refused = Solver::with_config(&scene(POOL), backend, config);
        let message = refused.err().expect("it is refused").to_string();
        assert!(message.contains(name), "{message}");
    }
}
